/** @file
 *  The C types behind test_elements.yml.
 */
#ifndef TESTS_UNIT_TEST_ELEMENTS_H
#define TESTS_UNIT_TEST_ELEMENTS_H

#include <memory_pages/mp_status.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- Awkward sizes --------------------------------------------------------------------------- */

struct odd {
    uint64_t words[3];
};

struct page {
    uint8_t bytes[4097];
};

struct pair {
    uint64_t words[1024];
};

bool odd_equal(const struct odd *a, const struct odd *b);
bool page_equal(const struct page *a, const struct page *b);
bool pair_equal(const struct pair *a, const struct pair *b);

/* ---- Elements that own something ------------------------------------------------------------- */

enum { THINGS = 100 };

/** How many owners each thing has; numbers begin with 1. */
extern int owners_of[THINGS];

/** The thing whose copy fails with MP_ERR_DENIED; 0 for none. */
extern int uncopyable_thing;

/** Owns one thing. All zero owns nothing. */
struct owner {
    int thing;
    int proof; /* of `thing`, as long as it is owned: tells a moved-from or ended owner */
};

struct owner new_owner(int thing);
void owner_end(struct owner *owner);
mp_status owner_copy(struct owner *to, const struct owner *from);
bool owner_equal(const struct owner *a, const struct owner *b);

/** The same in a larger element, which can't be copied. */
struct sole {
    struct owner owner;
    char rest[100];
};

struct sole new_sole(int thing);
void sole_end(struct sole *sole);

#endif
