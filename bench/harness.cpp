#include "harness.hpp"

#include <fcntl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <vector>

namespace bench {

void fail(const char *what) {
    std::fprintf(stderr, "benchmark: %s\n", what);
    std::abort();
}

/* ---- Settings -------------------------------------------------------------------------------- */

namespace {
bool is_quick = false;
}

bool quick() { return is_quick; }

std::size_t machine_memory() {
    static const std::size_t bytes = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                                     static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

namespace {

/* Exact, where the counters in /proc/self/statm lag behind. Read without an allocation, which would
 * change what is read. */
double anonymous_bytes() {
    const int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    char text[4096] = "";
    require(file >= 0 && read(file, text, sizeof text - 1) > 0, "no /proc/self/smaps_rollup");
    close(file);
    const char *line = std::strstr(text, "\nAnonymous:");
    require(line != nullptr, "no anonymous memory in /proc/self/smaps_rollup");
    return std::strtod(line + std::strlen("\nAnonymous:"), nullptr) * KiB;
}

} // namespace

Run::Run(FirstPass &first_pass) : first_pass_(&first_pass), memory_before_(anonymous_bytes()) {}

double Run::grown_by() const { return anonymous_bytes() - memory_before_; }

bool Run::again() {
    if (first_pass_ != nullptr) return again_in_first_pass();
    if (stage_ == Stage::starting) {
        stage_ = Stage::warming;
        return true;
    }
    stage_ = Stage::measuring;
    return state_->KeepRunning();
}

bool Run::again_in_first_pass() {
    const bool is_first = stage_ == Stage::starting;
    stage_ = Stage::warming;
    const double seconds = seconds_since(began_);
    (is_first ? first_pass_->seconds_until_first_round : first_pass_->seconds_of_round) = seconds;
    began_ = Clock::now();
    return is_first;
}

/* ---- Cases ----------------------------------------------------------------------------------- */

namespace {

struct Entry {
    std::string name; /* "case|system" */
    Effort effort;
    double operations;
    std::function<void(Run &)> body;
    FirstPass first_pass;

    /* The round that does not count is one more. */
    double seconds_of_repetition() const {
        return first_pass.seconds_until_first_round +
               first_pass.seconds_of_round * (effort.rounds + 1);
    }
};

/* Fewer repetitions have no median worth the name. */
constexpr int least_repetitions = 3;

std::vector<Entry> entries;
std::regex wanted;
int measurements = 0; /* that are done */
const Run::Clock::time_point start_of_program = Run::Clock::now();

/* On a terminal one line that changes, elsewhere one for each tenth. */
void show_progress(const char *what, int now, int all) {
    static int last = -1;
    const bool terminal = isatty(STDERR_FILENO);
    const int percent = now * 100 / all;
    const int step = terminal ? percent : percent / 10;
    if (step == last) return;
    last = step;
    std::fprintf(stderr, terminal ? "\r   %s: %3d %%" : "   %s: %3d %%\n", what, percent);
    if (terminal && now == all) std::fputc('\n', stderr);
}

/* Ends the process after so many seconds. */
void end_after(double seconds) {
    const auto microseconds = static_cast<long>(seconds * 1e6) + 1;
    const itimerval timer = {{0, 0}, {microseconds / 1'000'000, microseconds % 1'000'000}};
    require(setitimer(ITIMER_REAL, &timer, nullptr) == 0, "no timer");
}

/* In a child process, so that no case finds what another left in an allocator. Says whether that
 * took no more than `seconds`. */
bool run_first_pass(Entry &entry, double seconds) {
    int ends[2];
    require(pipe(ends) == 0, "no pipe");
    const pid_t child = fork();
    require(child >= 0, "no child process");
    if (child == 0) {
        end_after(seconds);
        FirstPass found;
        Run run(found);
        entry.body(run);
        if (!run.is_released()) run.released();
        require(write(ends[1], &found, sizeof found) == sizeof found, "no answer");
        _exit(0);
    }
    close(ends[1]);
    const bool answered =
        read(ends[0], &entry.first_pass, sizeof entry.first_pass) == sizeof entry.first_pass;
    close(ends[0]);
    int end = 0;
    require(waitpid(child, &end, 0) == child, "the first pass is lost");
    const bool took_too_long = WIFSIGNALED(end) && WTERMSIG(end) == SIGALRM;
    if (!answered && !took_too_long)
        std::fprintf(stderr, "benchmark: \"%s\" ended early\n", entry.name.c_str());
    require(answered || took_too_long, "a case failed in the first pass");
    return answered;
}

/* Whether the entry's first pass takes no more than `limit`, and `seconds` suffice for it and its
 * repetitions. */
bool fits(Entry &entry, double limit, double seconds) {
    return seconds > 0 &&
           run_first_pass(entry, std::min(limit, seconds / (1 + least_repetitions))) &&
           entry.seconds_of_repetition() * least_repetitions <= seconds;
}

/* Keeps the cases that fit into the time, and returns the names of the others. The quick ones come
 * first: each turn has more patience. What only makes the curves longer comes last. */
std::string choose(double seconds) {
    std::vector<Entry> chosen;
    double promised = 0; /* seconds for the repetitions of those chosen */
    const auto left = [&] { return seconds - Run::seconds_since(start_of_program) - promised; };
    const int all = static_cast<int>(entries.size());
    for (const bool with_curves : {false, true}) {
        for (double limit = seconds / 500; !entries.empty() && limit < left(); limit *= 4) {
            std::vector<Entry> waiting;
            for (Entry &entry : entries) {
                const bool has_turn = with_curves == (entry.name.rfind("scale.", 0) == 0);
                const bool is_chosen = has_turn && fits(entry, limit, left());
                if (is_chosen) promised += entry.seconds_of_repetition() * least_repetitions;
                (is_chosen ? chosen : waiting).push_back(std::move(entry));
                show_progress("first pass", static_cast<int>(chosen.size()), all);
            }
            entries = std::move(waiting);
        }
    }
    std::string left_out;
    for (const Entry &entry : entries) left_out += (left_out.empty() ? "" : "; ") + entry.name;
    entries = std::move(chosen);
    return left_out;
}

/* Lowers the repetitions until all of them fit into the time that there is. */
void fit_into(double seconds) {
    double needed = 0;
    for (const Entry &entry : entries)
        needed += entry.seconds_of_repetition() * entry.effort.repetitions;
    if (needed <= seconds) return;
    for (Entry &entry : entries)
        entry.effort.repetitions =
            std::max(least_repetitions,
                     static_cast<int>(entry.effort.repetitions * seconds / needed));
}

void measure_time(const Entry &entry, int all, benchmark::State &state) {
    Run run(state);
    entry.body(run);
    state.counters["operations"] = entry.operations;
    if (entry.effort.memory) {
        state.counters["memory_peak"] = entry.first_pass.memory_peak;
        state.counters["memory_released"] = entry.first_pass.memory_released;
    }
    show_progress("time", ++measurements, all);
}

} // namespace

void add(const std::string &name, const std::string &system, Effort effort, double operations,
         std::function<void(Run &)> body) {
    const std::string full = name + "|" + system;
    if (!std::regex_search(full, wanted)) return;
    entries.push_back({full, effort, operations, std::move(body), {}});
}

} // namespace bench

/* ---- The program ----------------------------------------------------------------------------- */

namespace {

/* The results go to a file; scripts make the tables of it. */
class Silent : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context &) override { return true; }
    void ReportRuns(const std::vector<Run> &) override {}
};

} // namespace

