/* Vectors of elements that own something: each is ended once, by whoever holds it last. */
#include "support.h"
#include "system.h"
#include "test_elements.h"

#include <memory_pages/mp_vec_raw.h>
#include <string.h>
#include <tst_types.h>

/** Checks how many owners the things from number 1 on have, and that the others have none. */
#define check_owners(...)                                                                          \
    do {                                                                                           \
        const int expected_[THINGS] = {0, __VA_ARGS__};                                            \
        for (int i_ = 1; i_ < THINGS; i_++) {                                                      \
            ck_assert_msg(owners_of[i_] == expected_[i_], "thing %d has %d owners, not %d", i_,    \
                          owners_of[i_], expected_[i_]);                                           \
        }                                                                                          \
    } while (0)

/** Checks that the vector holds these things, in this order. */
#define check_holds(vec, ...)                                                                      \
    do {                                                                                           \
        const int expected_[] = {__VA_ARGS__};                                                     \
        ck_assert_uint_eq(tst_vec_owner_rw_len(vec), COUNT_OF(expected_));                         \
        for (size_t i_ = 0; i_ < COUNT_OF(expected_); i_++) {                                      \
            ck_assert_int_eq(tst_vec_owner_rw_at((vec), i_)->thing, expected_[i_]);                \
            ck_assert_int_eq(tst_vec_owner_rw_at((vec), i_)->proof, ~expected_[i_]);               \
        }                                                                                          \
    } while (0)

/** Makes a vector of owners of the things 1 to `n`. */
static tst_vec_owner_rw new_owners(int n) {
    tst_vec_owner_rw vec;
    check_ok(tst_vec_owner_rw_create(0, &vec));
    for (int i = 1; i <= n; i++) check_ok(tst_vec_owner_rw_push(&vec, new_owner(i)));
    return vec;
}

static void end_all(struct owner *owners, size_t n) {
    for (size_t i = 0; i < n; i++) owner_end(&owners[i]);
}

/* ---- The end --------------------------------------------------------------------------------- */

START_TEST(destroy_ends_each_element_once) {
    tst_vec_owner_rw vec = new_owners(5), twin = vec;
    check_owners(1, 1, 1, 1, 1);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
    tst_vec_owner_rw_destroy(&vec);
    tst_vec_owner_rw_destroy(&twin);
    check_owners(0);
}
END_TEST

START_TEST(destroy_ends_frozen_elements_once) {
    tst_vec_owner_rw vec = new_owners(5);
    tst_vec_owner_ro frozen;
    check_ok(tst_vec_owner_rw_freeze(&vec, &frozen));
    check_owners(1, 1, 1, 1, 1);
    tst_vec_owner_ro twin = frozen;
    tst_vec_owner_ro_destroy(&frozen);
    check_owners(0);
    tst_vec_owner_ro_destroy(&twin);
    check_owners(0);
}
END_TEST

