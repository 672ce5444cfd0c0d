/* How costs change with the size, from 1 KiB to the largest that fits in half the memory, and with
 * two threads, each on a vector of its own. */
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

using T = std::uint64_t;
using Clock = Run::Clock;

/* ---- What is done to a vector of each size --------------------------------------------------- */

enum Phase { FILL, REFILL, DECOMMIT, FREEZE, PHASES };
constexpr const char *phase_names[PHASES] = {"fill", "refill", "decommit", "freeze"};

template <PageKind kind> struct RawScale : RawLoop<T, kind> {
    using RawLoop<T, kind>::RawLoop;
    std::size_t bytes;
    explicit RawScale(std::size_t n) : RawLoop<T, kind>(n), bytes(n * sizeof(T)) {}
    void freeze_and_thaw() {
        require(mprotect(this->data(), bytes, PROT_READ) == 0, "mprotect failed");
        require(mprotect(this->data(), bytes, PROT_READ | PROT_WRITE) == 0, "mprotect failed");
    }
};

struct VecScale : MemoryPagesPush<T> {
    using MemoryPagesPush<T>::MemoryPagesPush;
    void freeze_and_thaw() {
        VecOf<T>::Ro frozen;
        must(VecOf<T>::freeze(&vec_, &frozen));
        must(VecOf<T>::thaw(&frozen, &vec_));
    }
};

/* What malloc() gave out can't be frozen. */
struct ReallocScale : ReallocArray<T> {
    using ReallocArray<T>::ReallocArray;
    void freeze_and_thaw() {}
};

/* Seconds of each phase, summed up over `turns`. */
struct Times {
    double seconds[PHASES] = {};
};

template <class System> Times live_through(std::size_t n, std::size_t turns) {
    const T value = unknown(Element<T>::sample);
    Times times;
    auto last = Clock::now();
    const auto phase_ends = [&](Phase phase) {
        const auto now = Clock::now();
        times.seconds[phase] += std::chrono::duration<double>(now - last).count();
        last = now;
    };
    for (std::size_t i = 0; i < turns; i++) {
        last = Clock::now();
        System system(n);
        system.fill(value, n);
        consume(system.data());
        phase_ends(FILL);
        system.clear();
        system.fill(value, n);
        consume(system.data());
        phase_ends(REFILL);
        system.freeze_and_thaw();
        phase_ends(FREEZE);
        system.give_back();
        phase_ends(DECOMMIT);
    }
    return times;
}

/* ---- Threads --------------------------------------------------------------------------------- */

/* Gives a thread a processor of its own, where there are enough of them. */
void settle_on(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(processor), &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

/* Every thread does the same at the same time; the mean of their times is what one of them sees. */
template <class System> Times live_in_threads(int threads, std::size_t n, std::size_t turns) {
    std::atomic<int> ready{0};
    std::vector<Times> each(static_cast<std::size_t>(threads));
    std::vector<std::thread> running;
    for (Times &times : each)
        running.emplace_back([&, processor = static_cast<int>(running.size())] {
            if (threads > 1) settle_on(processor);
            ready++;
            while (ready < threads) {
            }
            times = live_through<System>(n, turns);
        });
    for (std::thread &thread : running) thread.join();
    Times mean;
    for (const Times &times : each)
        for (int phase = 0; phase < PHASES; phase++)
            mean.seconds[phase] += times.seconds[phase] / threads;
    return mean;
}

template <class System>
void scale(Run &run, int threads, std::size_t bytes) {
    const std::size_t n = bytes / sizeof(T);
    /* Small sizes are repeated until they are no smaller than the clock's error. */
    const std::size_t turns = bytes < 4 * MiB ? 4 * MiB / bytes : 1;
    while (run.again()) {
        const Times times = live_in_threads<System>(threads, n, turns);
        double whole = 0;
        for (int phase = 0; phase < PHASES; phase++) {
            const double seconds = times.seconds[phase] / static_cast<double>(turns);
            run.note(phase_names[phase], seconds * 1e9);
            whole += seconds;
        }
        run.took(whole);
    }
}

} // namespace

void add_scale() {
    /* A doubling realloc() holds up to twice the size, so that a quarter of the memory is half of
     * it. */
    const std::size_t largest = quick() ? 16 * MiB : machine_memory() / 4;
    for (int threads = 1; threads <= 2; threads++) {
        for (std::size_t bytes = KiB; bytes * static_cast<std::size_t>(threads) <= largest;
             bytes *= quick() || bytes >= 16 * MiB ? 4 : 2) {
            const auto add_system = [&](const std::string &system, auto tag) {
                using System = typename decltype(tag)::type;
                add("scale." + std::to_string(threads) + "." + std::to_string(bytes), system,
                    {bytes >= 256 * MiB ? 3 : 5, 1, false}, static_cast<double>(bytes / sizeof(T)),
                    [=](Run &run) { scale<System>(run, threads, bytes); });
            };
            add_system("raw loop, huge pages", Tag<RawScale<PageKind::huge>>{});
            add_system("raw loop, 4 KiB pages", Tag<RawScale<PageKind::small>>{});
            add_system("memory_pages", Tag<VecScale>{});
            add_system("realloc", Tag<ReallocScale>{});
        }
    }
}

} // namespace bench
