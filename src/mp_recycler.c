#include "mp_recycler_internal.h"

#include "mp_compiler.h"
#include "mp_error.h"
#include "mp_release.h"

enum { CLASSES = 64 };

/* Lives in pages of its own until the handle and the last region that names it are gone. Lock-free,
 * as the slot table is: a fork() in the middle of a change leaves the child nothing to wait for. */
struct mp_recycler_state {
    mp_slot *slot;    /* of these pages, for when they can't be given back at once */
    size_t users;     /* atomic; the handle, and each region */
    size_t bytes;     /* atomic; accessible bytes kept, or about to be */
    size_t max_bytes; /* atomic; 0 when the handle is gone */
    uint64_t max_age_ms;
    uint64_t next_sweep;         /* atomic; when the old ones are looked for again */
    mp_slot_stack kept[CLASSES]; /* by the size of the mapping */
};

/* Mappings of about the same size share a stack. */
static mp_slot_stack *stack_for(mp_recycler_state *state, size_t bytes) {
    unsigned order = 0;
    while (bytes >>= 1) order++;
    return &state->kept[order];
}

static void put(mp_recycler_state *state, mp_slot *slot) {
    mp_slot_push(stack_for(state, slot->bytes), slot);
}

static void give_up(mp_recycler_state *state, mp_slot *slot) {
    mp_atomic_sub(&state->bytes, slot->kept_len);
    mp_release(slot);
}

/* ---- Age ------------------------------------------------------------------------------------- */

static void sweep_stack(mp_recycler_state *state, mp_slot_stack *stack, uint64_t now) {
    mp_slot_stack young = {0};
    mp_slot *slot;
    while ((slot = mp_slot_pop(stack)) != NULL) {
        if (now - slot->kept_since > state->max_age_ms)
            give_up(state, slot);
        else
            mp_slot_push(&young, slot);
    }
    while ((slot = mp_slot_pop(&young)) != NULL) mp_slot_push(stack, slot);
}

static void sweep(mp_recycler_state *state, bool at_once) {
    if (state->max_age_ms == 0) return;
    const uint64_t now = mp_os_milliseconds();
    uint64_t due = mp_atomic_load(&state->next_sweep);
    if (!at_once && now < due) return;
    /* Twice in the time that memory may be kept; one thread does it for all. */
    if (!mp_atomic_replace(&state->next_sweep, &due, now + state->max_age_ms / 2 + 1)) return;
    for (size_t i = 0; i < CLASSES; i++) sweep_stack(state, &state->kept[i], now);
}

static void trim(mp_recycler_state *state, size_t keep_bytes) {
    for (size_t i = CLASSES; i-- > 0;) {
        while (mp_atomic_load(&state->bytes) > keep_bytes) {
            mp_slot *slot = mp_slot_pop(&state->kept[i]);
            if (slot == NULL) break;
            give_up(state, slot);
        }
    }
}

/* ---- Regions come and go --------------------------------------------------------------------- */

mp_recycler_state *mp_recycler_join(const mp_recycler *recycler) {
    mp_recycler_state *state = recycler != NULL ? recycler->state : NULL;
    if (state != NULL) mp_atomic_add(&state->users, 1);
    return state;
}

void mp_recycler_leave(mp_recycler_state *state) {
    if (state == NULL || mp_atomic_sub(&state->users, 1) != 0) return;
    trim(state, 0);
    mp_release(state->slot);
}

bool mp_recycler_keep(mp_recycler_state *state, mp_slot *slot, size_t len) {
    sweep(state, false);
    /* Counted before it is there, so that two threads can't exceed the bound together. */
    if (mp_atomic_add(&state->bytes, len) > mp_atomic_load(&state->max_bytes)) {
        mp_atomic_sub(&state->bytes, len);
        return false;
    }
    slot->kept_len = len;
    slot->kept_since = mp_os_milliseconds();
    put(state, slot);
    return true;
}

static bool serves(const mp_slot *slot, const mp_slot *like) {
    return slot->bytes == like->bytes && slot->alignment == like->alignment &&
           slot->huge_pages == like->huge_pages && slot->prefault == like->prefault &&
           slot->locked == like->locked && slot->no_dump == like->no_dump &&
           slot->wipe_on_fork == like->wipe_on_fork && slot->guard_pages == like->guard_pages &&
           slot->promised == like->promised;
}

mp_slot *mp_recycler_take(mp_recycler_state *state, const mp_slot *like) {
    enum { LOOKED_AT = 8 };
    sweep(state, false);
    mp_slot *passed[LOOKED_AT];
    size_t n = 0;
    mp_slot *found = NULL;
    while (found == NULL && n < LOOKED_AT) {
        mp_slot *slot = mp_slot_pop(stack_for(state, like->bytes));
        if (slot == NULL) break;
        if (serves(slot, like))
            found = slot;
        else
            passed[n++] = slot;
    }
    while (n > 0) put(state, passed[--n]);
    if (found != NULL) mp_atomic_sub(&state->bytes, found->kept_len);
    return found;
}

/* ---- The handle ------------------------------------------------------------------------------ */

MP_STATIC_ASSERT(sizeof(mp_recycler_state) <= 4096, "fits into the smallest page");

mp_status mp_recycler_create(size_t max_bytes, uint64_t max_age_ms, mp_recycler *out) {
    out->state = NULL;
    const size_t page = mp_os_page_size();
    const mp_os_wish wish = {page, true, false};
    mp_slot *slot;
    const mp_os_result taken = mp_slot_take(&slot);
    if (taken.code != 0) return mp_fail_os(taken);
    void *memory;
    const mp_os_result mapped =
        mp_os_map(page, MP_ACCESS_READ | MP_ACCESS_WRITE, wish, &memory, NULL);
    if (mapped.code != 0) {
        mp_slot_give_back(slot);
        return mp_fail_os(mapped);
    }
    slot->base = (unsigned char *)memory;
    slot->bytes = page;
    out->state = (mp_recycler_state *)memory;
    out->state->slot = slot;
    out->state->users = 1;
    out->state->max_bytes = max_bytes;
    out->state->max_age_ms = max_age_ms;
    return MP_OK;
}

void mp_recycler_destroy(mp_recycler *recycler) {
    mp_recycler_state *state = recycler->state;
    recycler->state = NULL;
    if (state == NULL) return;
    mp_atomic_store(&state->max_bytes, 0);
    trim(state, 0);
    mp_recycler_leave(state);
}

void mp_recycler_trim(const mp_recycler *recycler, size_t keep_bytes) {
    if (recycler->state == NULL) return;
    sweep(recycler->state, true);
    trim(recycler->state, keep_bytes);
}

size_t mp_recycler_bytes(const mp_recycler *recycler) {
    return recycler->state != NULL ? mp_atomic_load(&recycler->state->bytes) : 0;
}
