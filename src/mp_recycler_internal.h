/* How regions leave memory with a recycler and take it up again. */
#ifndef MP_RECYCLER_INTERNAL_H
#define MP_RECYCLER_INTERNAL_H

#include "memory_pages/mp_recycler.h"
#include "mp_ticket.h"

typedef struct mp_recycler_state mp_recycler_state;

/* One more region names the recycler. `recycler` and what comes back may be NULL. */
mp_recycler_state *mp_recycler_join(const mp_recycler *recycler);

/* One less. The last one out, be it the handle or a region, ends the recycler. */
void mp_recycler_leave(mp_recycler_state *state);

/* Takes the mapping of a claimed slot over, if there is room for its `len` accessible bytes, which
 * are readable and writable. The slot is the recycler's then. */
bool mp_recycler_keep(mp_recycler_state *state, mp_slot *slot, size_t len);

/* Finds a kept mapping with the size and options of `like`: its slot, claimed, or NULL. Its content
 * is whatever it was. */
mp_slot *mp_recycler_take(mp_recycler_state *state, const mp_slot *like);

#endif
