/* src/mp_recycler.c: what is kept is counted, bounded, and given out again once. */
#include "model/seam.h"

#include "mp_recycler_internal.h"
#include "mp_release.h"

mp_slot_stack *STATIC(mp_recycler, stack_for)(mp_recycler_state *state, size_t bytes);

static mp_recycler a_recycler(size_t max_bytes) {
    mp_recycler recycler;
    seam.may_fail = false;
    seam_lend_state();
    CLAIM(mp_recycler_create(max_bytes, 0, &recycler) == MP_OK);
    return recycler;
}

void classes_are_by_size(void) {
    seam_start();
    const mp_recycler recycler = a_recycler(0);
    const size_t a = any_size(), b = any_size();
    GIVEN(a != 0 && b != 0);
    mp_slot_stack *first = STATIC(mp_recycler, stack_for)(recycler.state, 1);
    mp_slot_stack *of_a = STATIC(mp_recycler, stack_for)(recycler.state, a);
    mp_slot_stack *of_b = STATIC(mp_recycler, stack_for)(recycler.state, b);
    CLAIM(of_a >= first && of_a - first < 64);
    CLAIM(a != b || of_a == of_b);
    CLAIM(a / 2 < b || of_a > of_b);
}
