#define _GNU_SOURCE
#include "support.h"

#include "kernel_view.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <memory_pages/mp_config.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

int run_tests(const char *name, void (*add_tests)(TCase *tests)) {
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 300); /* only to end a hanging test */
    add_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_ENV);
    const int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool bytes_are(const void *bytes, uint8_t value, size_t n) {
    const uint8_t *p = bytes;
    return n == 0 || (p[0] == value && memcmp(p, p + 1, n - 1) == 0);
}

/* ---- Panics ------------------------------------------------------------------------------------- */

jmp_buf panic_return;
char panic_message[1024];

void catch_panic(const char *message) {
    snprintf(panic_message, sizeof panic_message, "%s", message);
    longjmp(panic_return, 1);
}

/* ---- Faults ------------------------------------------------------------------------------------- */

#if defined(__x86_64__) || defined(__i386__)
const uint8_t code_of_return[] = {0xc3};
#elif defined(__aarch64__)
const uint8_t code_of_return[] = {0xc0, 0x03, 0x5f, 0xd6};
#else
#error "the machine code of a return is not known for this processor"
#endif
const size_t code_of_return_size = sizeof code_of_return;

static sigjmp_buf fault_return;
static void *volatile fault_address;

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)context;
    fault_address = info->si_addr;
    siglongjmp(fault_return, 1);
}

/* A function's address and a byte's have different types; only their representation is shared. */
static MP_CALLS_MACHINE_CODE void call_code_at(void *address) {
    void (*code)(void);
    memcpy(&code, &address, sizeof code);
    code();
}

/* Valgrind takes a load whose result is unused for superfluous. */
static volatile uint8_t byte_read;

static void access_byte(mp_access access, void *address) {
    volatile uint8_t *byte = address;
    switch (access) {
    case MP_ACCESS_READ:
        byte_read = *byte;
        break;
    case MP_ACCESS_WRITE:
        *byte = code_of_return[0];
        break;
    case MP_ACCESS_EXEC:
        call_code_at(address);
        break;
    default:
        ck_abort_msg("not one access: %u", (unsigned)access);
    }
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
    return fault_address;
}

/* ---- Other processes ---------------------------------------------------------------------------- */

void in_child(void (*body)(void)) {
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        body();
        _exit(EXIT_SUCCESS);
    }
    int outcome = 0;
    ck_assert_int_eq(waitpid(child, &outcome, 0), child);
    ck_assert_msg(!WIFSIGNALED(outcome), "the child died of signal %d", WTERMSIG(outcome));
    ck_assert_msg(WEXITSTATUS(outcome) == EXIT_SUCCESS, "the child failed");
}

/* ---- A system that refuses ---------------------------------------------------------------------- */

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
    if (!RUNNING_ON_VALGRIND && !has_thread_sanitizer) return false;
    printf("skipped: valgrind or ThreadSanitizer would be hit itself\n");
    return true;
}

bool skips_without_mlock(void) {
    const size_t page = mp_page_size();
    void *memory = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    ck_assert_int_eq(mlock(memory, page), 0);
    const bool is_locked = kernel_has_flag(memory, "lo");
    ck_assert_int_eq(munmap(memory, page), 0);
    if (!is_locked) printf("skipped: mlock does nothing here\n");
    return !is_locked;
}

size_t fewer_if_slow(size_t rounds) { return RUNNING_ON_VALGRIND ? rounds / 20 : rounds; }

static void filter_system_call(long system_call, unsigned verdict) {
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)system_call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, verdict),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = COUNT_OF(instructions), .filter = instructions};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

void refuse_system_call(long system_call, int error) {
    filter_system_call(system_call, SECCOMP_RET_ERRNO | (unsigned)error);
}

void trap_system_call(long system_call) { filter_system_call(system_call, SECCOMP_RET_TRAP); }

static void set_soft_limit(int resource, rlim_t bytes) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(resource, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    ck_assert_int_eq(setrlimit(resource, &limit), 0);
}

/** Reads one of the sizes, in KiB, of /proc/self/status. */
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

void limit_growth(int resource, size_t bytes) {
    set_soft_limit(resource, status_bytes(resource == RLIMIT_AS ? "VmSize:" : "VmData:") + bytes);
}

void lift_limit(int resource) { set_soft_limit(resource, RLIM_INFINITY); }

/* More pages than mappings are allowed, each with another permission than its neighbours. */
static char *alternating;
static size_t alternating_bytes;

void exhaust_mappings(void) {
    const size_t page = mp_page_size(), pages = (size_t)1 << 22;
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
