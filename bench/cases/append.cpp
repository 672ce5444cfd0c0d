/* Appending 80 MB in one call. */
#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

using Source = RawLoop<double, PageKind::huge>;
constexpr std::size_t n = Element<double>::many;

template <class System> void append_fresh(Run &run) {
    Source source(n);
    source.fill(unknown(Element<double>::sample), n);
    while (run.again()) {
        run.start();
        {
            System system(n);
            system.append(source.data(), n);
            consume(system.data());
            run.peak();
        }
        run.stop();
    }
}

template <class System> void append_again(Run &run) {
    Source source(n);
    source.fill(unknown(Element<double>::sample), n);
    System system(n);
    system.append(source.data(), n);
    while (run.again()) {
        run.start();
        system.clear();
        system.append(source.data(), n);
        consume(system.data());
        run.stop();
    }
    run.peak();
}

struct Memcpy : RawLoop<double, PageKind::huge> {
    static constexpr const char *name = "memcpy, huge pages";
    using RawLoop::RawLoop;
};
struct MemcpySmall : RawLoop<double, PageKind::small> {
    static constexpr const char *name = "memcpy, 4 KiB pages";
    using RawLoop::RawLoop;
};
struct Append : MemoryPagesVec<double> {
    static constexpr const char *name = "memory_pages, append";
    using MemoryPagesVec::MemoryPagesVec;
};

/* utarray has nothing that appends a plain array. */
using Systems = List<Memcpy, MemcpySmall, Append, ReallocArray<double>, StdVector<double>,
                     StdVectorReserved<double>, StbDs<double>, GlibArray<double>>;

} // namespace

void add_append() {
    for_each(Systems{}, [](auto tag) {
        using System = typename decltype(tag)::type;
        add("append_fresh.f64", System::name, {15, 1}, n, append_fresh<System>);
        add("append_again.f64", System::name, {15, 2}, n, append_again<System>);
    });
}

} // namespace bench
