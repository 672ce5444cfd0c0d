/* Vectors: what each function does to the elements, for every kind of element. Memory has a suite
 * of its own, and so have elements that own something. */
#include "support.h"
#include "test_elements.h"
#include "vec_types.h"

#include <math.h>
#include <memory_pages/memory_pages.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct vec_type *type;

/** Makes a vector of the elements with the numbers from `n` on. */
static mp_vec_raw new_vec(uint64_t n, size_t count) {
    mp_vec_raw vec;
    void *elements = make_elements(type, n, count);
    check_ok(type->create(0, &vec));
    check_ok(type->append(&vec, elements, count));
    free(elements);
    return vec;
}

/** Element `n`, good until the next call. */
static const void *element(uint64_t n) {
    static _Alignas(64) uint8_t bytes[VEC_ELEMENT_MAX];
    make_element(type, n, bytes);
    return bytes;
}

static void check_elements(const struct vec_reads *reads, const mp_vec_raw *vec,
                           const uint64_t *numbers, size_t count) {
    ck_assert_uint_eq(reads->len(vec), count);
    ck_assert_int_eq(reads->is_empty(vec), count == 0);
    const uint8_t *data = reads->data(vec);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(memcmp(data + i * type->size, element(numbers[i]), type->size) == 0,
                      "%s: element %zu is not number %d", type->name, i, (int)numbers[i]);
    }
}

/** Checks that a growable vector holds the elements with these numbers; 0 is the zeroed one. */
#define check_holds(vec, ...)                                                                      \
    do {                                                                                           \
        const uint64_t numbers_[] = {__VA_ARGS__};                                                 \
        check_elements(&type->rw, (vec), numbers_, COUNT_OF(numbers_));                            \
    } while (0)

#define check_holds_nothing(vec) check_elements(&type->rw, (vec), NULL, 0)

#define check_is_element(n, address) ck_assert(memcmp(address, element(n), type->size) == 0)

/** Where functions write an element. */
static _Alignas(64) uint8_t out[VEC_ELEMENT_MAX];

#define check_out_untouched() ck_assert(bytes_are(out, 0xa5, sizeof out))

/* ---- Life ------------------------------------------------------------------------------------ */

