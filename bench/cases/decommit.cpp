/* Giving the memory of 80 MB back, and keeping the vector. */
#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

template <class System> void give_back(Run &run) {
    const double value = unknown(Element<double>::sample);
    constexpr std::size_t n = Element<double>::many;
    System system(n);
    while (run.again()) {
        system.fill(value, n);
        consume(system.data());
        run.peak();
        run.start();
        system.give_back();
        run.stop();
    }
    run.released();
}

} // namespace

void add_decommit() {
    const auto add_system = [](auto tag) {
        using System = typename decltype(tag)::type;
        add("decommit.80MB", System::name, {9, 2}, 1, give_back<System>);
    };
    for_each(List<RawLoop<double, PageKind::huge>, RawLoop<double, PageKind::small>,
                  MemoryPagesPush<double>>{},
             add_system);
    for_each(Peers<double>{}, add_system);
}

} // namespace bench
