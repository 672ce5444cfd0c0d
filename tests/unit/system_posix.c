#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include "support.h"
#include "system.h"

#include "system_posix.h"
#include "valgrind_posix.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- Faults ---------------------------------------------------------------------------------- */

static sigjmp_buf fault_return;
static mp_access fault_access; /* what is tried */
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

/* Where a handler is told that the fault is. For code, qemu's POWER tells of some fault of data. */
static void *told_address(const siginfo_t *info, const void *context) {
#if defined(__powerpc64__) && defined(__linux__)
    enum { INSTRUCTION = 32 };
    if (fault_access == MP_ACCESS_EXEC)
        return (void *)((const ucontext_t *)context)->uc_mcontext.gp_regs[INSTRUCTION];
#else
    (void)context;
#endif
    return info->si_addr;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)signal;
    fault_address = told_address(info, context);
    siglongjmp(fault_return, 1);
}

void *fault_of(mp_access access, void *address) {
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO}, before[2];
    fault_access = access;
    fault_address = NULL;
    sigemptyset(&action.sa_mask);
    ck_assert_int_eq(sigaction(SIGSEGV, &action, &before[0]), 0);
    ck_assert_int_eq(sigaction(SIGBUS, &action, &before[1]), 0); /* what macOS sends */
    VALGRIND_DISABLE_ERROR_REPORTING; /* the fault is what the test wants */
    if (sigsetjmp(fault_return, 1) == 0) access_byte(access, address);
    VALGRIND_ENABLE_ERROR_REPORTING;
    ck_assert_int_eq(sigaction(SIGSEGV, &before[0], NULL), 0);
    ck_assert_int_eq(sigaction(SIGBUS, &before[1], NULL), 0);
    return named_fault(fault_address, address);
}

/* ---- Mappings that are not the library's ----------------------------------------------------- */

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0
#endif

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

bool lock_all_memory(void) {
    if (mlockall(MCL_FUTURE) == 0) return true;
    printf("skipped: mlockall: %s\n", strerror(errno));
    return false;
}

/* ---- Threads and processes ------------------------------------------------------------------- */

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

static void (*interrupt)(int);

static void start_timer(void) {
    const struct itimerval timer = {.it_value = {0, interrupt != NULL ? 200 : 0}};
    if (setitimer(ITIMER_REAL, &timer, NULL) != 0) abort();
}

/* The timer starts anew when the handler ends: what is interrupted always gets on. */
static void on_timer(int number) {
    interrupt(number);
    start_timer();
}

void interrupt_often(void (*handler)(int)) {
    const struct sigaction action = {.sa_handler = handler != NULL ? on_timer : SIG_IGN,
                                     .sa_flags = SA_RESTART};
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    interrupt = handler;
    start_timer();
}

void (*before_child_ends)(void);

void in_child(void (*body)(void)) {
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        body();
        if (before_child_ends != NULL) before_child_ends();
        _exit(EXIT_SUCCESS);
    }
    int outcome = 0;
    ck_assert_int_eq(waitpid(child, &outcome, 0), child);
    ck_assert_msg(!WIFSIGNALED(outcome), "the child died of signal %d", WTERMSIG(outcome));
    ck_assert_msg(WEXITSTATUS(outcome) == EXIT_SUCCESS, "the child failed");
}

/* When it returns, the process ends as it would have. */
static void on_abort(int signal) {
    (void)signal;
    if (before_child_ends != NULL) before_child_ends();
}

void check_aborts(void (*body)(void), char *text, size_t size) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, on_abort);
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
    char *of_emulator = strstr(text, "qemu: "); /* qemu-user tells of the signal too */
    if (of_emulator != NULL) *of_emulator = '\0';
    int outcome;
    ck_assert_int_eq(waitpid(child, &outcome, 0), child);
    ck_assert(WIFSIGNALED(outcome) && WTERMSIG(outcome) == SIGABRT);
}
