/* The seam on Linux: older kernels, closed doors and calls that give less than was asked for. The
 * linker puts some of the C library's functions in between. */
#define _GNU_SOURCE
#include "kernel_view.h"
#include "support.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "os/mp_os.h"
#include "os/mp_os_posix.h"

/* ---- The C library in between ---------------------------------------------------------------- */

static int mmaps_left = -1, writes_left = -1, scans_left = -1; /* before the first that fails */
static size_t largest_move = SIZE_MAX;                         /* bytes; EFAULT beyond */
static size_t address_space = SIZE_MAX;                        /* bytes; EINVAL beyond */
static int moves_left = -1;
static bool has_no_batches;
static int scan_end_sticks;

static int munmaps_left = -1, munmaps_failed;
static void *places[2];        /* where the next mappings go; NULL: anywhere */
static int open_error;         /* 0: files can be opened */
static const char *given_text; /* what a read() finds; NULL: what is there */

static bool fails(int *left, int error) {
    if (*left < 0 || (*left)-- > 0) return false;
    *left = 0;
    errno = error;
    return true;
}

void *__real_mmap(void *at, size_t n, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t n, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t n, int protection, int flags, int file, off_t offset) {
    if (fails(&mmaps_left, ENOMEM)) return MAP_FAILED;
    if (places[0] != NULL) {
        at = places[0];
        places[0] = places[1];
        places[1] = NULL;
    }
    return __real_mmap(at, n, protection, flags, file, offset);
}

int __real_munmap(void *base, size_t n);
int __wrap_munmap(void *base, size_t n);
int __wrap_munmap(void *base, size_t n) {
    const bool failed = fails(&munmaps_left, ENOMEM);
    munmaps_failed += failed;
    return failed ? -1 : __real_munmap(base, n);
}

static int protections_left = -1;

static size_t most_protected; /* bytes */

int __real_mprotect(void *base, size_t n, int protection);
int __wrap_mprotect(void *base, size_t n, int protection);
int __wrap_mprotect(void *base, size_t n, int protection) {
    if (n > most_protected) most_protected = n;
    return fails(&protections_left, ENOMEM) ? -1 : __real_mprotect(base, n, protection);
}

static int advices_left = -1;
static unsigned advices; /* since it was set to 0 */
static int busy;         /* how often the system has no time for one */

int __real_madvise(void *base, size_t n, int advice);
int __wrap_madvise(void *base, size_t n, int advice);
int __wrap_madvise(void *base, size_t n, int advice) {
    advices++;
    if (busy > 0) {
        busy--;
        errno = EAGAIN;
        return -1;
    }
    return fails(&advices_left, ENOMEM) ? -1 : __real_madvise(base, n, advice);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    if (open_error == 0) return __real_open(path, flags);
    errno = open_error;
    return -1;
}

ssize_t __real_read(int file, void *to, size_t n);
ssize_t __wrap_read(int file, void *to, size_t n);
ssize_t __wrap_read(int file, void *to, size_t n) {
    if (given_text == NULL) return __real_read(file, to, n);
    const size_t length = strlen(given_text);
    memcpy(to, given_text, length < n ? length : n);
    return (ssize_t)length;
}

ssize_t __real_write(int file, const void *from, size_t n);
ssize_t __wrap_write(int file, const void *from, size_t n);
ssize_t __wrap_write(int file, const void *from, size_t n) {
    return fails(&writes_left, EFAULT) ? -1 : __real_write(file, from, n);
}

/* As a kernel before 6.17, which moves one mapping with a call. */
void *__real_mremap(void *from, size_t n, size_t to_n, int flags, void *to);
void *__wrap_mremap(void *from, size_t n, size_t to_n, int flags, ...);
void *__wrap_mremap(void *from, size_t n, size_t to_n, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    void *to = va_arg(rest, void *);
    va_end(rest);
    if (n > largest_move) {
        errno = EFAULT;
        return MAP_FAILED;
    }
    if (to_n > address_space) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    if (fails(&moves_left, ENOMEM)) return MAP_FAILED;
    return __real_mremap(from, n, to_n, flags, to);
}

int __real_ioctl(int file, unsigned long request, ...);
int __wrap_ioctl(int file, unsigned long request, ...);
static bool scan_is_offered; /* since Linux 6.7 */

int __wrap_ioctl(int file, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    uint64_t *scan = va_arg(rest, uint64_t *);
    va_end(rest);
    if (fails(&scans_left, ENOTTY)) return -1;
    const int found = __real_ioctl(file, request, scan);
    scan_is_offered = found >= 0;
    if (scan_end_sticks) scan[4] = scan[2]; /* walk_end: nothing was looked at */
    return found;
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    long argument[5];
    for (int i = 0; i < 5; i++) argument[i] = va_arg(rest, long);
    va_end(rest);
    if (has_no_batches) {
        errno = ENOSYS;
        return -1;
    }
    return __real_syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4]);
}

