/* Vectors: where their memory is, when it is taken and given back, and what the kernel says of it.
 */
#include "kernel_view.h"
#include "mp_watch.h"
#include "support.h"
#include "system.h"
#include "vec_types.h"

#include <memory_pages/memory_pages.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_WRITE = MP_ACCESS_READ | MP_ACCESS_WRITE };
static const size_t MiB = (size_t)1 << 20;

/* What takes long to fill, and fits twice into the address space. */
static const size_t LARGE = (size_t)(sizeof(void *) > 4 ? 1024 : 256) << 20;

static const struct vec_type *type;
static size_t page;

/** Elements that take `bytes`, rounded down. */
static size_t elements_in(size_t bytes) { return bytes / type->size; }

static mp_vec_raw new_vec_with(size_t capacity, mp_options options) {
    mp_vec_raw vec;
    check_ok(type->create_with(capacity, &options, &vec));
    return vec;
}

static mp_vec_raw new_vec(size_t capacity) { return new_vec_with(capacity, (mp_options)MP_INIT); }

/** The numbers of elements count from 1 and begin again after so many. */
enum { PERIOD = 240 };

/** Appends elements until there are `len`. */
static void grow_to(mp_vec_raw *vec, size_t len) {
    uint8_t *period = make_elements(type, 1, PERIOD);
    while (type->rw.len(vec) < len) {
        const size_t begun = type->rw.len(vec) % PERIOD, left = len - type->rw.len(vec);
        const size_t n = left < PERIOD - begun ? left : PERIOD - begun;
        check_ok(type->append(vec, period + begun * type->size, n));
    }
    free(period);
}

static void check_grown(const struct vec_reads *reads, const mp_vec_raw *vec, size_t len) {
    uint8_t *period = make_elements(type, 1, PERIOD);
    const uint8_t *data = reads->data(vec);
    ck_assert_uint_eq(reads->len(vec), len);
    for (size_t i = 0; i < len; i += PERIOD) {
        const size_t n = len - i < PERIOD ? len - i : PERIOD;
        if (memcmp(data + i * type->size, period, n * type->size) != 0) {
            ck_abort_msg("%s: not the same elements from %zu on", type->name, i);
        }
    }
    free(period);
}

static size_t resident(const mp_vec_raw *vec) {
    size_t bytes = SIZE_MAX;
    check_ok(type->rw.resident_bytes(vec, &bytes));
    return bytes;
}

/** Whole pages that hold the elements. */
static size_t pages_of(const mp_vec_raw *vec) {
    return (type->rw.len(vec) * type->size + page - 1) / page * page;
}

/* ---- When memory is taken -------------------------------------------------------------------- */

START_TEST(a_small_vector_takes_little) {
    type = &vec_types[_i];
    mp_vec_raw warm_up = new_vec(1);
    type->rw.destroy(&warm_up);
    const size_t before = kernel_address_space();
    mp_vec_raw vec = new_vec(10);
    const size_t after = kernel_address_space();
    ck_assert_uint_eq(resident(&vec), 0);
    grow_to(&vec, 10);
    ck_assert_uint_le(resident(&vec), 10 * type->size + 2 * page);
    type->rw.destroy(&vec);
    if (skips_with_guests()) return; /* they take some of their own at any time */
    ck_assert_uint_le(after, before + 10 * type->size + 32 * page);
}
END_TEST

START_TEST(capacity_alone_takes_no_physical_memory) {
    if (skips_without(RESIDENCY)) return;
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(elements_in(LARGE));
    ck_assert_uint_ge(type->capacity(&vec), elements_in(LARGE));
    ck_assert_uint_eq(resident(&vec), 0);
    ck_assert_uint_eq(kernel_resident_bytes(type->rw.data(&vec), LARGE), 0);
    grow_to(&vec, 10);
    check_ok(type->reserve(&vec, elements_in(2 * LARGE)));
    check_grown(&type->rw, &vec, 10);
    ck_assert_uint_le(kernel_resident_bytes(type->rw.data(&vec), LARGE), 4 * MiB);
    type->rw.destroy(&vec);
}
END_TEST

