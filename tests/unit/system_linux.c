#define _GNU_SOURCE
#include "support.h"
#include "system.h"

#include "calls_linux.h"
#include "emulator_linux.h"
#include "kernel_view.h"
#include "system_posix.h"
#include "valgrind_posix.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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
    [OWN_SPACE] = "the emulator's own address space counts as well",
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

size_t fewer_if_slow(size_t rounds) {
    if (RUNNING_ON_VALGRIND) return rounds / 20;
    return is_emulated() ? rounds / 4 : rounds;
}

mp_options granted(mp_options wished) { return wished; }

/* ---- Mappings that are not the library's ----------------------------------------------------- */

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

/* ---- Coverage -------------------------------------------------------------------------------- */

/* clang's record of what ran is written at exit() only, and a child would write over its parent's.
 * MEMORY_PAGES_COVERAGE_DIR names where each process leaves one; see scripts/coverage. */
__attribute__((weak)) int __llvm_profile_write_file(void);
__attribute__((weak)) void __llvm_profile_set_filename(const char *name);

static void keep_coverage(void) { (void)__llvm_profile_write_file(); }

static void name_coverage(void) {
    char name[1024];
    snprintf(name, sizeof name, "%s/%ld.profraw", getenv("MEMORY_PAGES_COVERAGE_DIR"),
             (long)getpid());
    __llvm_profile_set_filename(name);
}

__attribute__((constructor)) static void follow_coverage(void) {
    if (__llvm_profile_set_filename == NULL || getenv("MEMORY_PAGES_COVERAGE_DIR") == NULL) return;
    name_coverage();
    before_child_ends = keep_coverage;
    (void)pthread_atfork(NULL, NULL, name_coverage);
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
