/** @file
 *  Functions that the linker puts between two floors, so that calls of the lower one can be
 *  refused.
 *
 *  A suite says which, each with a STAND_BETWEEN() at the start of a line: the build reads those
 *  lines.
 */
#ifndef TESTS_UNIT_BETWEEN_H
#define TESTS_UNIT_BETWEEN_H

#include <check.h>
#include <stdbool.h>
#include <string.h>

#include "mp_ticket.h"
#include "os/mp_os.h"

enum { REFUSED = -2 }; /* stands for MP_ERR_SYSTEM */

static const char *refused; /* the call that fails; NULL: none */
static int passes;          /* how many of them are let through before */
static int refusals;        /* how many fail then */
static int refusal_code = REFUSED;
static const char *always_refused; /* one more call, for good */
static int always_code = REFUSED;

static void refuse_call(const char *call, int let_through, int times) {
    refused = call;
    passes = let_through;
    refusals = times;
}

/** Returns the code with which the call is to fail; 0 lets it through. */
static int refusal_of(const char *call) {
    if (always_refused != NULL && strcmp(call, always_refused) == 0) return always_code;
    if (refused == NULL || strcmp(call, refused) != 0) return 0;
    if (passes > 0) {
        passes--;
        return 0;
    }
    return refusals-- > 0 ? refusal_code : 0;
}

/** Checks that what was to fail did. */
static void check_refused(void) {
    ck_assert_int_le(refusals, 0);
    refused = NULL;
}

/** Checks that the calls that were to pass did, and that there was no other. */
static inline void check_not_refused(void) {
    ck_assert_int_eq(passes, 0);
    ck_assert_int_gt(refusals, 0);
    refused = NULL;
}

/** Checks that the slots that were taken came back: few names are in use. */
static inline void check_slots_came_back(uint32_t most) {
    mp_slot *slots[8]; /* more than are free at any time */
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        ck_assert_int_eq(mp_slot_take(&slots[i]).code, 0);
        ck_assert_uint_lt(slots[i]->name, most);
    }
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) mp_slot_give_back(slots[i]);
}

#define STAND_BETWEEN(name, parameters, arguments)                                                 \
    __typeof__(name) __real_##name, __wrap_##name; /* so that the seam's own type is kept */       \
    mp_os_result __wrap_##name parameters {                                                        \
        const int code = refusal_of(#name);                                                        \
        return code != 0 ? (mp_os_result){code, #name} : __real_##name arguments;                  \
    }

#endif