/** Whether the kernel has PAGEMAP_SCAN, asked without the library. */
static bool is_exact(void) {
    const uintptr_t page = (uintptr_t)&page & ~(uintptr_t)(mp_os_page_size() - 1);
    uint64_t scan[12] = {sizeof scan, 0, page, page + mp_os_page_size()};
    const int pagemap = __real_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    const bool is_offered = __real_ioctl(pagemap, _IOWR('f', 16, uint64_t[12]), scan) >= 0;
    close(pagemap);
    return is_offered;
}

static void *map_pages(size_t n) {
    void *base = __real_mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(base, MAP_FAILED);
    return base;
}

static mp_os_left left; /* of what a refusal took along; not looked at */
static const mp_os_traits traits = {.access = MP_ACCESS_READ | MP_ACCESS_WRITE};

/* ---- Statuses -------------------------------------------------------------------------------- */

START_TEST(every_code_has_a_status) {
    const struct {
        int code;
        mp_status status;
    } expected[] = {
        {0, MP_OK},
        {EAGAIN, MP_ERR_OUT_OF_MEMORY},
        {MP_OS_TABLES_FULL, MP_ERR_OUT_OF_MEMORY},
        {ENOMEM, MP_ERR_OUT_OF_MEMORY},
        {EACCES, MP_ERR_DENIED},
        {EPERM, MP_ERR_DENIED},
        {ENOSYS, MP_ERR_UNSUPPORTED},
        {EINVAL, MP_ERR_UNSUPPORTED},
        {EOPNOTSUPP, MP_ERR_UNSUPPORTED},
        {EFAULT, MP_ERR_SYSTEM},
    };
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        const mp_os_result failure = {expected[i].code, "call"};
        check_status(expected[i].status, mp_os_status(failure));
    }
    const mp_os_result result = mp_os_advise(NULL, 0, (mp_advice)99);
    ck_assert_int_eq(result.code, EINVAL);
}
END_TEST

/* ---- No file can be opened ------------------------------------------------------------------- */

static void allow_files(rlim_t files) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = files;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(without_files_memory_is_memory) {
    allow_files(0);
    errno = 77;
    ck_assert_int_eq(mp_os_status((mp_os_result){ENOMEM, "mmap"}), MP_ERR_OUT_OF_MEMORY);
    ck_assert_uint_eq(mp_os_huge_page_size(), 0);
    ck_assert_uint_eq(mp_os_enforced(MP_ACCESS_READ), MP_ACCESS_READ);
    ck_assert_int_eq(errno, 77);
    allow_files(100);
}
END_TEST

START_TEST(residency_is_counted_by_pages_where_it_is_not_told) {
    if (skips_without(RESIDENCY)) return;
    const size_t page = mp_os_page_size(), pages = 5000; /* more than one call asks for */
    unsigned char *memory =
        __real_mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_int_eq(madvise(memory, pages * page, MADV_NOHUGEPAGE), 0);
    memory[0] = memory[4095 * page] = memory[4096 * page] = memory[4999 * page] = 1;
    size_t resident = 0;
    if (_i == 0) allow_files(0);
    if (_i == 1) scans_left = 0;
    if (_i == 2) scan_end_sticks = 1;
    errno = 77;
    ck_assert_int_eq(mp_os_resident(memory, pages * page, &resident).code, 0);
    ck_assert_int_eq(errno, 77);
    ck_assert_uint_eq(resident, 4 * page);
    ck_assert_int_eq(munmap(memory, pages * page), 0);
    resident = 42;
    const bool is_told = _i == 3 && scan_is_offered;
    ck_assert_int_eq(mp_os_resident(memory, page, &resident).code, is_told ? 0 : ENOMEM);
    ck_assert_uint_eq(resident, is_told ? 0 : 42);
    allow_files(100);
}
END_TEST

/* ---- What can be enforced -------------------------------------------------------------------- */

START_TEST(what_cannot_be_tried_counts_as_denied) {
    mmaps_left = 0;
    ck_assert_uint_eq(mp_os_enforced(MP_ACCESS_NONE), MP_ACCESS_NONE);
    mmaps_left = -1;
    ck_assert_uint_eq(mp_os_enforced(MP_ACCESS_READ), MP_ACCESS_READ);
    for (writes_left = 0; writes_left < 2; writes_left += 2)
        ck_assert_uint_eq(mp_os_enforced(MP_ACCESS_WRITE) & MP_ACCESS_WRITE, MP_ACCESS_WRITE);
    writes_left = -1;
}
END_TEST