START_TEST(create_makes_room_for_the_capacity) {
    type = &vec_types[_i];
    const size_t capacities[] = {0, 1, 2, 511, 512, 513, 100000};
    for (size_t i = 0; i < COUNT_OF(capacities); i++) {
        mp_vec_raw vec;
        make_garbage(vec);
        check_ok(type->create(capacities[i], &vec));
        check_holds_nothing(&vec);
        ck_assert_uint_ge(type->capacity(&vec), capacities[i]);
        ck_assert_uint_ge(type->reservation(&vec), type->capacity(&vec));
        check_ok(type->push(&vec, element(1)));
        check_holds(&vec, 1);
        type->rw.destroy(&vec);
        check_is_zeroed(vec);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(refused_create_leaves_an_empty_handle) {
    type = &vec_types[_i];
    const struct {
        size_t capacity;
        mp_status status;
    } requests[] = {
        {SIZE_MAX, MP_ERR_OVERFLOW},
        {SIZE_MAX / type->size, MP_ERR_OVERFLOW},
        {SIZE_MAX / type->size / 2, MP_ERR_OUT_OF_MEMORY},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        mp_vec_raw vec;
        make_garbage(vec);
        check_status(requests[i].status, type->create(requests[i].capacity, &vec));
        check_is_zeroed(vec);
        type->rw.destroy(&vec);
    }
}
END_TEST

START_TEST(an_empty_handle_is_safe_in_every_function) {
    type = &vec_types[_i];
    mp_vec_raw empty = MP_INIT, to;
    void *at = &empty;
    size_t untouched = 42;
    memset(out, 0xa5, sizeof out);
    check_holds_nothing(&empty);
    ck_assert_uint_eq(type->capacity(&empty), 0);
    ck_assert_uint_eq(type->reservation(&empty), 0);
    ck_assert_ptr_null(type->data_mut(&empty));
    ck_assert_ptr_null(type->rw.first(&empty));
    ck_assert_ptr_null(type->rw.last(&empty));
    ck_assert_ptr_null(type->first_mut(&empty));
    ck_assert_ptr_null(type->last_mut(&empty));
    ck_assert_uint_eq(type->rw.slice(&empty).len, 0);
    ck_assert(type->rw.equal(&empty, &empty));

    check_status(MP_ERR_OUT_OF_RANGE, type->rw.get(&empty, 0, out));
    check_status(MP_ERR_OUT_OF_RANGE, type->set(&empty, 0, element(1)));
    check_status(MP_ERR_OUT_OF_RANGE, type->write(&empty, 0, element(1), 1));
    check_status(MP_ERR_OUT_OF_RANGE, type->pop(&empty, out));
    check_status(MP_ERR_OUT_OF_RANGE, type->remove(&empty, 0, out));
    check_status(MP_ERR_OUT_OF_RANGE, type->swap_remove(&empty, 0, out));
    check_status(MP_ERR_OUT_OF_RANGE, type->remove_range(&empty, 0, 1));
    check_status(MP_ERR_EMPTY, type->remove_range(&empty, 0, 0));
    check_status(MP_ERR_OUT_OF_RANGE, type->insert(&empty, 1, element(1)));

    check_status(MP_ERR_EMPTY, type->push(&empty, element(1)));
    check_status(MP_ERR_EMPTY, type->push_within_capacity(&empty, element(1)));
    check_status(MP_ERR_EMPTY, type->append(&empty, element(1), 1));
    check_status(MP_ERR_EMPTY, type->insert(&empty, 0, element(1)));
    check_status(MP_ERR_EMPTY, type->insert_n(&empty, 0, element(1), 1));
    check_status(MP_ERR_EMPTY, type->append(&empty, NULL, 0));
    check_status(MP_ERR_EMPTY, type->append_zeroed(&empty, 0));
    check_status(MP_ERR_EMPTY, type->insert_n(&empty, 0, NULL, 0));
    check_status(MP_ERR_EMPTY, type->write(&empty, 0, NULL, 0));
    check_status(MP_ERR_EMPTY, type->resize(&empty, 0, element(1)));
    const size_t numbers[] = {1, ((size_t)8 << 20) / type->size}; /* little memory and much */
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        check_status(MP_ERR_EMPTY, type->append_zeroed(&empty, numbers[i]));
        check_status(MP_ERR_EMPTY, type->resize(&empty, numbers[i], element(1)));
        check_status(MP_ERR_EMPTY, type->spare_mut(&empty, numbers[i], &at, &untouched));
        check_status(MP_ERR_EMPTY, type->reserve(&empty, numbers[i]));
        check_status(MP_ERR_EMPTY, type->reserve_exact(&empty, numbers[i]));
    }
    check_status(MP_ERR_EMPTY, type->shrink_to_fit(&empty));
    check_status(MP_ERR_EMPTY, type->clear_decommit(&empty));
    check_status(MP_ERR_EMPTY, type->rw.resident_bytes(&empty, &untouched));
    check_status(MP_ERR_EMPTY, type->rw.advise_use_seq(&empty));
    check_status(MP_ERR_EMPTY, type->rw.advise_use_rnd(&empty));
    check_status(MP_ERR_EMPTY, type->rw.advise_use_soon(&empty, 0, 0));
    check_status(MP_ERR_EMPTY, type->advance(&empty, 0));
    check_status(MP_ERR_EMPTY, type->advance(&empty, 1));
    type->truncate(&empty, 0);
    type->truncate(&empty, 1);
    type->clear(&empty);

    make_garbage(to);
    check_status(MP_ERR_EMPTY, type->clone(&empty, &to));
    check_is_zeroed(to);
    make_garbage(to);
    check_status(MP_ERR_EMPTY, type->freeze(&empty, &to));
    check_is_zeroed(to);
    make_garbage(to);
    check_status(MP_ERR_EMPTY, type->thaw(&empty, &to));
    check_is_zeroed(to);
    make_garbage(to);
    type->rw.move(&empty, &to);
    check_is_zeroed(to);

    ck_assert_ptr_eq(at, &empty);
    ck_assert_uint_eq(untouched, 42);
    check_out_untouched();
    check_is_zeroed(empty);
    type->rw.destroy(&empty);
    type->ro.destroy(&empty);
}
END_TEST

/* Whose original has frozen and thawed again: what is at its address is the original's. */
START_TEST(a_stale_copy_is_refused_where_functions_take_their_time) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3), twin = vec, frozen, to;
    check_ok(type->freeze(&vec, &frozen));
    check_ok(type->thaw(&frozen, &vec));
    twin.limit = twin.len; /* as it is when there is no room for another */
    const mp_vec_raw before = twin;
    void *at = &vec;
    size_t untouched = 42;
    memset(out, 0xa5, sizeof out);

    check_status(MP_ERR_STALE, type->push(&twin, element(9)));
    check_status(MP_ERR_STALE, type->push_by_writer(&twin, element(9), 1));
    check_status(MP_ERR_STALE, type->append(&twin, element(9), 1));
    check_status(MP_ERR_STALE, type->append(&twin, NULL, 0));
    check_status(MP_ERR_STALE, type->append_zeroed(&twin, 1));
    check_status(MP_ERR_STALE, type->insert(&twin, 0, element(9)));
    check_status(MP_ERR_STALE, type->insert_n(&twin, 1, element(9), 1));
    check_status(MP_ERR_STALE, type->resize(&twin, 1, element(9)));
    check_status(MP_ERR_STALE, type->resize(&twin, 9, element(9)));
    check_status(MP_ERR_STALE, type->write(&twin, 0, element(9), 1));
    check_status(MP_ERR_STALE, type->remove(&twin, 0, out));
    check_status(MP_ERR_STALE, type->swap_remove(&twin, 0, out));
    check_status(MP_ERR_STALE, type->remove_range(&twin, 0, 2));
    check_status(MP_ERR_STALE, type->remove_range(&twin, 0, 0));
    type->truncate(&twin, 1);
    check_status(MP_ERR_STALE, type->spare_mut(&twin, 1, &at, &untouched));
    check_status(MP_ERR_STALE, type->reserve(&twin, 1));
    check_status(MP_ERR_STALE, type->reserve_exact(&twin, 100000));
    check_status(MP_ERR_STALE, type->shrink_to_fit(&twin));
    check_status(MP_ERR_STALE, type->clear_decommit(&twin));
    ck_assert_str_eq(mp_last_error().call, "clear_decommit");
    check_status(MP_ERR_STALE, type->rw.resident_bytes(&twin, &untouched));
    check_status(MP_ERR_STALE, type->rw.advise_use_seq(&twin));
    check_status(MP_ERR_STALE, type->rw.advise_use_soon(&twin, 0, 1));
    check_status(MP_ERR_STALE, type->rw.advise_use_soon(&twin, 0, SIZE_MAX));
    check_status(MP_ERR_STALE, type->clone(&twin, &to));
    check_is_zeroed(to);
    check_status(MP_ERR_STALE, type->freeze(&twin, &to));
    check_is_zeroed(to);
    ck_assert_mem_eq(&twin, &before, sizeof twin);
    ck_assert_ptr_eq(at, &vec);
    ck_assert_uint_eq(untouched, 42);
    check_out_untouched();

    type->rw.destroy(&twin);
    check_is_zeroed(twin);
    check_holds(&vec, 1, 2, 3);
    check_ok(type->push(&vec, element(4)));
    check_holds(&vec, 1, 2, 3, 4);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(move_hands_the_elements_over) {
    type = &vec_types[_i];
    mp_vec_raw from = new_vec(1, 3), to;
    const mp_vec_raw before = from;
    make_garbage(to);
    type->rw.move(&from, &to);
    check_is_zeroed(from);
    ck_assert_mem_eq(&to, &before, sizeof to);
    type->rw.move(&to, &to);
    ck_assert_mem_eq(&to, &before, sizeof to);
    type->rw.destroy(&from);
    check_ok(type->push(&to, element(4)));
    check_holds(&to, 1, 2, 3, 4);

    check_ok(type->freeze(&to, &from));
    make_garbage(to);
    type->ro.move(&from, &to);
    check_is_zeroed(from);
    type->ro.move(&to, &to);
    check_elements(&type->ro, &to, (const uint64_t[]){1, 2, 3, 4}, 4);
    type->ro.destroy(&to);
    check_is_zeroed(to);
}
END_TEST