/* They move on the small pages that they have. */
START_TEST(few_elements_take_little_in_a_large_capacity) {
    if (skips_without(RESIDENCY)) return;
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0);
    grow_to(&vec, 3);
    check_ok(type->reserve(&vec, elements_in(4 * MiB)));
    /* At once: the kernel makes huge pages of small ones as time goes by. */
    ck_assert_uint_le(kernel_resident_bytes(type->rw.data(&vec), 4 * MiB), pages_of(&vec));
    check_grown(&type->rw, &vec, 3);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(append_zeroed_touches_no_fresh_page) {
    type = &vec_types[_i];
    const size_t len = elements_in(7 * MiB);
    mp_vec_raw vec = new_vec(len);
    check_ok(type->append_zeroed(&vec, len));
    ck_assert_uint_eq(kernel_resident_bytes(type->rw.data(&vec), pages_of(&vec)), 0);
    ck_assert(bytes_are(type->rw.data(&vec), 0, len * type->size));

    /* After the memory was given back it is fresh again. */
    memset(type->data_mut(&vec), 0xff, len * type->size);
    type->clear(&vec);
    check_ok(type->clear_decommit(&vec));
    check_ok(type->append_zeroed(&vec, len));
    ck_assert_uint_eq(kernel_resident_bytes(type->rw.data(&vec), pages_of(&vec)), 0);
    ck_assert(bytes_are(type->rw.data(&vec), 0, len * type->size));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(room_that_was_given_back_is_fresh) {
    if (skips_without(RESIDENCY)) return;
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0);
    grow_to(&vec, elements_in(8 * MiB));
    type->truncate(&vec, 1);
    check_ok(type->shrink_to_fit(&vec));
    /* One element may lie across the edge of what stayed. */
    const size_t most = resident(&vec) + (2 * MiB % type->size != 0 ? 2 * MiB : 0);
    check_ok(type->append_zeroed(&vec, elements_in(6 * MiB)));
    ck_assert_uint_le(resident(&vec), most);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(resident_bytes_is_what_the_kernel_counts) {
    if (skips_without(RESIDENCY)) return;
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0);
    const size_t sizes[] = {1, page, MiB, 3 * MiB, 9 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        grow_to(&vec, elements_in(sizes[i]) + 1);
        ck_assert_uint_ge(resident(&vec), pages_of(&vec));
        ck_assert_uint_eq(resident(&vec), kernel_resident_bytes(vec.region.data, vec.region.len));
    }
    type->rw.destroy(&vec);
}
END_TEST

/* ---- When memory is given back --------------------------------------------------------------- */

