/* Reading elements in no order, each address known only when the element before was read. */
#include <memory>
#include <vector>

#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

using T = std::uint64_t;

/* The elements are all zero, which the processor can't know before it has them. */
[[gnu::noinline]] T read_randomly(const T *data, unsigned bits, std::size_t reads) {
    T state = 1;
    for (std::size_t i = 0; i < reads; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        state += data[state >> (64 - bits)];
    }
    return state;
}

template <class System> void read_all_over(Run &run, unsigned bits, std::size_t reads) {
    const std::size_t n = std::size_t{1} << bits;
    System system(n);
    system.fill(unknown(T{0}), n);
    run.peak();
    while (run.again()) {
        run.start();
        T state = read_randomly(system.data(), bits, reads);
        consume(&state);
        run.stop();
    }
}

template <class... Systems>
void add_size(const std::string &name, unsigned bits, Effort effort, List<Systems...> systems) {
    const std::size_t reads = 500'000;
    for_each(systems, [&](auto tag) {
        using System = typename decltype(tag)::type;
        add(name, System::name, effort, static_cast<double>(reads),
            [=](Run &run) { read_all_over<System>(run, bits, reads); });
    });
}

using Few = List<RawLoop<T, PageKind::huge>, MemoryPagesPush<T>, StdVectorReserved<T>>;
using Many = List<RawLoop<T, PageKind::huge>, RawLoop<T, PageKind::small>, MemoryPagesPush<T>,
                  ReallocArray<T>, StdVectorReserved<T>, StbDs<T>>;

} // namespace

void add_random_read() {
    add_size("random_read.128MiB", 24, {9, 2}, Many{});
    /* Filling takes seconds, so fewer take part. */
    if (!quick() && machine_memory() >= 12 * GiB)
        add_size("random_read.4GiB", 29, {3, 3, false}, Few{});
}

} // namespace bench