START_TEST(a_stale_copy_ends_no_elements) {
    tst_vec_owner_rw vec = new_owners(5), twin = vec;
    tst_vec_owner_ro frozen;
    check_ok(tst_vec_owner_rw_freeze(&vec, &frozen));
    check_ok(tst_vec_owner_ro_thaw(&frozen, &vec));
    tst_vec_owner_rw_truncate(&twin, 2);
    tst_vec_owner_rw_clear(&twin);
    check_status(MP_ERR_STALE, tst_vec_owner_rw_remove(&twin, 0, NULL));
    check_status(MP_ERR_STALE, tst_vec_owner_rw_remove_range(&twin, 0, 2));
    check_owners(1, 1, 1, 1, 1);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

START_TEST(elements_without_copy_are_ended_once_too) {
    tst_vec_sole_rw vec;
    check_ok(tst_vec_sole_rw_create(0, &vec));
    for (int i = 1; i < 50; i++) check_ok(tst_vec_sole_rw_push(&vec, new_sole(i)));
    struct sole taken;
    check_ok(tst_vec_sole_rw_remove(&vec, 10, &taken));
    ck_assert_int_eq(taken.owner.thing, 11);
    sole_end(&taken);
    tst_vec_sole_ro frozen;
    check_ok(tst_vec_sole_rw_freeze(&vec, &frozen));
    check_ok(tst_vec_sole_ro_thaw(&frozen, &vec));
    check_ok(tst_vec_sole_rw_remove_range(&vec, 5, 20));
    check_ok(tst_vec_sole_rw_set(&vec, 0, new_sole(50)));
    check_ok(tst_vec_sole_rw_insert(&vec, 1, new_sole(51)));
    ck_assert_uint_eq(tst_vec_sole_rw_len(&vec), 29);
    tst_vec_sole_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

START_TEST(elements_move_and_grow_without_being_copied_or_ended) {
    tst_vec_owner_rw vec = new_owners(3), elsewhere;
    tst_vec_owner_ro frozen;
    uncopyable_thing = 2;
    check_ok(tst_vec_owner_rw_reserve(&vec, ((size_t)5 << 20) / sizeof(struct owner)));
    check_ok(tst_vec_owner_rw_shrink_to_fit(&vec));
    tst_vec_owner_rw_move(&vec, &elsewhere);
    check_ok(tst_vec_owner_rw_freeze(&elsewhere, &frozen));
    check_ok(tst_vec_owner_ro_thaw(&frozen, &vec));
    check_holds(&vec, 1, 2, 3);
    check_owners(1, 1, 1);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

START_TEST(a_large_vector_ends_every_element) {
    const size_t len = ((size_t)3 << 20) / sizeof(struct owner);
    tst_vec_owner_rw vec = new_owners(0);
    for (size_t i = 0; i < len; i++) {
        check_ok(tst_vec_owner_rw_push(&vec, new_owner(1 + (int)(i % (THINGS - 1)))));
    }
    tst_vec_owner_ro frozen;
    check_ok(tst_vec_owner_rw_freeze(&vec, &frozen));
    tst_vec_owner_ro_destroy(&frozen);
    check_owners(0);
}
END_TEST

/* ---- Taking away ----------------------------------------------------------------------------- */

START_TEST(what_is_taken_out_is_handed_over_or_ended) {
    tst_vec_owner_rw vec = new_owners(7);
    struct owner taken[3];
    check_ok(tst_vec_owner_rw_pop(&vec, &taken[0]));
    check_ok(tst_vec_owner_rw_remove(&vec, 1, &taken[1]));
    check_ok(tst_vec_owner_rw_swap_remove(&vec, 0, &taken[2]));
    check_holds(&vec, 6, 3, 4, 5);
    check_owners(1, 1, 1, 1, 1, 1, 1);
    ck_assert_int_eq(taken[0].thing, 7);
    ck_assert_int_eq(taken[1].thing, 2);
    ck_assert_int_eq(taken[2].thing, 1);
    end_all(taken, 3);

    check_ok(tst_vec_owner_rw_pop(&vec, NULL));
    check_ok(tst_vec_owner_rw_remove(&vec, 0, NULL));
    check_ok(tst_vec_owner_rw_swap_remove(&vec, 0, NULL));
    check_holds(&vec, 4);
    check_owners(0, 0, 0, 1);
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_remove(&vec, 1, NULL));
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_swap_remove(&vec, 1, NULL));
    check_owners(0, 0, 0, 1);
    tst_vec_owner_rw_destroy(&vec);
}
END_TEST

START_TEST(ranges_end_what_they_take_away) {
    tst_vec_owner_rw vec = new_owners(9);
    check_ok(tst_vec_owner_rw_remove_range(&vec, 1, 3));
    check_holds(&vec, 1, 5, 6, 7, 8, 9);
    check_owners(1, 0, 0, 0, 1, 1, 1, 1, 1);
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_remove_range(&vec, 4, 3));
    tst_vec_owner_rw_truncate(&vec, 9);
    check_owners(1, 0, 0, 0, 1, 1, 1, 1, 1);
    tst_vec_owner_rw_truncate(&vec, 4);
    check_owners(1, 0, 0, 0, 1, 1, 1);
    struct owner unused = new_owner(9);
    check_ok(tst_vec_owner_rw_resize(&vec, 2, unused));
    owner_end(&unused);
    check_holds(&vec, 1, 5);
    check_owners(1, 0, 0, 0, 1);
    tst_vec_owner_rw_clear(&vec);
    check_owners(0);
    tst_vec_owner_rw_destroy(&vec);
}
END_TEST

