/* What FreeBSD, NetBSD, OpenBSD and macOS have in common beyond POSIX.
 *
 * Nothing moves without copying. No advice frees memory for certain: MADV_DONTNEED keeps the
 * content, MADV_FREE may keep it. Only fresh pages mapped over the old ones read as zero; they come
 * without what the old ones were told, so that is told again. What one of the systems lacks shows
 * in its header. */
#define _DARWIN_C_SOURCE
#define _NETBSD_SOURCE
#include "mp_os_bsd_family.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../mp_compiler.h"

/* ---- Attributes ------------------------------------------------------------------------------ */

mp_os_result mp_os_exclude_from_dumps(void *base, size_t bytes) {
#if defined(MADV_NOCORE)
    return mp_posix_advise(base, bytes, MADV_NOCORE);
#else
    (void)base, (void)bytes;
    return mp_value(mp_os_result, ENOTSUP, "no_dump");
#endif
}

mp_os_result mp_os_wipe_on_fork(void *base, size_t bytes) {
#if defined(INHERIT_ZERO)
    const int saved = errno;
    return mp_posix_result(minherit(base, bytes, INHERIT_ZERO) != 0, "minherit", saved);
#elif defined(MAP_INHERIT_ZERO)
    const int saved = errno;
    return mp_posix_result(minherit(base, bytes, MAP_INHERIT_ZERO) != 0, "minherit", saved);
#else
    (void)base, (void)bytes;
    return mp_value(mp_os_result, ENOTSUP, "wipe_on_fork");
#endif
}

static mp_os_result tell(void *base, size_t bytes, const mp_os_traits *traits) {
    mp_os_result result = mp_posix_done;
    if (traits->no_dump) result = mp_os_exclude_from_dumps(base, bytes);
    if (result.code == 0 && traits->wipe_on_fork) result = mp_os_wipe_on_fork(base, bytes);
    return result;
}

/* ---- Address space --------------------------------------------------------------------------- */

/* What a mapping may ever be is settled when it is made. NetBSD's PaX takes it from the first
 * permission, FreeBSD may do the same for a hardened process; both can be told. */
static int at_most_everything(int protection) {
#if defined(PROT_MPROTECT) /* NetBSD */
    protection |= PROT_MPROTECT(PROT_READ | PROT_WRITE | PROT_EXEC);
#elif defined(PROT_MAX) /* FreeBSD 13 */
    protection |= PROT_MAX(PROT_READ | PROT_WRITE | PROT_EXEC);
#endif
    return protection;
}

/* Accepted where it has no effect; FreeBSD has given it up, and promises nothing anyway. */
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

static mp_os_result map(size_t bytes, size_t alignment, int protection, int flags, void **out,
                        mp_os_left *left) {
    return mp_posix_map(bytes, alignment, at_most_everything(protection), flags, out, left);
}

mp_os_result mp_os_map(size_t bytes, unsigned access, mp_os_wish wish, void **out,
                       mp_os_left *left) {
    return map(bytes, wish.alignment, mp_posix_protection(access), wish.promise ? 0 : MAP_NORESERVE,
               out, left);
}

mp_os_result mp_os_reserve(size_t bytes, size_t alignment, void **out, mp_os_left *left) {
    return map(bytes, alignment, PROT_NONE, MAP_NORESERVE, out, left);
}

/* One call that replaces all or nothing: there is no moment at which another thread's mapping could
 * land in between. */
static mp_os_result renew(void *base, size_t bytes, int protection) {
    const int saved = errno;
    const void *fresh = mmap(base, bytes, at_most_everything(protection),
                             MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);
    return mp_posix_result(fresh == MAP_FAILED, "mmap", saved);
}

/* What the old pages were told they are told once more, for a refusal must come before they are
 * gone. */
static mp_os_result renew_with_traits(void *base, size_t bytes, int protection,
                                      const mp_os_traits *traits) {
    mp_os_result result = tell(base, bytes, traits);
    if (result.code == 0) result = renew(base, bytes, protection);
    return result.code == 0 ? tell(base, bytes, traits) : result;
}

mp_os_result mp_os_uncommit(void *base, size_t bytes, const mp_os_traits *traits) {
    return renew_with_traits(base, bytes, PROT_NONE, traits);
}

void mp_os_discard(void *base, size_t bytes) { (void)renew(base, bytes, PROT_NONE); }

/* Grows by a mapping of its own behind the first, if the system happens to have room there: the
 * address is a wish, and what lands elsewhere is given back. */
static mp_os_result extend(unsigned char *end, size_t more, const mp_os_traits *traits) {
    const int saved = errno;
    const int protection = at_most_everything(mp_posix_protection(traits->access));
    void *behind = mmap(end, more, protection, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (behind == MAP_FAILED) return mp_posix_result(true, "mmap", saved);
    mp_os_result result =
        behind == end ? tell(end, more, traits) : mp_value(mp_os_result, ENOMEM, "mmap");
    if (result.code != 0) munmap(behind, more);
    errno = saved;
    return result;
}

mp_os_result mp_os_resize(void *base, size_t bytes, size_t new_bytes, bool may_move,
                          const mp_os_traits *traits, void **out) {
    (void)may_move; /* nothing moves without copying */
    unsigned char *start = (unsigned char *)base;
    const mp_os_result result = new_bytes < bytes
                                    ? mp_os_release(start + new_bytes, bytes - new_bytes)
                                    : extend(start + bytes, new_bytes - bytes, traits);
    if (result.code == 0) *out = base;
    return result;
}

/* By copying. The target's attributes are set, but for the lock, which takes accessible pages. */
mp_os_result mp_os_move(void *from, size_t bytes, void *to, size_t accessible, size_t reserved) {
    (void)from, (void)bytes, (void)to, (void)accessible, (void)reserved;
    return mp_value(mp_os_result, ENOTSUP, "move");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static mp_os_result forget(void *base, size_t bytes, const mp_os_traits *traits) {
    if (traits->locked) {
        memset(base, 0, bytes); /* locked memory is resident by definition */
        return mp_posix_done;
    }
    return renew_with_traits(base, bytes, mp_posix_protection(traits->access), traits);
}

mp_os_result mp_os_decommit_ranges(void *base, const mp_range *ranges, size_t count,
                                   const mp_os_traits *traits) {
    mp_os_result result = mp_posix_done;
    for (size_t i = 0; i < count && result.code == 0; i++)
        if (ranges[i].n != 0)
            result = forget((unsigned char *)base + ranges[i].offset, ranges[i].n, traits);
    return result;
}

mp_os_result mp_os_prefault(void *base, size_t bytes) {
    mp_posix_touch(base, bytes);
    return mp_posix_done;
}

/* These systems form large pages by themselves, where they do. */
size_t mp_os_huge_page_size(void) { return 0; }

mp_os_result mp_os_use_huge_pages(void *base, size_t bytes, bool use) {
    (void)base, (void)bytes;
    return use ? mp_value(mp_os_result, ENOTSUP, "huge_pages") : mp_posix_done;
}

mp_os_result mp_os_resident(const void *base, size_t bytes, size_t *out) {
    return mp_posix_count_resident(base, bytes, out);
}

/* Failures name no limit of mappings. */
bool mp_posix_at_mapping_limit(void) { return false; }
