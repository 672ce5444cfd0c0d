/* Linux. What a kernel or C library lacks is found out by asking, never by its version. */
#define _GNU_SOURCE
#include "mp_os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "../mp_compiler.h"

/* From the kernel's own headers (include/uapi), where the C library's are older than the kernel. */
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef MADV_COLD
#define MADV_COLD 20
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

/* ---- Results --------------------------------------------------------------------------------- */

static const mp_os_result done = {0, NULL};

/* What a system call gave; `saved` is the caller's errno, which comes back. */
static mp_os_result result_of(bool failed, const char *call, int saved) {
    const mp_os_result result = {failed ? errno : 0, call};
    errno = saved;
    return failed ? result : done;
}

static mp_os_result advise(void *base, size_t bytes, int advice) {
    const int saved = errno;
    int failed = madvise(base, bytes, advice);
    for (int retry = 0; failed != 0 && errno == EAGAIN && retry < 16; retry++)
        failed = madvise(base, bytes, advice);
    return result_of(failed != 0, "madvise", saved);
}

/* Reads a small file of the kernel's; 0 when there is none. */
static size_t read_number(const char *path) {
    const int saved = errno;
    size_t number = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        char text[32];
        const ssize_t got = read(file, text, sizeof text);
        for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; i++)
            number = number * 10 + (size_t)(text[i] - '0');
        close(file);
    }
    errno = saved;
    return number;
}

/* Counts the process's mappings: the lines of its map. Read in pieces on the stack, for this runs
 * when there is no memory. */
static size_t count_mappings(void) {
    const int saved = errno;
    size_t lines = 0;
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        char text[4096];
        ssize_t got;
        while ((got = read(file, text, sizeof text)) > 0)
            for (ssize_t i = 0; i < got; i++) lines += text[i] == '\n';
        close(file);
    }
    errno = saved;
    return lines;
}

/* ENOMEM says "no memory" and "too many mappings" alike. A call may need two more mappings than
 * there are, and fails if they would exceed the limit. */
static bool at_mapping_limit(void) {
    const size_t limit = read_number("/proc/sys/vm/max_map_count");
    return limit != 0 && count_mappings() + 2 >= limit;
}

mp_status mp_os_status(mp_os_result failure) {
    switch (failure.code) {
    case 0:
        return MP_OK;
    case ENOMEM:
        return at_mapping_limit() ? MP_ERR_TOO_MANY_MAPPINGS : MP_ERR_OUT_OF_MEMORY;
    case EAGAIN: /* locked memory beyond RLIMIT_MEMLOCK */
    case MP_OS_TABLES_FULL:
        return MP_ERR_OUT_OF_MEMORY;
    case EACCES:
    case EPERM:
        return MP_ERR_DENIED;
    case ENOSYS:
    case EINVAL:
    case EOPNOTSUPP:
        return MP_ERR_UNSUPPORTED;
    default:
        return MP_ERR_SYSTEM;
    }
}

/* ---- Facts ----------------------------------------------------------------------------------- */

size_t mp_os_page_size(void) {
    static size_t known; /* atomic; every thread finds the same */
    size_t size = mp_atomic_load(&known);
    if (size == 0) {
        size = (size_t)sysconf(_SC_PAGESIZE);
        mp_atomic_store(&known, size);
    }
    return size;
}

size_t mp_os_huge_page_size(void) {
    static size_t known; /* atomic; one more than the size, 0 when not asked yet */
    size_t size = mp_atomic_load(&known);
    if (size == 0) {
        size = read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size") + 1;
        mp_atomic_store(&known, size);
    }
    return size - 1;
}

static int protection_of(unsigned access) {
    return ((access & MP_ACCESS_READ) ? PROT_READ : 0) |
           ((access & MP_ACCESS_WRITE) ? PROT_WRITE : 0) |
           ((access & MP_ACCESS_EXEC) ? PROT_EXEC : 0);
}

/* Whether the kernel itself can copy a byte out of the page, or into it, by the page tables that
 * the program uses: no signal is raised when it can't. */
static bool kernel_can(void *page, int pipe_ends[2], bool write_to_page) {
    char byte = 0;
    if (!write_to_page) {
        if (write(pipe_ends[1], page, 1) != 1) return false;
        return read(pipe_ends[0], &byte, 1) == 1;
    }
    if (write(pipe_ends[1], &byte, 1) != 1) return false;
    if (read(pipe_ends[0], page, 1) == 1) return true;
    return read(pipe_ends[0], &byte, 1) != 1; /* takes the byte out again: always false */
}

/* Reading and writing are tried. Execution is not, for that would need a signal handler: x86 before
 * the NX bit aside, every processor that Linux runs on denies it. */
