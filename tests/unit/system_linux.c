#define _GNU_SOURCE
#include "support.h"
#include "system.h"

#include "calls_linux.h"
#include "emulator_linux.h"
#include "kernel_view.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_DISABLE_ERROR_REPORTING ((void)0)
#define VALGRIND_ENABLE_ERROR_REPORTING ((void)0)
#endif

/* From the kernel's own headers (include/uapi), where the C library's are older than the kernel. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* ---- What it can do -------------------------------------------------------------------------- */

static const char *const emulators_lack[ABILITIES] = {
    [ADVICE] = "the emulator takes no advice about memory",
    [RESIDENCY] = "the emulator does not tell what is resident",
    [DENIED_READS] = "the emulator denies reading to system calls only",
    [REUSED_PLACES] = "the emulator never maps at a place again",
};

const char *what_lacks(enum ability ability) {
    return is_emulated() ? emulators_lack[ability] : NULL;
}

#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
static const bool has_thread_sanitizer = true;
#else
static const bool has_thread_sanitizer = false;
#endif

bool skips_with_guests(void) {
    if (!RUNNING_ON_VALGRIND && !has_thread_sanitizer && !is_emulated()) return false;
    printf("skipped: valgrind, ThreadSanitizer or the emulator would be hit itself\n");
    return true;
}

bool skips_without_mlock(void) {
    const size_t page = mp_page_size();
    void *memory = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    ck_assert_int_eq(mlock(memory, page), 0);
    const bool is_locked = !kernel_keeps_flags() || kernel_has_flag(memory, "lo");
    ck_assert_int_eq(munmap(memory, page), 0);
    if (!is_locked) printf("skipped: mlock does nothing here\n");
    return !is_locked;
}

size_t fewer_if_slow(size_t rounds) { return RUNNING_ON_VALGRIND ? rounds / 20 : rounds; }

mp_options granted(mp_options wished) { return wished; }

/* ---- Faults ---------------------------------------------------------------------------------- */

static sigjmp_buf fault_return;
static void *volatile fault_address;

/* The address that a handler was told for a fault at `wanted`: some processors know the page only.
 */
static void *named_fault(void *told, void *wanted) {
#if defined(__s390x__)
    const uintptr_t within = (uintptr_t)wanted % mp_page_size();
    if ((char *)told + within == wanted) return wanted;
#else
    (void)wanted;
#endif
    return told;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)context;
    fault_address = info->si_addr;
    siglongjmp(fault_return, 1);
}

void *fault_of(mp_access access, void *address) {
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO}, before;
    fault_address = NULL;
    sigemptyset(&action.sa_mask);
    ck_assert_int_eq(sigaction(SIGSEGV, &action, &before), 0);
    VALGRIND_DISABLE_ERROR_REPORTING; /* the fault is what the test wants */
    if (sigsetjmp(fault_return, 1) == 0) access_byte(access, address);
    VALGRIND_ENABLE_ERROR_REPORTING;
    ck_assert_int_eq(sigaction(SIGSEGV, &before, NULL), 0);
    return named_fault(fault_address, address);
}

/* ---- Mappings that are not the library's ----------------------------------------------------- */

void *map_foreign(void *address, size_t n, unsigned access) {
    const int protection = (access & MP_ACCESS_READ ? PROT_READ : 0) |
                           (access & MP_ACCESS_WRITE ? PROT_WRITE : 0) |
                           (access & MP_ACCESS_EXEC ? PROT_EXEC : 0);
    const int place = address != NULL ? MAP_FIXED_NOREPLACE : 0;
    void *base = mmap(address, n, protection, MAP_PRIVATE | MAP_ANONYMOUS | place, -1, 0);
    if (base == MAP_FAILED) return NULL;
    if (address == NULL || base == address) return base;
    unmap_foreign(base, n); /* what does not know MAP_FIXED_NOREPLACE takes it for a wish */
    return NULL;
}