/* ---- Moving ---------------------------------------------------------------------------------- */

enum { PAGES = 8 };

static unsigned char *source, *target;

static void prepare_move(void) {
    const size_t n = PAGES * mp_os_page_size();
    void *base;
    source = map_pages(n);
    for (size_t i = 0; i < n; i++) source[i] = (unsigned char)(i / mp_os_page_size() + 1);
    ck_assert_int_eq(mp_os_reserve(n, mp_os_page_size(), &base, &left).code, 0);
    target = base;
}

static void check_content(const unsigned char *place) {
    const size_t page = mp_os_page_size();
    for (size_t i = 0; i < PAGES; i++)
        ck_assert(bytes_are(place + i * page, (uint8_t)(i + 1), page));
}

START_TEST(pages_move_with_their_content) {
    prepare_move();
    const size_t n = PAGES * mp_os_page_size();
    ck_assert_int_eq(mp_os_move(source, n, target, n, n).code, 0);
    check_content(target);
    ck_assert_uint_eq(kernel_access(source, n), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(what_is_split_stays_where_it_is) {
    prepare_move();
    const size_t page = mp_os_page_size(), n = PAGES * page;
    largest_move = n - 1;
    errno = 42;
    ck_assert_int_eq(mp_os_move(source, n, target, n, n).code, ENOTSUP);
    ck_assert_int_eq(errno, 42); /* a copy may do instead, and nothing have failed */
    check_content(source);
    ck_assert_uint_eq(kernel_access(target, n), 0); /* no hole for others to map into */
}
END_TEST

/* Some kernels would move the first part and stop at the second, with no way back. */
START_TEST(what_the_program_has_split_stays_where_it_is) {
    enum { MSEAL = 462 }; /* since Linux 6.10 */
    if (skips_with_guests()) return;
    prepare_move();
    const size_t page = mp_os_page_size(), n = PAGES * page;
    if (_i == 0) {
        ck_assert_int_eq(madvise(source + page, page, MADV_DONTFORK), 0);
    } else if (__real_syscall(MSEAL, source + page, page, 0) != 0) {
        puts("skipped: this kernel seals nothing");
        return;
    }
    ck_assert_int_eq(mp_os_move(source, n, target, n, n).code, ENOTSUP);
    check_content(source);
    ck_assert_uint_eq(kernel_access(target, n), MP_ACCESS_NONE);
}
END_TEST

/* A mapping with nothing behind it for half of the address space. */
START_TEST(what_happens_to_grow_shrinks_again) {
    const size_t n = PAGES * mp_os_page_size();
    const size_t room = ((size_t)PTRDIFF_MAX >> 30) + 1; /* 8 GiB */
    if (room < n || skips_with_guests()) return; /* 32 bits: there never is so much */
    prepare_move();
    void *base;
    ck_assert_int_eq(mp_os_reserve(room, mp_os_page_size(), &base, &left).code, 0);
    ck_assert_int_eq(__real_munmap((char *)base + n, room - n), 0);
    ck_assert_int_eq(mp_os_commit(base, n, MP_ACCESS_READ | MP_ACCESS_WRITE).code, 0);
    memcpy(base, source, n);
    address_space = room / 2;
    ck_assert_int_eq(mp_os_move(base, n, target, n, n).code, 0);
    check_content(target);
    ck_assert_uint_eq(kernel_access((char *)base + n, n), KERNEL_UNMAPPED);
}
END_TEST

static size_t huge_kilobytes(void) {
    size_t found = 0;
    char line[256];
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "AnonHugePages: %zu kB", &found);
    if (file != NULL) fclose(file);
    return found;
}

START_TEST(huge_pages_move_whole) {
    if (skips_with_guests()) return; /* the library never asks this of Valgrind */
    const size_t huge = mp_os_huge_page_size(), n = 2 * huge;
    void *from, *to;
    if (huge == 0 || huge > (size_t)32 << 20) {
        puts("skipped: there are no huge pages, or too large ones");
        return;
    }
    ck_assert_int_eq(mp_os_reserve(n, huge, &from, &left).code, 0);
    ck_assert_int_eq(mp_os_commit(from, n, MP_ACCESS_READ | MP_ACCESS_WRITE).code, 0);
    (void)mp_os_use_huge_pages(from, n, true);
    memset(from, 7, n);
    const size_t before = huge_kilobytes();
    if (before == 0) puts("skipped: the kernel gives no huge pages");
    ck_assert_int_eq(mp_os_reserve(2 * n, huge, &to, &left).code, 0);
    ck_assert_int_eq(mp_os_move(from, n, to, n, 2 * n).code, 0);
    ck_assert_uint_eq(huge_kilobytes(), before);
    ck_assert(bytes_are(to, 7, n));
    ck_assert_uint_eq(kernel_access((char *)to + n, n), MP_ACCESS_NONE);
}
END_TEST

START_TEST(a_refused_move_is_told) {
    prepare_move();
    const size_t n = PAGES * mp_os_page_size();
    moves_left = 0;
    const mp_os_result result = mp_os_move(source, n, target, n, n);
    moves_left = -1;
    ck_assert_int_eq(result.code, ENOMEM);
    ck_assert_str_eq(result.call, "mremap");
    check_content(source);
}
END_TEST

/* The kernel would find out when it has already unmapped the target. */
START_TEST(what_may_not_be_taken_is_known_before_the_move) {
    if (_i == 1 && skips_with_guests()) return; /* the library never lets that grow for Valgrind */
    prepare_move();
    const size_t page = mp_os_page_size(), n = PAGES * page;
    protections_left = 0;
    const mp_os_result result = mp_os_move(source, n - page, target, n, _i == 0 ? n - page : n);
    protections_left = -1;
    ck_assert_int_eq(result.code, ENOMEM);
    ck_assert_str_eq(result.call, "mprotect");
    check_content(source);
    ck_assert_uint_eq(kernel_access(target, n), MP_ACCESS_NONE);
}
END_TEST

/* ---- Decommitting ---------------------------------------------------------------------------- */

static bool batches_are_offered; /* since Linux 6.13 */

static void forget_every_other_page(char *pages, size_t n, unsigned expected) {
    const size_t page = mp_os_page_size();
    mp_range ranges[200];
    ck_assert_uint_le(n, COUNT_OF(ranges));
    for (size_t i = 0; i < n; i++) ranges[i] = (mp_range){2 * i * page, page};
    memset(pages, 7, 2 * n * page);
    advices = 0;
    ck_assert_int_eq(mp_os_decommit_ranges(pages, ranges, n, &traits).code, 0);
    if (batches_are_offered) ck_assert_uint_eq(advices, expected);
    for (size_t i = 0; i < 2 * n; i++) ck_assert_int_eq(pages[i * page], i % 2 == 0 ? 0 : 7);
}

START_TEST(many_ranges_are_decommitted_at_once) {
    const size_t n[] = {2, 64, 65, 130}, page = mp_os_page_size();
    char *pages = map_pages(400 * page);
#if defined(SYS_pidfd_open) && defined(SYS_process_madvise) /* else nothing is expected */
    struct iovec one = {pages, page};
    const int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    batches_are_offered =
        self >= 0 && syscall(SYS_process_madvise, self, &one, 1, MADV_DONTNEED, 0) == (long)page;
    if (self >= 0) close(self);
#endif
    forget_every_other_page(pages, 1, 1);
    for (size_t i = 0; i < COUNT_OF(n); i++) forget_every_other_page(pages, n[i], 0);
    ck_assert_int_eq(__real_munmap(pages, 400 * page), 0);
}
END_TEST

START_TEST(what_is_refused_ends_it) {
    const size_t page = mp_os_page_size();
    char *pages = map_pages(400 * page);
    mp_range ranges[130];
    for (size_t i = 0; i < COUNT_OF(ranges); i++) ranges[i] = (mp_range){2 * i * page, page};
    memset(pages, 7, 400 * page);
    has_no_batches = true;
    advices_left = 1;
    ck_assert_int_eq(mp_os_decommit_ranges(pages, ranges, 130, &traits).code, ENOMEM);
    advices_left = -1;
    ck_assert_int_eq(pages[0], 0);
    for (size_t i = 1; i < 130; i++) ck_assert_int_eq(pages[2 * i * page], 7);
    ck_assert_int_eq(__real_munmap(pages, 400 * page), 0);
}
END_TEST

START_TEST(a_busy_system_is_asked_again) {
    const size_t page = mp_os_page_size();
    char *pages = map_pages(page);
    const struct { int busy; unsigned asked; int code; } cases[] = {
        {0, 1, 0}, {3, 4, 0}, {16, 17, 0}, {17, 17, EAGAIN}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        advices = 0;
        busy = cases[i].busy;
        ck_assert_int_eq(mp_os_use_huge_pages(pages, page, false).code, cases[i].code);
        ck_assert_uint_eq(advices, cases[i].asked);
    }
    busy = 0;
    advices = 0;
    advices_left = 0;
    ck_assert_int_eq(mp_os_use_huge_pages(pages, page, false).code, ENOMEM);
    ck_assert_uint_eq(advices, 1);
    advices_left = 0;
    ck_assert_int_eq(mp_os_prefault(pages, page).code, ENOMEM);
    advices_left = -1;
    ck_assert_int_eq(__real_munmap(pages, page), 0);
}
END_TEST

START_TEST(what_is_not_forgotten_stays_accessible) {
    const size_t page = mp_os_page_size();
    char *pages = map_pages(page);
    pages[0] = 7;
    advices_left = 0;
    ck_assert_int_eq(mp_os_uncommit(pages, page, &traits).code, ENOMEM);
    advices_left = -1;
    ck_assert_uint_eq(kernel_access(pages, page), traits.access);
    ck_assert_int_eq(pages[0], 7);
    ck_assert_int_eq(__real_munmap(pages, page), 0);
}
END_TEST

/* Its first file is what is usually the input. */
START_TEST(a_process_without_an_input_is_served) {
    const size_t page = mp_os_page_size();
    char *pages = map_pages(4 * page);
    const mp_range ranges[] = {{0, page}, {2 * page, page}};
    size_t size = 0, resident;
    FILE *told = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "r");
    if (told != NULL) {
        ck_assert_int_eq(fscanf(told, "%zu", &size), 1);
        fclose(told);
    }
    const bool exact = !skips_without(RESIDENCY) && is_exact();
    close(0);
    ck_assert_uint_eq(mp_os_huge_page_size(), size);
    (void)*(volatile char *)pages;
    ck_assert_int_eq(mp_os_resident(pages, 4 * page, &resident).code, 0);
    if (exact) ck_assert_uint_eq(resident, 0);
    ck_assert_int_eq(mp_os_decommit_ranges(pages, ranges, 2, &traits).code, 0);
    ck_assert_int_eq(__real_open("/dev/null", O_RDONLY), 0);
    ck_assert_int_eq(__real_munmap(pages, 4 * page), 0);
}
END_TEST

