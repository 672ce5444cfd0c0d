/* Vectors of ten elements: what the large scheme costs those who do not need it. */
#include <memory>
#include <vector>

#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

constexpr std::size_t n = 10;
constexpr std::size_t vectors = 1000;

/* From creation to destruction, one after the other. */
template <class System> void live(Run &run) {
    const double value = unknown(Element<double>::sample);
    while (run.again()) {
        run.start();
        for (std::size_t i = 0; i < vectors; i++) {
            System system(n);
            system.fill(value, n);
            consume(system.data());
        }
        run.stop();
    }
}

/* Many at once. Time counts for creation and filling only. */
template <class System> void create(Run &run) {
    const double value = unknown(Element<double>::sample);
    while (run.again()) {
        std::vector<std::unique_ptr<System>> all;
        all.reserve(vectors);
        run.start();
        for (std::size_t i = 0; i < vectors; i++) {
            all.push_back(std::make_unique<System>(n));
            all.back()->fill(value, n);
        }
        run.stop();
        run.peak();
    }
}

} // namespace

void add_small() {
    const auto add_system = [](auto tag) {
        using System = typename decltype(tag)::type;
        add("small.live", System::name, {15, 5}, vectors, live<System>);
        add("small.create", System::name, {15, 5}, vectors, create<System>);
    };
    for_each(List<RawLoop<double, PageKind::small>, MemoryPagesPush<double>>{}, add_system);
    for_each(Peers<double>{}, add_system);
}

} // namespace bench
