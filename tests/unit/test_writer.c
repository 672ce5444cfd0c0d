/* Writers: elements one by one from local variables, and what the vector knows of them. */
#include "kernel_view.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

START_TEST(what_is_written_is_in_the_vector) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(0, &vec));
    check_ok(mp_vec_u64_rw_push(&vec, 0));
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    /* Over the growth of the small tier and into the large one. */
    const uint64_t n = 700000;
    for (uint64_t i = 1; i < n; i++) check_ok(mp_vec_u64_writer_push(&writer, i));
    mp_vec_u64_writer_finish(&writer);
    ck_assert_uint_eq(mp_vec_u64_rw_len(&vec), n);
    for (uint64_t i = 0; i < n; i++)
        if (*mp_vec_u64_rw_at(&vec, i) != i) ck_abort_msg("element %zu is wrong", (size_t)i);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(bytes_are_written_one_by_one) {
    mp_vec_u8_rw vec;
    check_ok(mp_vec_u8_rw_create(0, &vec));
    mp_vec_u8_writer writer = mp_vec_u8_rw_writer(&vec);
    for (size_t i = 0; i < 10000; i++) check_ok(mp_vec_u8_writer_push(&writer, (uint8_t)i));
    mp_vec_u8_writer_finish(&writer);
    ck_assert_uint_eq(mp_vec_u8_rw_len(&vec), 10000);
    for (size_t i = 0; i < 10000; i++)
        ck_assert_uint_eq(mp_vec_u8_rw_get_unchecked(&vec, i), (uint8_t)i);
    mp_vec_u8_rw_destroy(&vec);
}
END_TEST

START_TEST(a_writer_that_wrote_nothing_changes_nothing) {
    mp_vec_f64_rw vec;
    check_ok(mp_vec_f64_rw_create(4, &vec));
    check_ok(mp_vec_f64_rw_push(&vec, 1.5));
    mp_vec_f64_writer writer = mp_vec_f64_rw_writer(&vec);
    mp_vec_f64_writer_finish(&writer);
    mp_vec_f64_writer_finish(&writer);
    ck_assert_uint_eq(mp_vec_f64_rw_len(&vec), 1);
    check_ok(mp_vec_f64_writer_push(&writer, 2.5));
    mp_vec_f64_writer_finish(&writer);
    ck_assert_uint_eq(mp_vec_f64_rw_len(&vec), 2);
    ck_assert(*mp_vec_f64_rw_last(&vec) == 2.5);
    mp_vec_f64_rw_destroy(&vec);
}
END_TEST

START_TEST(room_that_was_not_written_stays_fresh) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create((size_t)8 << 20, &vec));
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    check_ok(mp_vec_u64_writer_push(&writer, 1));
    mp_vec_u64_writer_finish(&writer);
    size_t before, after;
    check_ok(mp_vec_u64_rw_resident_bytes(&vec, &before));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, (size_t)4 << 20));
    check_ok(mp_vec_u64_rw_resident_bytes(&vec, &after));
    ck_assert_uint_eq(after, before);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(room_that_a_writer_had_to_itself_stays_fresh) {
    const mp_options options = {.huge_pages = MP_HUGE_PAGES_NEVER};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(200000, &options, &vec));
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    check_ok(mp_vec_u64_writer_push(&writer, 1));
    mp_vec_u64_writer_finish(&writer);
    size_t before, after;
    check_ok(mp_vec_u64_rw_resident_bytes(&vec, &before));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 100000));
    check_ok(mp_vec_u64_rw_resident_bytes(&vec, &after));
    ck_assert_uint_eq(after, before);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(the_last_of_a_capacity_is_written_without_growth) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(2, &vec));
    const size_t capacity = mp_vec_u64_rw_capacity(&vec);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, capacity - 1));
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    check_ok(mp_vec_u64_writer_push(&writer, 1));
    mp_vec_u64_writer_finish(&writer);
    ck_assert_uint_eq(mp_vec_u64_rw_capacity(&vec), capacity);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(what_was_never_finished_does_not_read_as_zero) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(8, &vec));
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    for (uint64_t i = 0; i < 3000; i++) check_ok(mp_vec_u64_writer_push(&writer, 5));
    const size_t len = mp_vec_u64_rw_len(&vec);
    ck_assert_uint_lt(len, 3000);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 4000 - len));
    for (size_t i = 0; i < 4000; i++)
        ck_assert_uint_eq(*mp_vec_u64_rw_at(&vec, i), i < len ? 5 : 0);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* The mark of what was written is the writer's while it writes. */