START_TEST(a_clone_has_the_elements_and_memory_of_its_own) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3), copy;
    make_garbage(copy);
    check_ok(type->clone(&vec, &copy));
    check_holds(&copy, 1, 2, 3);
    ck_assert_ptr_ne(type->rw.data(&copy), type->rw.data(&vec));
    check_ok(type->set(&copy, 0, element(9)));
    check_ok(type->push(&copy, element(4)));
    check_holds(&vec, 1, 2, 3);
    check_holds(&copy, 9, 2, 3, 4);

    const mp_vec_raw before = vec;
    check_status(MP_ERR_INVALID, type->clone(&vec, &vec));
    ck_assert_mem_eq(&vec, &before, sizeof vec);
    type->rw.destroy(&vec);
    check_holds(&copy, 9, 2, 3, 4);
    type->clear(&copy);
    check_ok(type->clone(&copy, &vec));
    check_holds_nothing(&vec);
    check_ok(type->push(&vec, element(1)));
    type->rw.destroy(&copy);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(freeze_and_thaw_keep_the_elements_where_they_are) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3), frozen;
    const void *data = type->rw.data(&vec);
    make_garbage(frozen);
    check_ok(type->freeze(&vec, &frozen));
    check_is_zeroed(vec);
    check_elements(&type->ro, &frozen, (const uint64_t[]){1, 2, 3}, 3);
    ck_assert_ptr_eq(type->ro.data(&frozen), data);

    make_garbage(vec);
    check_ok(type->thaw(&frozen, &vec));
    check_is_zeroed(frozen);
    ck_assert_ptr_eq(type->rw.data(&vec), data);
    check_holds(&vec, 1, 2, 3);
    check_ok(type->push(&vec, element(4)));
    check_ok(type->set(&vec, 0, element(5)));
    check_holds(&vec, 5, 2, 3, 4);
    type->rw.destroy(&vec);

    check_ok(type->create(0, &vec)); /* there may be no memory to freeze yet */
    check_ok(type->freeze(&vec, &frozen));
    ck_assert_uint_eq(type->ro.len(&frozen), 0);
    check_ok(type->thaw(&frozen, &vec));
    check_ok(type->push(&vec, element(1)));
    check_holds(&vec, 1);
    type->rw.destroy(&vec);
}
END_TEST

/* ---- Reading --------------------------------------------------------------------------------- */

static void check_reads(const struct vec_reads *reads, const mp_vec_raw *vec) {
    const uint8_t *data = reads->data(vec);
    ck_assert_ptr_eq(reads->first(vec), data);
    ck_assert_ptr_eq(reads->last(vec), data + 2 * type->size);
    ck_assert_ptr_eq(reads->at(vec, 0), data);
    ck_assert_ptr_eq(reads->at(vec, 2), data + 2 * type->size);
    check_ok(reads->get(vec, 1, out));
    check_is_element(2, out);
    reads->get_unchecked(vec, 2, out);
    check_is_element(3, out);
    memset(out, 0xa5, sizeof out);
    check_status(MP_ERR_OUT_OF_RANGE, reads->get(vec, 3, out));
    check_status(MP_ERR_OUT_OF_RANGE, reads->get(vec, SIZE_MAX, out));
    check_out_untouched();
    ck_assert(reads->equal(vec, vec));

    const struct vec_slice slice = reads->slice(vec);
    ck_assert_ptr_eq(slice.data, data);
    ck_assert_uint_eq(slice.len, 3);
}

