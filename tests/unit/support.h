/** @file
 *  What every suite needs: running under Check, statuses, bytes and panics.
 *
 *  Check runs each test in a process of its own, so a test may change limits, handlers and memory
 *  as it likes. What would also hurt Check or a sanitizer at the end of that process goes into
 *  in_child().
 */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <check.h>
#include <memory_pages/mp_status.h>
#include <memory_pages/mp_system.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the core under test is the hardened one, which moves memory more often. */
#ifndef MP_HARDENED
#define MP_HARDENED 0
#endif

/** Runs the tests that `add_tests` adds, each in its own process; returns what main() returns. */
int run_tests(const char *suite, void (*add_tests)(TCase *tests));

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- Statuses -------------------------------------------------------------------------------- */

/* Unlike ck_assert(), these write nothing to Check's log when they hold: they stand in long loops
 * and in threads. */

#define check_status(expected, expression)                                                         \
    do {                                                                                           \
        const mp_status check_status_ = (expression);                                              \
        if (check_status_ != (expected)) {                                                         \
            ck_abort_msg("%s gave %s, not %s", #expression, mp_status_name(check_status_),         \
                         mp_status_name(expected));                                                \
        }                                                                                          \
    } while (0)

#define check_ok(expression) check_status(MP_OK, expression)

/* ---- Bytes ----------------------------------------------------------------------------------- */

/** Tells whether each of `n` bytes is `value`. */
bool bytes_are(const void *bytes, uint8_t value, size_t n);

#define check_is_zeroed(object) ck_assert(bytes_are(&(object), 0, sizeof(object)))

/** Fills a handle with what an uninitialised one might hold. */
#define make_garbage(object) memset(&(object), 0xa5, sizeof(object))

/* ---- Panics ---------------------------------------------------------------------------------- */

extern jmp_buf panic_return;
extern char panic_message[1024];
void catch_panic(const char *message);

/** Runs `statement`, which must panic, and leaves the line in `panic_message`. */
#define check_panics(statement)                                                                    \
    do {                                                                                           \
        const mp_panic_handler check_panics_before_ = mp_set_panic_handler(catch_panic);           \
        if (setjmp(panic_return) == 0) {                                                           \
            statement;                                                                             \
            ck_abort_msg("no panic: %s", #statement);                                              \
        }                                                                                          \
        mp_set_panic_handler(check_panics_before_);                                                \
    } while (0)

/** As above; the line must be `message`. */
#define check_panics_with(message, statement)                                                      \
    do {                                                                                           \
        check_panics(statement);                                                                   \
        ck_assert_str_eq(panic_message, message);                                                  \
    } while (0)

/* ---- Accesses -------------------------------------------------------------------------------- */

/** Does one `access` to the byte at `address`: reads it, writes the first byte of `code_of_return`
 *  or calls it. */
void access_byte(mp_access access, void *address);

#endif