START_TEST(pages_that_nobody_may_touch_are_locked_as_they_come) {
    if (skips_without_mlock() || skips_with_guests()) return; /* the emulator has no mlock2() */
    const size_t page = mp_os_page_size();
    char *pages = map_pages(page);
    ck_assert_int_eq(__real_mprotect(pages, page, PROT_NONE), 0);
    errno = 77;
    ck_assert_int_eq(mp_os_lock(pages, page, MP_ACCESS_NONE).code, 0);
    ck_assert_int_eq(errno, 77);
    check_kernel_flag(pages, "lo", true);
    ck_assert_int_eq(__real_munmap(pages, page), 0);
    ck_assert_int_eq(mp_os_lock(pages, page, MP_ACCESS_NONE).code, ENOMEM);
}
END_TEST

static uint64_t clock_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

START_TEST(milliseconds_are_those_of_the_clock) {
    for (int i = 0; i < 2; i++) {
        const uint64_t before = clock_milliseconds();
        const uint64_t found = mp_os_milliseconds();
        ck_assert_uint_ge(found, before);
        ck_assert_uint_le(found, clock_milliseconds());
        usleep(1700); /* another part of a millisecond */
    }
}
END_TEST

START_TEST(what_was_only_read_is_not_resident) {
    if (skips_without(RESIDENCY) || !is_exact()) return;
    enum { WRITTEN = 100 }; /* more places than one call tells */
    const size_t page = mp_os_page_size(), n = 2 * WRITTEN * page;
    char *pages = map_pages(n);
    ck_assert_int_eq(__real_madvise(pages, n, MADV_NOHUGEPAGE), 0);
    volatile char *at = pages;
    for (size_t i = 0; i < WRITTEN; i++) {
        at[2 * i * page] = 7;
        (void)at[(2 * i + 1) * page];
    }
    size_t resident;
    ck_assert_int_eq(mp_os_resident(pages, n, &resident).code, 0);
    ck_assert_uint_eq(resident, WRITTEN * page);
    ck_assert_int_eq(mp_os_resident(pages + page, 3 * page, &resident).code, 0);
    ck_assert_uint_eq(resident, page);
    ck_assert_int_eq(__real_munmap(pages, n), 0);
}
END_TEST

