/* The seam: everything that the library asks of an operating system.
 *
 * One file per system implements this page; CMake picks it, and nothing above knows which. The
 * contract for all of them:
 *
 *   - Addresses and sizes are whole pages, sizes are not 0; the callers see to that.
 *   - A call either does all that it says or changes nothing, unless it says otherwise.
 *   - The outcome is an mp_os_result. Nothing here records a last error, and `errno` is as before.
 *   - Access is a set of mp_access bits.
 *   - No state but what the system keeps and what can be asked of it again: safe in every thread,
 *   in a child after fork(), and on several calls at once on different memory.
 */
#ifndef MP_OS_H
#define MP_OS_H

#include "memory_pages/mp_system.h"

/* code: 0, or the system's error code. call: the system call that gave it, a string literal. */
typedef struct mp_os_result {
    int code;
    const char *call;
} mp_os_result;

/* A code that no system uses: the library's own tables are full. Stands for MP_ERR_OUT_OF_MEMORY.
 */
enum { MP_OS_TABLES_FULL = -1 };

/* The status that a failure stands for. May ask the system more, so only for failures. */
mp_status mp_os_status(mp_os_result failure);

/* ---- Facts ----------------------------------------------------------------------------------- */

size_t mp_os_page_size(void);

/* 0 where there are none. */
size_t mp_os_huge_page_size(void);

/* What a program can really do to pages with `access`: at least that, or nothing where the system
 * refuses to give this process such pages. */
unsigned mp_os_enforced(unsigned access);

/* Milliseconds of a clock that never goes back. */
uint64_t mp_os_milliseconds(void);

/* ---- Address space --------------------------------------------------------------------------- */

/* What all accessible pages of a mapping have, for systems on which pages that take the place of
 * others have to be told again. */
typedef struct mp_os_traits {
    unsigned access;
    bool locked, no_dump, wipe_on_fork;
} mp_os_traits;

/* What a mapping is made for. */
typedef struct mp_os_wish {
    size_t alignment; /* a power of two */
    bool promise;     /* a system that counts what it could not keep refuses now, not when the pages
                         are touched */
    bool huge;        /* mp_os_use_huge_pages() will be asked for: some systems must know now */
} mp_os_wish;

/* What a failed call could not give back: still mapped, and the caller's to release. */
typedef struct mp_os_left {
    void *base;
    size_t bytes; /* 0: nothing */
} mp_os_left;

/* Zeroed pages with `access`. `left` may be NULL where the alignment is a page, which leaves
 * nothing. */
mp_os_result mp_os_map(size_t bytes, unsigned access, mp_os_wish wish, void **out,
                       mp_os_left *left);

/* Address space only: nobody may touch it, no memory and no promise of memory is taken for it. */
mp_os_result mp_os_reserve(size_t bytes, size_t alignment, void **out, mp_os_left *left);

/* The same at this very place, if nobody has anything there. */
mp_os_result mp_os_reserve_at(void *base, size_t bytes);

/* Gives a part of a mapping or reservation back, or all of it. Windows knows no parts: it refuses,
 * as unsupported, where what lies behind is in use. */
mp_os_result mp_os_release(void *base, size_t bytes);

/* Makes reserved pages accessible: zeroed, with `access`. */
mp_os_result mp_os_commit(void *base, size_t bytes, unsigned access);

/* The reverse: frees the memory and leaves reserved address space, which may stay accessible where
 * the system has no room to note the difference. */
mp_os_result mp_os_uncommit(void *base, size_t bytes, const mp_os_traits *traits);

/* Resizes a whole mapping that mp_os_map() made, without copying; new pages are zero. `may_move`:
 * also elsewhere, at any page. Fails where the system has no such call, or the mapping was split.
 */
mp_os_result mp_os_resize(void *base, size_t bytes, size_t new_bytes, bool may_move,
                          const mp_os_traits *traits, void **out);

/* Moves accessible pages, with their content and permission, to the front of a reservation whose
 * part from `bytes` to `accessible` is committed already, and of which nothing was touched. Their
 * old place is no longer the caller's. MP_ERR_UNSUPPORTED where it takes a copy. */
mp_os_result mp_os_move(void *from, size_t bytes, void *to, size_t accessible, size_t reserved);

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Changes the permission of all pages. If `to` is executable, code in them is made visible to every
 * processor before. No page is writable and executable at any moment unless `from` or `to` is. May
 * fail half-way: the caller then asks for the way back. */
mp_os_result mp_os_protect(void *base, size_t bytes, unsigned from, unsigned to);

/* For pages that mp_os_protect() is not allowed to change: maps others, with the same content and
 * `to`, at a multiple of the page size. Fails on a system whose rules are the same everywhere. */
mp_os_result mp_os_copy_as(void *from_base, size_t bytes, unsigned from, unsigned to, void **out);

/* Gives the physical memory of ranges of the pages at `base` back, some of them possibly empty, in
 * as few calls as the system needs; the pages keep their traits and read as zero. May fail
 * half-way. */
mp_os_result mp_os_decommit_ranges(void *base, const mp_range *ranges, size_t count,
                                   const mp_os_traits *traits);

/* Frees the memory of a mapping that nobody will touch before it is released, whatever its parts
 * are. A hint. */
void mp_os_discard(void *base, size_t bytes);

/* Makes accessible, writable pages resident. */
mp_os_result mp_os_prefault(void *base, size_t bytes);

/* Keeps pages out of swap; makes them resident, unless `access` is none. */
mp_os_result mp_os_lock(void *base, size_t bytes, unsigned access);

/* Passes a hint on. */
mp_os_result mp_os_advise(void *base, size_t bytes, mp_advice advice);

/* Backs memory by huge pages where it can, or never. */
mp_os_result mp_os_use_huge_pages(void *base, size_t bytes, bool use);

mp_os_result mp_os_exclude_from_dumps(void *base, size_t bytes);

mp_os_result mp_os_wipe_on_fork(void *base, size_t bytes);

/* Counts the bytes that are in physical memory now. */
mp_os_result mp_os_resident(const void *base, size_t bytes, size_t *out);

/* Makes code that was written to readable pages visible to every processor. */
void mp_os_sync_code(void *base, size_t bytes);

#endif
