#include "test_elements.h"

#include <check.h>
#include <string.h>

bool odd_equal(const struct odd *a, const struct odd *b) { return memcmp(a, b, sizeof *a) == 0; }

bool page_equal(const struct page *a, const struct page *b) { return memcmp(a, b, sizeof *a) == 0; }

bool pair_equal(const struct pair *a, const struct pair *b) { return memcmp(a, b, sizeof *a) == 0; }

int owners_of[THINGS];
int uncopyable_thing;

static void check_owns(const struct owner *owner) {
    if (owner->proof != ~owner->thing || owners_of[owner->thing] == 0) {
        ck_abort_msg("what is ended or copied here owns nothing any more");
    }
}

static bool owns_nothing(const struct owner *owner) {
    return owner->thing == 0 && owner->proof == 0;
}

struct owner new_owner(int thing) {
    owners_of[thing]++;
    return (struct owner){thing, ~thing};
}

void owner_end(struct owner *owner) {
    if (owns_nothing(owner)) return;
    check_owns(owner);
    owners_of[owner->thing]--;
    owner->proof = 0;
}

mp_status owner_copy(struct owner *to, const struct owner *from) {
    if (owns_nothing(from)) {
        *to = *from;
        return MP_OK;
    }
    check_owns(from);
    if (from->thing == uncopyable_thing) return MP_ERR_DENIED;
    *to = new_owner(from->thing);
    return MP_OK;
}

bool owner_equal(const struct owner *a, const struct owner *b) { return a->thing == b->thing; }

struct sole new_sole(int thing) {
    return (struct sole){.owner = new_owner(thing)};
}

void sole_end(struct sole *sole) { owner_end(&sole->owner); }
