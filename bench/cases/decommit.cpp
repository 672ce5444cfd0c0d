/* Giving memory back and keeping its address space: that of a whole vector, and that of many holes.
 */
#include <vector>

#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

/* ---- The whole of 80 MB ---------------------------------------------------------------------- */

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

/* ---- Every other 64 KiB of 64 MiB ------------------------------------------------------------ */

constexpr std::size_t size = 64 * MiB;
constexpr std::size_t hole = 64 * KiB;
constexpr std::size_t holes = size / (2 * hole);

/* `give_back` gets the memory, which is resident, and has to make the holes. */
template <class GiveBack> void make_holes(Run &run, char *data, GiveBack give_back) {
    while (run.again()) {
        std::memset(data, 77, size);
        run.peak();
        run.start();
        give_back();
        run.stop();
    }
    run.released();
}

void holes_by_madvise(Run &run) {
    Mapping memory(size, PageKind::small);
    make_holes(run, memory.data(), [&] {
        for (std::size_t i = 0; i < holes; i++)
            require(madvise(memory.data() + 2 * i * hole, hole, MADV_DONTNEED) == 0,
                    "madvise failed");
    });
}

struct Pages {
    mp_pages_r_w_nx pages;
    Pages() { must(mp_pages_r_w_nx_create(size, &pages)); }
    ~Pages() { mp_pages_r_w_nx_destroy(&pages); }
    char *data() { return reinterpret_cast<char *>(mp_pages_r_w_nx_data_mut(&pages)); }
};

void holes_by_decommit(Run &run) {
    Pages memory;
    make_holes(run, memory.data(), [&] {
        for (std::size_t i = 0; i < holes; i++)
            must(mp_pages_r_w_nx_decommit(&memory.pages, 2 * i * hole, hole));
    });
}

void holes_by_decommit_ranges(Run &run) {
    Pages memory;
    std::vector<mp_range> ranges;
    for (std::size_t i = 0; i < holes; i++) ranges.push_back({2 * i * hole, hole});
    make_holes(run, memory.data(), [&] {
        must(mp_pages_r_w_nx_decommit_ranges(&memory.pages, ranges.data(), ranges.size()));
    });
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

    add("decommit.holes", "madvise, one by one", {9, 3}, holes, holes_by_madvise);
    add("decommit.holes", "memory_pages, decommit", {9, 3}, holes, holes_by_decommit);
    add("decommit.holes", "memory_pages, decommit_ranges", {9, 3}, holes,
        holes_by_decommit_ranges);
}

} // namespace bench