START_TEST(growable_and_frozen_vectors_read_alike) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3), frozen;
    check_reads(&type->rw, &vec);
    check_ok(type->freeze(&vec, &frozen));
    check_reads(&type->ro, &frozen);
    type->ro.destroy(&frozen);
}
END_TEST

START_TEST(mutable_pointers_point_to_the_elements) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    uint8_t *data = type->data_mut(&vec);
    ck_assert_ptr_eq(data, type->rw.data(&vec));
    ck_assert_ptr_eq(type->first_mut(&vec), data);
    ck_assert_ptr_eq(type->last_mut(&vec), data + 2 * type->size);
    ck_assert_ptr_eq(type->at_mut(&vec, 1), data + type->size);
    memcpy(type->at_mut(&vec, 1), element(7), type->size);
    check_holds(&vec, 1, 7, 3);
    type->rw.destroy(&vec);
}
END_TEST

/** Expects a panic of the function that is called as the type's name, with its end replaced. */
static void check_message(const char *ending, const char *rest) {
    char message[256];
    snprintf(message, sizeof message, "%.*s%s%s", (int)(strlen(type->name) - 2), type->name, ending,
             rest);
    ck_assert_str_eq(panic_message, message);
}

START_TEST(at_panics_past_the_end) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3), frozen, empty = MP_INIT;
    check_panics(type->rw.at(&vec, 3));
    check_message("rw_at", ": index 3 is out of range for length 3");
    check_panics(type->at_mut(&vec, 5));
    check_message("rw_at_mut", ": index 5 is out of range for length 3");
    check_panics(type->rw.at(&vec, SIZE_MAX));
    char rest[64];
    snprintf(rest, sizeof rest, ": index %zu is out of range for length 3", SIZE_MAX);
    check_message("rw_at", rest);
    check_panics(type->rw.at(&empty, 0));
    check_message("rw_at", ": index 0 is out of range for length 0");
    check_ok(type->freeze(&vec, &frozen));
    check_panics(type->ro.at(&frozen, 4));
    check_message("ro_at", ": index 4 is out of range for length 3");
    type->ro.destroy(&frozen);
}
END_TEST

