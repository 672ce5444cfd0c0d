/* What vectors tell a memory checker: exactly the elements in use may be touched. The functions of
 * ASan's runtime are replaced here by some that keep a record. */
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_RUNTIME 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_RUNTIME 1
#endif

#if defined(HAS_RUNTIME) || !defined(__ELF__)

/* Here the checker itself is the test: tests/checkers. */
static void add_tests(TCase *tests) { (void)tests; }

#else

enum { RECORDED = 8 << 20 };

static const unsigned char *recorded; /* the first of the bytes that are looked at */
static bool forbidden[RECORDED];

static void record(const volatile void *memory, size_t n, bool forbid) {
    const unsigned char *first = (const unsigned char *)(uintptr_t)memory;
    for (size_t i = 0; i < n; i++) {
        const size_t offset = (size_t)(first + i - recorded);
        if (offset < RECORDED) forbidden[offset] = forbid;
    }
}

void __asan_poison_memory_region(void const volatile *memory, size_t n);
void __asan_poison_memory_region(void const volatile *memory, size_t n) { record(memory, n, true); }

void __asan_unpoison_memory_region(void const volatile *memory, size_t n);
void __asan_unpoison_memory_region(void const volatile *memory, size_t n) {
    record(memory, n, false);
}

/** From now on the record is of the vector's memory; what is in it is told by a change. */
static void look_at(const mp_vec_u64_rw *vec) {
    recorded = (const unsigned char *)mp_vec_u64_rw_data(vec);
}

static void check_touchable(const mp_vec_u64_rw *vec, size_t elements) {
    const size_t n = vec->raw.region.len < RECORDED ? vec->raw.region.len : RECORDED;
    const size_t bytes = elements * sizeof(uint64_t);
    ck_assert_ptr_eq(recorded, mp_vec_u64_rw_data(vec));
    ck_assert(bytes_are(forbidden, false, bytes));
    ck_assert(bytes_are(forbidden + bytes, true, n - bytes));
    ck_assert(bytes_are(forbidden + n, false, RECORDED - n)); /* another's */
}

/** A vector whose memory is recorded from its creation on: where it will be is found by trying. */
static mp_vec_u64_rw new_vec(size_t capacity) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(capacity, &vec));
    look_at(&vec);
    mp_vec_u64_rw_destroy(&vec);
    memset(forbidden, 0, sizeof forbidden);
    check_ok(mp_vec_u64_rw_create(capacity, &vec));
    ck_assert_ptr_eq(recorded, mp_vec_u64_rw_data(&vec));
    return vec;
}

START_TEST(only_elements_in_use_may_be_touched) {
    if (skips_without(REUSED_PLACES)) return;
    mp_vec_u64_rw vec = new_vec(100);
    check_touchable(&vec, 0);
    for (size_t i = 1; i < 10; i++) {
        check_ok(mp_vec_u64_rw_push(&vec, i));
        check_touchable(&vec, i);
    }
    check_ok(mp_vec_u64_rw_pop(&vec, NULL));
    check_touchable(&vec, 8);
    check_ok(mp_vec_u64_rw_insert_n(&vec, 2, (uint64_t[]){1, 2, 3}, 3));
    check_touchable(&vec, 11);
    check_ok(mp_vec_u64_rw_remove_range(&vec, 1, 4));
    check_touchable(&vec, 7);
    mp_vec_u64_rw_truncate(&vec, 2);
    check_touchable(&vec, 2);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 3));
    check_touchable(&vec, 5);
    check_ok(mp_vec_u64_rw_clear_decommit(&vec));
    check_touchable(&vec, 0);
    mp_vec_u64_rw_destroy(&vec);
    ck_assert(bytes_are(forbidden, false, sizeof forbidden));
}
END_TEST

