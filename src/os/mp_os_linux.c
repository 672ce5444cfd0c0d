/* Linux. What a kernel or C library lacks is found out by asking, never by its version. */
#define _GNU_SOURCE
#include "mp_os_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../mp_compiler.h"

/* From the kernel's own headers (include/uapi), where the C library's are older than the kernel. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
enum { SYNC_CORES = 1 << 5, REGISTER_TO_SYNC_CORES = 1 << 6 }; /* of membarrier(), Linux 4.16 */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

/* ---- Facts ----------------------------------------------------------------------------------- */

/* Reads a small file of the kernel's; 0 when there is none. False if that may change: at a limit of
 * files or memory the kernel does not say. */
static bool read_number(const char *path, size_t *out) {
    const int saved = errno;
    *out = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    bool known = file < 0 && errno == ENOENT;
    if (file >= 0) {
        char text[32];
        const ssize_t got = read(file, text, sizeof text);
        for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; i++)
            *out = *out * 10 + (size_t)(text[i] - '0');
        known = got > 0;
        close(file);
    }
    errno = saved;
    return known;
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

/* A call may need two more mappings than there are, and fails if they would exceed the limit. */
bool mp_posix_at_mapping_limit(void) {
    size_t limit;
    return read_number("/proc/sys/vm/max_map_count", &limit) && limit != 0 &&
           count_mappings() + 2 >= limit;
}

size_t mp_os_huge_page_size(void) {
    static size_t known; /* atomic; one more than the size, 0 when not asked yet */
    size_t size = mp_atomic_load(&known);
    if (size != 0) return size - 1;
    if (read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", &size))
        mp_atomic_store(&known, size + 1);
    return size;
}

/* ---- Address space --------------------------------------------------------------------------- */

mp_os_result mp_os_map(size_t bytes, unsigned access, mp_os_wish wish, void **out,
                       mp_os_left *left) {
    return mp_posix_map(bytes, wish.alignment, mp_posix_protection(access),
                        wish.promise ? 0 : MAP_NORESERVE, out, left);
}

mp_os_result mp_os_reserve(size_t bytes, size_t alignment, void **out, mp_os_left *left) {
    return mp_posix_map(bytes, alignment, PROT_NONE, MAP_NORESERVE, out, left);
}

/* ThreadSanitizer does not know mremap(), and takes memory that moves to where another thread had
 * some before for the same. Here it learns that the kernel does one move after the other. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN
#endif
#elif defined(__SANITIZE_THREAD__)
#define UNDER_TSAN
#endif
#if defined(UNDER_TSAN)
void __tsan_acquire(void *address);
void __tsan_release(void *address);
static char moves;

static void *move_mapping(void *from, size_t bytes, size_t new_bytes, int flags, void *to) {
    __tsan_release(&moves);
    void *moved = mremap(from, bytes, new_bytes, flags, to);
    __tsan_acquire(&moves);
    return moved;
}
#else
#define move_mapping(from, bytes, new_bytes, flags, to) mremap(from, bytes, new_bytes, flags, to)
#endif

mp_os_result mp_os_resize(void *base, size_t bytes, size_t new_bytes, bool may_move,
                          const mp_os_traits *traits, void **out) {
    (void)traits; /* the pages stay the same */
    /* As the kernel would say; Valgrind's own mremap() ends the program instead. */
    if (new_bytes > PTRDIFF_MAX) return mp_value(mp_os_result, ENOMEM, "mremap");
    const int saved = errno;
    void *moved = move_mapping(base, bytes, new_bytes, may_move ? MREMAP_MAYMOVE : 0, NULL);
    if (moved == MAP_FAILED) return mp_posix_result(true, "mremap", saved);
    *out = moved;
    return mp_posix_done;
}

/* What keeps the kernel from making room for a mapping where it is: an errno, or 0. */
static int why_not_larger(void *base, size_t bytes, size_t larger) {
    if (mremap(base, bytes, larger, 0) == MAP_FAILED) return errno;
    (void)mremap(base, larger, bytes, 0);
    return 0;
}