START_TEST(clear_decommit_frees_the_memory_and_keeps_the_capacity) {
    type = &vec_types[_i];
    const size_t sizes[] = {100 * type->size, MiB, 7 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        mp_vec_raw vec = new_vec(0);
        grow_to(&vec, elements_in(sizes[i]));
        const size_t bytes = pages_of(&vec), capacity = type->capacity(&vec);
        const void *data = type->rw.data(&vec);
        ck_assert_uint_eq(kernel_resident_bytes(data, bytes), bytes);

        check_ok(type->clear_decommit(&vec));
        ck_assert_uint_eq(kernel_resident_bytes(data, bytes), 0);
        ck_assert_uint_eq(resident(&vec), 0);
        ck_assert_uint_eq(type->rw.len(&vec), 0);
        ck_assert_uint_eq(type->capacity(&vec), capacity);
        ck_assert_ptr_eq(type->rw.data(&vec), data);

        grow_to(&vec, elements_in(sizes[i]));
        check_grown(&type->rw, &vec, elements_in(sizes[i]));
        ck_assert_ptr_eq(type->rw.data(&vec), data);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(shrink_to_fit_gives_the_rest_back) {
    type = &vec_types[_i];
    const size_t from[] = {MiB, 7 * MiB, 7 * MiB, 7 * MiB};
    const size_t to[] = {10 * type->size, 10 * type->size, 3 * MiB, 0};
    for (size_t i = 0; i < COUNT_OF(from); i++) {
        mp_vec_raw vec = new_vec(0);
        grow_to(&vec, elements_in(from[i]));
        const size_t len = elements_in(to[i]);
        type->truncate(&vec, len);
        check_ok(type->shrink_to_fit(&vec));
        check_grown(&type->rw, &vec, len);
        ck_assert_uint_le(resident(&vec), pages_of(&vec) + 2 * MiB);
        ck_assert_uint_ge(type->capacity(&vec), len);
        ck_assert_uint_le(type->capacity(&vec) * type->size, pages_of(&vec) + page);
        check_ok(type->shrink_to_fit(&vec));

        check_ok(type->append_zeroed(&vec, 1000));
        ck_assert(bytes_are((const uint8_t *)type->rw.data(&vec) + len * type->size, 0,
                            1000 * type->size));
        type->truncate(&vec, len);
        grow_to(&vec, len + 1000);
        check_grown(&type->rw, &vec, len + 1000);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(destroy_gives_everything_back) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0);
    type->rw.destroy(&vec);
    const size_t before = kernel_address_space();
    for (int round = 0; round < 20; round++) {
        mp_vec_raw frozen, copy;
        vec = new_vec(round % 2 == 0 ? 0 : elements_in(4 * MiB));
        grow_to(&vec, 10);
        if (round % 5 == 0) grow_to(&vec, elements_in(5 * MiB));
        check_ok(type->clone(&vec, &copy));
        check_ok(type->freeze(&vec, &frozen));
        type->ro.destroy(&frozen);
        type->rw.destroy(&copy);
    }
    if (skips_with_guests()) return; /* they keep books on what is touched */
    ck_assert_uint_lt(kernel_address_space(), before + 4 * MiB);
}
END_TEST

/* ---- Growth ---------------------------------------------------------------------------------- */

START_TEST(growth_keeps_the_elements_through_every_tier) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0);
    const size_t sizes[] = {page,        page + 1, MiB,     2 * MiB - 1, 2 * MiB,
                            2 * MiB + 1, 3 * MiB,  4 * MiB, 5 * MiB,     9 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const size_t len = elements_in(sizes[i]) + 1;
        grow_to(&vec, len);
        check_grown(&type->rw, &vec, len);
        ck_assert_uint_ge(type->capacity(&vec), len);
        ck_assert_uint_ge(type->reservation(&vec), type->capacity(&vec));
        ck_assert_uint_eq(kernel_access(type->rw.data(&vec), pages_of(&vec)), READ_WRITE);
    }
    type->rw.destroy(&vec);
}
END_TEST

/* Behind the small tier lies a guard page, behind the large one what nobody may touch: a push that
 * wrote past an edge would fault. */
START_TEST(pushes_across_every_page_edge_stay_inside) {
    type = &vec_types[_i];
    const size_t len = elements_in(3 * MiB);
    uint8_t *period = make_elements(type, 1, PERIOD);
    mp_vec_raw vec = new_vec_with(0, granted((mp_options){.guard_pages = true}));
    for (size_t i = 0; i < len; i++) {
        check_ok(type->push(&vec, period + i % PERIOD * type->size));
        if (vec.len * type->size > vec.region.len) ck_abort_msg("element %zu lies outside", i);
    }
    check_grown(&type->rw, &vec, len);
    free(period);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(elements_do_not_move_within_the_reservation) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0);
    grow_to(&vec, elements_in(3 * MiB));
    const void *data = type->rw.data(&vec);
    const size_t reservation = type->reservation(&vec), large = elements_in(LARGE);
    ck_assert_uint_ge(reservation, elements_in(128 * MiB));
    grow_to(&vec, elements_in(11 * MiB));
    ck_assert_ptr_eq(type->rw.data(&vec), data);
    const size_t room = reservation < large ? reservation : large;
    check_ok(type->reserve(&vec, room - elements_in(11 * MiB)));
    ck_assert_ptr_eq(type->rw.data(&vec), data);
    type->rw.destroy(&vec);

    vec = new_vec_with(0, (mp_options){.reservation = 4 * MiB});
    grow_to(&vec, 1);
    data = type->rw.data(&vec);
    grow_to(&vec, type->reservation(&vec)); /* to the last one */
    ck_assert_ptr_eq(type->rw.data(&vec), data);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(growth_past_the_reservation_takes_a_larger_one) {
    type = &vec_types[_i];
    const size_t before = kernel_address_space();
    mp_vec_raw vec = new_vec_with(0, (mp_options){.reservation = 4 * MiB});
    ck_assert_uint_le(type->reservation(&vec), elements_in(4 * MiB));
    ck_assert_uint_ge(type->reservation(&vec), elements_in(2 * MiB));
    const size_t sizes[] = {4 * MiB, 5 * MiB, 9 * MiB, 17 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        grow_to(&vec, elements_in(sizes[i]));
        check_grown(&type->rw, &vec, elements_in(sizes[i]));
    }
    ck_assert_uint_ge(type->reservation(&vec), elements_in(17 * MiB));
    type->rw.destroy(&vec);
    if (skips_with_guests()) return; /* they keep books on what is touched */
    ck_assert_uint_lt(kernel_address_space(), before + 4 * MiB);
}
END_TEST