void unmap_foreign(void *base, size_t n) { ck_assert_int_eq(munmap(base, n), 0); }

/* More pages than mappings are allowed, each with another permission than its neighbours. */
static char *alternating;
static size_t alternating_bytes;

void exhaust_mappings(void) {
    const size_t page = mp_page_size(), pages = (size_t)1 << (sizeof(void *) > 4 ? 22 : 18);
    alternating_bytes = pages * page;
    alternating = mmap(NULL, alternating_bytes, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(alternating, MAP_FAILED);
    for (size_t i = 1; i < pages; i += 2) {
        if (mprotect(alternating + i * page, page, PROT_READ) == 0) continue;
        ck_assert_int_eq(errno, ENOMEM);
        /* That would have taken two mappings; there may be one left, which the last page takes. */
        if (mprotect(alternating + (pages - 1) * page, page, PROT_READ) != 0) {
            ck_assert_int_eq(errno, ENOMEM);
        }
        return;
    }
    ck_abort_msg("this system allows more than %zu mappings", pages);
}

void release_mappings(void) { ck_assert_int_eq(munmap(alternating, alternating_bytes), 0); }

bool lock_all_memory(void) {
    if (mlockall(MCL_FUTURE) == 0) return true;
    printf("skipped: mlockall: %s\n", strerror(errno));
    return false;
}

/* ---- Threads and processes ------------------------------------------------------------------- */

/* clang's record of what ran is written at exit() only, and a child would write over its parent's.
 * MEMORY_PAGES_COVERAGE_DIR names where each process leaves one; see scripts/coverage. */
__attribute__((weak)) int __llvm_profile_write_file(void);
__attribute__((weak)) void __llvm_profile_set_filename(const char *name);

static void keep_coverage(int signal) {
    (void)signal;
    if (__llvm_profile_write_file != NULL) (void)__llvm_profile_write_file();
}

static void name_coverage(void) {
    char name[1024];
    snprintf(name, sizeof name, "%s/%ld.profraw", getenv("MEMORY_PAGES_COVERAGE_DIR"),
             (long)getpid());
    __llvm_profile_set_filename(name);
}

__attribute__((constructor)) static void follow_coverage(void) {
    if (__llvm_profile_set_filename == NULL || getenv("MEMORY_PAGES_COVERAGE_DIR") == NULL) return;
    name_coverage();
    (void)pthread_atfork(NULL, NULL, name_coverage);
}

struct thread {
    pthread_t id;
};

thread *start_thread(void *(*run)(void *), void *argument) {
    thread *started = malloc(sizeof *started);
    ck_assert_int_eq(pthread_create(&started->id, NULL, run, argument), 0);
    return started;
}

void *join_thread(thread *started) {
    void *result;
    ck_assert_int_eq(pthread_join(started->id, &result), 0);
    free(started);
    return result;
}

void wait_milliseconds(unsigned milliseconds) {
    const struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    ck_assert_int_eq(nanosleep(&time, NULL), 0);
}

void interrupt_often(void (*handler)(int)) {
    const struct sigaction action = {.sa_handler = handler != NULL ? handler : SIG_IGN,
                                     .sa_flags = SA_RESTART};
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    const struct timeval pause = {0, handler != NULL ? 200 : 0};
    const struct itimerval timer = {pause, pause};
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

void in_child(void (*body)(void)) {
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        body();
        keep_coverage(0);
        _exit(EXIT_SUCCESS);
    }
    int outcome = 0;
    ck_assert_int_eq(waitpid(child, &outcome, 0), child);
    ck_assert_msg(!WIFSIGNALED(outcome), "the child died of signal %d", WTERMSIG(outcome));
    ck_assert_msg(WEXITSTATUS(outcome) == EXIT_SUCCESS, "the child failed");
}

void check_aborts(void (*body)(void), char *text, size_t size) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, keep_coverage); /* and then it ends as it would have */
        body();
        _exit(EXIT_SUCCESS);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got = 1; got > 0 && length < size - 1; length += (size_t)got) {
        got = read(ends[0], text + length, size - 1 - length);
        ck_assert_int_ge(got, 0);
    }
    text[length] = '\0';
    close(ends[0]);
    char *of_emulator = is_emulated() ? strstr(text, "qemu: ") : NULL;
    if (of_emulator != NULL) *of_emulator = '\0';
    int outcome;
    ck_assert_int_eq(waitpid(child, &outcome, 0), child);
    ck_assert(WIFSIGNALED(outcome) && WTERMSIG(outcome) == SIGABRT);
}