START_TEST(a_capacity_is_pushed_into_to_the_last_and_no_further) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(1, &vec));
    const size_t capacity = mp_vec_u64_rw_capacity(&vec);
    check_ok(mp_vec_u64_rw_push(&vec, 0)); /* so that an odd number is left */
    for (size_t i = 1; i < capacity; i++) check_ok(mp_vec_u64_rw_push_within_capacity(&vec, i));
    ck_assert_uint_eq(mp_vec_u64_rw_capacity(&vec), capacity);
    check_status(MP_ERR_FULL, mp_vec_u64_rw_push_within_capacity(&vec, 1));
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(room_that_is_given_out_may_be_touched) {
    if (skips_without(REUSED_PLACES)) return;
    mp_vec_u64_rw vec = new_vec(100);
    uint64_t *at;
    size_t room;
    check_ok(mp_vec_u64_rw_spare_mut(&vec, 10, &at, &room));
    check_touchable(&vec, room);
    check_ok(mp_vec_u64_rw_advance(&vec, 3));
    check_touchable(&vec, 3);
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    check_ok(mp_vec_u64_writer_push(&writer, 7));
    check_touchable(&vec, room);
    mp_vec_u64_writer_finish(&writer);
    check_touchable(&vec, 4);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

static mp_status never_copies(void *to, const void *from) {
    (void)to;
    (void)from;
    return MP_ERR_DENIED;
}

START_TEST(room_for_what_fails_to_copy_is_forbidden_again) {
    if (skips_without(REUSED_PLACES)) return;
    const mp_element element = {sizeof(uint64_t), NULL, NULL, never_copies};
    const uint64_t array[] = {1, 2, 3};
    mp_vec_u64_rw vec = new_vec(100);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    check_status(MP_ERR_DENIED, mp_vec_raw_insert_n(&vec.raw, 1, array, 3, &element));
    check_touchable(&vec, 1);
    check_status(MP_ERR_DENIED, mp_vec_raw_resize(&vec.raw, 5, array, &element));
    check_touchable(&vec, 1);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(a_refused_transition_tells_what_was_told_before) {
    if (skips_without(REUSED_PLACES)) return;
    mp_vec_u64_rw vec = new_vec(2 * mp_page_size() / sizeof(uint64_t));
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    unmap_foreign(vec.raw.region.data + mp_page_size(), mp_page_size());
    check_status(MP_ERR_OUT_OF_MEMORY, mp_vec_u64_rw_freeze(&vec, &frozen));
    check_touchable(&vec, 1);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(growth_within_a_reservation_stays_forbidden) {
    const mp_options options = {.reservation = (size_t)64 << 20};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    look_at(&vec);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    check_touchable(&vec, 1);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, ((size_t)2 << 20) / sizeof(uint64_t)));
    check_touchable(&vec, ((size_t)2 << 20) / sizeof(uint64_t) + 1);
    mp_vec_u64_rw_truncate(&vec, 1);
    check_ok(mp_vec_u64_rw_shrink_to_fit(&vec));
    check_touchable(&vec, 1);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(what_was_forbidden_moves_with_the_vector) {
    if (skips_without(REUSED_PLACES)) return;
    mp_vec_u64_rw vec = new_vec(100);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    check_ok(mp_vec_u64_rw_reserve(&vec, 1000000)); /* into a reservation, elsewhere */
    ck_assert_ptr_ne(recorded, mp_vec_u64_rw_data(&vec));
    ck_assert(bytes_are(forbidden, false, sizeof forbidden)); /* for the next owner */
    look_at(&vec);
    check_ok(mp_vec_u64_rw_push(&vec, 2));
    mp_vec_u64_rw_truncate(&vec, 1);
    ck_assert(bytes_are(forbidden, false, sizeof(uint64_t)));
    ck_assert(bytes_are(forbidden + sizeof(uint64_t), true, sizeof(uint64_t)));
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(room_that_came_with_a_move_stays_forbidden) {
    if (skips_without(REUSED_PLACES)) return;
    for (int known = 0; known <= 1; known++) { /* where it will be is found by trying */
        mp_vec_u64_rw vec;
        check_ok(mp_vec_u64_rw_create(100, &vec));
        check_ok(mp_vec_u64_rw_push(&vec, 1));
        check_ok(mp_vec_u64_rw_reserve(&vec, 1000000));
        if (known)
            check_touchable(&vec, 1);
        else
            look_at(&vec);
        mp_vec_u64_rw_destroy(&vec);
        memset(forbidden, 0, sizeof forbidden);
    }
}
END_TEST

START_TEST(a_vector_without_accessible_memory_moves_unwatched) {
    const mp_options options = {.reservation = (size_t)2 << 20};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    check_ok(mp_vec_u64_rw_reserve(&vec, 1000000));
    ck_assert_uint_eq(vec.raw.region.len, 0);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* Its memory is another's by now. */
START_TEST(a_stale_copy_tells_nothing) {
    if (skips_without(REUSED_PLACES)) return;
    mp_vec_u64_rw vec = new_vec(100);
    for (size_t i = 0; i < 10; i++) check_ok(mp_vec_u64_rw_push(&vec, i));
    mp_vec_u64_rw twin = vec;
    mp_vec_u64_ro frozen;
    mp_vec_u64_rw_destroy(&vec);
    ck_assert(bytes_are(forbidden, false, sizeof forbidden));
    check_ok(mp_vec_u64_rw_create(100, &vec));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 20));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_freeze(&twin, &frozen));
    check_touchable(&vec, 20);
    mp_vec_u64_rw_truncate(&twin, 2);
    check_status(MP_ERR_STALE, mp_vec_u64_rw_reserve(&twin, 1000));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_shrink_to_fit(&twin));
    mp_vec_u64_rw_clear(&twin);
    mp_vec_u64_rw_destroy(&twin);
    check_touchable(&vec, 20);
    mp_vec_u64_rw_destroy(&vec);
    ck_assert(bytes_are(forbidden, false, sizeof forbidden));
}
END_TEST

START_TEST(frozen_vectors_are_told_again) {
    if (skips_without(REUSED_PLACES)) return;
    mp_vec_u64_rw vec = new_vec(100);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    memset(forbidden, 0, sizeof forbidden); /* as Valgrind does when a permission changes */
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    ck_assert(!forbidden[7] && forbidden[8]);
    check_ok(mp_vec_u64_ro_thaw(&frozen, &vec));
    check_touchable(&vec, 1);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, only_elements_in_use_may_be_touched);
    tcase_add_test(tests, a_capacity_is_pushed_into_to_the_last_and_no_further);
    tcase_add_test(tests, room_that_is_given_out_may_be_touched);
    tcase_add_test(tests, room_for_what_fails_to_copy_is_forbidden_again);
    tcase_add_test(tests, a_refused_transition_tells_what_was_told_before);
    tcase_add_test(tests, growth_within_a_reservation_stays_forbidden);
    tcase_add_test(tests, what_was_forbidden_moves_with_the_vector);
    tcase_add_test(tests, room_that_came_with_a_move_stays_forbidden);
    tcase_add_test(tests, a_vector_without_accessible_memory_moves_unwatched);
    tcase_add_test(tests, a_stale_copy_tells_nothing);
    tcase_add_test(tests, frozen_vectors_are_told_again);
}

#endif

int main(void) { return run_tests("watch", add_tests); }