START_TEST(clear_decommit_ends_each_element_once) {
    tst_vec_owner_rw vec = new_owners(5);
    check_ok(tst_vec_owner_rw_clear_decommit(&vec));
    check_owners(0);
    check_ok(tst_vec_owner_rw_push(&vec, new_owner(1)));
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

/* ---- Replacing ------------------------------------------------------------------------------- */

START_TEST(what_is_replaced_is_ended) {
    tst_vec_owner_rw vec = new_owners(5);
    check_ok(tst_vec_owner_rw_set(&vec, 0, new_owner(11)));
    check_owners(0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1);
    const struct owner array[] = {new_owner(12), new_owner(13)};
    check_ok(tst_vec_owner_rw_write(&vec, 3, array, 2));
    check_holds(&vec, 11, 2, 3, 12, 13);
    check_owners(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

START_TEST(what_is_refused_stays_the_callers) {
    tst_vec_owner_rw vec = new_owners(3);
    struct owner array[] = {new_owner(11), new_owner(12)};
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_set(&vec, 3, array[0]));
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_write(&vec, 2, array, 2));
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_insert(&vec, 4, array[0]));
    check_status(MP_ERR_INVALID, tst_vec_owner_rw_write(&vec, 0, NULL, 1));
    /* Elements with a destructor can't have two places in one vector. */
    check_status(MP_ERR_INVALID, tst_vec_owner_rw_write(&vec, 0, tst_vec_owner_rw_at(&vec, 1), 2));
    check_holds(&vec, 1, 2, 3);

    while (tst_vec_owner_rw_len(&vec) < tst_vec_owner_rw_capacity(&vec)) {
        check_ok(tst_vec_owner_rw_push_within_capacity(&vec, new_owner(4)));
    }
    check_status(MP_ERR_FULL, tst_vec_owner_rw_push_within_capacity(&vec, array[0]));
    end_all(array, 2);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

/* ---- Copying --------------------------------------------------------------------------------- */

START_TEST(copies_are_made_by_the_copy_function) {
    tst_vec_owner_rw vec = new_owners(3), copy;
    struct owner array[] = {new_owner(11), new_owner(12)}, got;
    check_ok(tst_vec_owner_rw_append(&vec, array, 2));
    check_ok(tst_vec_owner_rw_insert_n(&vec, 1, array, 1));
    check_ok(tst_vec_owner_rw_resize(&vec, 8, array[1]));
    check_holds(&vec, 1, 11, 2, 3, 11, 12, 12, 12);
    check_owners(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 4);
    end_all(array, 2);

    check_ok(tst_vec_owner_rw_clone(&vec, &copy));
    ck_assert(tst_vec_owner_rw_equal(&vec, &copy));
    check_owners(2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 4, 6);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3);

    check_ok(tst_vec_owner_rw_get(&copy, 1, &got));
    check_owners(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 3);
    owner_end(&got);
    check_ok(tst_slice_owner_get(tst_vec_owner_rw_slice(&copy), 1, &got));
    check_owners(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 3);
    owner_end(&got);
    tst_vec_owner_rw_destroy(&copy);
    check_owners(0);
}
END_TEST