/* A program may have split a mapping, by mlock() on a part or by a policy. Kernels before 6.17 move
 * one mapping with a call, and say so only after they have unmapped the target, into whose hole
 * another thread may map. Later ones move one after the other, and stop with no way back at one
 * that must stay, such as a sealed one. All say that there are several, and change nothing, when
 * asked to grow over all address space. The later ones look at the size first, and say EINVAL if it
 * is more than that. */
static bool is_one_mapping(void *base, size_t bytes) {
    const size_t page = mp_os_page_size();
    int why_not = EINVAL;
    for (size_t end = PTRDIFF_MAX; why_not == EINVAL && end >= INT32_MAX && end > bytes; end /= 2)
        why_not = why_not_larger(base, bytes, mp_round_down(end, page));
    return why_not != EFAULT;
}

/* Nothing is invalidated in private memory; but the kernel refuses it, with EBUSY, where memory is
 * locked. */
static bool is_locked(void *page) {
    return msync(page, mp_os_page_size(), MS_ASYNC | MS_INVALIDATE) != 0;
}

/* The kernel unmaps the target before it looks at limits. What they refuse must be known first, or
 * there would be a hole for others to fall into. Returns the call that was refused, or NULL. */
static const char *move_onto(void *target, size_t new_bytes, void *from, size_t bytes) {
    if (mprotect(target, new_bytes, PROT_READ | PROT_WRITE) != 0) return "mprotect";
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    return move_mapping(from, bytes, new_bytes, flags, target) == MAP_FAILED ? "mremap" : NULL;
}

/* Moves a mapping and lets it grow over the whole reservation on the way. What was one mapping
 * stays one: pages that move alone never merge with those behind them, whose offsets count from
 * another place. */
static bool move_as_one(unsigned char *from, size_t bytes, unsigned char *to, size_t accessible,
                        size_t reserved) {
    /* Locked memory would become resident as far as it grows. */
    if (is_locked(from) || is_locked(to)) return false;
    const bool moved = move_onto(to, reserved, from, bytes) == NULL;
    /* Refused at the limit of mappings; what then stays accessible costs nothing until it is
     * touched. */
    if (accessible < reserved) (void)mprotect(to + accessible, reserved - accessible, PROT_NONE);
    return moved;
}

mp_os_result mp_os_move(void *from, size_t bytes, void *to, size_t accessible, size_t reserved) {
    const int saved = errno;
    const bool is_one = is_one_mapping(from, bytes);
    errno = saved;
    if (!is_one) return mp_value(mp_os_result, ENOTSUP, "mremap");
    const char *refused = NULL;
    if (reserved == bytes ||
        !move_as_one((unsigned char *)from, bytes, (unsigned char *)to, accessible, reserved))
        refused = move_onto(to, bytes, from, bytes);
    return mp_posix_result(refused != NULL, refused, saved);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

#if defined(__x86_64__) || defined(__i386__) || defined(__s390__) || !defined(SYS_membarrier)
static void sync_cores(void) {} /* the processor sees to it, or the change of permission */
#else
/* A core may have fetched what was there before the caches were told. A process has to register
 * once; asking for what needs it tells whether it has. */
static void sync_cores(void) {
    const int saved = errno;
    if (syscall(SYS_membarrier, SYNC_CORES, 0, 0) != 0 && errno == EPERM &&
        syscall(SYS_membarrier, REGISTER_TO_SYNC_CORES, 0, 0) == 0)
        syscall(SYS_membarrier, SYNC_CORES, 0, 0);
    errno = saved;
}
#endif

/* On RISC-V the compiler's flush is a system call and reaches all cores by itself. */
void mp_os_sync_code(void *base, size_t bytes) {
    mp_flush_code(base, bytes);
    sync_cores();
}

static mp_os_result forget(void *base, size_t bytes) {
    const mp_os_result result = mp_posix_advise(base, bytes, MADV_DONTNEED);
    /* Locked pages are refused with EINVAL; since Linux 5.18 they have a call of their own. */
    return result.code == EINVAL ? mp_posix_advise(base, bytes, MADV_DONTNEED_LOCKED) : result;
}

/* In this order there is nothing to take back: pages that stay accessible cost nothing until they
 * are touched, and committing them again finds them zeroed. */
mp_os_result mp_os_uncommit(void *base, size_t bytes, const mp_os_traits *traits) {
    const int saved = errno;
    const mp_os_result result = forget(base, bytes);
    if (result.code != 0) return result;
    if (traits->locked) (void)munlock(base, bytes); /* or it would still count as locked */
    (void)mp_os_commit(base, bytes, MP_ACCESS_NONE);
    errno = saved;
    return mp_posix_done;
}

void mp_os_discard(void *base, size_t bytes) { (void)forget(base, bytes); }

/* Rules are the same for all memory: PR_SET_MDWE and execmem of SELinux forbid code on purpose. */
mp_os_result mp_os_copy_as(void *from_base, size_t bytes, unsigned from, unsigned to, void **out) {
    (void)from_base, (void)bytes, (void)from, (void)to, (void)out;
    return mp_value(mp_os_result, ENOTSUP, "mprotect");
}

/* process_madvise() takes many ranges at once, and since Linux 6.13 any advice for the caller's own
 * process. True when it did all that it was given. */
static bool decommit_at_once(int process, struct iovec *ranges, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) bytes += ranges[i].iov_len;
    return syscall(SYS_process_madvise, process, ranges, count, MADV_DONTNEED, 0) == (long)bytes;
}

