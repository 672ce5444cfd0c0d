/* src/mp_ticket.c: the table of slots, epochs, and stacks, with one thread. */
#include "model/seam.h"

#include "mp_ticket.h"

unsigned STATIC(mp_ticket, segment_of)(uint32_t index);
uint32_t STATIC(mp_ticket, segment_start)(unsigned segment);
uint64_t STATIC(mp_ticket, next_top)(uint64_t top, uint32_t name);
mp_slot *STATIC(mp_ticket, slot_named)(uint32_t name);

/* Names are UINT32_MAX at most, and indices one less. */
enum { SEGMENTS = 26, FIRST_SEGMENT = 64 };
static const uint32_t LAST_INDEX = UINT32_MAX - 1;

void segment_holds_its_index(void) {
    const uint32_t index = any_u32();
    GIVEN(index <= LAST_INDEX);
    const unsigned segment = STATIC(mp_ticket, segment_of)(index);
    CLAIM(segment <= SEGMENTS);
    CLAIM(STATIC(mp_ticket, segment_start)(segment) <= index);
    CLAIM(index - STATIC(mp_ticket, segment_start)(segment) < (uint64_t)FIRST_SEGMENT << segment);
}

void segments_follow_each_other(void) {
    const unsigned segment = any_unsigned();
    GIVEN(segment < SEGMENTS);
    const uint64_t size = (uint64_t)FIRST_SEGMENT << segment;
    CLAIM(STATIC(mp_ticket, segment_start)(0) == 0);
    CLAIM(STATIC(mp_ticket, segment_start)(segment + 1) ==
          (uint32_t)(STATIC(mp_ticket, segment_start)(segment) + size));
}

void names_are_places(void) {
    seam_start();
    const uint32_t a = any_u32(), b = any_u32();
    GIVEN(1 <= a && a <= SLOTS_LENT && 1 <= b && b <= SLOTS_LENT);
    const mp_slot *first = STATIC(mp_ticket, slot_named)(1);
    const mp_slot *slot_a = STATIC(mp_ticket, slot_named)(a);
    const mp_slot *slot_b = STATIC(mp_ticket, slot_named)(b);
    CLAIM((slot_a == slot_b) == (a == b));
    CLAIM(slot_a - first == (ptrdiff_t)a - 1);
}

/* ---- Taking slots ---------------------------------------------------------------------------- */

void slots_taken_are_distinct(void) {
    seam_start();
    mp_slot *a, *b, *c;
    CLAIM(mp_slot_take(&a).code == 0);
    CLAIM(mp_slot_take(&b).code == 0);
    CLAIM(a != b && a->name != b->name);
    CLAIM(a->epoch % 2 == 1 && b->epoch % 2 == 1);
    mp_slot_give_back(any_bool() ? a : b);
    CLAIM(mp_slot_take(&c).code == 0);
    CLAIM(c == a || c == b);
}

