/* No region of these proofs names a recycler; what recyclers do is proved in recycler.c. */
#include "../proof.h"

#include "mp_recycler_internal.h"

mp_recycler_state *mp_recycler_join(const mp_recycler *recycler) {
    CLAIM(recycler == NULL || recycler->state == NULL);
    return NULL;
}

void mp_recycler_leave(mp_recycler_state *state) { CLAIM(state == NULL); }

bool mp_recycler_keep(mp_recycler_state *state, mp_slot *slot, size_t len) {
    CLAIM(state == NULL && slot == NULL && len == 0);
    return false;
}

mp_slot *mp_recycler_take(mp_recycler_state *state, const mp_slot *like) {
    CLAIM(state == NULL && like == NULL);
    return NULL;
}