mp_os_result mp_os_decommit_ranges(void *base, const mp_range *ranges, size_t count,
                                   const mp_os_traits *traits) {
    (void)traits; /* the pages stay the same */
    enum { BATCH = 64 };
    const int saved = errno;
    const int process = count > 1 ? (int)syscall(SYS_pidfd_open, getpid(), 0) : -1;
    bool batches = process >= 0;
    mp_os_result result = mp_posix_done;
    for (size_t first = 0; first < count && result.code == 0; first += BATCH) {
        const size_t n = count - first < BATCH ? count - first : (size_t)BATCH;
        struct iovec batch[BATCH];
        for (size_t i = 0; i < n; i++) {
            batch[i].iov_base = (unsigned char *)base + ranges[first + i].offset;
            batch[i].iov_len = ranges[first + i].n;
        }
        batches = batches && decommit_at_once(process, batch, n);
        for (size_t i = 0; i < n && !batches && result.code == 0; i++)
            result = forget(batch[i].iov_base, batch[i].iov_len);
    }
    if (process >= 0) close(process);
    errno = saved;
    return result;
}

mp_os_result mp_os_prefault(void *base, size_t bytes) {
    const mp_os_result result = mp_posix_advise(base, bytes, MADV_POPULATE_WRITE);
    if (result.code != EINVAL) return result;
    mp_posix_touch(base, bytes); /* before Linux 5.14 */
    return mp_posix_done;
}

mp_os_result mp_os_use_huge_pages(void *base, size_t bytes, bool use) {
    return mp_posix_advise(base, bytes, use ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

mp_os_result mp_os_exclude_from_dumps(void *base, size_t bytes) {
    return mp_posix_advise(base, bytes, MADV_DONTDUMP);
}

mp_os_result mp_os_wipe_on_fork(void *base, size_t bytes) {
    return mp_posix_advise(base, bytes, MADV_WIPEONFORK);
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
    struct pagemap_region regions[64] = MP_INIT; /* valgrind does not see the kernel fill them */
    size_t bytes = 0;
    while (start < end) {
        struct pagemap_scan scan = MP_INIT;
        scan.size = sizeof scan;
        scan.start = start;
        scan.end = end;
        scan.regions = (uint64_t)(uintptr_t)regions;
        scan.regions_len = sizeof regions / sizeof regions[0];
        scan.category_inverted = PAGE_OF_ZEROS;
        scan.category_mask = PAGE_PRESENT | PAGE_OF_ZEROS;
        scan.return_mask = PAGE_PRESENT;
        const int found = ioctl(pagemap, (int)PAGEMAP_SCAN_CALL, &scan); /* int in musl */
        if (found < 0) return false;
        for (int i = 0; i < found; i++) bytes += (size_t)(regions[i].end - regions[i].start);
        if (scan.walk_end <= start) return false;
        start = scan.walk_end;
    }
    *out = bytes;
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
    errno = saved;
    return known ? mp_posix_done : mp_posix_count_resident(base, bytes, out);
}
