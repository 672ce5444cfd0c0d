/* Recyclers: what they keep, for whom, how long, and what the next owner finds. */
#include "kernel_view.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

static const size_t MiB = (size_t)1 << 20;

static mp_recycler recycler;
static mp_options options;

static void make_recycler(size_t max_bytes, uint64_t max_age_ms) {
    check_ok(mp_recycler_create(max_bytes, max_age_ms, &recycler));
    options = (mp_options){.recycler = &recycler};
}

static mp_pages_r_w_nx new_pages(size_t bytes) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(bytes, &options, &pages));
    return pages;
}

static mp_vec_u64_rw new_vec(size_t capacity) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(capacity, &options, &vec));
    return vec;
}

/* ---- Keeping --------------------------------------------------------------------------------- */

START_TEST(destroyed_pages_come_back_and_are_zero) {
    make_recycler(16 * MiB, 0);
    const size_t bytes = _i == 0 ? mp_page_size() : 4 * MiB;
    mp_pages_r_w_nx pages = new_pages(bytes);
    const uint8_t *place = mp_pages_r_w_nx_data(&pages);
    mp_pages_r_w_nx_fill(&pages, 0x5a);
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), bytes);
    ck_assert_uint_eq(kernel_access(place, bytes), MP_ACCESS_READ | MP_ACCESS_WRITE);

    pages = new_pages(bytes);
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), place);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert(bytes_are(place, 0, bytes));
    mp_pages_r_w_nx_destroy(&pages);
    mp_recycler_destroy(&recycler);
    ck_assert_uint_eq(kernel_access(place, bytes), KERNEL_UNMAPPED);
}
END_TEST

/* Few resident pages: the system forgets them, and the others stay untouched. */
START_TEST(sparse_pages_come_back_sparse) {
    make_recycler(64 * MiB, 0);
    mp_pages_r_w_nx pages = new_pages(16 * MiB);
    check_ok(mp_pages_r_w_nx_set(&pages, 5 * MiB, 1));
    mp_pages_r_w_nx_destroy(&pages);
    pages = new_pages(16 * MiB);
    size_t resident;
    check_ok(mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    ck_assert_uint_eq(resident, 0);
    ck_assert_uint_eq(mp_pages_r_w_nx_get_unchecked(&pages, 5 * MiB), 0);
    mp_pages_r_w_nx_destroy(&pages);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(every_permission_goes_in_and_any_comes_out) {
    make_recycler(16 * MiB, 0);
    mp_pages_r_w_nx pages = new_pages(MiB);
    const uint8_t *place = mp_pages_r_w_nx_data(&pages);
    mp_pages_r_w_nx_fill(&pages, 1);
    mp_pages_nr_nw_nx closed;
    check_ok(mp_pages_r_w_nx_deny_all(&pages, &closed));
    mp_pages_nr_nw_nx_destroy(&closed);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), MiB);

    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_nw_nx_create_with(MiB, &options, &readable));
    ck_assert_ptr_eq(mp_pages_r_nw_nx_data(&readable), place);
    ck_assert_uint_eq(kernel_access(place, MiB), MP_ACCESS_READ);
    ck_assert(bytes_are(place, 0, MiB));
    mp_pages_r_nw_nx_destroy(&readable);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(vectors_come_back_with_their_memory_and_without_elements) {
    make_recycler(64 * MiB, 0);
    mp_vec_u64_rw vec = new_vec(MiB);
    for (uint64_t i = 0; i < MiB; i++) check_ok(mp_vec_u64_rw_push(&vec, ~i));
    const uint64_t *place = mp_vec_u64_rw_data(&vec);
    mp_vec_u64_rw_destroy(&vec);
    ck_assert_uint_ge(mp_recycler_bytes(&recycler), 8 * MiB);

    vec = new_vec(MiB);
    ck_assert_ptr_eq(mp_vec_u64_rw_data(&vec), place);
    ck_assert_uint_eq(mp_vec_u64_rw_len(&vec), 0);
    ck_assert_uint_ge(kernel_resident_bytes(place, 8 * MiB), 8 * MiB);
    /* The old elements are still in the pages: nobody may see them as zeros. */
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, MiB));
    ck_assert(bytes_are(place, 0, 8 * MiB));
    mp_vec_u64_rw_destroy(&vec);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(a_frozen_vector_leaves_its_memory_too) {
    make_recycler(64 * MiB, 0);
    mp_vec_u64_rw vec = new_vec(MiB);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, MiB));
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    mp_vec_u64_ro_destroy(&frozen);
    vec = new_vec(MiB);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    mp_vec_u64_rw_destroy(&vec);
    mp_recycler_destroy(&recycler);
}
END_TEST

/* ---- Not keeping ----------------------------------------------------------------------------- */

