/* Three arrays read and written side by side: what one element of each takes. */
#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

using T = double;

[[gnu::noinline]] void scale_and_add(T *__restrict sum, const T *__restrict one,
                                     const T *__restrict other, std::size_t n) {
    for (std::size_t i = 0; i < n; i++) sum[i] = one[i] + 3 * other[i];
}

template <class System> void side_by_side(Run &run, std::size_t n, int times) {
    System sum(n), one(n), other(n);
    for (System *system : {&sum, &one, &other}) system->fill(unknown(Element<T>::sample), n);
    run.peak();
    while (run.again()) {
        run.start();
        for (int i = 0; i < times; i++) {
            scale_and_add(sum.data(), one.data(), other.data(), n);
            consume(sum.data());
        }
        run.stop();
    }
}

void add_together_of(const std::string &name, std::size_t bytes, int times) {
    const std::size_t n = bytes / sizeof(T);
    using Systems = List<RawLoop<T, PageKind::huge>, RawLoop<T, PageKind::small>,
                         MemoryPagesPush<T>, ReallocArray<T>, StdVectorReserved<T>>;
    for_each(Systems{}, [&](auto tag) {
        using System = typename decltype(tag)::type;
        add(name, System::name, {15, 2}, static_cast<double>(n) * times,
            [=](Run &run) { side_by_side<System>(run, n, times); });
    });
}

} // namespace

/* From the last-level cache, and from memory. */
void add_together() {
    add_together_of("together.4MB", 4'000'000, 20);
    add_together_of("together.80MB", 80'000'000, 1);
}

} // namespace bench