START_TEST(its_own_elements_are_copied_too) {
    tst_vec_owner_rw vec = new_owners(4);
    check_ok(tst_vec_owner_rw_append(&vec, tst_vec_owner_rw_data(&vec), 2));
    check_ok(tst_vec_owner_rw_insert_n(&vec, 2, tst_vec_owner_rw_at(&vec, 1), 3));
    check_holds(&vec, 1, 2, 2, 3, 4, 3, 4, 1, 2);
    check_owners(2, 3, 2, 2);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

START_TEST(a_failing_copy_leaves_nothing_behind) {
    tst_vec_owner_rw vec = new_owners(5), copy;
    struct owner array[] = {new_owner(11), new_owner(12), new_owner(13)}, got = {1, 2};
    uncopyable_thing = 13;
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_append(&vec, array, 3));
    check_holds(&vec, 1, 2, 3, 4, 5);
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_insert_n(&vec, 2, array, 3));
    check_holds(&vec, 1, 2, 3, 4, 5);
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_resize(&vec, 9, array[2]));
    check_holds(&vec, 1, 2, 3, 4, 5);
    ck_assert_int_eq(mp_last_error().status, MP_ERR_DENIED);

    uncopyable_thing = 4;
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_append(&vec, tst_vec_owner_rw_data(&vec), 5));
    /* The source lies across the gap: what fails is behind it, or before it. */
    const struct owner *own = tst_vec_owner_rw_at(&vec, 1);
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_insert_n(&vec, 2, own, 4));
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_insert_n(&vec, 4, own, 4));
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_insert_n(&vec, 0, own, 4));
    check_holds(&vec, 1, 2, 3, 4, 5);
    make_garbage(copy);
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_clone(&vec, &copy));
    check_is_zeroed(copy);
    check_status(MP_ERR_DENIED, tst_vec_owner_rw_get(&vec, 3, &got));
    ck_assert_int_eq(got.proof, 2);
    check_status(MP_ERR_OUT_OF_RANGE, tst_vec_owner_rw_get(&vec, 5, &got));
    mp_record_failure(MP_ERR_FULL, "another call");
    check_status(MP_ERR_DENIED, tst_slice_owner_get(tst_vec_owner_rw_slice(&vec), 3, &got));
    ck_assert_int_eq(mp_last_error().status, MP_ERR_DENIED);
    check_owners(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1);

    uncopyable_thing = 0; /* nothing of the failures is met again */
    check_ok(tst_vec_owner_rw_append_zeroed(&vec, 3));
    for (size_t i = 5; i < 8; i++) check_is_zeroed(*tst_vec_owner_rw_at(&vec, i));
    end_all(array, 3);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

START_TEST(room_that_was_filled_from_outside_is_owned) {
    tst_vec_owner_rw vec = new_owners(1);
    struct owner *at;
    size_t room;
    check_ok(tst_vec_owner_rw_spare_mut(&vec, 2, &at, &room));
    at[0] = new_owner(2);
    at[1] = new_owner(3);
    check_ok(tst_vec_owner_rw_advance(&vec, 2));
    check_holds(&vec, 1, 2, 3);
    tst_vec_owner_rw_destroy(&vec);
    check_owners(0);
}
END_TEST

/* ---- Any order ------------------------------------------------------------------------------- */

enum { STEPS = 20000, MAX_LEN = 60, KINDS = 40 };

static unsigned random_state;