START_TEST(ranges_are_decommitted_one_by_one_on_older_kernels) {
    const size_t page = mp_os_page_size();
    const bool has_holes = !skips_without(ADVICE);
    mp_range ranges[100];
    void *base = map_pages(200 * page);
    memset(base, 1, 200 * page);
    for (size_t i = 0; i < COUNT_OF(ranges); i++) ranges[i] = (mp_range){2 * i * page, page};
    has_no_batches = true;
    ck_assert_int_eq(mp_os_decommit_ranges(base, ranges, COUNT_OF(ranges), &traits).code, 0);
    for (size_t i = 0; i < 200; i++)
        ck_assert(bytes_are((char *)base + i * page, i % 2 == 0 ? 0 : 1, page));
    if (!has_holes) return;
    /* A hole stops them. */
    ck_assert_int_eq(munmap((char *)base + 4 * page, page), 0);
    memset((char *)base + 6 * page, 1, page);
    ck_assert_int_eq(mp_os_decommit_ranges(base, ranges, COUNT_OF(ranges), &traits).code, ENOMEM);
    ck_assert(bytes_are((char *)base + 6 * page, 1, page));
}
END_TEST

START_TEST(what_cannot_be_cut_to_size_is_told) {
    const size_t page = mp_os_page_size(), alignment = (size_t)64 << 20;
    const size_t before = kernel_address_space();
    for (int i = 0; i < 4; i++) { /* the first is of what was not aligned, and there are three */
        void *base = NULL;
        left = (mp_os_left){&left, 42};
        munmaps_failed = 0;
        munmaps_left = i;
        const mp_os_result result = mp_os_reserve(page, alignment, &base, &left);
        munmaps_left = -1;
        if (result.code == 0) { /* the last time, or aligned by chance: there was less to cut */
            ck_assert_int_eq(munmaps_failed, 0);
            ck_assert_uint_eq(left.bytes, 0);
            ck_assert_int_eq(mp_os_release(base, page).code, 0);
            continue;
        }
        ck_assert_int_eq(result.code, ENOMEM);
        ck_assert_str_eq(result.call, "munmap");
        ck_assert_uint_ge(left.bytes, page);
        ck_assert_int_eq(mp_os_release(left.base, left.bytes).code, 0);
    }
    ck_assert_uint_lt(kernel_address_space() - before, alignment); /* the test's own, at most */
}
END_TEST