START_TEST(slices_read_their_part) {
    type = &vec_types[_i];
    const struct vec_slices *slices = &type->slices;
    mp_vec_raw vec = new_vec(1, 5);
    const struct vec_slice all = type->rw.slice(&vec);
    const struct vec_slice middle = slices->sub(all, 1, 3);
    ck_assert_uint_eq(slices->len(middle), 3);
    ck_assert(!slices->is_empty(middle));
    check_is_element(2, slices->data(middle));
    check_is_element(2, slices->first(middle));
    check_is_element(4, slices->last(middle));
    check_is_element(3, slices->at(middle, 1));
    check_ok(slices->get(middle, 2, out));
    check_is_element(4, out);
    slices->get_unchecked(middle, 0, out);
    check_is_element(2, out);
    memset(out, 0xa5, sizeof out);
    check_status(MP_ERR_OUT_OF_RANGE, slices->get(middle, 3, out));
    check_out_untouched();

    ck_assert(slices->is_empty(slices->sub(all, 0, 0)));
    ck_assert(slices->is_empty(slices->sub(all, 5, 0)));
    ck_assert_ptr_null(slices->first(slices->sub(all, 2, 0)));
    ck_assert_ptr_null(slices->last(slices->sub(all, 2, 0)));
    check_is_element(5, slices->first(slices->sub(slices->sub(all, 2, 3), 2, 1)));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(a_zeroed_slice_is_a_view_of_nothing) {
    type = &vec_types[_i];
    const struct vec_slices *slices = &type->slices;
    const struct vec_slice none = {NULL, 0};
    memset(out, 0xa5, sizeof out);
    ck_assert(slices->is_empty(none));
    ck_assert_ptr_null(slices->data(none));
    ck_assert_ptr_null(slices->first(none));
    ck_assert_ptr_null(slices->last(none));
    check_status(MP_ERR_OUT_OF_RANGE, slices->get(none, 0, out));
    check_out_untouched();
    ck_assert(slices->is_empty(slices->sub(none, 0, 0)));
    check_panics(slices->sub(none, 0, 1));
}
END_TEST

START_TEST(slices_panic_past_the_end) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    const struct vec_slice all = type->rw.slice(&vec);
    check_panics(type->slices.at(all, 3));
    ck_assert_ptr_nonnull(strstr(panic_message, "_at: index 3 is out of range for length 3"));
    const struct {
        size_t first, n;
    } outside[] = {{0, 4}, {1, 3}, {3, 1}, {4, 0}, {SIZE_MAX, 1}, {1, SIZE_MAX}, {2, SIZE_MAX - 1}};
    for (volatile size_t i = 0; i < COUNT_OF(outside); i++) {
        check_panics(type->slices.sub(all, outside[i].first, outside[i].n));
        ck_assert_ptr_nonnull(strstr(panic_message, "_sub: index "));
        ck_assert_ptr_nonnull(strstr(panic_message, " is out of range for length 3"));
    }
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(equal_compares_elements_in_order) {
    type = &vec_types[_i];
    mp_vec_raw a = new_vec(1, 3), b = new_vec(1, 3);
    ck_assert(type->rw.equal(&a, &b));
    check_ok(type->push(&b, element(4)));
    ck_assert(!type->rw.equal(&a, &b));
    ck_assert(!type->rw.equal(&b, &a));
    check_ok(type->push(&a, element(5)));
    ck_assert(!type->rw.equal(&a, &b));
    check_ok(type->set(&a, 3, element(4)));
    ck_assert(type->rw.equal(&a, &b));
    check_ok(type->set(&a, 0, element(2)));
    ck_assert(!type->rw.equal(&a, &b));
    type->clear(&a);
    type->clear(&b);
    ck_assert(type->rw.equal(&a, &b));
    type->rw.destroy(&a);
    ck_assert(type->rw.equal(&a, &b)); /* an empty handle holds no element either */
    type->rw.destroy(&b);
}
END_TEST

START_TEST(equal_compares_numbers_as_numbers) {
    mp_vec_f64_rw a, b;
    check_ok(mp_vec_f64_rw_create(0, &a));
    check_ok(mp_vec_f64_rw_create(0, &b));
    check_ok(mp_vec_f64_rw_push(&a, 0.0));
    check_ok(mp_vec_f64_rw_push(&b, -0.0));
    ck_assert(mp_vec_f64_rw_equal(&a, &b));
    check_ok(mp_vec_f64_rw_push(&a, (double)NAN));
    check_ok(mp_vec_f64_rw_push(&b, (double)NAN));
    ck_assert(!mp_vec_f64_rw_equal(&a, &b));
    ck_assert(!mp_vec_f64_rw_equal(&a, &a));
    mp_vec_f64_rw_destroy(&a);
    mp_vec_f64_rw_destroy(&b);
}
END_TEST

/* ---- Adding ---------------------------------------------------------------------------------- */

START_TEST(push_appends_one) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 0);
    check_ok(type->push(&vec, element(1)));
    check_ok(type->push(&vec, element(2)));
    check_ok(type->push(&vec, element(3)));
    check_holds(&vec, 1, 2, 3);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(push_within_capacity_never_grows) {
    type = &vec_types[_i];
    mp_vec_raw vec;
    check_ok(type->create(3, &vec));
    const size_t capacity = type->capacity(&vec);
    const void *data = type->rw.data(&vec);
    for (size_t i = 0; i < capacity; i++) {
        check_ok(type->push_within_capacity(&vec, element(i % 250)));
    }
    const mp_vec_raw full = vec;
    check_status(MP_ERR_FULL, type->push_within_capacity(&vec, element(1)));
    ck_assert_mem_eq(&vec, &full, sizeof vec);
    ck_assert_uint_eq(type->capacity(&vec), capacity);
    ck_assert_ptr_eq(type->rw.data(&vec), data);
    check_is_element((capacity - 1) % 250, type->rw.last(&vec));

    check_ok(type->pop(&vec, NULL));
    check_ok(type->push_within_capacity(&vec, element(9)));
    check_is_element(9, type->rw.last(&vec));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(append_copies_an_array) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 2);
    void *more = make_elements(type, 3, 2);
    check_ok(type->append(&vec, more, 2));
    check_ok(type->append(&vec, more, 0));
    check_ok(type->append(&vec, NULL, 0));
    check_holds(&vec, 1, 2, 3, 4);
    check_status(MP_ERR_INVALID, type->append(&vec, NULL, 1));
    ck_assert_int_ne(type->append(&vec, more, SIZE_MAX), MP_OK);
    ck_assert_int_ne(type->append(&vec, more, SIZE_MAX / type->size), MP_OK);
    check_holds(&vec, 1, 2, 3, 4);
    free(more);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(append_takes_its_own_elements) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    check_ok(type->append(&vec, type->rw.data(&vec), 3));
    check_ok(type->append(&vec, type->rw.at(&vec, 1), 1));
    check_holds(&vec, 1, 2, 3, 1, 2, 3, 2);
    /* Doubling passes every size at which the memory may move under the source. */
    const size_t most = ((size_t)5 << 20) / type->size;
    while (type->rw.len(&vec) < most) {
        const size_t len = type->rw.len(&vec);
        check_ok(type->append(&vec, type->rw.data(&vec), len));
        const uint8_t *data = type->rw.data(&vec);
        ck_assert_uint_eq(type->rw.len(&vec), 2 * len);
        ck_assert(memcmp(data, data + len * type->size, len * type->size) == 0);
    }
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(insert_makes_place_for_one) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    check_ok(type->insert(&vec, 0, element(10)));
    check_ok(type->insert(&vec, 2, element(11)));
    check_ok(type->insert(&vec, 5, element(12)));
    check_holds(&vec, 10, 1, 11, 2, 3, 12);
    const mp_vec_raw before = vec;
    check_status(MP_ERR_OUT_OF_RANGE, type->insert(&vec, 7, element(13)));
    check_status(MP_ERR_OUT_OF_RANGE, type->insert(&vec, SIZE_MAX, element(13)));
    ck_assert_mem_eq(&vec, &before, sizeof vec);
    check_holds(&vec, 10, 1, 11, 2, 3, 12);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(insert_n_makes_place_for_an_array) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    void *more = make_elements(type, 10, 3);
    check_ok(type->insert_n(&vec, 1, more, 2));
    check_ok(type->insert_n(&vec, 0, more, 1));
    check_ok(type->insert_n(&vec, 6, more, 3));
    check_ok(type->insert_n(&vec, 9, NULL, 0));
    check_holds(&vec, 10, 1, 10, 11, 2, 3, 10, 11, 12);
    const mp_vec_raw before = vec;
    check_status(MP_ERR_INVALID, type->insert_n(&vec, 0, NULL, 1));
    check_status(MP_ERR_OUT_OF_RANGE, type->insert_n(&vec, 10, more, 1));
    check_status(MP_ERR_OUT_OF_RANGE, type->insert_n(&vec, 10, NULL, 0));
    ck_assert_int_ne(type->insert_n(&vec, 1, more, SIZE_MAX), MP_OK);
    ck_assert_mem_eq(&vec, &before, sizeof vec);
    check_holds(&vec, 10, 1, 10, 11, 2, 3, 10, 11, 12);
    free(more);
    type->rw.destroy(&vec);
}
END_TEST