unsigned mp_os_enforced(unsigned access) {
    const int saved = errno;
    unsigned allowed = access;
    const size_t bytes = mp_os_page_size();
    void *page = mmap(NULL, bytes, protection_of(access), MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int ends[2];
    if (page != MAP_FAILED) {
        if (pipe2(ends, O_CLOEXEC) == 0) {
            if (kernel_can(page, ends, false)) allowed |= MP_ACCESS_READ;
            if (kernel_can(page, ends, true)) allowed |= MP_ACCESS_WRITE;
            close(ends[0]);
            close(ends[1]);
        }
        munmap(page, bytes);
    }
    errno = saved;
    return allowed;
}

uint64_t mp_os_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- Address space --------------------------------------------------------------------------- */

static void *map_anywhere(size_t bytes, int protection, int flags) {
    void *base = mmap(NULL, bytes, protection, flags | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED && errno == EINVAL) errno = ENOMEM; /* Valgrind's "there is no room" */
    return base;
}

/* Room is taken for the worst case, and what is not needed is given back. */
static bool map_aligned(size_t bytes, size_t alignment, int protection, int flags, void **out,
                        const char **call) {
    *call = "mmap";
    const size_t slack = alignment - mp_os_page_size();
    size_t room;
    if (!mp_checked_add(bytes, slack, &room)) {
        errno = ENOMEM;
        return false;
    }
    unsigned char *base = map_anywhere(room, protection, flags);
    if (base == MAP_FAILED) return false;

    *call = "munmap";
    const size_t before = (size_t)(-(uintptr_t)base & (alignment - 1));
    const size_t behind = slack - before;
    unsigned char *start = base + before;
    if ((before == 0 || munmap(base, before) == 0) &&
        (behind == 0 || munmap(start + bytes, behind) == 0)) {
        *out = start;
        return true;
    }
    const int failure = errno;
    munmap(base, room);
    errno = failure;
    return false;
}

/* Kernels align large mappings by themselves from 6.7 on, but promise nothing. */
static mp_os_result map(size_t bytes, size_t alignment, int protection, int flags, void **out) {
    const int saved = errno;
    const char *call = "mmap";
    void *base = map_anywhere(bytes, protection, flags);
    bool mapped = base != MAP_FAILED;
    if (mapped && ((uintptr_t)base & (alignment - 1)) == 0) {
        *out = base;
    } else if (mapped) {
        munmap(base, bytes);
        mapped = map_aligned(bytes, alignment, protection, flags, out, &call);
    }
    return result_of(!mapped, call, saved);
}

mp_os_result mp_os_map(size_t bytes, size_t alignment, unsigned access, bool promise, void **out) {
    return map(bytes, alignment, protection_of(access), promise ? 0 : MAP_NORESERVE, out);
}

mp_os_result mp_os_reserve(size_t bytes, size_t alignment, void **out) {
    return map(bytes, alignment, PROT_NONE, MAP_NORESERVE, out);
}

mp_os_result mp_os_release(void *base, size_t bytes) {
    const int saved = errno;
    return result_of(munmap(base, bytes) != 0, "munmap", saved);
}

/* Never by mmap(MAP_FIXED): out of memory, that leaves a hole where the reservation was
 * (dotnet/coreclr#5623). */
mp_os_result mp_os_commit(void *base, size_t bytes, unsigned access) {
    const int saved = errno;
    return result_of(mprotect(base, bytes, protection_of(access)) != 0, "mprotect", saved);
}

mp_os_result mp_os_uncommit(void *base, size_t bytes, unsigned access) {
    const int saved = errno;
    if (mprotect(base, bytes, PROT_NONE) != 0) return result_of(true, "mprotect", saved);
    const mp_os_result result = mp_os_decommit(base, bytes);
    if (result.code != 0) (void)mp_os_commit(base, bytes, access);
    return result;
}

mp_os_result mp_os_resize(void *base, size_t bytes, size_t new_bytes, bool may_move, void **out) {
    /* As the kernel would say; Valgrind's own mremap() ends the program instead. */
    if (new_bytes > PTRDIFF_MAX) return (mp_os_result){ENOMEM, "mremap"};
    const int saved = errno;
    void *moved = mremap(base, bytes, new_bytes, may_move ? MREMAP_MAYMOVE : 0);
    if (moved == MAP_FAILED) return result_of(true, "mremap", saved);
    *out = moved;
    return done;
}

/* One call moves one mapping. A program may have split it (by mlock() on a part, or by a policy),
 * or a move before this one may have left a seam. Halving finds the seams without asking where they
 * are. */
static int move_by_halves(unsigned char *from, size_t bytes, unsigned char *to, int flags) {
    if (mremap(from, bytes, bytes, flags, to) != MAP_FAILED) return 0;
    const size_t page = mp_os_page_size();
    if (errno != EFAULT || bytes <= page) return -1;
    const size_t half = mp_round_down(bytes / 2, page);
    if (move_by_halves(from, half, to, flags) != 0) return -1;
    if (move_by_halves(from + half, bytes - half, to + half, flags) == 0) return 0;
    const int failure = errno;
    (void)move_by_halves(to, half, from, flags);
    errno = failure;
    return -1;
}

/* Moves a mapping and lets it grow over the whole reservation on the way. What was one mapping
 * stays one: pages that move alone never merge with those behind them, whose offsets count from
 * another place. */
static bool move_as_one(unsigned char *from, size_t bytes, unsigned char *to, size_t accessible,
                        size_t reserved) {
    /* Locked memory would become resident as far as it grows. The kernel says so by refusing this
     * hint; before 5.4 it refuses always. */
    if (madvise(from, mp_os_page_size(), MADV_COLD) != 0) return false;
    if (mremap(from, bytes, reserved, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED)
        return false;
    /* Refused at the limit of mappings; what then stays accessible costs nothing until it is
     * touched. */
    if (accessible < reserved) (void)mprotect(to + accessible, reserved - accessible, PROT_NONE);
    return true;
}

mp_os_result mp_os_move(void *from, size_t bytes, void *to, size_t accessible, size_t reserved,
                        mp_os_source *left) {
    const int saved = errno;
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    *left = MP_OS_SOURCE_GONE;
    if (move_as_one(from, bytes, to, accessible, reserved)) {
        errno = saved;
        return done;
    }
    /* The source stays mapped, so that no other thread's mapping can land in it while a way back
     * may be needed. Kernels before 5.7 do not know this, and some limits count both places. */
    *left = MP_OS_SOURCE_MAPPED;
    if (move_by_halves(from, bytes, to, flags | MREMAP_DONTUNMAP) == 0) {
        errno = saved;
        return done;
    }
    *left = MP_OS_SOURCE_GONE;
    return result_of(move_by_halves(from, bytes, to, flags) != 0, "mremap", saved);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

void mp_os_sync_code(void *base, size_t bytes) {
    __builtin___clear_cache((char *)base, (char *)base + bytes);
}

mp_os_result mp_os_protect(void *base, size_t bytes, unsigned from, unsigned to) {
    const int saved = errno;
    if ((to & MP_ACCESS_EXEC) && !(from & MP_ACCESS_EXEC)) {
        /* The caches of most processors are cleaned by address, which must be readable. */
        if (!(from & MP_ACCESS_READ) && mprotect(base, bytes, PROT_READ) != 0)
            return result_of(true, "mprotect", saved);
        mp_os_sync_code(base, bytes);
    }
    return result_of(mprotect(base, bytes, protection_of(to)) != 0, "mprotect", saved);
}

/* Not posix_madvise(), whose DONTNEED does nothing in glibc and bionic. */
mp_os_result mp_os_decommit(void *base, size_t bytes) {
    const mp_os_result result = advise(base, bytes, MADV_DONTNEED);
    /* Locked pages are refused with EINVAL; since Linux 5.18 they have a call of their own. */
    return result.code == EINVAL ? advise(base, bytes, MADV_DONTNEED_LOCKED) : result;
}

/* process_madvise() takes many ranges at once, and since Linux 6.13 any advice for the caller's own
 * process. True when it did all that it was given. */
static bool decommit_at_once(int process, struct iovec *ranges, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) bytes += ranges[i].iov_len;
    return syscall(SYS_process_madvise, process, ranges, count, MADV_DONTNEED, 0) == (long)bytes;
}

mp_os_result mp_os_decommit_ranges(void *base, const mp_range *ranges, size_t count) {
    enum { BATCH = 64 };
    const int saved = errno;
    const int process = count > 1 ? (int)syscall(SYS_pidfd_open, getpid(), 0) : -1;
    bool batches = process >= 0;
    mp_os_result result = done;
    for (size_t first = 0; first < count && result.code == 0; first += BATCH) {
        const size_t n = count - first < BATCH ? count - first : BATCH;
        struct iovec batch[BATCH];
        for (size_t i = 0; i < n; i++)
            batch[i] = (struct iovec){(unsigned char *)base + ranges[first + i].offset,
                                      ranges[first + i].n};
        batches = batches && decommit_at_once(process, batch, n);
        for (size_t i = 0; i < n && !batches && result.code == 0; i++)
            result = mp_os_decommit(batch[i].iov_base, batch[i].iov_len);
    }
    if (process >= 0) close(process);
    errno = saved;
    return result;
}

mp_os_result mp_os_prefault(void *base, size_t bytes) {
    const mp_os_result result = advise(base, bytes, MADV_POPULATE_WRITE);
    if (result.code != EINVAL) return result;
    /* Before Linux 5.14: a write to each page, of the value that it has. */
    const size_t page = mp_os_page_size();
    volatile unsigned char *at = base;
    for (size_t offset = 0; offset < bytes; offset += page) at[offset] = at[offset];
    return done;
}

mp_os_result mp_os_lock(void *base, size_t bytes) {
    const int saved = errno;
    return result_of(mlock(base, bytes) != 0, "mlock", saved);
}

mp_os_result mp_os_advise(void *base, size_t bytes, mp_advice advice) {
    switch (advice) {
    case MP_ADVICE_SOON:
        return advise(base, bytes, MADV_WILLNEED);
    case MP_ADVICE_SEQUENTIAL:
        return advise(base, bytes, MADV_SEQUENTIAL);
    case MP_ADVICE_RANDOM:
        return advise(base, bytes, MADV_RANDOM);
    case MP_ADVICE_NORMAL:
        return advise(base, bytes, MADV_NORMAL);
    }
    return (mp_os_result){EINVAL, "madvise"};
}

mp_os_result mp_os_use_huge_pages(void *base, size_t bytes, bool use) {
    return advise(base, bytes, use ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

mp_os_result mp_os_exclude_from_dumps(void *base, size_t bytes) {
    return advise(base, bytes, MADV_DONTDUMP);
}

mp_os_result mp_os_wipe_on_fork(void *base, size_t bytes) {
    return advise(base, bytes, MADV_WIPEONFORK);
}

/* ---- Residency ------------------------------------------------------------------------------- */

/* PAGEMAP_SCAN of Linux 6.7 (include/uapi/linux/fs.h), which the C library's headers may lack. */
struct pagemap_region {
    uint64_t start, end, categories;
};

struct pagemap_scan {
    uint64_t size, flags, start, end, walk_end, regions, regions_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define PAGEMAP_SCAN_CALL _IOWR('f', 16, struct pagemap_scan)
enum { PAGE_PRESENT = 1 << 3, PAGE_OF_ZEROS = 1 << 5 };

/* Exact: a page that was only read shares the kernel's page of zeros and is left out. */
static bool scan_resident(int pagemap, uint64_t start, uint64_t end, size_t *out) {
    struct pagemap_region regions[64] = {{0}}; /* valgrind does not see the kernel fill them */
    size_t bytes = 0;
    while (start < end) {
        struct pagemap_scan scan = {
            .size = sizeof scan,
            .start = start,
            .end = end,
            .regions = (uint64_t)(uintptr_t)regions,
            .regions_len = sizeof regions / sizeof regions[0],
            .category_inverted = PAGE_OF_ZEROS,
            .category_mask = PAGE_PRESENT | PAGE_OF_ZEROS,
            .return_mask = PAGE_PRESENT,
        };
        const int found = ioctl(pagemap, PAGEMAP_SCAN_CALL, &scan);
        if (found < 0) return false;
        for (int i = 0; i < found; i++) bytes += (size_t)(regions[i].end - regions[i].start);
        if (scan.walk_end <= start) return false;
        start = scan.walk_end;
    }
    *out = bytes;
    return true;
}

/* Counts a page of zeros as resident. A byte a page, so in pieces. */
static bool count_resident(unsigned char *base, size_t bytes, size_t *out) {
    const size_t page = mp_os_page_size();
    unsigned char pages[4096];
    size_t resident = 0;
    while (bytes != 0) {
        const size_t piece = bytes < page * sizeof pages ? bytes : page * sizeof pages;
        if (mincore(base, piece, pages) != 0) return false;
        for (size_t i = 0; i < piece / page; i++) resident += (pages[i] & 1) ? page : 0;
        base += piece;
        bytes -= piece;
    }
    *out = resident;
    return true;
}

mp_os_result mp_os_resident(const void *base, size_t bytes, size_t *out) {
    const int saved = errno;
    const uint64_t start = (uint64_t)(uintptr_t)base;
    bool known = false;
    const int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap >= 0) {
        known = scan_resident(pagemap, start, start + bytes, out);
        close(pagemap);
    }
    if (!known) known = count_resident((unsigned char *)(uintptr_t)base, bytes, out);
    return result_of(!known, "mincore", saved);
}