START_TEST(a_number_ends_where_its_digits_end) {
    const char *texts[] = {"2097152", "2097152\n", "2097152:", "2097152 kB"};
    given_text = texts[_i];
    ck_assert_uint_eq(mp_os_huge_page_size(), 2097152); /* asked once in a process */
    given_text = NULL;
}
END_TEST

START_TEST(what_the_kernel_does_not_have_is_asked_once) {
    open_error = EMFILE;
    ck_assert_uint_eq(mp_os_huge_page_size(), 0); /* at a limit it does not say: not remembered */
    open_error = 0;
    given_text = "";
    ck_assert_uint_eq(mp_os_huge_page_size(), 0);
    open_error = _i == 0 ? ENOENT : 0;
    given_text = "4096";
    const size_t size = mp_os_huge_page_size();
    ck_assert_uint_eq(size, _i == 0 ? 0 : 4096);
    open_error = 0;
    given_text = "8192";
    ck_assert_uint_eq(mp_os_huge_page_size(), size);
}
END_TEST

/** The numbers that the next files get. */
static void free_files(int numbers[3]) {
    for (int i = 0; i < 3; i++)
        ck_assert_int_ge(numbers[i] = __real_open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    for (int i = 0; i < 3; i++) close(numbers[i]);
}

START_TEST(what_is_asked_leaves_no_trace) {
    const size_t page = mp_os_page_size();
    char *pages = map_pages(4 * page);
    void *to;
    const mp_range ranges[] = {{0, page}, {2 * page, page}};
    size_t resident;
    int before[3], after[3];
    free_files(before);
    errno = 42;
    (void)mp_posix_at_mapping_limit();
    (void)mp_os_huge_page_size();
    ck_assert_int_eq(mp_os_resident(pages, 4 * page, &resident).code, 0);
    ck_assert(mp_posix_is_readable(pages));
    ck_assert_uint_eq(mp_os_enforced(MP_ACCESS_READ), MP_ACCESS_READ);
    ck_assert_int_eq(mp_os_decommit_ranges(pages, ranges, 2, &traits).code, 0);
    ck_assert_int_eq(mp_os_uncommit(pages, page, &traits).code, 0);
    ck_assert_int_eq(mp_os_commit(pages, page, traits.access).code, 0);
    ck_assert_int_eq(mp_os_reserve(4 * page, page, &to, &left).code, 0);
    ck_assert_int_eq(mp_os_move(pages, 4 * page, to, 4 * page, 4 * page).code, 0);
    ck_assert_int_eq(errno, 42);
    free_files(after);
    ck_assert_mem_eq(after, before, sizeof after);
}
END_TEST

START_TEST(what_can_be_read_is_found_by_trying) {
    if (skips_without(DENIED_READS)) return;
    const size_t page = mp_os_page_size();
    char *pages = map_pages(page);
    ck_assert(mp_posix_is_readable(pages));
    ck_assert_int_eq(__real_mprotect(pages, page, PROT_NONE), 0);
    errno = 42;
    ck_assert(!mp_posix_is_readable(pages));
    ck_assert_int_eq(errno, 42);
    allow_files(0);
    ck_assert(!mp_posix_is_readable(pages)); /* who knows? */
    ck_assert_int_eq(errno, 42);
    allow_files(100);
    ck_assert_int_eq(__real_munmap(pages, page), 0);

    const size_t before = kernel_address_space();
    const unsigned asked[] = {MP_ACCESS_NONE, MP_ACCESS_READ, MP_ACCESS_WRITE, MP_ACCESS_EXEC};
    for (size_t i = 0; i < COUNT_OF(asked); i++) (void)mp_os_enforced(asked[i]);
    if (!skips_with_guests()) ck_assert_uint_eq(kernel_address_space(), before);
}
END_TEST

START_TEST(many_mappings_are_not_too_many) {
    enum { MAPPINGS = 4000 };
    const size_t page = mp_os_page_size();
    char *pages = map_pages(MAPPINGS * page);
    for (size_t i = 0; i < MAPPINGS; i += 2)
        ck_assert_int_eq(__real_mprotect(pages + i * page, page, PROT_NONE), 0);
    ck_assert(!mp_posix_at_mapping_limit());
    ck_assert_int_eq(__real_munmap(pages, MAPPINGS * page), 0);
}
END_TEST

START_TEST(only_what_is_promised_is_counted) {
    const size_t page = mp_os_page_size();
    FILE *policy = fopen("/proc/sys/vm/overcommit_memory", "r");
    const bool counts_all = policy != NULL && fgetc(policy) == '2';
    if (policy != NULL) fclose(policy);
    for (int promise = counts_all; promise <= 1; promise++) {
        const mp_os_wish wish = {page, promise, false};
        void *base;
        ck_assert_int_eq(mp_os_map(page, traits.access, wish, &base, &left).code, 0);
        check_kernel_flag(base, "nr", !promise);
        ck_assert_int_eq(mp_os_release(base, page).code, 0);
    }
}
END_TEST

/* Locked memory would become resident as far as it grows. */
START_TEST(locked_memory_moves_without_growing) {
    if (skips_without_mlock()) return;
    const size_t page = mp_os_page_size();
    for (int which = 0; which <= 1; which++) {
        char *from = map_pages(page), *to = map_pages(PAGES * page);
        from[0] = 7;
        ck_assert_int_eq(__real_mprotect(to, PAGES * page, PROT_NONE), 0);
        if (which == 0)
            ck_assert_int_eq(mlock(from, page), 0);
        else if (mlock2(to, PAGES * page, MLOCK_ONFAULT) != 0)
            return; /* under an emulator */
        most_protected = 0;
        ck_assert_int_eq(mp_os_move(from, page, to, page, PAGES * page).code, 0);
        ck_assert_uint_eq(most_protected, page); /* what may be written comes to be there */
        ck_assert_int_eq(to[0], 7);
        if (system_has(RESIDENCY))
            ck_assert_uint_eq(kernel_resident_bytes(to, PAGES * page), page);
        ck_assert_int_eq(__real_munmap(to, PAGES * page), 0);
    }
}
END_TEST

START_TEST(without_a_limit_of_mappings_there_are_never_too_many) {
    given_text = "0";
    ck_assert_int_eq(mp_os_status((mp_os_result){ENOMEM, "mmap"}), MP_ERR_OUT_OF_MEMORY);
}
END_TEST

/* ---- Places ---------------------------------------------------------------------------------- */

/** Room that nobody has anything in, aligned to two pages. */
static unsigned char *free_place(size_t pages) {
    const size_t page = mp_os_page_size();
    unsigned char *base = map_pages((pages + 1) * page);
    ck_assert_int_eq(munmap(base, (pages + 1) * page), 0);
    return base + ((uintptr_t)base & page);
}

START_TEST(what_sticks_out_of_an_aligned_mapping_is_cut_off) {
    const size_t page = mp_os_page_size();
    unsigned char *place = free_place(8);
    void *base = NULL;
    /* The first is not aligned; the second, larger one is cut at its front or at its end. */
    places[0] = place + page;
    places[1] = _i == 0 ? place + page : place + 2 * page;
    ck_assert_int_eq(mp_os_reserve(3 * page, 2 * page, &base, &left).code, 0);
    ck_assert_ptr_eq(base, place + 2 * page);
    ck_assert_uint_eq(left.bytes, 0);
    ck_assert_uint_eq(kernel_access(place + page, page), KERNEL_UNMAPPED);
    ck_assert_uint_eq(kernel_access(base, 3 * page), MP_ACCESS_NONE);
    ck_assert_uint_eq(kernel_access(place + 5 * page, page), KERNEL_UNMAPPED);
    ck_assert_int_eq(mp_os_release(base, 3 * page).code, 0);
}
END_TEST

START_TEST(a_place_is_reserved_if_it_is_free) {
    const size_t page = mp_os_page_size();
    unsigned char *place = free_place(4);
    errno = 77;
    ck_assert_int_eq(mp_os_reserve_at(place, 2 * page).code, 0);
    ck_assert_uint_eq(kernel_access(place, 2 * page), MP_ACCESS_NONE);
    const size_t before = kernel_address_space();
    ck_assert_int_eq(mp_os_reserve_at(place + page, 2 * page).code, EEXIST);
    ck_assert_uint_eq(kernel_access(place + 2 * page, page), KERNEL_UNMAPPED);
    if (!skips_without(OWN_SPACE)) ck_assert_uint_eq(kernel_address_space(), before);
    mmaps_left = 0;
    const mp_os_result result = mp_os_reserve_at(place + 2 * page, page);
    mmaps_left = -1;
    ck_assert_int_eq(result.code, ENOMEM);
    ck_assert_str_eq(result.call, "mmap");
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(mp_os_release(place, 2 * page).code, 0);
}
END_TEST

START_TEST(an_alignment_beyond_all_memory_is_refused) {
    void *base = NULL;
    const size_t page = mp_os_page_size();
    errno = 0;
    ck_assert_int_eq(mp_os_reserve(page, SIZE_MAX / 2 + 1, &base, &left).code, ENOMEM);
    ck_assert_int_eq(mp_os_reserve(SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 1, &base, &left).code, ENOMEM);
    ck_assert_ptr_null(base);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, every_code_has_a_status);
    tcase_add_test(tests, without_files_memory_is_memory);
    tcase_add_loop_test(tests, residency_is_counted_by_pages_where_it_is_not_told, 0, 4);
    tcase_add_test(tests, what_cannot_be_tried_counts_as_denied);
    tcase_add_test(tests, pages_move_with_their_content);
    tcase_add_test(tests, what_is_split_stays_where_it_is);
    tcase_add_loop_test(tests, what_the_program_has_split_stays_where_it_is, 0, 2);
    tcase_add_test(tests, what_happens_to_grow_shrinks_again);
    tcase_add_test(tests, huge_pages_move_whole);
    tcase_add_test(tests, a_refused_move_is_told);
    tcase_add_loop_test(tests, what_may_not_be_taken_is_known_before_the_move, 0, 2);
    tcase_add_test(tests, many_ranges_are_decommitted_at_once);
    tcase_add_test(tests, what_is_refused_ends_it);
    tcase_add_test(tests, milliseconds_are_those_of_the_clock);
    tcase_add_test(tests, what_was_only_read_is_not_resident);
    tcase_add_test(tests, ranges_are_decommitted_one_by_one_on_older_kernels);
    tcase_add_test(tests, what_cannot_be_cut_to_size_is_told);
    tcase_add_loop_test(tests, a_number_ends_where_its_digits_end, 0, 4);
    tcase_add_loop_test(tests, what_the_kernel_does_not_have_is_asked_once, 0, 2);
    tcase_add_test(tests, what_is_asked_leaves_no_trace);
    tcase_add_test(tests, what_can_be_read_is_found_by_trying);
    tcase_add_test(tests, a_busy_system_is_asked_again);
    tcase_add_test(tests, what_is_not_forgotten_stays_accessible);
    tcase_add_test(tests, a_process_without_an_input_is_served);
    tcase_add_test(tests, pages_that_nobody_may_touch_are_locked_as_they_come);
    tcase_add_test(tests, many_mappings_are_not_too_many);
    tcase_add_test(tests, only_what_is_promised_is_counted);
    tcase_add_test(tests, locked_memory_moves_without_growing);
    tcase_add_test(tests, without_a_limit_of_mappings_there_are_never_too_many);
    tcase_add_loop_test(tests, what_sticks_out_of_an_aligned_mapping_is_cut_off, 0, 2);
    tcase_add_test(tests, a_place_is_reserved_if_it_is_free);
    tcase_add_test(tests, an_alignment_beyond_all_memory_is_refused);
}

int main(void) { return run_tests("os_linux", add_tests); }
