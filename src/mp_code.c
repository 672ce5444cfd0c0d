#include "memory_pages/mp_code.h"

#include "mp_ticket.h"

mp_status mp_code_at(const mp_region *region, size_t offset, mp_code *out) {
    const mp_code stale = MP_INIT;
    *out = stale;
    const mp_status owned = mp_ticket_check(&region->ticket);
    if (owned != MP_OK) return mp_fail(owned, "fn");
    if (offset >= region->len) return mp_fail(MP_ERR_OUT_OF_RANGE, "fn");
    /* C has no conversion from a data pointer to a function pointer; by way of an integer it has.
     */
    out->entry = (void (*)(void))(uintptr_t)(region->data + offset);
    out->ticket = region->ticket;
    return MP_OK;
}
