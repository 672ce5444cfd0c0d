#include "support.h"

#include "machine_code.h"
#include "system.h"

#include <memory_pages/mp_config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int run_tests(const char *name, void (*add_tests)(TCase *tests)) {
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 300); /* only to end a hanging test */
    add_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_ENV);
    const int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool bytes_are(const void *bytes, uint8_t value, size_t n) {
    const uint8_t *p = bytes;
    return n == 0 || (p[0] == value && memcmp(p, p + 1, n - 1) == 0);
}

/* ---- What the system can do ------------------------------------------------------------------ */

bool system_has(enum ability ability) { return what_lacks(ability) == NULL; }

bool skips_without(enum ability ability) {
    if (system_has(ability)) return false;
    printf("skipped: %s\n", what_lacks(ability));
    return true;
}

/* ---- Panics ---------------------------------------------------------------------------------- */

jmp_buf panic_return;
char panic_message[1024];

void catch_panic(const char *message) {
    snprintf(panic_message, sizeof panic_message, "%s", message);
    longjmp(panic_return, 1);
}

/* ---- Accesses -------------------------------------------------------------------------------- */

/* A function's address and a byte's have different types; only their representation is shared. */
static MP_CALLS_MACHINE_CODE void call_code_at(void *address) {
    void (*code)(void);
    memcpy(&code, &address, sizeof code);
    code();
}

/* Valgrind takes a load whose result is unused for superfluous. */
static volatile uint8_t byte_read;

void access_byte(mp_access access, void *address) {
    volatile uint8_t *byte = address;
    switch (access) {
    case MP_ACCESS_READ:
        byte_read = *byte;
        break;
    case MP_ACCESS_WRITE:
        *byte = code_of_return.bytes[0];
        break;
    case MP_ACCESS_EXEC:
        call_code_at(address);
        break;
    default:
        ck_abort_msg("not one access: %u", (unsigned)access);
    }
}
