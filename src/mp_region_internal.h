/* What vectors need of regions beyond the public header: address space to grow in.
 *
 * A region is a mapping of which a part is accessible: [guard] accessible [reserved] [guard]. For
 * pages nothing is only reserved. A vector's accessible part grows by commits.
 *
 * `huge` asks for huge pages: the data is aligned to them and the whole mapping is advised once.
 */
#ifndef MP_REGION_INTERNAL_H
#define MP_REGION_INTERNAL_H

#include "memory_pages/mp_region.h"

/* Creates a readable and writable region of `reserved` bytes of address space, of which `len` or
 * more are accessible; both are whole pages, `len` may be 0. `*used` is how many of the accessible
 * bytes come from a recycler and may hold anything; the others are zero. */
mp_status mp_region_reserve(size_t len, size_t reserved, bool huge, const mp_options *options,
                            mp_region *out, size_t *used);

/* Bytes that the region can commit without moving; 0 for an empty or stale one. */
size_t mp_region_room(const mp_region *region);

/* The options that a later move of the region must know. */
void mp_region_options(const mp_region *region, mp_options *out);

/* Makes the first `len` bytes accessible: not fewer than now, and within the room. */
mp_status mp_region_commit(mp_region *region, size_t len);

/* The reverse: frees what lies behind the first `len` bytes and makes it inaccessible. */
mp_status mp_region_uncommit(mp_region *region, size_t len);

/* Moves to a new mapping, in which the first `len` bytes are accessible: not fewer than now. If
 * `content` is not 0, its bytes may be copied, where that gives them huge pages; what lies behind
 * them becomes zero then. */
mp_status mp_region_relocate(mp_region *region, size_t content, size_t len, size_t reserved,
                             bool huge);

/* Passes a hint about accessible bytes on, widened to whole pages. */
mp_status mp_region_advise_soon(const mp_region *region, size_t offset, size_t n);

#endif