static unsigned pick(unsigned bound) {
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

static tst_vec_owner_rw random_vec;
static struct owner in_hand[4]; /* what the test itself owns */

static void fill_hand(void) {
    for (size_t i = 0; i < COUNT_OF(in_hand); i++) in_hand[i] = new_owner(1 + (int)pick(KINDS));
}

/** Takes one random step. Whatever its status: nothing may be lost or owned twice. */
static void take_step(void) {
    tst_vec_owner_rw *vec = &random_vec;
    const size_t len = tst_vec_owner_rw_len(vec);
    const size_t index = pick((unsigned)len + 1), n = pick((unsigned)COUNT_OF(in_hand) + 1);
    struct owner taken = {0, 0};
    const struct owner *own = tst_vec_owner_rw_data(vec);
    const size_t own_n = len == 0 ? 0 : pick((unsigned)(len - (index < len ? index : 0)) + 1);
    tst_vec_owner_rw copy;
    tst_vec_owner_ro frozen;
    switch (pick(17)) {
    case 0:
        check_ok(tst_vec_owner_rw_push(vec, new_owner(1 + (int)pick(KINDS))));
        break;
    case 1:
        check_ok(tst_vec_owner_rw_insert(vec, index, new_owner(1 + (int)pick(KINDS))));
        break;
    case 2:
        mp_ignore(tst_vec_owner_rw_append(vec, in_hand, n));
        break;
    case 3:
        mp_ignore(tst_vec_owner_rw_insert_n(vec, index, in_hand, n));
        break;
    case 4:
        mp_ignore(tst_vec_owner_rw_insert_n(vec, pick((unsigned)len + 1),
                                            own + (index < len ? index : 0), own_n));
        break;
    case 5:
        mp_ignore(tst_vec_owner_rw_resize(vec, len + n, in_hand[0]));
        break;
    case 6:
        mp_ignore(tst_vec_owner_rw_pop(vec, n % 2 ? &taken : NULL));
        break;
    case 7:
        mp_ignore(tst_vec_owner_rw_remove(vec, index, n % 2 ? &taken : NULL));
        break;
    case 8:
        mp_ignore(tst_vec_owner_rw_swap_remove(vec, index, n % 2 ? &taken : NULL));
        break;
    case 9:
        mp_ignore(tst_vec_owner_rw_remove_range(vec, index, n));
        break;
    case 10:
        tst_vec_owner_rw_truncate(vec, index);
        break;
    case 11:
        if (index < len)
            check_ok(tst_vec_owner_rw_set(vec, index, new_owner(1 + (int)pick(KINDS))));
        break;
    case 12:
        if (n > len - index) break;
        check_ok(tst_vec_owner_rw_write(vec, index, in_hand, n));
        for (size_t i = 0; i < n; i++) in_hand[i] = new_owner(1 + (int)pick(KINDS));
        break;
    case 13:
        if (tst_vec_owner_rw_clone(vec, &copy) == MP_OK && n % 2) {
            tst_vec_owner_rw_destroy(vec);
            tst_vec_owner_rw_move(&copy, vec);
        } else {
            tst_vec_owner_rw_destroy(&copy);
        }
        break;
    case 14:
        check_ok(tst_vec_owner_rw_freeze(vec, &frozen));
        check_ok(tst_vec_owner_ro_thaw(&frozen, vec));
        break;
    case 15:
        check_ok(tst_vec_owner_rw_append_zeroed(vec, n));
        break;
    default:
        check_ok(tst_vec_owner_rw_shrink_to_fit(vec));
        break;
    }
    owner_end(&taken);
    if (tst_vec_owner_rw_len(vec) > MAX_LEN) tst_vec_owner_rw_truncate(vec, MAX_LEN / 2);
}

static void check_everything_is_owned_once(size_t step) {
    int expected[THINGS] = {0};
    for (size_t i = 0; i < COUNT_OF(in_hand); i++) expected[in_hand[i].thing]++;
    for (size_t i = 0; i < tst_vec_owner_rw_len(&random_vec); i++) {
        const struct owner *owner = tst_vec_owner_rw_at(&random_vec, i);
        expected[owner->thing]++;
        if (owner->thing != 0 && owner->proof != ~owner->thing) {
            ck_abort_msg("step %zu: element %zu is ended", step, i);
        }
    }
    expected[0] = owners_of[0];
    if (memcmp(expected, owners_of, sizeof expected) != 0) {
        ck_abort_msg("step %zu: something is lost, or owned twice", step);
    }
}

START_TEST(any_order_of_calls_ends_each_element_once) {
    random_state = 1 + (unsigned)_i;
    fill_hand();
    random_vec = new_owners(3);
    for (size_t step = 0; step < fewer_if_slow(STEPS); step++) {
        uncopyable_thing = 1 + (int)pick(3 * KINDS); /* mostly none of those in use */
        take_step();
        check_everything_is_owned_once(step);
    }
    tst_vec_owner_rw_destroy(&random_vec);
    end_all(in_hand, COUNT_OF(in_hand));
    check_owners(0);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, destroy_ends_each_element_once);
    tcase_add_test(tests, destroy_ends_frozen_elements_once);
    tcase_add_test(tests, a_stale_copy_ends_no_elements);
    tcase_add_test(tests, elements_without_copy_are_ended_once_too);
    tcase_add_test(tests, elements_move_and_grow_without_being_copied_or_ended);
    tcase_add_test(tests, a_large_vector_ends_every_element);
    tcase_add_test(tests, what_is_taken_out_is_handed_over_or_ended);
    tcase_add_test(tests, ranges_end_what_they_take_away);
    tcase_add_test(tests, clear_decommit_ends_each_element_once);
    tcase_add_test(tests, what_is_replaced_is_ended);
    tcase_add_test(tests, what_is_refused_stays_the_callers);
    tcase_add_test(tests, copies_are_made_by_the_copy_function);
    tcase_add_test(tests, its_own_elements_are_copied_too);
    tcase_add_test(tests, a_failing_copy_leaves_nothing_behind);
    tcase_add_test(tests, room_that_was_filled_from_outside_is_owned);
    tcase_add_loop_test(tests, any_order_of_calls_ends_each_element_once, 0, 4);
}

int main(void) { return run_tests("vec_elements", add_tests); }