/* The gap would have moved over them, and growth away from them. */
START_TEST(insert_n_takes_nothing_from_the_room) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    void *room;
    size_t n;
    check_ok(type->spare_mut(&vec, 2, &room, &n));
    memset(room, 0, n * type->size);
    const mp_vec_raw before = vec;
    check_status(MP_ERR_INVALID, type->insert_n(&vec, 0, room, 2));
    check_status(MP_ERR_INVALID, type->insert_n(&vec, 0, type->rw.last(&vec), 2));
    check_status(MP_ERR_INVALID, type->append(&vec, room, n));
    if (type->size > 1)
        check_status(MP_ERR_INVALID,
                     type->insert_n(&vec, 0, (const char *)type->rw.data(&vec) + 1, 1));
    ck_assert_mem_eq(&vec, &before, sizeof vec);
    check_holds(&vec, 1, 2, 3);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(insert_n_takes_its_own_elements) {
    /* The source lies before, behind and across the place; with room to spare and without. */
    type = &vec_types[_i];
    const struct {
        size_t index, first, n;
        uint64_t result[10];
    } cases[] = {
        {0, 0, 5, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}},
        {5, 0, 5, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}},
        {2, 0, 5, {1, 2, 1, 2, 3, 4, 5, 3, 4, 5}},
        {1, 3, 2, {1, 4, 5, 2, 3, 4, 5}},
        {4, 0, 3, {1, 2, 3, 4, 1, 2, 3, 5}},
        {3, 2, 2, {1, 2, 3, 3, 4, 4, 5}},
        {0, 4, 1, {5, 1, 2, 3, 4, 5}},
    };
    for (int full = 0; full <= 1; full++) {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            mp_vec_raw vec = new_vec(1, 5);
            size_t behind = 0;
            if (full) {
                behind = type->capacity(&vec) - 5;
                check_ok(type->append_zeroed(&vec, behind));
            } else {
                check_ok(type->reserve(&vec, 100));
            }
            const void *source = type->rw.at(&vec, cases[i].first);
            check_ok(type->insert_n(&vec, cases[i].index, source, cases[i].n));
            ck_assert_uint_eq(type->rw.len(&vec), 5 + behind + cases[i].n);
            type->truncate(&vec, 5 + cases[i].n);
            check_elements(&type->rw, &vec, cases[i].result, 5 + cases[i].n);
            type->rw.destroy(&vec);
        }
    }
}
END_TEST

START_TEST(resize_appends_copies_or_truncates) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 2);
    check_ok(type->resize(&vec, 4, element(7)));
    check_holds(&vec, 1, 2, 7, 7);
    check_ok(type->resize(&vec, 4, element(8)));
    check_ok(type->resize(&vec, 1, element(8)));
    check_holds(&vec, 1);
    check_ok(type->resize(&vec, 3, element(9)));
    check_holds(&vec, 1, 9, 9);
    ck_assert_int_ne(type->resize(&vec, SIZE_MAX, element(9)), MP_OK);
    ck_assert_int_ne(type->resize(&vec, SIZE_MAX / type->size, element(9)), MP_OK);
    check_holds(&vec, 1, 9, 9);
    check_ok(type->resize(&vec, 0, element(9)));
    check_holds_nothing(&vec);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(append_zeroed_appends_zeros_also_where_elements_were) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 6);
    type->truncate(&vec, 3);
    check_ok(type->append_zeroed(&vec, 2));
    check_holds(&vec, 1, 2, 3, 0, 0);
    check_ok(type->append_zeroed(&vec, 0));
    check_ok(type->pop(&vec, NULL));
    check_ok(type->push(&vec, element(5)));
    check_ok(type->append_zeroed(&vec, 3));
    check_holds(&vec, 1, 2, 3, 0, 5, 0, 0, 0);
    ck_assert_int_ne(type->append_zeroed(&vec, SIZE_MAX), MP_OK);
    check_holds(&vec, 1, 2, 3, 0, 5, 0, 0, 0);
    type->rw.destroy(&vec);
}
END_TEST

