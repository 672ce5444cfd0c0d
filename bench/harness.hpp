/* What each case is written with: a run that measures time and, in a pass of its own, memory. */
#ifndef BENCH_HARNESS_HPP
#define BENCH_HARNESS_HPP

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace bench {

/* ---- Settings ------------------------------------------------------------------------------------ */

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;
constexpr std::size_t GiB = 1024 * MiB;

/* Whether everything is to end within a minute. */
bool quick();

/* Physical memory of the machine, in bytes. No case takes more than half of it. */
std::size_t machine_memory();

/* ---- One run of a case --------------------------------------------------------------------------- */

/* What the memory pass found, in bytes of anonymous memory more than before the run. */
struct Memory {
    double peak = 0;
    double released = 0;
};

/* A case does its work while again() says so, and tells when time counts and when memory is looked at.
 * Looking takes long, so it is done in a pass of its own and costs the timed one a branch. */
class Run {
  public:
    explicit Run(benchmark::State &state) : state_(&state) {}
    explicit Run(Memory &memory);

    bool again() { return state_ != nullptr ? state_->KeepRunning() : rounds_left_-- > 0; }

    void start() { started_ = Clock::now(); }
    void stop() { took(std::chrono::duration<double>(Clock::now() - started_).count()); }

    /* In place of start() and stop(), where a case has a clock of its own. */
    void took(double seconds) {
        if (state_ != nullptr) state_->SetIterationTime(seconds);
    }

    /* A figure besides the time; the last one of a repetition counts. */
    void note(const std::string &name, double value) {
        if (state_ != nullptr) state_->counters[name] = value;
    }

    /* Now the case holds the most memory. */
    void peak() {
        if (memory_ != nullptr) memory_->peak = grown_by();
    }

    /* Now it has given back what it gives back. If a case does not say so, its end is meant. */
    void released() {
        if (memory_ == nullptr) return;
        memory_->released = grown_by();
        is_released_ = true;
    }
    bool is_released() const { return is_released_; }

  private:
    using Clock = std::chrono::steady_clock;

    double grown_by() const;

    benchmark::State *state_ = nullptr;
    Memory *memory_ = nullptr;
    double memory_before_ = 0;
    int rounds_left_ = 1;
    bool is_released_ = false;
    Clock::time_point started_;
};

/* ---- Cases --------------------------------------------------------------------------------------- */

/* How often a case is measured: each repetition gives one time, the mean of its rounds. */
struct Effort {
    int repetitions;
    int rounds;
    bool memory = true; /* whether the memory pass looks at it too */
};

/* Adds what one system does in one case. A round counts as `operations`, so that times can be told for
 * one element, one call or one creation. */
void add(const std::string &name, const std::string &system, Effort effort, double operations,
         std::function<void(Run &)> body);

/* Each stands in a file of its own under cases/. */
void add_fill();
void add_append();
void add_create_destroy();
void add_decommit();
void add_permission();
void add_growth();
void add_sum();
void add_random_read();
void add_call();
void add_small();
void add_sparse();
void add_scale();

/* ---- What keeps compilers from knowing too much -------------------------------------------------- */

/* A value that could be any. */
template <class T> T unknown(T value) {
    asm volatile("" : : "r"(&value) : "memory");
    return value;
}

/* Takes part in a loop once for each element, so that the compiler can't put several into one store. It
 * costs no instruction. */
template <class T> inline void one_by_one(T *&at) { asm volatile("" : "+r"(at)); }

/* The memory behind `data` is looked at by someone. */
template <class T> inline void consume(const T *data) {
    asm volatile("" : : "r"(data) : "memory");
}

/* A failure here is one of the benchmark: the figures would mean nothing. */
void require(bool condition, const char *what);

} // namespace bench

#endif
