/* Giving address space back to the system, which may refuse: at its limit of mappings, cutting a
 * piece out of a merged mapping would make one more. Physical memory can be given back all the
 * same, and the slot waits with the address space for a better moment; mp_unreleased_bytes() tells
 * how much waits.
 */
#ifndef MP_RELEASE_H
#define MP_RELEASE_H

#include "mp_ticket.h"

/* Releases the mapping of a claimed slot, which goes back to the table, now or later. */
void mp_release(mp_slot *slot);

/* The same for a range that may be empty, in the name of a claimed slot of its own. */
void mp_release_range(mp_slot *slot, void *base, size_t bytes);

/* Tries again for what waits, if anything does. */
void mp_release_retry(void);

/* ---- Quarantine ------------------------------------------------------------------------------ */

/* For a hardened build: the mapping of a claimed slot, which nobody may touch any more, is released
 * when as many others have come after it as the quarantine holds. Until then no new mapping lies
 * there, and every stale pointer into it faults. */
void mp_quarantine(mp_slot *slot);

/* Releases all that is in quarantine. Tells whether there was anything. */
bool mp_quarantine_end(void);

#endif
