/* The loop that all systems with a push share. */
#ifndef BENCH_SYSTEMS_FILL_HPP
#define BENCH_SYSTEMS_FILL_HPP

#include <cstddef>

namespace bench {

/* Gives `System` a fill(). Not inlined, so that each works on a vector that it got by reference,
 * which is how vectors are used; as a local variable one could live in registers. */
template <class System, class T> class FillByPush {
  public:
    [[gnu::noinline]] void fill(T value, std::size_t n) {
        System &self = static_cast<System &>(*this);
        for (std::size_t i = 0; i < n; i++) self.push(value);
    }
};

} // namespace bench

#endif