/* Whoever wrote to the spare room, or past a popped element, must not be met again as a zero. */
START_TEST(append_zeroed_zeroes_what_spare_mut_gave_out) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 1);
    void *at;
    size_t room;
    check_ok(type->spare_mut(&vec, 4, &at, &room));
    memset(at, 0xff, room * type->size);
    check_ok(type->advance(&vec, 0));
    check_ok(type->append_zeroed(&vec, 4));
    check_holds(&vec, 1, 0, 0, 0, 0);

    check_ok(type->spare_mut(&vec, 100, &at, &room));
    memset(at, 0xff, room * type->size);
    check_ok(type->advance(&vec, 2));
    type->truncate(&vec, 1);
    check_ok(type->append_zeroed(&vec, 50));
    ck_assert(bytes_are((const uint8_t *)type->rw.data(&vec) + type->size, 0, 50 * type->size));
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(the_spare_room_is_filled_from_outside) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 2);
    void *at = NULL;
    size_t room = 0;
    check_ok(type->spare_mut(&vec, 3, &at, &room));
    ck_assert_ptr_eq(at, (const uint8_t *)type->rw.data(&vec) + 2 * type->size);
    ck_assert_uint_ge(room, 3);
    void *more = make_elements(type, 3, 3);
    memcpy(at, more, 3 * type->size);
    check_holds(&vec, 1, 2);
    check_ok(type->advance(&vec, 2));
    check_holds(&vec, 1, 2, 3, 4);
    free(more);

    check_ok(type->spare_mut(&vec, 0, &at, &room));
    const size_t len = type->rw.len(&vec);
    const mp_vec_raw before = vec;
    check_status(MP_ERR_OUT_OF_RANGE, type->advance(&vec, room + 1));
    check_status(MP_ERR_OUT_OF_RANGE, type->advance(&vec, SIZE_MAX));
    ck_assert_uint_eq(type->rw.len(&vec), len);
    check_holds(&vec, 1, 2, 3, 4);
    ck_assert_int_eq(memcmp(&vec, &before, sizeof vec), 0);
    memset(at, 0, room * type->size);
    check_ok(type->advance(&vec, room));
    ck_assert_uint_eq(type->rw.len(&vec), len + room);

    at = &vec;
    room = 42;
    ck_assert_int_ne(type->spare_mut(&vec, SIZE_MAX, &at, &room), MP_OK);
    ck_assert_ptr_eq(at, &vec);
    ck_assert_uint_eq(room, 42);
    type->rw.destroy(&vec);
}
END_TEST

/* ---- Changing and taking away ---------------------------------------------------------------- */

START_TEST(set_and_write_replace_elements) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 5);
    void *more = make_elements(type, 10, 3);
    check_ok(type->set(&vec, 0, element(20)));
    check_ok(type->set(&vec, 4, element(21)));
    check_ok(type->write(&vec, 1, more, 3));
    check_ok(type->write(&vec, 5, NULL, 0));
    check_holds(&vec, 20, 10, 11, 12, 21);
    check_status(MP_ERR_OUT_OF_RANGE, type->set(&vec, 5, element(1)));
    check_status(MP_ERR_OUT_OF_RANGE, type->set(&vec, SIZE_MAX, element(1)));
    check_status(MP_ERR_OUT_OF_RANGE, type->write(&vec, 3, more, 3));
    check_status(MP_ERR_OUT_OF_RANGE, type->write(&vec, 6, more, 0));
    check_status(MP_ERR_OUT_OF_RANGE, type->write(&vec, 1, more, SIZE_MAX));
    check_status(MP_ERR_INVALID, type->write(&vec, 0, NULL, 1));
    check_holds(&vec, 20, 10, 11, 12, 21);

    check_ok(type->write(&vec, 1, type->rw.at(&vec, 0), 3)); /* overlapping itself */
    check_holds(&vec, 20, 20, 10, 11, 21);
    check_ok(type->write(&vec, 0, type->rw.at(&vec, 2), 3));
    check_holds(&vec, 10, 11, 21, 11, 21);
    free(more);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(pop_takes_the_last) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 3);
    check_ok(type->pop(&vec, out));
    check_is_element(3, out);
    check_ok(type->pop(&vec, NULL));
    check_holds(&vec, 1);
    check_ok(type->pop(&vec, out));
    check_is_element(1, out);
    memset(out, 0xa5, sizeof out);
    check_status(MP_ERR_OUT_OF_RANGE, type->pop(&vec, out));
    check_status(MP_ERR_OUT_OF_RANGE, type->pop(&vec, NULL));
    check_out_untouched();
    check_holds_nothing(&vec);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(remove_closes_the_gap) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 5);
    check_ok(type->remove(&vec, 1, out));
    check_is_element(2, out);
    check_ok(type->remove(&vec, 0, NULL));
    check_ok(type->remove(&vec, 2, out));
    check_is_element(5, out);
    check_holds(&vec, 3, 4);
    memset(out, 0xa5, sizeof out);
    check_status(MP_ERR_OUT_OF_RANGE, type->remove(&vec, 2, out));
    check_status(MP_ERR_OUT_OF_RANGE, type->remove(&vec, SIZE_MAX, out));
    check_out_untouched();
    check_holds(&vec, 3, 4);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(swap_remove_fills_the_gap_with_the_last) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 5);
    check_ok(type->swap_remove(&vec, 1, out));
    check_is_element(2, out);
    check_holds(&vec, 1, 5, 3, 4);
    check_ok(type->swap_remove(&vec, 3, out));
    check_is_element(4, out);
    check_ok(type->swap_remove(&vec, 0, NULL));
    check_holds(&vec, 3, 5);
    memset(out, 0xa5, sizeof out);
    check_status(MP_ERR_OUT_OF_RANGE, type->swap_remove(&vec, 2, out));
    check_out_untouched();
    check_holds(&vec, 3, 5);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(remove_range_closes_the_gap) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 8);
    check_ok(type->remove_range(&vec, 2, 3));
    check_holds(&vec, 1, 2, 6, 7, 8);
    check_ok(type->remove_range(&vec, 5, 0));
    check_ok(type->remove_range(&vec, 0, 1));
    check_ok(type->remove_range(&vec, 3, 1));
    check_holds(&vec, 2, 6, 7);
    check_status(MP_ERR_OUT_OF_RANGE, type->remove_range(&vec, 3, 1));
    check_status(MP_ERR_OUT_OF_RANGE, type->remove_range(&vec, 4, 0));
    check_status(MP_ERR_OUT_OF_RANGE, type->remove_range(&vec, 1, SIZE_MAX));
    check_status(MP_ERR_OUT_OF_RANGE, type->remove_range(&vec, SIZE_MAX, 1));
    check_holds(&vec, 2, 6, 7);
    check_ok(type->remove_range(&vec, 0, 3));
    check_holds_nothing(&vec);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(truncate_and_clear_keep_the_memory) {
    type = &vec_types[_i];
    mp_vec_raw vec = new_vec(1, 5);
    const size_t capacity = type->capacity(&vec);
    const void *data = type->rw.data(&vec);
    type->truncate(&vec, SIZE_MAX);
    type->truncate(&vec, 6);
    type->truncate(&vec, 5);
    check_holds(&vec, 1, 2, 3, 4, 5);
    type->truncate(&vec, 2);
    check_holds(&vec, 1, 2);
    type->clear(&vec);
    check_holds_nothing(&vec);
    ck_assert_ptr_null(type->rw.first(&vec));
    ck_assert_ptr_null(type->rw.last(&vec));
    ck_assert_uint_eq(type->capacity(&vec), capacity);
    ck_assert_ptr_eq(type->rw.data(&vec), data);
    type->rw.destroy(&vec);
}
END_TEST

