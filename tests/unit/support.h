/** @file
 *  What every suite needs: running under Check, statuses, panics, faults, and a system that refuses.
 *
 *  Check runs each test in a process of its own, so a test may change limits, handlers and memory as
 *  it likes. What would also hurt Check or a sanitizer at the end of that process goes into
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

/** Runs the tests that `add_tests` adds, each in its own process; returns what main() returns. */
int run_tests(const char *suite, void (*add_tests)(TCase *tests));

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- Statuses ----------------------------------------------------------------------------------- */

/* Unlike ck_assert(), these write nothing to Check's log when they hold: they stand in long loops and in
 * threads. */

#define check_status(expected, expression)                                                         \
    do {                                                                                           \
        const mp_status check_status_ = (expression);                                              \
        if (check_status_ != (expected)) {                                                         \
            ck_abort_msg("%s gave %s, not %s", #expression, mp_status_name(check_status_),         \
                         mp_status_name(expected));                                                \
        }                                                                                          \
    } while (0)

#define check_ok(expression) check_status(MP_OK, expression)

/* ---- Bytes -------------------------------------------------------------------------------------- */

/** Tells whether each of `n` bytes is `value`. */
bool bytes_are(const void *bytes, uint8_t value, size_t n);

#define check_is_zeroed(object) ck_assert(bytes_are(&(object), 0, sizeof(object)))

/** Fills a handle with what an uninitialised one might hold. */
#define make_garbage(object) memset(&(object), 0xa5, sizeof(object))

/* ---- Panics ------------------------------------------------------------------------------------- */

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

/* ---- Faults ------------------------------------------------------------------------------------- */

/** Machine code of a function that only returns. */
extern const uint8_t code_of_return[];
extern const size_t code_of_return_size;

/** Does one `access` to the byte at `address`: reads it, writes the first byte of `code_of_return`
 *  or calls it. Returns the address that SIGSEGV named, or NULL if nothing faulted. */
void *fault_of(mp_access access, void *address);

#define check_faults(access, address)                                                              \
    ck_assert_ptr_eq(fault_of(access, (void *)(uintptr_t)(address)), (address))
#define check_works(access, address)                                                               \
    ck_assert_ptr_eq(fault_of(access, (void *)(uintptr_t)(address)), NULL)

/* ---- Other processes ---------------------------------------------------------------------------- */

/** Runs `body` in a child, which neither returns nor cleans up; a failed check there fails here. */
void in_child(void (*body)(void));

/* ---- A system that refuses ---------------------------------------------------------------------- */

/** Tells whether a tool shares this process and its limits, and so can't bear what the test does to them
 *  (valgrind, ThreadSanitizer); says so. */
bool skips_with_guests(void);

/** Tells whether mlock(2) has no effect, as under some sanitizers; says so. */
bool skips_without_mlock(void);

/** Divides a number of rounds where each is slow (valgrind). */
size_t fewer_if_slow(size_t rounds);

/** From now on, for the whole process and for ever, `system_call` fails with `error`. */
void refuse_system_call(long system_call, int error);

/** As above, but the call raises SIGSYS. */
void trap_system_call(long system_call);

/** Sets a soft limit (RLIMIT_AS, RLIMIT_DATA) to `bytes` more than the process uses now; nothing but
 *  the call under test should stand before lift_limit(). */
void limit_growth(int resource, size_t bytes);
void lift_limit(int resource);

/** Takes mappings until the system refuses another; `release_mappings` gives them all back. */
void exhaust_mappings(void);
void release_mappings(void);

#endif
