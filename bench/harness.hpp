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

/* ---- Settings -------------------------------------------------------------------------------- */

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;
constexpr std::size_t GiB = 1024 * MiB;

/* Whether sizes are to be few and small, for everything to end within a minute. */
bool quick();

/* Physical memory of the machine, in bytes. No case takes more than half of it. */
std::size_t machine_memory();

/* ---- One run of a case ----------------------------------------------------------------------- */

/* What the first pass finds: bytes of anonymous memory more than before the run, and what a run
 * costs. */
struct FirstPass {
    double memory_peak = 0;
    double memory_released = 0;
    double seconds_until_first_round = 0;
    double seconds_of_round = 0;
};

/* A case does its work while again() says so, and tells when time counts and when memory is looked
 * at. Looking takes long, so it is done in a pass of its own and costs the timed one a branch.
 *
 * The first round of a timed run does not count. It brings the memory that it frees into the state
 * that it has in a program which does the same all the time; in a virtual machine, the host may
 * have to find it first, which takes longer than all that is measured here. */
class Run {
  public:
    explicit Run(benchmark::State &state) : state_(&state) {}
    explicit Run(FirstPass &first_pass);

    bool again();

    void start() { started_ = Clock::now(); }
    void stop() { took(seconds_since(started_)); }

    /* In place of start() and stop(), where a case has a clock of its own. */
    void took(double seconds) {
        if (stage_ == Stage::measuring) state_->SetIterationTime(seconds);
    }

    /* A figure besides the time; the last one of a repetition counts. */
    void note(const std::string &name, double value) {
        if (stage_ == Stage::measuring) state_->counters[name] = value;
    }

    /* Now the case holds the most memory. */
    void peak() {
        if (first_pass_ != nullptr) first_pass_->memory_peak = grown_by();
    }

    /* Now it has given back what it gives back. If a case does not say so, its end is meant. */
    void released() {
        if (first_pass_ == nullptr) return;
        first_pass_->memory_released = grown_by();
        is_released_ = true;
    }
    bool is_released() const { return is_released_; }

    using Clock = std::chrono::steady_clock;
    static double seconds_since(Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

  private:
    enum class Stage { starting, warming, measuring };

    bool again_in_first_pass();
    double grown_by() const;

    benchmark::State *state_ = nullptr;
    FirstPass *first_pass_ = nullptr;
    double memory_before_ = 0;
    bool is_released_ = false;
    Stage stage_ = Stage::starting;
    Clock::time_point began_ = Clock::now(); /* the run, or its round */
    Clock::time_point started_;
};

/* ---- Cases ----------------------------------------------------------------------------------- */

/* How often a case is measured: each repetition gives one time, the mean of its rounds. There are
 * fewer repetitions where the time for all of it does not suffice. */
struct Effort {
    int repetitions;
    int rounds;
    bool memory = true; /* whether it says anything about memory */
};

/* Adds what one system does in one case. A round counts as `operations`, so that times can be told
 * for one element, one call or one creation. */
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
void add_together();
void add_random_read();
void add_call();
void add_small();
void add_sparse();
void add_scale();

/* ---- What keeps compilers from knowing too much ---------------------------------------------- */

/* A value that could be any. */
template <class T> T unknown(T value) {
    asm volatile("" : : "r"(&value) : "memory");
    return value;
}

/* Takes part in a loop once for each element, so that the compiler can't put several into one
 * store. It costs no instruction. */
template <class T> inline void one_by_one(T *&at) { asm volatile("" : "+r"(at)); }

/* The memory behind `data` is looked at by someone. */
template <class T> inline void consume(const T *data) {
    asm volatile("" : : "r"(data) : "memory");
}

/* ---- Failures -------------------------------------------------------------------------------- */

[[noreturn, gnu::cold]] void fail(const char *what);

/* What fails here fails the benchmark: its figures would mean nothing. */
inline void require(bool condition, const char *what) {
    if (__builtin_expect(!condition, 0)) fail(what);
}

} // namespace bench

#endif
