#include "mp_release.h"

#include "mp_compiler.h"

static size_t unreleased_bytes; /* atomic */
static mp_slot_stack unreleased;

size_t mp_unreleased_bytes(void) { return mp_atomic_load(&unreleased_bytes); }

void mp_release(mp_slot *slot) {
    if (mp_os_release(slot->base, slot->bytes).code == 0) {
        mp_slot_give_back(slot);
        return;
    }
    mp_os_discard(slot->base, slot->bytes);
    mp_atomic_add(&unreleased_bytes, slot->bytes);
    mp_slot_push(&unreleased, slot);
}

void mp_release_range(mp_slot *slot, void *base, size_t bytes) {
    slot->base = (unsigned char *)base;
    slot->bytes = bytes;
    if (bytes != 0)
        mp_release(slot);
    else
        mp_slot_give_back(slot);
}

void mp_release_retry(void) {
    while (MP_UNLIKELY(mp_unreleased_bytes() != 0)) {
        mp_slot *slot = mp_slot_pop(&unreleased);
        if (slot == NULL) return;
        if (mp_os_release(slot->base, slot->bytes).code != 0) {
            mp_slot_push(&unreleased, slot);
            return;
        }
        mp_atomic_sub(&unreleased_bytes, slot->bytes);
        mp_slot_give_back(slot);
    }
}

/* ---- Quarantine ------------------------------------------------------------------------------ */

/* A vector's reservation may be 64 GiB, and processors address 128 TiB. */
enum { HELD = 64 };

static mp_slot *held[HELD]; /* atomic */
static size_t held_last;    /* atomic; counts what has come */

static bool let_go(size_t place, mp_slot *instead) {
    mp_slot *slot = mp_atomic_swap(&held[place], instead);
    if (slot != NULL) mp_release(slot);
    return slot != NULL;
}

void mp_quarantine(mp_slot *slot) { (void)let_go(mp_atomic_add(&held_last, 1) % HELD, slot); }

bool mp_quarantine_end(void) {
    bool any = false;
    for (size_t i = 0; i < HELD; i++) any |= let_go(i, NULL);
    return any;
}
