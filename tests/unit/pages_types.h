/** @file
 *  Every type of pages behind one face, so that a test which holds for all is written once.
 *
 *  A typed handle holds nothing but its region, which stands here for whichever type it is. Which
 *  types and transitions there are says pages_table.h, which derive.py makes from the spec.
 */
#ifndef TESTS_UNIT_PAGES_TYPES_H
#define TESTS_UNIT_PAGES_TYPES_H

#include "pages_table.h"

#include <memory_pages/mp_region.h>

/** The functions that every type has. */
struct pages_type {
    const char *name;
    unsigned access;
    mp_status (*create)(size_t min_bytes, mp_region *out);
    mp_status (*create_with)(size_t min_bytes, const mp_options *options, mp_region *out);
    void (*destroy)(mp_region *pages);
    void (*move)(mp_region *from, mp_region *to);
    size_t (*len)(const mp_region *pages);
    bool (*is_empty)(const mp_region *pages);
    mp_status (*resident_bytes)(const mp_region *pages, size_t *out);
    mp_status (*advise_use_soon)(const mp_region *pages, size_t bytes);
    mp_status (*advise_use_seq)(const mp_region *pages);
    mp_status (*advise_use_rnd)(const mp_region *pages);
    void *(*unsafe_ptr)(const mp_region *pages);
    mp_status (*into_raw_parts)(mp_region *pages, void **base, size_t *bytes);
    mp_status (*from_raw_parts)(void *base, size_t bytes, mp_region *out);
};

struct pages_transition {
    const char *name;
    const struct pages_type *from, *to;
    mp_status (*apply)(mp_region *from, mp_region *to);
};

#define COUNT_ONE(...) +1
enum {
    PAGES_TYPE_COUNT = 0 PAGES_TYPES(COUNT_ONE),
    PAGES_TRANSITION_COUNT = 0 PAGES_TRANSITIONS(COUNT_ONE)
};
#undef COUNT_ONE

extern const struct pages_type pages_types[PAGES_TYPE_COUNT];
extern const struct pages_transition pages_transitions[PAGES_TRANSITION_COUNT];

#endif