START_TEST(elements_of_before_the_writing_do_not_read_as_zero) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(8, &vec));
    check_ok(mp_vec_u64_rw_resize(&vec, 400, 7));
    mp_vec_u64_rw_clear(&vec);
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    check_ok(mp_vec_u64_writer_push(&writer, 5));
    mp_vec_u64_writer_finish(&writer);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 399));
    for (size_t i = 0; i < 400; i++) ck_assert_uint_eq(*mp_vec_u64_rw_at(&vec, i), i == 0 ? 5 : 0);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(an_empty_or_stale_vector_gives_no_room) {
    mp_vec_u64_rw vec = MP_INIT;
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    check_status(MP_ERR_EMPTY, mp_vec_u64_writer_push(&writer, 1));
    mp_vec_u64_writer_finish(&writer);

    check_ok(mp_vec_u64_rw_create(1, &vec));
    while (mp_vec_u64_rw_len(&vec) < mp_vec_u64_rw_capacity(&vec))
        check_ok(mp_vec_u64_rw_push(&vec, 1));
    mp_vec_u64_rw twin = vec;
    mp_vec_u64_rw_destroy(&vec);
    writer = mp_vec_u64_rw_writer(&twin);
    check_status(MP_ERR_STALE, mp_vec_u64_writer_push(&writer, 1));
}
END_TEST

/* Elements that were written before a refusal are in the vector, which can be used at once. */
static void write_until_refused(void) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create((size_t)1 << 25, &vec));
    mp_vec_u64_writer writer = mp_vec_u64_rw_writer(&vec);
    limit_growth(LIMIT_MEMORY, (size_t)16 << 20);
    uint64_t n = 0;
    mp_status status;
    while ((status = mp_vec_u64_writer_push(&writer, n)) == MP_OK) n++;
    lift_limit(LIMIT_MEMORY);
    check_status(MP_ERR_OUT_OF_MEMORY, status);
    ck_assert_uint_eq(mp_vec_u64_rw_len(&vec), n);
    check_ok(mp_vec_u64_writer_push(&writer, n));
    mp_vec_u64_writer_finish(&writer);
    ck_assert_uint_eq(mp_vec_u64_rw_len(&vec), n + 1);
    ck_assert_uint_eq(*mp_vec_u64_rw_last(&vec), n);
    mp_vec_u64_rw_destroy(&vec);
}

START_TEST(a_refusal_loses_nothing) {
    if (skips_with_guests()) return;
    in_child(write_until_refused);
}
END_TEST

/* ---- Many ranges at once --------------------------------------------------------------------- */

START_TEST(many_ranges_are_given_back) {
    const size_t page = mp_page_size(), n = 150;
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(2 * n * page, &pages));
    mp_pages_r_w_nx_fill(&pages, 9);
    mp_range ranges[150];
    for (size_t i = 0; i < n; i++) ranges[i] = (mp_range){2 * i * page, page};
    check_ok(mp_pages_r_w_nx_decommit_ranges(&pages, ranges, n));
    const uint8_t *data = mp_pages_r_w_nx_data(&pages);
    ck_assert_uint_eq(kernel_resident_bytes(data, 2 * n * page), n * page);
    for (size_t i = 0; i < n; i++) {
        ck_assert(bytes_are(data + 2 * i * page, 0, page));
        ck_assert(bytes_are(data + (2 * i + 1) * page, 9, page));
    }
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(one_bad_range_keeps_all) {
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(4 * page, &pages));
    mp_pages_r_w_nx_fill(&pages, 9);
    const mp_range outside[] = {{0, page}, {3 * page, 2 * page}};
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_decommit_ranges(&pages, outside, 2));
    const mp_range wrapping[] = {{0, page}, {page, SIZE_MAX - page + 1}};
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_decommit_ranges(&pages, wrapping, 2));
    const mp_range crooked[] = {{0, page}, {page, 1}};
    check_status(MP_ERR_MISALIGNED, mp_pages_r_w_nx_decommit_ranges(&pages, crooked, 2));
    check_status(MP_ERR_INVALID, mp_pages_r_w_nx_decommit_ranges(&pages, NULL, 1));
    check_ok(mp_pages_r_w_nx_decommit_ranges(&pages, NULL, 0));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 9, 4 * page));
    mp_pages_r_w_nx_destroy(&pages);
    check_status(MP_ERR_EMPTY, mp_pages_r_w_nx_decommit_ranges(&pages, outside, 1));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, what_is_written_is_in_the_vector);
    tcase_add_test(tests, bytes_are_written_one_by_one);
    tcase_add_test(tests, a_writer_that_wrote_nothing_changes_nothing);
    tcase_add_test(tests, room_that_was_not_written_stays_fresh);
    tcase_add_test(tests, room_that_a_writer_had_to_itself_stays_fresh);
    tcase_add_test(tests, the_last_of_a_capacity_is_written_without_growth);
    tcase_add_test(tests, what_was_never_finished_does_not_read_as_zero);
    tcase_add_test(tests, elements_of_before_the_writing_do_not_read_as_zero);
    tcase_add_test(tests, an_empty_or_stale_vector_gives_no_room);
    tcase_add_test(tests, a_refusal_loses_nothing);
    tcase_add_test(tests, many_ranges_are_given_back);
    tcase_add_test(tests, one_bad_range_keeps_all);
}

int main(void) { return run_tests("writer", add_tests); }
