/** @file
 *  Pages without a type: the floor under the typed page headers, which are what programs use.
 *
 *  A region is a run of whole pages with one permission. The typed headers call these functions
 *  with the permission that their name states; calling them directly gives the typing away.
 *
 *  Threads and signal handlers: any number at once of what takes the pages as `const`, while none
 *  changes them; of the rest one at a time on the pages.
 */
#ifndef MEMORY_PAGES_MP_REGION_H
#define MEMORY_PAGES_MP_REGION_H

#include "mp_options.h"
#include "mp_status.h"
#include "mp_system.h"

MP_EXTERN_C_BEGIN

/** Proof of ownership: a slot, and the epoch that the slot had when the proof was given. An epoch
 *  never comes again, so a copy that outlives its original can be told. */
typedef struct mp_ticket {
    const uint64_t *slot; /**< NULL in an empty handle; slots are never unmapped */
    uint64_t epoch;       /**< equals `*slot` as long as the ticket is current */
} mp_ticket;

/** A run of whole pages. All zero is an empty handle. */
typedef struct mp_region {
    unsigned char *data; /**< the first byte */
    size_t len;          /**< bytes; a multiple of the page size */
    mp_ticket ticket;    /**< who owns them */
} mp_region;

/** As mp_ticket_is_current(), in the library: for compilers that have no atomic load. */
MP_API bool mp_ticket_is_current_by_call(const mp_ticket *ticket);

/** Tells whether `ticket`'s slot still has its epoch. False for an empty ticket. One load, one
 *  compare; detects staleness, does not prevent it. */
static inline bool mp_ticket_is_current(const mp_ticket *ticket) {
#if defined(__GNUC__) && !defined(__TINYC__)
    return ticket->slot != NULL &&
           __atomic_load_n(ticket->slot, __ATOMIC_ACQUIRE) == ticket->epoch;
#else
    return mp_ticket_is_current_by_call(ticket);
#endif
}

/** Tells whether `n` bytes or elements from `first` on lie within `len`, without overflow. */
static inline bool mp_range_is_inside(size_t first, size_t n, size_t len) {
    return first <= len && n <= len - first;
}

/** Maps at least `min_bytes`, zeroed, with `access`, a set of `mp_access` bits. `options` may be
 *  NULL. Always writes `out`: an empty region on failure. */
MP_API MP_MUST_USE mp_status mp_region_create(size_t min_bytes, unsigned access,
                                              const mp_options *options, mp_region *out);

/** Gives the memory back and empties `region`. Nothing happens to the memory of a stale one. */
MP_API void mp_region_destroy(mp_region *region);

/** Empties `from` into `to`, whose former content is not looked at. */
static inline void mp_region_move(mp_region *from, mp_region *to) {
    const mp_region taken = *from;
    from->data = NULL;
    from->len = 0;
    from->ticket.slot = NULL;
    from->ticket.epoch = 0;
    *to = taken;
}

/** Changes the permission of all pages to `access`; on success `to` owns them and `from` is empty,
 *  on failure `from` is as it was and `to` is empty. New executable code is made visible to every
 *  processor first. `MP_ERR_INVALID` if both are the same handle, which stays as it was. */
MP_API MP_MUST_USE mp_status mp_region_transition(mp_region *from, mp_region *to, unsigned access);

/** Grows or shrinks to at least `min_bytes`, which is not 0; new bytes are zero; may move. */
MP_API MP_MUST_USE mp_status mp_region_resize(mp_region *region, size_t min_bytes);

/** Gives the physical memory of `n` bytes at `offset` back; both are multiples of the page size.
 *  The bytes then read as zero. */
MP_API MP_MUST_USE mp_status mp_region_decommit(mp_region *region, size_t offset, size_t n);

/** As mp_region_decommit() for `count` ranges in as few system calls as possible. All of them are
 *  checked before the first is decommitted. */
MP_API MP_MUST_USE mp_status mp_region_decommit_ranges(mp_region *region, const mp_range *ranges,
                                                       size_t count);

/** Passes a hint on to the system: about the first `n` bytes if it is `MP_ADVICE_SOON`, else about
 *  all address space of the region, so that the mapping is never split. */
MP_API MP_MUST_USE mp_status mp_region_advise(const mp_region *region, size_t n, mp_advice advice);

/** Asks the system how many bytes of the region are in physical memory now. */
MP_API MP_MUST_USE mp_status mp_region_resident_bytes(const mp_region *region, size_t *out);

/** Overwrites every byte with zero, in a way that no compiler removes. */
MP_API void mp_region_wipe(mp_region *region);

/** Makes machine code that was written to executable pages visible to every processor. */
MP_API void mp_region_sync_code(const mp_region *region, size_t offset, size_t n);

/** Returns the address at which the byte at `offset` will run; panics in the name of `function` if
 *  that lies behind the end. */
MP_API uintptr_t mp_region_exec_address(const mp_region *region, size_t offset,
                                        const char *function);

/** Takes the mapping out of the handle, for the caller to unmap. */
MP_API MP_MUST_USE mp_status mp_region_into_raw_parts(mp_region *region, void **base,
                                                      size_t *bytes);

/** Takes a foreign mapping with permission `access` over. Always writes `out`. */
MP_API MP_MUST_USE mp_status mp_region_from_raw_parts(void *base, size_t bytes, unsigned access,
                                                      mp_region *out);

MP_EXTERN_C_END

#endif
