#include "sequence.h"

#include "counter.h"
#include "world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_OPERATION(name, arguments) {#name, arguments, op_##name},
const struct operation operations[] = {OPERATIONS(LIST_OPERATION)};

static const struct operation *current; /* NULL between operations */
static uint64_t done;                   /* operations of this sequence before the current one */

/* ---- What must hold -------------------------------------------------------------------------- */

/* How the tests' macros end: a fuzzer keeps what led to an abort(). */
void shim_fail(const char *file, int line, const char *format, ...) {
    va_list values;
    va_start(values, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, values);
    va_end(values);
    fprintf(stderr, "\nafter %llu operations, in %s\n", (unsigned long long)done,
            current != NULL ? current->name : "the end");
    fflush(NULL);
    abort();
}

void require_that_status(mp_status expected, mp_status status, const char *expression) {
    if (status != expected)
        ck_abort_msg("%s gave %s, not %s", expression, mp_status_name(status),
                     mp_status_name(expected));
    require(status == MP_OK || mp_last_error().status == status);
}

/* ---- Arguments ------------------------------------------------------------------------------- */

size_t bytes_of(uint8_t argument) {
    static const size_t MiB = (size_t)1 << 20;
    const size_t page = mp_page_size();
    const size_t special[] = {
        page - 1,         page + 1,
        2 * MiB - 1,      2 * MiB,
        2 * MiB + 1,      2 * MiB + page,
        3 * MiB,          4 * MiB,
        SIZE_MAX / 4,     SIZE_MAX / 2,
        SIZE_MAX / 2 + 1, SIZE_MAX - 2 * MiB,
        SIZE_MAX - page,  SIZE_MAX - page + 1,
        SIZE_MAX - 1,     SIZE_MAX,
    };
    if (argument < 64) return argument * page / 4;
    if (argument < 96) return argument - 64u;
    if (argument < 112) return special[argument - 96];
    return (argument % 16u + 1) * page;
}

size_t count_of(uint8_t argument) {
    if (argument < 112) return argument;
    if (argument >= 248) return SIZE_MAX >> argument % 3 * 8;
    const size_t power = (size_t)1 << (argument - 112u) / 6;
    return power + argument % 3u - 1;
}

mp_options options_of(uint8_t flags, uint8_t policy) {
    static const size_t reservations[] = {0, 1, (size_t)2 << 20, (size_t)1 << 30};
    static const size_t alignments[] = {0,        64,       8192, 65536,
                                        2u << 20, 8u << 20, 3,    SIZE_MAX / 2 + 1};
    mp_options options = {.recycler = &recycler};
    if (flags >= 128) {
        options.prefault = flags & 1;
        options.locked = flags & 2;
        options.no_dump = flags & 4;
        options.wipe_on_fork = flags & 8;
        options.wipe_on_destroy = flags & 16;
        options.guard_pages = flags & 32;
        options.recycler = (flags & 64) ? NULL : &recycler;
    }
    if (policy >= 128) {
        options.reservation = reservations[policy % 4];
        options.alignment = alignments[policy / 4 % 8];
        options.huge_pages = (mp_huge_pages)(policy / 32 % 4);
    }
    return options;
}

mp_status status_of_options(const mp_options *options, unsigned access) {
    const size_t alignment = options->alignment;
    if (options->wipe_on_fork && (access & MP_ACCESS_EXEC)) return MP_ERR_UNSUPPORTED;
    if ((alignment & (alignment - 1)) != 0) return MP_ERR_INVALID;
    if (options->huge_pages == MP_HUGE_PAGES_ALWAYS && mp_huge_page_size() == 0)
        return MP_ERR_UNSUPPORTED;
    return MP_OK;
}

bool is_refusal(mp_status status) {
    return status == MP_ERR_OUT_OF_MEMORY || status == MP_ERR_OVERFLOW;
}

version next_version(void) {
    static version last;
    return ++last;
}

/* ---- Sequences ------------------------------------------------------------------------------- */

static void run_operation(const uint8_t *argument) {
    enum { UNTOUCHED = 0x5a5a };
    errno = UNTOUCHED;
    current->run(argument);
    require(errno == UNTOUCHED);
    const bool all = done % 16 == 0;
    pages_check(all);
    vectors_check(all);
    code_check(all);
}

void run_sequence(const uint8_t *bytes, size_t n) {
    done = 0;
    pages_begin();
    vectors_begin();
    code_begin();
    for (size_t i = 0; i < n; done++) {
        current = &operations[bytes[i++] % OPERATION_COUNT];
        uint8_t argument[ARGUMENTS_MAX] = {0};
        const size_t rest = n - i;
        const size_t given = current->arguments < rest ? current->arguments : rest;
        memcpy(argument, bytes + i, given);
        i += given;
        run_operation(argument);
    }
    current = NULL;
    code_end();
    vectors_end();
    pages_end();
    mp_recycler_destroy(&recycler);
    require(mp_unreleased_bytes() == 0);
    count_operations(done);
}
