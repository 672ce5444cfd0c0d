#include "test_elements.h"

#include <check.h>
#include <string.h>

bool odd_equal(const struct odd *a, const struct odd *b) { return memcmp(a, b, sizeof *a) == 0; }

bool page_equal(const struct page *a, const struct page *b) { return memcmp(a, b, sizeof *a) == 0; }

bool pair_equal(const struct pair *a, const struct pair *b) { return memcmp(a, b, sizeof *a) == 0; }

int things_made[THINGS], things_ended[THINGS];
int uncopyable_thing = -1;

struct owner new_owner(int thing) {
    things_made[thing]++;
    return (struct owner){thing, ~thing};
}

void owner_end(struct owner *owner) {
    ck_assert_int_eq(owner->self, ~owner->thing);
    ck_assert_int_lt(things_ended[owner->thing], things_made[owner->thing]);
    things_ended[owner->thing]++;
    owner->self = 0; /* so that ending the same bytes again is noticed */
}

mp_status owner_copy(struct owner *to, const struct owner *from) {
    ck_assert_int_eq(from->self, ~from->thing);
    if (from->thing == uncopyable_thing) return MP_ERR_DENIED;
    *to = new_owner(from->thing);
    return MP_OK;
}

bool owner_equal(const struct owner *a, const struct owner *b) { return a->thing == b->thing; }

struct sole new_sole(int thing) { return (struct sole){.owner = new_owner(thing)}; }

void sole_end(struct sole *sole) { owner_end(&sole->owner); }
