/* What the seam is on every POSIX system. */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#define _NETBSD_SOURCE
#include "mp_os_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../mp_compiler.h"

/* ---- Results --------------------------------------------------------------------------------- */

mp_os_result mp_posix_result(bool failed, const char *call, int saved) {
    const mp_os_result result = {failed ? errno : 0, call};
    errno = saved;
    return failed ? result : mp_posix_done;
}

mp_status mp_os_status(mp_os_result failure) {
    switch (failure.code) {
    case 0:
        return MP_OK;
    case ENOMEM:
        return mp_posix_at_mapping_limit() ? MP_ERR_TOO_MANY_MAPPINGS : MP_ERR_OUT_OF_MEMORY;
    case EAGAIN: /* locked memory beyond RLIMIT_MEMLOCK */
    case MP_OS_TABLES_FULL:
        return MP_ERR_OUT_OF_MEMORY;
    case EACCES:
    case EPERM:
        return MP_ERR_DENIED;
    case ENOSYS:
    case EINVAL:
    case ENOTSUP:
#if EOPNOTSUPP != ENOTSUP
    case EOPNOTSUPP:
#endif
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

uint64_t mp_os_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int mp_posix_protection(unsigned access) {
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

/* A child that another thread starts must not inherit the ends; macOS can't say so at once. */
static int open_pipe(int ends[2]) {
#if defined(__APPLE__)
    if (pipe(ends) != 0) return -1;
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) | fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#else
    return pipe2(ends, O_CLOEXEC);
#endif
}

bool mp_posix_is_readable(void *page) {
    const int saved = errno;
    bool is_readable = false;
    int ends[2];
    if (open_pipe(ends) == 0) {
        is_readable = kernel_can(page, ends, false);
        close(ends[0]);
        close(ends[1]);
    }
    errno = saved;
    return is_readable;
}

static unsigned allowed_to(void *page, unsigned access) {
    int ends[2];
    if (open_pipe(ends) != 0) return access;
    if (kernel_can(page, ends, false)) access |= MP_ACCESS_READ;
    if (kernel_can(page, ends, true)) access |= MP_ACCESS_WRITE;
    close(ends[0]);
    close(ends[1]);
    return access;
}

/* Pages get the permission as handles get it, by a transition: policies such as PR_SET_MDWE,
 * SELinux's execmem and PaX refuse exactly that. Reading and writing are tried. Execution is not,
 * for that would need a signal handler: x86 before the NX bit aside, every processor denies it. */
unsigned mp_os_enforced(unsigned access) {
    const unsigned writable = MP_ACCESS_READ | MP_ACCESS_WRITE;
    const size_t bytes = mp_os_page_size();
    const int saved = errno;
    const mp_os_wish wish = {bytes, true, false};
    unsigned allowed = access;
    void *page;
    if (mp_os_map(bytes, writable, wish, &page, NULL).code == 0) {
        allowed = MP_ACCESS_NONE;
        void *copy;
        if (mp_os_protect(page, bytes, writable, access).code == 0) {
            allowed = allowed_to(page, access);
        } else if (mp_os_copy_as(page, bytes, writable, access, &copy).code == 0) {
            allowed = allowed_to(copy, access);
            (void)mp_os_release(copy, bytes);
        }
        (void)mp_os_release(page, bytes);
    }
    errno = saved;
    return allowed;
}

/* ---- Address space --------------------------------------------------------------------------- */

static void *map_anywhere(size_t bytes, int protection, int flags) {
    void *base = MAP_FAILED;
    errno = ENOMEM; /* in more than PTRDIFF_MAX, the difference of two pointers would overflow */
    if (bytes <= PTRDIFF_MAX)
        base = mmap(NULL, bytes, protection, flags | MAP_PRIVATE | MAP_ANON, -1, 0);
    if (base == MAP_FAILED && errno == EINVAL) errno = ENOMEM; /* Valgrind's "there is no room" */
    return base;
}

/* Room is taken for the worst case, and what is not needed is given back. */
static bool map_aligned(size_t bytes, size_t alignment, int protection, int flags, void **out,
                        mp_os_left *left, const char **call) {
    *call = "mmap";
    const size_t slack = alignment - mp_os_page_size();
    size_t room;
    if (!mp_checked_add(bytes, slack, &room)) {
        errno = ENOMEM;
        return false;
    }
    void *mapping = map_anywhere(room, protection, flags);
    if (mapping == MAP_FAILED) return false;
    unsigned char *base = (unsigned char *)mapping;

    *call = "munmap";
    const size_t before = (size_t)(-(uintptr_t)base & (alignment - 1));
    const size_t behind = slack - before;
    unsigned char *start = base + before;
    if (before != 0 && munmap(base, before) != 0)
        *left = mp_value(mp_os_left, base, room);
    else if (behind != 0 && munmap(start + bytes, behind) != 0)
        *left = mp_value(mp_os_left, start, bytes + behind);
    *out = start;
    return left->bytes == 0;
}

/* Linux aligns large mappings by itself from 6.7 on, but no system promises anything. */
mp_os_result mp_posix_map(size_t bytes, size_t alignment, int protection, int flags, void **out,
                          mp_os_left *left) {
    const int saved = errno;
    mp_os_left nothing;
    if (left == NULL) left = &nothing; /* nothing is ever left of what is aligned to a page */
    *left = mp_value(mp_os_left, NULL, 0);
    const char *call = "mmap";
    void *base = map_anywhere(bytes, protection, flags);
    bool mapped = base != MAP_FAILED;
    if (mapped && ((uintptr_t)base & (alignment - 1)) == 0) {
        *out = base;
    } else if (mapped && munmap(base, bytes) == 0) {
        mapped = map_aligned(bytes, alignment, protection, flags, out, left, &call);
    } else if (mapped) {
        *left = mp_value(mp_os_left, base, bytes);
        call = "munmap";
        mapped = false;
    }
    return mp_posix_result(!mapped, call, saved);
}

/* The system puts a mapping where it is asked to if it can, and elsewhere if not. */
mp_os_result mp_os_reserve_at(void *base, size_t bytes) {
    const int saved = errno;
    void *found = mmap(base, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (found == MAP_FAILED) return mp_posix_result(true, "mmap", saved);
    if (found == base) return mp_posix_done;
    (void)munmap(found, bytes);
    errno = saved;
    return mp_value(mp_os_result, EEXIST, "mmap");
}

mp_os_result mp_os_release(void *base, size_t bytes) {
    const int saved = errno;
    return mp_posix_result(munmap(base, bytes) != 0, "munmap", saved);
}

/* Never by mmap(MAP_FIXED): out of memory, that leaves a hole where the reservation was
 * (dotnet/coreclr#5623). */
mp_os_result mp_os_commit(void *base, size_t bytes, unsigned access) {
    const int saved = errno;
    return mp_posix_result(mprotect(base, bytes, mp_posix_protection(access)) != 0, "mprotect",
                           saved);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Where instructions are fetched as they were last written, nothing stands between the two
 * permissions, and no refusal can strike there. */
#if defined(__x86_64__) || defined(__i386__) || defined(__s390__)
static const bool code_is_coherent = true;
#else
static const bool code_is_coherent = false;
#endif

mp_os_result mp_os_protect(void *base, size_t bytes, unsigned from, unsigned to) {
    if ((to & MP_ACCESS_EXEC) && !(from & MP_ACCESS_EXEC) && !code_is_coherent) {
        const int saved = errno;
        /* The caches of most processors are cleaned by address, which must be readable. */
        if (!(from & MP_ACCESS_READ) && mprotect(base, bytes, PROT_READ) != 0)
            return mp_posix_result(true, "mprotect", saved);
        mp_os_sync_code(base, bytes);
    }
    return mp_os_commit(base, bytes, to);
}

/* Not posix_madvise(), whose DONTNEED does nothing in glibc and bionic. */
mp_os_result mp_posix_advise(void *base, size_t bytes, int advice) {
    const int saved = errno;
    int failed = madvise(base, bytes, advice);
    for (int retry = 0; failed != 0 && errno == EAGAIN && retry < 16; retry++)
        failed = madvise(base, bytes, advice);
    return mp_posix_result(failed != 0, "madvise", saved);
}

void mp_posix_touch(void *base, size_t bytes) {
    const size_t page = mp_os_page_size();
    volatile unsigned char *at = (volatile unsigned char *)base;
    for (size_t offset = 0; offset < bytes; offset += page) at[offset] = at[offset];
}

mp_os_result mp_os_lock(void *base, size_t bytes, unsigned access) {
    const int saved = errno;
#if defined(MLOCK_ONFAULT)
    /* mlock() touches each page, which fails where nobody may: these are locked as they come. */
    if (access == MP_ACCESS_NONE)
        return mp_posix_result(mlock2(base, bytes, MLOCK_ONFAULT) != 0, "mlock2", saved);
#endif
    (void)access;
    return mp_posix_result(mlock(base, bytes) != 0, "mlock", saved);
}

mp_os_result mp_os_advise(void *base, size_t bytes, mp_advice advice) {
    switch (advice) {
    case MP_ADVICE_SOON:
        return mp_posix_advise(base, bytes, MADV_WILLNEED);
    case MP_ADVICE_SEQUENTIAL:
        return mp_posix_advise(base, bytes, MADV_SEQUENTIAL);
    case MP_ADVICE_RANDOM:
        return mp_posix_advise(base, bytes, MADV_RANDOM);
    case MP_ADVICE_NORMAL:
        return mp_posix_advise(base, bytes, MADV_NORMAL);
    }
    return mp_value(mp_os_result, EINVAL, "madvise");
}

/* ---- Residency ------------------------------------------------------------------------------- */

#if defined(__OpenBSD__)
/* OpenBSD 6.6 has removed mincore(), which told one process about another. */
mp_os_result mp_posix_count_resident(const void *base, size_t bytes, size_t *out) {
    (void)base, (void)bytes, (void)out;
    return mp_value(mp_os_result, ENOSYS, "mincore");
}
#else
#if defined(__linux__)
typedef unsigned char page_state;
#else
typedef char page_state;
#endif

/* A byte a page, so in pieces. An emulator of larger pages than the machine's fills in a byte for
 * each of the machine's: the array has room for these. */
mp_os_result mp_posix_count_resident(const void *base, size_t bytes, size_t *out) {
    const int saved = errno;
    const size_t page = mp_os_page_size();
    const size_t smallest_page = 4096;
    page_state pages[4096];
    unsigned char *at = (unsigned char *)(uintptr_t)base;
    size_t resident = 0;
    while (bytes != 0) {
        const size_t most = smallest_page * sizeof pages;
        const size_t piece = bytes < most ? bytes : most;
        if (mincore(at, piece, pages) != 0) return mp_posix_result(true, "mincore", saved);
        for (size_t i = 0; i < piece / page; i++) resident += (pages[i] & 1) ? page : 0;
        at += piece;
        bytes -= piece;
    }
    *out = resident;
    return mp_posix_done;
}
#endif
