/* Growing: to 8 GiB of which nothing is touched, and by pushes of which none may take long. */
#include <cstdlib>
#include <vector>

#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

/* ---- An untouched tail ----------------------------------------------------------------------- */

constexpr std::size_t step = 64 * MiB;

std::size_t tail() { return std::min(8 * GiB, machine_memory() / 2 / step * step); }

/* `grow` makes the memory so many bytes large and returns where it is. How often that changed is
 * noted: each time, pointers into it ended. */
template <class Grow> void grow_by_steps(Run &run, Grow grow) {
    const void *last = nullptr;
    int moves = -1; /* the first step is no move */
    for (std::size_t bytes = step; bytes <= tail(); bytes += step) {
        const void *now = grow(bytes);
        if (now != last) moves++;
        last = now;
    }
    run.note("moves", moves);
}

void tail_of_vec(Run &run) {
    while (run.again()) {
        run.start();
        mp_vec_u8_rw vec;
        must(mp_vec_u8_rw_create(0, &vec));
        grow_by_steps(run, [&](std::size_t) {
            must(mp_vec_u8_rw_append_zeroed(&vec, step));
            return mp_vec_u8_rw_data(&vec);
        });
        run.peak();
        mp_vec_u8_rw_destroy(&vec);
        run.stop();
    }
}

void tail_of_realloc(Run &run) {
    while (run.again()) {
        run.start();
        void *memory = nullptr;
        grow_by_steps(run, [&](std::size_t bytes) {
            memory = std::realloc(memory, bytes);
            require(memory != nullptr, "realloc failed");
            return memory;
        });
        run.peak();
        std::free(memory);
        run.stop();
    }
}

void tail_of_mremap(Run &run) {
    while (run.again()) {
        run.start();
        void *memory = mmap(nullptr, step, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        std::size_t mapped = step;
        grow_by_steps(run, [&](std::size_t bytes) {
            memory = mremap(memory, mapped, bytes, MREMAP_MAYMOVE);
            require(memory != MAP_FAILED, "mremap failed");
            mapped = bytes;
            return memory;
        });
        run.peak();
        munmap(memory, mapped);
        run.stop();
    }
}

/* ---- The longest push ------------------------------------------------------------------------ */

using Clock = Run::Clock;

constexpr std::size_t pushed = 256 * MiB / sizeof(std::uint64_t);

/* All systems here grow at powers of two, or at multiples of a huge page: the pushes between are
 * too many to look at the clock before each. */
bool may_grow(std::size_t len) {
    return (len & (len - 1)) == 0 || len % (huge_page / sizeof(std::uint64_t)) == 0;
}

/* What interrupts one of a few tries is no property of the push, so each step counts at its
 * fastest. */
constexpr int tries = 2;

template <class System> void longest_push(Run &run) {
    const std::uint64_t value = unknown(Element<std::uint64_t>::sample);
    while (run.again()) {
        std::vector<double> fastest;
        int moves = 0;
        for (int i = 0; i < tries; i++) {
            System system(0);
            std::size_t step_index = 0;
            moves = 0;
            for (std::size_t len = 0; len < pushed; len++) {
                if (!may_grow(len)) {
                    system.push(value);
                    continue;
                }
                const void *before = system.data();
                const auto start = Clock::now();
                system.push(value);
                const double took = Run::seconds_since(start);
                moves += len != 0 && before != system.data();
                if (i == 0)
                    fastest.push_back(took);
                else
                    fastest[step_index] = std::min(fastest[step_index], took);
                step_index++;
            }
            consume(system.data());
            if (i == 0) run.peak();
        }
        run.took(*std::max_element(fastest.begin(), fastest.end()));
        run.note("moves", moves);
    }
}

template <PageKind kind> void one_fault(Run &run) {
    constexpr std::size_t page = kind == PageKind::huge ? huge_page : 4 * KiB;
    constexpr std::size_t pages = 16;
    while (run.again()) {
        Mapping memory(pages * page, kind);
        const auto start = Clock::now();
        for (std::size_t i = 0; i < pages; i++) memory.data()[i * page] = 77;
        run.took(Run::seconds_since(start) / pages);
        consume(memory.data());
        run.peak();
    }
}

} // namespace

void add_growth() {
    const double steps = static_cast<double>(tail() / step);
    add("growth.tail", "mremap", {9, 4}, steps, tail_of_mremap);
    add("growth.tail", "memory_pages, append_zeroed", {9, 4}, steps, tail_of_vec);
    add("growth.tail", "realloc", {9, 4}, steps, tail_of_realloc);

    add("growth.longest_push", "one fault, 4 KiB", {9, 64}, 1, one_fault<PageKind::small>);
    add("growth.longest_push", "one fault, 2 MiB", {9, 16}, 1, one_fault<PageKind::huge>);
    using T = std::uint64_t;
    for_each(List<MemoryPagesPush<T>, ReallocArray<T>, StdVector<T>, StbDs<T>, UtArray<T>,
                  GlibArray<T>>{},
             [](auto tag) {
                 using System = typename decltype(tag)::type;
                 add("growth.longest_push", System::name, {3, 1}, 1, longest_push<System>);
             });
}

} // namespace bench