START_TEST(nothing_is_kept_beyond_the_bound) {
    make_recycler(3 * MiB, 0);
    mp_pages_r_w_nx pages[4];
    for (size_t i = 0; i < COUNT_OF(pages); i++) pages[i] = new_pages(MiB);
    for (size_t i = 0; i < COUNT_OF(pages); i++) mp_pages_r_w_nx_destroy(&pages[i]);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 3 * MiB);
    mp_recycler_trim(&recycler, MiB);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), MiB);
    mp_recycler_trim(&recycler, 0);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(memory_goes_back_when_it_is_too_old) {
    make_recycler(16 * MiB, 1);
    mp_pages_r_w_nx pages = new_pages(MiB);
    const void *place = mp_pages_r_w_nx_data(&pages);
    mp_pages_r_w_nx_destroy(&pages);
    wait_milliseconds(20);
    mp_recycler_trim(&recycler, SIZE_MAX);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(kernel_access(place, MiB), KERNEL_UNMAPPED);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(memory_comes_back_for_the_same_size_and_options_only) {
    make_recycler(64 * MiB, 0);
    mp_pages_r_w_nx pages = new_pages(MiB);
    mp_pages_r_w_nx_destroy(&pages);

    pages = new_pages(MiB + mp_page_size());
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), MiB);
    mp_pages_r_w_nx_destroy(&pages);

    const size_t kept = mp_recycler_bytes(&recycler);
    options.wipe_on_fork = true;
    pages = new_pages(MiB);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), kept);
    check_kernel_flag(mp_pages_r_w_nx_data(&pages), "wf", true);
    mp_pages_r_w_nx_destroy(&pages);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(without_a_recycler_nothing_is_kept) {
    make_recycler(64 * MiB, 0);
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(MiB, &pages));
    mp_pages_r_w_nx_destroy(&pages);
    mp_recycler empty = MP_INIT;
    options.recycler = &empty;
    pages = new_pages(MiB);
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(mp_recycler_bytes(&empty), 0);
    mp_recycler_trim(&empty, 0);
    mp_recycler_destroy(&empty);
    mp_recycler_destroy(&recycler);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(memory_outlives_its_recycler) {
    make_recycler(64 * MiB, 0);
    mp_pages_r_w_nx pages = new_pages(MiB);
    const void *place = mp_pages_r_w_nx_data(&pages);
    mp_recycler_destroy(&recycler);
    mp_pages_r_w_nx_fill(&pages, 7);
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(kernel_access(place, MiB), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(wiped_pages_are_kept_wiped) {
    make_recycler(64 * MiB, 0);
    options.wipe_on_destroy = true;
    mp_vec_u64_rw vec = new_vec(64);
    check_ok(mp_vec_u64_rw_push(&vec, 42));
    const uint64_t *place = mp_vec_u64_rw_data(&vec);
    mp_vec_u64_rw_destroy(&vec);
    ck_assert_uint_gt(mp_recycler_bytes(&recycler), 0);
    uint64_t left = 1;
    kernel_peek(place, &left, sizeof left);
    ck_assert_uint_eq(left, 0);
    mp_recycler_destroy(&recycler);
}
END_TEST

START_TEST(a_twin_of_recycled_memory_is_stale) {
    make_recycler(64 * MiB, 0);
    mp_pages_r_w_nx pages = new_pages(MiB);
    mp_pages_r_w_nx twin = pages;
    mp_pages_r_w_nx_destroy(&pages);
    pages = new_pages(MiB);
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), mp_pages_r_w_nx_data(&twin));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_resize(&twin, 2 * MiB));
    mp_pages_r_w_nx_destroy(&twin);
    check_ok(mp_pages_r_w_nx_set(&pages, 0, 1));
    mp_pages_r_w_nx_destroy(&pages);
    mp_recycler_destroy(&recycler);
}
END_TEST

/* ---- Threads --------------------------------------------------------------------------------- */

static void *create_and_destroy(void *seed) {
    const uint8_t mine = (uint8_t)(uintptr_t)seed;
    for (size_t i = 0; i < fewer_if_slow(2000); i++) {
        mp_pages_r_w_nx pages = new_pages((1 + i % 3) * mp_page_size());
        const size_t len = mp_pages_r_w_nx_len(&pages);
        if (!bytes_are(mp_pages_r_w_nx_data(&pages), 0, len)) return "not zero";
        mp_pages_r_w_nx_fill(&pages, mine);
        if (!bytes_are(mp_pages_r_w_nx_data(&pages), mine, len)) return "shared with a stranger";
        mp_pages_r_w_nx_destroy(&pages);
    }
    return NULL;
}

START_TEST(threads_share_a_recycler) {
    make_recycler(4 * mp_page_size(), 1);
    thread *threads[4];
    for (uintptr_t i = 0; i < COUNT_OF(threads); i++)
        threads[i] = start_thread(create_and_destroy, (void *)(i + 1));
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        const void *complaint = join_thread(threads[i]);
        ck_assert_msg(complaint == NULL, "%s", (const char *)complaint);
    }
    ck_assert_uint_le(mp_recycler_bytes(&recycler), 4 * mp_page_size());
    mp_recycler_destroy(&recycler);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, destroyed_pages_come_back_and_are_zero, 0, 2);
    tcase_add_test(tests, sparse_pages_come_back_sparse);
    tcase_add_test(tests, every_permission_goes_in_and_any_comes_out);
    tcase_add_test(tests, vectors_come_back_with_their_memory_and_without_elements);
    tcase_add_test(tests, a_frozen_vector_leaves_its_memory_too);
    tcase_add_test(tests, nothing_is_kept_beyond_the_bound);
    tcase_add_test(tests, memory_goes_back_when_it_is_too_old);
    tcase_add_test(tests, memory_comes_back_for_the_same_size_and_options_only);
    tcase_add_test(tests, without_a_recycler_nothing_is_kept);
    tcase_add_test(tests, memory_outlives_its_recycler);
    tcase_add_test(tests, wiped_pages_are_kept_wiped);
    tcase_add_test(tests, a_twin_of_recycled_memory_is_stale);
    tcase_add_test(tests, threads_share_a_recycler);
}

int main(void) { return run_tests("recycler", add_tests); }
