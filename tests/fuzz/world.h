/** @file
 *  What the families of operations share: how bytes become arguments, and what is there.
 *
 *  A family declares `<family>_begin`, `<family>_check` and `<family>_end`, which sequence.c calls
 *  before the first operation, after each, and after the last. What an operation touched is checked
 *  at once, and everything now and then.
 */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include "sequence.h"

#include <check.h>
#include <memory_pages/mp_options.h>
#include <memory_pages/mp_region.h>
#include <stdbool.h>

/* ---- What must hold -------------------------------------------------------------------------- */

#define require(condition) ck_assert(condition)

/** Requires a status, and that a failure was recorded. */
#define require_status(expected, expression) require_that_status(expected, expression, #expression)
void require_that_status(mp_status expected, mp_status status, const char *expression);

/* ---- Arguments ------------------------------------------------------------------------------- */

/** Bytes: up to sixteen pages in quarters, a few bytes, or what is hardly possible. */
size_t bytes_of(uint8_t argument);

/** Elements, offsets: up to 111, then some powers of two and their neighbours. */
size_t count_of(uint8_t argument);

/** Options of two bytes; below 128 a byte asks for nothing. Some are invalid. */
mp_options options_of(uint8_t flags, uint8_t policy);

/** What a create function with these options must say, before it comes to sizes. */
mp_status status_of_options(const mp_options *options, unsigned access);

/** Whether a failure of memory is no failure of the library: a refused size, alignment or lock. */
bool is_refusal(mp_status status);

/* ---- Versions -------------------------------------------------------------------------------- */

/** A number for each state of ownership: a copy of a handle is current as long as some handle has
 *  the version that the copy had. */
typedef uint64_t version;
version next_version(void);

/* ---- Pages, as code references see them ------------------------------------------------------ */

enum { PAGES = 4, MODEL_BYTES = 64 << 10 };

struct pages_type;

struct pages {
    const struct pages_type *type; /* also of an empty handle */
    mp_region handle;
    size_t len; /* 0: empty */
    version version;
    mp_options options;
    uint8_t content[MODEL_BYTES]; /* what lies behind it stays zero */
};

extern struct pages all_pages[PAGES];

/** The pages that have this version, or NULL. */
const struct pages *pages_with(version wanted);

/* ---- The recycler ---------------------------------------------------------------------------- */

extern mp_recycler recycler;

/** Whether it may keep memory that has these options, instead of the system. */
bool may_be_kept(const mp_options *options);

/* ---- Families -------------------------------------------------------------------------------- */

void pages_begin(void);
void pages_check(bool all);
void pages_end(void);

void vectors_begin(void);
void vectors_check(bool all);
void vectors_end(void);

void code_begin(void);
void code_check(bool all);
void code_end(void);

#define DECLARE_OPERATION(name, arguments) void op_##name(const uint8_t *argument);
OPERATIONS(DECLARE_OPERATION)
#undef DECLARE_OPERATION

#endif