START_TEST(a_grown_vector_stays_one_mapping) {
    if (mp_watch_is_on()) {
        printf("skipped: under a memory checker pages move alone\n");
        return;
    }
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec_with(0, (mp_options){.reservation = 4 * MiB});
    for (size_t size = MiB; size <= 13 * MiB; size += 3 * MiB) {
        grow_to(&vec, elements_in(size));
        ck_assert_uint_eq(kernel_mappings_in(type->rw.data(&vec), pages_of(&vec)), 1);
    }
    type->truncate(&vec, elements_in(5 * MiB));
    check_ok(type->shrink_to_fit(&vec));
    grow_to(&vec, elements_in(13 * MiB));
    ck_assert_uint_eq(kernel_mappings_in(type->rw.data(&vec), pages_of(&vec)), 1);
    check_grown(&type->rw, &vec, elements_in(13 * MiB));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(each_growth_doubles_the_capacity) {
    type = &vec_types[_i];
    const size_t rounding = elements_in(page) + 1; /* capacities are whole pages */
    mp_vec_raw vec = new_vec_with(0, (mp_options){.reservation = 4 * MiB});
    while (type->capacity(&vec) < elements_in(4 * MiB)) {
        const size_t before = type->capacity(&vec), room = type->reservation(&vec);
        const size_t doubled = before < room && 2 * before > room ? room : 2 * before;
        grow_to(&vec, before);
        grow_to(&vec, before + 1);
        ck_assert_uint_ge(type->capacity(&vec), doubled);
        ck_assert_uint_le(type->capacity(&vec), doubled + rounding);
    }
    const size_t before = type->capacity(&vec);
    grow_to(&vec, before + 1); /* past the reservation */
    ck_assert_uint_ge(type->capacity(&vec), 2 * before);
    ck_assert_uint_le(type->capacity(&vec), 2 * before + rounding);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(room_that_is_accessible_takes_no_call) {
    if (mp_watch_is_on()) {
        printf("skipped: a memory checker is told of each element\n");
        return;
    }
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(elements_in(page));
    ck_assert_uint_eq(vec.limit, type->capacity(&vec));
    grow_to(&vec, 1);
    ck_assert_uint_eq(vec.limit, type->capacity(&vec));
    check_ok(type->reserve(&vec, 2 * elements_in(page)));
    ck_assert_uint_eq(vec.limit, type->capacity(&vec));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(reserve_makes_room_once) {
    type = &vec_types[_i];
    const size_t requests[] = {1, 100, elements_in(MiB), elements_in(7 * MiB)};
    for (int exact = 0; exact <= 1; exact++) {
        mp_vec_raw vec = new_vec(0);
        grow_to(&vec, 3);
        for (size_t i = 0; i < COUNT_OF(requests); i++) {
            const size_t n = requests[i];
            check_ok(exact ? type->reserve_exact(&vec, n) : type->reserve(&vec, n));
            ck_assert_uint_ge(type->capacity(&vec), 3 + n);
            const void *data = type->rw.data(&vec);
            grow_to(&vec, 3 + n);
            ck_assert_ptr_eq(type->rw.data(&vec), data);
            type->truncate(&vec, 3);

            const mp_vec_raw before = vec; /* what fits already changes nothing */
            const size_t fits = type->capacity(&vec) - 3;
            check_ok(type->reserve(&vec, fits));
            check_ok(type->reserve_exact(&vec, fits));
            check_ok(type->reserve(&vec, 0));
            ck_assert_mem_eq(&vec, &before, sizeof vec);
        }
        check_grown(&type->rw, &vec, 3);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(reserve_exact_takes_whole_pages_and_no_more) {
    type = &vec_types[_i];
    const size_t requests[] = {1, 100, elements_in(MiB), elements_in(7 * MiB)};
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        mp_vec_raw vec = new_vec(0);
        const size_t n = type->capacity(&vec) + requests[i];
        check_ok(type->reserve_exact(&vec, n));
        ck_assert_uint_ge(type->capacity(&vec), n);
        ck_assert_uint_lt(type->capacity(&vec) * type->size, n * type->size + page);
        const size_t more = type->capacity(&vec) + 1; /* not twice as many */
        check_ok(type->reserve_exact(&vec, more));
        ck_assert_uint_ge(type->capacity(&vec), more);
        ck_assert_uint_lt(type->capacity(&vec) * type->size, more * type->size + page);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(refused_growth_changes_nothing) {
    type = &vec_types[_i];
    const size_t lengths[] = {3, elements_in(3 * MiB)};
    const size_t too_many[] = {SIZE_MAX, SIZE_MAX / type->size, SIZE_MAX / type->size / 2};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        mp_vec_raw vec = new_vec(0);
        grow_to(&vec, lengths[i]);
        const mp_vec_raw before = vec;
        for (size_t k = 0; k < COUNT_OF(too_many); k++) {
            const mp_status expected = k < 2 ? MP_ERR_OVERFLOW : MP_ERR_OUT_OF_MEMORY;
            check_status(expected, type->reserve(&vec, too_many[k]));
            check_status(expected, type->reserve_exact(&vec, too_many[k]));
            check_status(expected, type->append_zeroed(&vec, too_many[k]));
            ck_assert_mem_eq(&vec, &before, sizeof vec);
        }
        check_grown(&type->rw, &vec, lengths[i]);
        grow_to(&vec, lengths[i] + PERIOD);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(the_next_reservation_is_twice_as_large) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec_with(0, (mp_options){.reservation = 64 * MiB});
    const size_t before = type->reservation(&vec);
    check_ok(type->reserve_exact(&vec, before + 1));
    ck_assert_uint_ge(type->reservation(&vec), 2 * before);
    ck_assert_uint_le(type->reservation(&vec), 2 * before + 1); /* neither number is rounded up */
    type->rw.destroy(&vec);
}
END_TEST

/** What a large vector becomes accessible by. */
static size_t usual_step(void) {
    const size_t huge = mp_huge_page_size(), most = (size_t)32 << 20;
    return huge != 0 && huge <= most ? huge : 2 * MiB;
}

/* Those of an address that a cache looks at, see mp_vec_raw.c. */
static uintptr_t bits_for_a_cache(const void *data) { return (uintptr_t)data >> 12 & 0xFFFF; }

START_TEST(neighbours_differ_where_a_cache_looks) {
    type = &vec_types[_i];
    const size_t large = 640 * usual_step(); /* as far apart, they would be alike */
    const mp_options options = {.reservation = _i % 2 == 0 ? 0 : large};
    mp_vec_raw vecs[8];
    for (size_t i = 0; i < COUNT_OF(vecs); i++) {
        vecs[i] = new_vec_with(elements_in(2 * MiB) + 1, options);
        /* As much as was asked for, or half of it if that is refused, and so on. */
        const size_t reserved = type->reservation(&vecs[i]);
        ck_assert(reserved >= elements_in(options.reservation) ||
                  reserved < elements_in(large) / 4 * 3);
        for (size_t j = 0; j < i && reserved >= elements_in(large); j++)
            ck_assert_uint_ne(bits_for_a_cache(type->rw.data(&vecs[i])),
                              bits_for_a_cache(type->rw.data(&vecs[j])));
    }
    for (size_t i = 0; i < COUNT_OF(vecs); i++) type->rw.destroy(&vecs[i]);
}
END_TEST

START_TEST(half_a_huge_page_is_small_and_more_is_not) {
    type = &vec_types[_i];
    const size_t half = usual_step() / 2;
    mp_vec_raw small = new_vec(elements_in(half)), large = new_vec(elements_in(half) + 1);
    ck_assert_uint_eq(type->reservation(&small), elements_in(half));
    ck_assert_uint_ge(type->reservation(&large), elements_in(2 * half));
    type->rw.destroy(&small);
    type->rw.destroy(&large);
}
END_TEST

START_TEST(a_refused_reservation_is_halved) {
    if (skips_with_guests()) return;
    type = &vec_types[_i];
    mp_vec_raw vec;
    mp_record_failure(MP_ERR_FULL, "another call");
    limit_growth(LIMIT_ADDRESS_SPACE, 1024 * MiB);
    const mp_status status = type->create(elements_in(4 * MiB), &vec);
    lift_limit(LIMIT_ADDRESS_SPACE);
    check_ok(status);
    ck_assert_int_eq(mp_last_error().status, MP_ERR_FULL); /* nothing has failed */
    const size_t reserved = type->reservation(&vec);
    ck_assert_uint_ge(reserved, elements_in(512 * MiB));
    ck_assert_uint_lt(reserved, elements_in(1024 * MiB + 64 * MiB));
    grow_to(&vec, elements_in(4 * MiB));
    check_grown(&type->rw, &vec, elements_in(4 * MiB));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(a_reservation_is_not_resident_when_all_memory_is_locked) {
    if (skips_without(RESIDENCY) || !lock_all_memory()) return;
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(elements_in(256 * MiB));
    ck_assert_uint_le(kernel_resident_bytes(type->rw.data(&vec), 256 * MiB), 4 * MiB);
    type->rw.destroy(&vec);
}
END_TEST

/* ---- Freezing -------------------------------------------------------------------------------- */

START_TEST(frozen_elements_are_read_only_for_the_processor) {
    type = &vec_types[_i];
    const size_t lengths[] = {3, elements_in(MiB), elements_in(5 * MiB)};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        mp_vec_raw vec = new_vec(0), frozen;
        grow_to(&vec, lengths[i]);
        const size_t bytes = pages_of(&vec);
        check_ok(type->freeze(&vec, &frozen));
        const uint8_t *data = type->ro.data(&frozen);
        const uint8_t *last = data + lengths[i] * type->size - 1;
        ck_assert_uint_eq(kernel_access(data, bytes), MP_ACCESS_READ);
        check_faults(MP_ACCESS_WRITE, data);
        check_faults(MP_ACCESS_WRITE, last);
        check_works(MP_ACCESS_READ, data);
        check_works(MP_ACCESS_READ, last);
        check_grown(&type->ro, &frozen, lengths[i]);

        check_ok(type->thaw(&frozen, &vec));
        ck_assert_uint_eq(kernel_access(data, bytes), READ_WRITE);
        check_ok(type->clear_decommit(&vec));
        grow_to(&vec, lengths[i] + PERIOD);
        check_grown(&type->rw, &vec, lengths[i] + PERIOD);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(frozen_vectors_answer_and_take_hints) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(0), frozen;
    grow_to(&vec, elements_in(MiB));
    check_ok(type->freeze(&vec, &frozen));
    size_t bytes = 0;
    check_ok(type->ro.resident_bytes(&frozen, &bytes));
    ck_assert_uint_ge(bytes, MiB - type->size);
    check_ok(type->ro.advise_use_rnd(&frozen));
    check_kernel_flag(type->ro.data(&frozen), "rr", true);
    check_ok(type->ro.advise_use_seq(&frozen));
    check_kernel_flag(type->ro.data(&frozen), "sr", true);
    check_ok(type->ro.advise_use_soon(&frozen, 0, elements_in(MiB)));
    type->ro.destroy(&frozen);
}
END_TEST

/* ---- Hints ----------------------------------------------------------------------------------- */

START_TEST(hints_reach_the_kernel_and_stay) {
    type = &vec_types[_i];
    const size_t capacities[] = {10, elements_in(8 * MiB)};
    for (size_t i = 0; i < COUNT_OF(capacities); i++) {
        mp_vec_raw vec = new_vec(capacities[i]);
        grow_to(&vec, 10);
        check_ok(type->rw.advise_use_seq(&vec));
        check_kernel_flag(type->rw.data(&vec), "sr", true);
        check_ok(type->rw.advise_use_rnd(&vec));
        check_kernel_flag(type->rw.data(&vec), "rr", true);
        check_kernel_flag(type->rw.data(&vec), "sr", false);
        grow_to(&vec, elements_in(7 * MiB)); /* what it grows into follows the same hint */
        check_kernel_flag(type->rw.last(&vec), "rr", true);

        const size_t capacity = type->capacity(&vec);
        check_ok(type->rw.advise_use_soon(&vec, 0, 0));
        check_ok(type->rw.advise_use_soon(&vec, 0, capacity));
        check_ok(type->rw.advise_use_soon(&vec, 1, 1));
        check_ok(type->rw.advise_use_soon(&vec, capacity, 0));
        check_status(MP_ERR_OUT_OF_RANGE, type->rw.advise_use_soon(&vec, 0, capacity + 1));
        check_status(MP_ERR_OUT_OF_RANGE, type->rw.advise_use_soon(&vec, capacity + 1, 0));
        check_status(MP_ERR_OUT_OF_RANGE, type->rw.advise_use_soon(&vec, 1, SIZE_MAX));
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(a_hint_for_an_untouched_vector_is_fine) {
    type = &vec_types[_i];
    const size_t capacities[] = {0, elements_in(8 * MiB)};
    for (size_t i = 0; i < COUNT_OF(capacities); i++) {
        mp_vec_raw vec = new_vec(capacities[i]);
        check_ok(type->rw.advise_use_seq(&vec));
        check_ok(type->rw.advise_use_soon(&vec, 0, type->capacity(&vec)));
        grow_to(&vec, elements_in(4 * MiB));
        check_kernel_flag(type->rw.last(&vec), "sr", true);
        type->rw.destroy(&vec);
    }
}
END_TEST

/* ---- Options --------------------------------------------------------------------------------- */

/** Checks that a vector with `options` has the kernel's `flag` wherever it grows. */
static void check_outlives(mp_options options, const char *flag) {
    mp_vec_raw vec = new_vec_with(3, granted(options));
    const size_t sizes[] = {3 * type->size, MiB, 3 * MiB, 9 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        grow_to(&vec, elements_in(sizes[i]));
        check_kernel_flag(type->rw.data(&vec), flag, true);
        check_kernel_flag(type->rw.last(&vec), flag, true);
        if (options.alignment != 0) {
            ck_assert_uint_eq((uintptr_t)type->rw.data(&vec) % options.alignment, 0);
        }
    }
    check_grown(&type->rw, &vec, elements_in(9 * MiB));
    check_ok(type->clear_decommit(&vec));
    type->rw.destroy(&vec);
}

START_TEST(options_outlive_every_move) {
    type = &vec_types[_i];
    const struct {
        mp_options options;
        const char *flag;
    } cases[] = {
        {{.no_dump = true}, "dd"},
        {{.wipe_on_fork = true}, "wf"},
        {{.huge_pages = MP_HUGE_PAGES_NEVER}, "nh"},
        {{.no_dump = true, .reservation = 4 * MiB}, "dd"},
        {{.no_dump = true, .guard_pages = true, .alignment = 4 * MiB}, "dd"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) check_outlives(cases[i].options, cases[i].flag);
    if (!skips_without_mlock()) check_outlives((mp_options){.locked = true}, "lo");
}
END_TEST

START_TEST(prefault_makes_the_capacity_resident) {
    if (skips_without(ADVICE)) return;
    type = &vec_types[_i];
    const size_t sizes[] = {100 * type->size, 5 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        mp_vec_raw vec = new_vec_with(elements_in(sizes[i]), (mp_options){.prefault = true});
        const size_t bytes = elements_in(sizes[i]) * type->size / page * page;
        ck_assert_uint_eq(kernel_resident_bytes(type->rw.data(&vec), bytes), bytes);
        grow_to(&vec, elements_in(sizes[i]) + 1);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(guard_pages_fault_on_either_side) {
    type = &vec_types[_i];
    const size_t sizes[] = {3 * type->size, 3 * MiB};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        mp_vec_raw vec = new_vec_with(3, (mp_options){.guard_pages = true});
        grow_to(&vec, elements_in(sizes[i]));
        const uint8_t *data = type->rw.data(&vec);
        const uint8_t *end = data + type->reservation(&vec) * type->size;
        end += -(uintptr_t)end % page;
        check_faults(MP_ACCESS_READ, data - 1);
        check_faults(MP_ACCESS_WRITE, end);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(huge_pages_come_with_the_reservation) {
    if (mp_huge_page_size() == 0) return;
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(3);
    grow_to(&vec, 3);
    check_kernel_flag(type->rw.data(&vec), "hg", false);
    grow_to(&vec, elements_in(5 * MiB));
    check_kernel_flag(type->rw.data(&vec), "hg", true);
    ck_assert_uint_eq((uintptr_t)type->rw.data(&vec) % mp_huge_page_size(), 0);
    type->rw.destroy(&vec);

    vec = new_vec_with(3, (mp_options){.huge_pages = MP_HUGE_PAGES_ALWAYS});
    grow_to(&vec, 3);
    check_kernel_flag(type->rw.data(&vec), "hg", true);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(options_that_are_none_are_refused) {
    type = &vec_types[_i];
    const struct {
        mp_options options;
        mp_status status;
    } cases[] = {
        {{.alignment = 3}, MP_ERR_INVALID},
        {{.alignment = SIZE_MAX}, MP_ERR_INVALID},
        {{.huge_pages = (mp_huge_pages)99}, MP_ERR_INVALID},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int large = 0; large <= 1; large++) {
            mp_vec_raw vec;
            make_garbage(vec);
            check_status(cases[i].status, type->create_with(large ? elements_in(4 * MiB) : 1,
                                                            &cases[i].options, &vec));
            check_is_zeroed(vec);
        }
    }
}
END_TEST

static void add_tests(TCase *tests) {
    const TTest *const for_each_type[] = {
        a_small_vector_takes_little,
        capacity_alone_takes_no_physical_memory,
        few_elements_take_little_in_a_large_capacity,
        append_zeroed_touches_no_fresh_page,
        room_that_was_given_back_is_fresh,
        resident_bytes_is_what_the_kernel_counts,
        clear_decommit_frees_the_memory_and_keeps_the_capacity,
        shrink_to_fit_gives_the_rest_back,
        destroy_gives_everything_back,
        growth_keeps_the_elements_through_every_tier,
        pushes_across_every_page_edge_stay_inside,
        elements_do_not_move_within_the_reservation,
        growth_past_the_reservation_takes_a_larger_one,
        a_grown_vector_stays_one_mapping,
        each_growth_doubles_the_capacity,
        room_that_is_accessible_takes_no_call,
        reserve_makes_room_once,
        reserve_exact_takes_whole_pages_and_no_more,
        refused_growth_changes_nothing,
        a_refused_reservation_is_halved,
        half_a_huge_page_is_small_and_more_is_not,
        neighbours_differ_where_a_cache_looks,
        the_next_reservation_is_twice_as_large,
        a_reservation_is_not_resident_when_all_memory_is_locked,
        frozen_elements_are_read_only_for_the_processor,
        frozen_vectors_answer_and_take_hints,
        hints_reach_the_kernel_and_stay,
        a_hint_for_an_untouched_vector_is_fine,
        options_outlive_every_move,
        prefault_makes_the_capacity_resident,
        guard_pages_fault_on_either_side,
        huge_pages_come_with_the_reservation,
        options_that_are_none_are_refused,
    };
    page = mp_page_size();
    for (size_t i = 0; i < COUNT_OF(for_each_type); i++) {
        tcase_add_loop_test(tests, for_each_type[i], 0, VEC_SIZE_COUNT);
    }
}

int main(void) { return run_tests("vec_memory", add_tests); }
