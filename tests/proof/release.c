/* src/mp_release.c: address space that the system would not take back. */
#include "model/seam.h"

#include "mp_release.h"

static mp_slot *a_slot_with_pages(size_t pages) {
    mp_slot *slot;
    void *base;
    const mp_os_wish wish = {.alignment = seam.page};
    seam.may_fail = false;
    CLAIM(mp_slot_take(&slot).code == 0);
    slot->bytes = pages * seam.page;
    CLAIM(mp_os_map(slot->bytes, MP_ACCESS_READ, wish, &base, NULL).code == 0);
    slot->base = base;
    seam.may_fail = true;
    return slot;
}

void released_or_counted(void) {
    seam_start();
    mp_slot *slot = a_slot_with_pages(any_size_in(1, 1000000));
    const size_t bytes = slot->bytes;
    mp_release(slot);
    const size_t waits = mp_unreleased_bytes();
    CLAIM(waits == 0 || waits == bytes);
    if (seam.byte.mapped) CLAIM(waits == bytes && seam.byte.refused);
}

void nothing_is_nothing_to_release(void) {
    seam_start();
    mp_slot *slot, *again;
    CLAIM(mp_slot_take(&slot).code == 0);
    const size_t calls = seam.calls;
    mp_release_range(slot, NULL, 0);
    CLAIM(seam.calls == calls && mp_unreleased_bytes() == 0);
    CLAIM(mp_slot_take(&again).code == 0 && again == slot);
}
