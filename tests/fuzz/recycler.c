#include "world.h"

#include <memory_pages/mp_recycler.h>

mp_recycler recycler;

bool may_be_kept(const mp_options *options) {
    return options->recycler != NULL && recycler.state != NULL;
}

void op_recycler_create(const uint8_t *argument) {
    mp_recycler_destroy(&recycler);
    const uint64_t age = argument[0] % 2; /* milliseconds: nothing is kept long, or all is */
    require_status(MP_OK, mp_recycler_create(bytes_of(argument[0]), age, &recycler));
}

void op_recycler_trim(const uint8_t *argument) {
    mp_recycler_trim(&recycler, bytes_of(argument[0]));
    require(mp_recycler_bytes(&recycler) <= bytes_of(argument[0]));
}

void op_recycler_destroy(const uint8_t *argument) {
    (void)argument;
    mp_recycler_destroy(&recycler);
    require(mp_recycler_bytes(&recycler) == 0);
}
