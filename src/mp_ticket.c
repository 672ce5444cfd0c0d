#include "mp_ticket.h"

#include "mp_compiler.h"

MP_STATIC_ASSERT(sizeof(void *) != 8 || sizeof(mp_slot) == 64, "a slot fills a cache line");
MP_STATIC_ASSERT(offsetof(mp_slot, epoch) == 0,
                 "a ticket's slot pointer is a pointer to the epoch");

/* ---- The table ------------------------------------------------------------------------------- */

/* Segment k holds FIRST << k slots: the table grows without moving, and 26 segments name all of
 * them. */
enum { FIRST_SEGMENT_BITS = 6, SEGMENTS = 26 };

static mp_slot *segments[SEGMENTS]; /* atomic */
static uint32_t fresh_name = 1;     /* atomic; the lowest name never given out */

static unsigned segment_of(uint32_t index) {
    unsigned segment = 0;
    while (((uint64_t)index >> FIRST_SEGMENT_BITS) + 1 >= (uint64_t)2 << segment) segment++;
    return segment;
}

static uint32_t segment_start(unsigned segment) {
    return (uint32_t)((((uint64_t)1 << segment) - 1) << FIRST_SEGMENT_BITS);
}

static mp_slot *slot_named(uint32_t name) {
    const uint32_t index = name - 1;
    const unsigned segment = segment_of(index);
    return mp_atomic_load(&segments[segment]) + (index - segment_start(segment));
}

static const mp_os_result success = {0, NULL};
static const mp_os_result tables_full = {MP_OS_TABLES_FULL, "slot table"};

static mp_os_result ensure_segment(unsigned segment) {
    if (mp_atomic_load(&segments[segment]) != NULL) return success;

    const size_t page = mp_os_page_size();
    size_t bytes;
    if (!mp_checked_mul(sizeof(mp_slot), (size_t)1 << (FIRST_SEGMENT_BITS + segment), &bytes) ||
        !mp_round_up(bytes, page, &bytes))
        return tables_full;
    const mp_os_wish wish = {page, true, false};
    void *memory;
    const mp_os_result mapped =
        mp_os_map(bytes, MP_ACCESS_READ | MP_ACCESS_WRITE, wish, &memory, NULL);
    if (mapped.code != 0) return mapped;

    mp_slot *none = NULL;
    if (!mp_atomic_replace(&segments[segment], &none, (mp_slot *)memory)) {
        /* Another thread was faster. Nothing was written here, so even a refusal costs no memory.
         */
        (void)mp_os_release(memory, bytes);
    }
    return success;
}

static mp_os_result take_fresh(mp_slot **out) {
    uint32_t name = mp_atomic_load(&fresh_name);
    do {
        if (name == UINT32_MAX) return tables_full;
        const mp_os_result ensured = ensure_segment(segment_of(name - 1));
        if (ensured.code != 0) return ensured;
    } while (!mp_atomic_replace(&fresh_name, &name, name + 1));
    *out = slot_named(name);
    (*out)->name = name;
    (*out)->epoch = 1;
    return success;
}

/* ---- Stacks of slots ------------------------------------------------------------------------- */

/* A Treiber stack (R. K. Treiber, "Systems Programming: Coping with Parallelism", 1986). The top is
 * a count of changes and the name of a slot, 0 for none. Without the count, a slot that was popped
 * and pushed again while a thread was between its load and its replace would be taken for
 * unchanged. A slot stays readable after it was popped, for the table is never unmapped. */
static uint64_t next_top(uint64_t top, uint32_t name) {
    return ((top >> 32) + 1) << 32 | name;
}

void mp_slot_push(mp_slot_stack *stack, mp_slot *slot) {
    uint64_t top = mp_atomic_load(&stack->top);
    do {
        mp_atomic_store(&slot->next, (uint32_t)top);
    } while (!mp_atomic_replace(&stack->top, &top, next_top(top, slot->name)));
}

mp_slot *mp_slot_pop(mp_slot_stack *stack) {
    uint64_t top = mp_atomic_load(&stack->top);
    while ((uint32_t)top != 0) {
        mp_slot *slot = slot_named((uint32_t)top);
        const uint32_t below = mp_atomic_load(&slot->next);
        if (mp_atomic_replace(&stack->top, &top, next_top(top, below))) return slot;
    }
    return NULL;
}

static mp_slot_stack free_slots;

/* ---- Slots and tickets ----------------------------------------------------------------------- */

mp_os_result mp_slot_take(mp_slot **out) {
    *out = mp_slot_pop(&free_slots);
    return *out != NULL ? success : take_fresh(out);
}

void mp_slot_give_back(mp_slot *slot) { mp_slot_push(&free_slots, slot); }

mp_status mp_ticket_check(const mp_ticket *ticket) {
    if (ticket->slot == NULL) return MP_ERR_EMPTY;
    return mp_atomic_load(ticket->slot) == ticket->epoch ? MP_OK : MP_ERR_STALE;
}

mp_status mp_ticket_claim(const mp_ticket *ticket, mp_slot **out) {
    if (ticket->slot == NULL) return MP_ERR_EMPTY;
    /* The header sees the epoch only, and that as constant. Here it is the start of its slot again.
     */
    mp_slot *slot = (mp_slot *)(uintptr_t)ticket->slot;
    uint64_t epoch = ticket->epoch;
    if (!mp_atomic_replace(&slot->epoch, &epoch, epoch + 1)) return MP_ERR_STALE;
    *out = slot;
    return MP_OK;
}

void mp_ticket_renew(mp_slot *slot, mp_ticket *ticket) {
    const uint64_t epoch = mp_atomic_load(&slot->epoch) + 1;
    ticket->slot = &slot->epoch;
    ticket->epoch = epoch;
    mp_atomic_store(&slot->epoch, epoch);
}

void mp_ticket_restore(mp_slot *slot) {
    mp_atomic_store(&slot->epoch, mp_atomic_load(&slot->epoch) - 1);
}

bool mp_ticket_is_current_by_call(const mp_ticket *ticket) {
    return mp_ticket_check(ticket) == MP_OK;
}