START_TEST(frozen_vectors_read_as_growable_ones) {
    mp_vec_u64_rw vec;
    mp_vec_u64_ro frozen = MP_INIT, other;
    ck_assert_ptr_null(mp_vec_u64_ro_first(&frozen));
    ck_assert_ptr_null(mp_vec_u64_ro_last(&frozen));
    check_ok(mp_vec_u64_rw_create(2, &vec));
    check_ok(mp_vec_u64_rw_append(&vec, (const uint64_t[]){1, 2}, 2));
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    for (uint64_t last = 1; last < 4; last++) {
        check_ok(mp_vec_u64_rw_create(2, &vec));
        check_ok(mp_vec_u64_rw_append(&vec, (const uint64_t[]){1, last}, last == 1 ? 1 : 2));
        check_ok(mp_vec_u64_rw_freeze(&vec, &other));
        ck_assert_int_eq(mp_vec_u64_ro_equal(&frozen, &other), last == 2);
        mp_vec_u64_ro_destroy(&other);
    }
    ck_assert_uint_eq(*mp_vec_u64_ro_first(&frozen), 1);
    ck_assert_uint_eq(*mp_vec_u64_ro_last(&frozen), 2);
    mp_vec_u64_ro_destroy(&frozen);
}
END_TEST

START_TEST(room_in_a_reservation_is_pushed_into) {
    const mp_options options = {.reservation = (size_t)8 << 20};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(10, &options, &vec));
    check_ok(mp_vec_u64_rw_push_within_capacity(&vec, 7)); /* nothing is accessible before */
    ck_assert_uint_eq(*mp_vec_u64_rw_first(&vec), 7);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, frozen_vectors_read_as_growable_ones);
    tcase_add_test(tests, room_in_a_reservation_is_pushed_into);
    const TTest *const for_each_type[] = {
        create_makes_room_for_the_capacity,
        refused_create_leaves_an_empty_handle,
        an_empty_handle_is_safe_in_every_function,
        a_stale_copy_is_refused_where_functions_take_their_time,
        move_hands_the_elements_over,
        a_clone_has_the_elements_and_memory_of_its_own,
        freeze_and_thaw_keep_the_elements_where_they_are,
        growable_and_frozen_vectors_read_alike,
        mutable_pointers_point_to_the_elements,
        at_panics_past_the_end,
        slices_read_their_part,
        a_zeroed_slice_is_a_view_of_nothing,
        slices_panic_past_the_end,
        equal_compares_elements_in_order,
        push_appends_one,
        push_within_capacity_never_grows,
        append_copies_an_array,
        append_takes_its_own_elements,
        insert_makes_place_for_one,
        insert_n_makes_place_for_an_array,
        insert_n_takes_nothing_from_the_room,
        insert_n_takes_its_own_elements,
        resize_appends_copies_or_truncates,
        append_zeroed_appends_zeros_also_where_elements_were,
        append_zeroed_zeroes_what_spare_mut_gave_out,
        the_spare_room_is_filled_from_outside,
        set_and_write_replace_elements,
        pop_takes_the_last,
        remove_closes_the_gap,
        swap_remove_fills_the_gap_with_the_last,
        remove_range_closes_the_gap,
        truncate_and_clear_keep_the_memory,
    };
    for (size_t i = 0; i < COUNT_OF(for_each_type); i++) {
        tcase_add_loop_test(tests, for_each_type[i], 0, VEC_TYPE_COUNT);
    }
    tcase_add_test(tests, equal_compares_numbers_as_numbers);
}

int main(void) { return run_tests("vec", add_tests); }
