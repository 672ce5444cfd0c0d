#include "memory_pages/mp_status.h"

#include <stdio.h>
#include <stdlib.h>

#include "mp_compiler.h"
#include "mp_error.h"

const char *mp_status_name(mp_status status) {
    switch (status) {
#define NAME_OF(name, value, text)                                                                 \
    case name:                                                                                     \
        return #name;
        MP_STATUS_MAP(NAME_OF)
#undef NAME_OF
    }
    return "MP_ERR_?";
}

const char *mp_status_text(mp_status status) {
    switch (status) {
#define TEXT_OF(name, value, text)                                                                 \
    case name:                                                                                     \
        return text;
        MP_STATUS_MAP(TEXT_OF)
#undef TEXT_OF
    }
    return "a number that is no status";
}

/* ---- The last error -------------------------------------------------------------------------- */

static MP_THREAD_LOCAL mp_error last_error;

mp_error mp_last_error(void) { return last_error; }

void mp_record_failure(mp_status status, const char *call) {
    last_error = mp_value(mp_error, status, 0, call);
}

mp_status mp_record_os_failure(mp_os_result failure) {
    const mp_status status = mp_os_status(failure);
    last_error = mp_value(mp_error, status, failure.code, failure.call);
    return status;
}

void mp_error_restore(mp_error error) { last_error = error; }

size_t mp_error_describe(mp_error error, char *buffer, size_t size) {
    const char *name = mp_status_name(error.status);
    const char *text = mp_status_text(error.status);
    int length;
    if (error.call == NULL)
        length = snprintf(buffer, size, "%s: %s", name, text);
    else if (error.system_code == 0)
        length = snprintf(buffer, size, "%s: %s (in %s)", name, text, error.call);
    else
        length = snprintf(buffer, size, "%s: %s (%s failed with system code %d)", name, text,
                          error.call, error.system_code);
    return length < 0 ? 0 : (size_t)length;
}

/* ---- Panics ---------------------------------------------------------------------------------- */

static mp_panic_handler panic_handler; /* atomic */

mp_panic_handler mp_set_panic_handler(mp_panic_handler handler) {
    return mp_atomic_swap(&panic_handler, handler);
}

MP_COLD_NORETURN static void panic(const char *message) {
    const mp_panic_handler handler = mp_atomic_load(&panic_handler);
    if (handler != NULL)
        handler(message);
    else
        fprintf(stderr, "memory_pages: %s\n", message);
    abort();
}

enum { PANIC_LINE = 512 };

void mp_panic_index(const char *function, size_t index, size_t len) {
    char line[PANIC_LINE];
    snprintf(line, sizeof line, "%s: index %zu is out of range for length %zu", function, index,
             len);
    panic(line);
}

void mp_panic_status(mp_status status, const char *expression, const char *file, int line_number) {
    char line[PANIC_LINE];
    snprintf(line, sizeof line, "%s:%d: %s: %s: %s", file, line_number, expression,
             mp_status_name(status), mp_status_text(status));
    panic(line);
}