/* The first slot needs a segment, which the system may refuse. */
void refused_table_changes_nothing(void) {
    seam.page = 4096;
    seam.must_fail = true;
    mp_slot *slot;
    CLAIM(mp_slot_take(&slot).code != 0);
    CLAIM(!seam.byte.mapped && seam.calls == 0);
    seam.must_fail = false;
    seam_lend_slots();
    CLAIM(mp_slot_take(&slot).code == 0);
    CLAIM(slot->name == 1);
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

static mp_slot *a_slot_of(uint64_t epoch) {
    static mp_slot slot;
    slot.epoch = epoch;
    return &slot;
}

/* An owner's, far from the end that no program reaches. */
static uint64_t any_even_epoch(void) {
    const uint64_t epoch = any_u64();
    GIVEN(epoch % 2 == 0 && epoch < UINT64_MAX - 8);
    return epoch;
}

void claim_needs_the_current_epoch(void) {
    mp_slot *slot = a_slot_of(any_u64());
    const uint64_t before = slot->epoch;
    const mp_ticket ticket = {&slot->epoch, any_even_epoch()};
    mp_slot *claimed = NULL;
    const mp_status status = mp_ticket_claim(&ticket, &claimed);
    CLAIM((status == MP_OK) == (before == ticket.epoch));
    if (status == MP_OK) {
        CLAIM(claimed == slot && slot->epoch == before + 1);
        CLAIM(mp_ticket_claim(&ticket, &claimed) == MP_ERR_STALE);
    } else {
        CLAIM(status == MP_ERR_STALE && claimed == NULL && slot->epoch == before);
    }
}

void empty_tickets_own_nothing(void) {
    const mp_ticket empty = {NULL, any_u64()};
    mp_slot *claimed = NULL;
    CLAIM(mp_ticket_claim(&empty, &claimed) == MP_ERR_EMPTY && claimed == NULL);
    CLAIM(mp_ticket_check(&empty) == MP_ERR_EMPTY);
    CLAIM(!mp_ticket_is_current(&empty));
}

void check_says_what_is_current(void) {
    mp_slot *slot = a_slot_of(any_u64());
    const mp_ticket ticket = {&slot->epoch, any_u64()};
    const bool current = slot->epoch == ticket.epoch;
    CLAIM(mp_ticket_check(&ticket) == (current ? MP_OK : MP_ERR_STALE));
    CLAIM(mp_ticket_is_current(&ticket) == current);
}

void renewal_leaves_one_owner(void) {
    mp_slot *slot = a_slot_of(any_even_epoch());
    const mp_ticket old = {&slot->epoch, slot->epoch};
    const mp_ticket any = {&slot->epoch, any_even_epoch()};
    mp_slot *claimed;
    GIVEN(mp_ticket_claim(&old, &claimed) == MP_OK);
    mp_ticket renewed;
    mp_ticket_renew(claimed, &renewed);
    CLAIM(mp_ticket_check(&renewed) == MP_OK);
    CLAIM(mp_ticket_check(&old) == MP_ERR_STALE);
    CLAIM((mp_ticket_check(&any) == MP_OK) == (any.epoch == renewed.epoch));
    CLAIM(renewed.epoch == old.epoch + 2);
}

void restoring_undoes_a_claim(void) {
    mp_slot *slot = a_slot_of(any_even_epoch());
    const uint64_t before = slot->epoch;
    const mp_ticket ticket = {&slot->epoch, slot->epoch};
    mp_slot *claimed;
    GIVEN(mp_ticket_claim(&ticket, &claimed) == MP_OK);
    mp_ticket_restore(claimed);
    CLAIM(slot->epoch == before);
    CLAIM(mp_ticket_check(&ticket) == MP_OK);
}

/* Whatever owners do one after the other, a ticket that ended stays ended. */
void epochs_never_come_again(void) {
    enum { CHANGES = 5 };
    mp_slot *slot = a_slot_of(any_even_epoch());
    GIVEN(slot->epoch < UINT64_MAX - 4 * CHANGES);
    const mp_ticket first = {&slot->epoch, slot->epoch};
    mp_ticket current = first;
    bool ended = false;
    for (unsigned i = 0; i < CHANGES; i++) {
        mp_slot *claimed;
        CLAIM(mp_ticket_claim(&current, &claimed) == MP_OK);
        if (any_bool()) {
            mp_ticket_restore(claimed);
        } else {
            /* Also given back, and taken by somebody else. */
            mp_ticket_renew(claimed, &current);
            ended = true;
        }
        CLAIM(mp_ticket_check(&first) == (ended ? MP_ERR_STALE : MP_OK));
        CLAIM(mp_ticket_check(&current) == MP_OK);
    }
}

/* ---- Stacks ---------------------------------------------------------------------------------- */

void tops_count_changes(void) {
    const uint64_t top = any_u64();
    const uint32_t name = any_u32();
    GIVEN(top >> 32 < UINT32_MAX);
    const uint64_t next = STATIC(mp_ticket, next_top)(top, name);
    CLAIM((uint32_t)next == name);
    CLAIM(next >> 32 == (top >> 32) + 1);
}

void stacks_are_last_in_first_out(void) {
    seam_start();
    mp_slot *slots[3];
    for (unsigned i = 0; i < 3; i++) CLAIM(mp_slot_take(&slots[i]).code == 0);
    mp_slot_stack stack = {0};
    CLAIM(mp_slot_pop(&stack) == NULL);
    for (unsigned i = 0; i < 3; i++) mp_slot_push(&stack, slots[i]);
    for (unsigned i = 0; i < 3; i++) CLAIM(mp_slot_pop(&stack) == slots[2 - i]);
    CLAIM(mp_slot_pop(&stack) == NULL);
}

/* Any order of pushes and pops loses no slot and doubles none. */
void stacks_keep_what_they_got(void) {
    enum { SLOTS = 2, STEPS = 3 };
    seam_start();
    mp_slot *slots[SLOTS];
    bool inside[SLOTS] = {false};
    for (unsigned i = 0; i < SLOTS; i++) CLAIM(mp_slot_take(&slots[i]).code == 0);
    mp_slot_stack stack = {0};
    for (unsigned step = 0; step < STEPS; step++) {
        const size_t i = any_size_in(0, SLOTS - 1);
        if (!inside[i]) {
            mp_slot_push(&stack, slots[i]);
            inside[i] = true;
        } else {
            mp_slot *popped = mp_slot_pop(&stack);
            CLAIM(popped == slots[0] || popped == slots[1]);
            const unsigned which = popped == slots[1];
            CLAIM(inside[which]);
            inside[which] = false;
        }
    }
    if (!inside[0] && !inside[1]) CLAIM(mp_slot_pop(&stack) == NULL);
}