/* ---- A system that refuses ------------------------------------------------------------------- */

static const char *const call_names[CALLS] = {
    [CALL_OF_MMAP] = "mmap",         [CALL_OF_MUNMAP] = "munmap",   [CALL_OF_MREMAP] = "mremap",
    [CALL_OF_MPROTECT] = "mprotect", [CALL_OF_MADVISE] = "madvise", [CALL_OF_MLOCK] = "mlock",
    [CALL_OF_MINCORE] = "mincore",   [CALL_OF_IOCTL] = "ioctl",
};

int call_errors[CALLS];
void (*before_munmap)(void);

static const enum call calls[] = {
    [CALL_MAP] = CALL_OF_MMAP,
    [CALL_PROTECT] = CALL_OF_MPROTECT,
    [CALL_DECOMMIT] = CALL_OF_MADVISE,
    [CALL_LOCK] = CALL_OF_MLOCK,
};

mp_error system_error(enum system_call call, mp_status status) {
    const int codes[] = {
        [MP_ERR_DENIED] = EACCES, [MP_ERR_OUT_OF_MEMORY] = ENOMEM, [MP_ERR_UNSUPPORTED] = EINVAL};
    return (mp_error){status, codes[status], call_names[calls[call]]};
}

void refuse(enum system_call call, mp_status status) {
    call_errors[calls[call]] = system_error(call, status).system_code;
}

static const int errors[] = {ENOMEM, EPERM, EINVAL, EAGAIN};

int refusal_count(void) { return CALLS * COUNT_OF(errors); }

void refuse_in_turn(int i) {
    const size_t n = (size_t)i;
    call_errors[n / COUNT_OF(errors)] = errors[n % COUNT_OF(errors)];
}

void look_before_unmap(void (*look)(void)) { before_munmap = look; }

bool forbid_new_code(void) {
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0) return true;
    printf("skipped: this kernel has no PR_SET_MDWE\n");
    return false;
}

/* Reads one of the sizes, in KiB, of /proc/self/status. */
static size_t status_bytes(const char *title) {
    FILE *status = fopen("/proc/self/status", "r");
    ck_assert_ptr_nonnull(status);
    size_t kibibytes = 0;
    char line[256];
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, title, strlen(title)) == 0) {
            kibibytes = strtoull(line + strlen(title), NULL, 10);
        }
    }
    fclose(status);
    return kibibytes * 1024;
}

static void set_soft_limit(enum limit limit, rlim_t bytes) {
    const int resource = limit == LIMIT_ADDRESS_SPACE ? RLIMIT_AS : RLIMIT_DATA;
    struct rlimit value;
    ck_assert_int_eq(getrlimit(resource, &value), 0);
    value.rlim_cur = bytes < value.rlim_max ? bytes : value.rlim_max;
    ck_assert_int_eq(setrlimit(resource, &value), 0);
}

void limit_growth(enum limit limit, size_t bytes) {
    set_soft_limit(limit,
                   status_bytes(limit == LIMIT_ADDRESS_SPACE ? "VmSize:" : "VmData:") + bytes);
}

void lift_limit(enum limit limit) { set_soft_limit(limit, RLIM_INFINITY); }