/* Arguments: [--quick] [--only=REGEX] [--seconds=N], and Google Benchmark's own. All of it takes N
 * seconds, or little more. */
int main(int argc, char **argv) {
    using namespace bench;
    std::string only;
    double seconds = 400;
    std::vector<char *> others;
    for (int i = 0; i < argc; i++) {
        const std::string argument = argv[i];
        if (argument == "--quick")
            is_quick = true;
        else if (argument.rfind("--only=", 0) == 0)
            only = argument.substr(std::strlen("--only="));
        else if (argument.rfind("--seconds=", 0) == 0)
            seconds = std::stod(argument.substr(std::strlen("--seconds=")));
        else
            others.push_back(argv[i]);
    }
    wanted = std::regex(only);

    add_fill();
    add_append();
    add_create_destroy();
    add_decommit();
    add_permission();
    add_growth();
    add_sum();
    add_together();
    add_random_read();
    add_call();
    add_small();
    add_sparse();
    add_scale();
    require(!entries.empty(), "no case matches --only");

    const std::string left_out = choose(seconds);
    require(!entries.empty(), "there is no time for any case");
    fit_into(seconds - Run::seconds_since(start_of_program));
    int all = 0;
    for (const Entry &entry : entries) all += entry.effort.repetitions;
    for (const Entry &entry : entries)
        benchmark::RegisterBenchmark(
            entry.name.c_str(),
            [&entry, all](benchmark::State &state) { measure_time(entry, all, state); })
            ->UseManualTime()
            ->Iterations(entry.effort.rounds)
            ->Repetitions(entry.effort.repetitions);

    benchmark::AddCustomContext("compiler", BENCH_COMPILER);
    benchmark::AddCustomContext("flags", BENCH_FLAGS);
    benchmark::AddCustomContext("left_out", left_out);
    int count = static_cast<int>(others.size());
    benchmark::Initialize(&count, others.data());
    if (benchmark::ReportUnrecognizedArguments(count, others.data())) return 1;
    Silent silent;
    benchmark::RunSpecifiedBenchmarks(&silent);
    return 0;
}
