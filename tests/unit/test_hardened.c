/* The hardened build: what changes moves, and what it leaves stays closed for a while, so that a
 * stale pointer faults where it points to. */
#include "kernel_view.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"
#include "vec_types.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <mp_release.h>
#include <string.h>

static const size_t MiB = (size_t)1 << 20;

enum { QUARANTINE = 64 };

static size_t page, len;

static mp_pages_r_w_nx new_pages(void) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(len, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    return pages;
}

/** Nobody may touch the old place, and nobody else can be put there. */
static void check_closed(const void *old, size_t n) {
    ck_assert_uint_eq(kernel_access(old, n), MP_ACCESS_NONE);
    if (system_has(RESIDENCY)) ck_assert_uint_eq(kernel_resident_bytes(old, n), 0);
    check_faults(MP_ACCESS_READ, old);
    check_faults(MP_ACCESS_WRITE, (const char *)old + n - 1);
    ck_assert_ptr_null(map_foreign((void *)(uintptr_t)old, n, MP_ACCESS_READ));
}

/* ---- Pages ----------------------------------------------------------------------------------- */

START_TEST(a_transition_moves_data_and_leaves_code) {
    const struct pages_transition *edge = &pages_transitions[_i];
    const bool is_code = (edge->from->access | edge->to->access) & MP_ACCESS_EXEC;
    mp_region from, to;
    check_ok(edge->from->create(len, &from));
    void *old = from.data;
    kernel_poke((char *)old + page, "content", 8);
    check_ok(edge->apply(&from, &to));
    ck_assert_uint_eq(kernel_access(to.data, len), kernel_form(edge->to->access));
    char found[8];
    kernel_peek(to.data + page, found, sizeof found);
    ck_assert_str_eq(found, "content");
    ck_assert_uint_eq(to.data == old, is_code);
    if (!is_code) check_closed(old, len);
    edge->to->destroy(&to);
}
END_TEST

START_TEST(data_whose_address_was_promised_stays) {
    mp_pages_r_w_nx pages = new_pages();
    mp_pages_r_nw_nx readable;
    const uintptr_t address = mp_pages_r_w_nx_exec_address(&pages, 0);
    check_ok(mp_pages_r_w_nx_deny_write(&pages, &readable));
    ck_assert_uint_eq((uintptr_t)mp_pages_r_nw_nx_data(&readable), address);
    mp_pages_r_nw_nx_destroy(&readable);
}
END_TEST

START_TEST(a_resize_moves) {
    const size_t sizes[] = {5, 2, 2000, 1};
    mp_pages_r_w_nx pages = new_pages();
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const size_t before = mp_pages_r_w_nx_len(&pages);
        void *old = mp_pages_r_w_nx_data_mut(&pages);
        check_ok(mp_pages_r_w_nx_resize(&pages, sizes[i] * page));
        ck_assert_ptr_ne(mp_pages_r_w_nx_data(&pages), old);
        check_closed(old, before < sizes[i] * page ? before : sizes[i] * page);
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, page));
    }
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(destroyed_pages_stay_closed) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(len, &pages));
    void *old = pages.data;
    type->destroy(&pages);
    check_closed(old, len);
}
END_TEST

START_TEST(guard_pages_come_unasked) {
    mp_pages_r_w_nx pages = new_pages();
    uint8_t *data = mp_pages_r_w_nx_data_mut(&pages);
    check_faults(MP_ACCESS_WRITE, data - 1);
    check_faults(MP_ACCESS_READ, data + len);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(what_is_handed_out_has_no_guards) {
    mp_pages_r_w_nx pages = new_pages();
    uint8_t *data = mp_pages_r_w_nx_data_mut(&pages);
    void *base;
    size_t bytes;
    check_ok(mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes));
    ck_assert_ptr_eq(base, data);
    ck_assert_uint_eq(kernel_access(data - page, page), KERNEL_UNMAPPED);
    ck_assert_uint_eq(kernel_access(data + len, page), KERNEL_UNMAPPED);
    unmap_foreign(base, bytes);
}
END_TEST

/* ---- Vectors --------------------------------------------------------------------------------- */

START_TEST(freezing_and_thawing_move_a_vector) {
    const size_t lengths[] = {10, MiB};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        mp_vec_u64_rw vec;
        mp_vec_u64_ro frozen;
        check_ok(mp_vec_u64_rw_create(0, &vec));
        for (uint64_t n = 0; n < lengths[i]; n++) check_ok(mp_vec_u64_rw_push(&vec, n));
        void *old = mp_vec_u64_rw_data_mut(&vec);
        const size_t bytes = (lengths[i] * sizeof(uint64_t) + page - 1) / page * page;
        check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
        check_closed(old, bytes);
        check_ok(mp_vec_u64_ro_thaw(&frozen, &vec));
        for (uint64_t n = 0; n < lengths[i]; n++) {
            if (mp_vec_u64_rw_get_unchecked(&vec, n) != n) ck_abort_msg("element %zu", (size_t)n);
        }
        check_ok(mp_vec_u64_rw_push(&vec, 1));
        ck_assert_uint_eq(kernel_mappings_in(mp_vec_u64_rw_data(&vec), bytes), 1);
        if (mp_huge_page_size() != 0)
            check_kernel_flag(mp_vec_u64_rw_data(&vec), "hg", lengths[i] == MiB);
        mp_vec_u64_rw_destroy(&vec);
    }
}
END_TEST

START_TEST(a_vector_stays_within_its_reservation) {
    mp_vec_u64_rw vec;
    const mp_options options = {.reservation = 64 * MiB};
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    const void *data = mp_vec_u64_rw_data(&vec);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 2 * MiB));
    ck_assert_ptr_eq(mp_vec_u64_rw_data(&vec), data);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* ---- The quarantine -------------------------------------------------------------------------- */

static void fill_quarantine(int rounds) {
    for (int i = 0; i < rounds; i++) {
        mp_pages_r_w_nx pages = new_pages();
        mp_pages_r_w_nx_destroy(&pages);
    }
}

START_TEST(the_quarantine_ends) {
    mp_pages_r_w_nx pages = new_pages();
    const void *first = mp_pages_r_w_nx_data(&pages);
    mp_pages_r_w_nx_destroy(&pages);
    fill_quarantine(QUARANTINE - 1);
    check_closed(first, len);
    /* It is full now, so that nothing is added by what is; nor by a checker, which has seen it. */
    fill_quarantine(QUARANTINE);
    const bool is_counted = !skips_without(OWN_SPACE) && !skips_with_guests();
    const size_t full = kernel_address_space();
    fill_quarantine(10 * QUARANTINE);
    if (is_counted) ck_assert_uint_le(kernel_address_space(), full + len + 2 * page);
    ck_assert(mp_quarantine_end());
    ck_assert_uint_eq(kernel_access(first, len), KERNEL_UNMAPPED);
    if (is_counted) {
        ck_assert_uint_le(kernel_address_space(), full - QUARANTINE * (len + 2 * page));
    }
    ck_assert(!mp_quarantine_end());
}
END_TEST

START_TEST(pages_that_have_no_room_to_grow_leave_a_hole_too) {
    if (skips_without(PARTIAL_UNMAP)) return;
    mp_pages_r_w_nx pages = new_pages();
    const void *old = mp_pages_r_w_nx_data(&pages);
    void *base;
    size_t bytes;
    check_ok(mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes)); /* without guards */
    void *wall = map_foreign((char *)base + bytes, page, MP_ACCESS_READ);
    check_ok(mp_pages_r_w_nx_from_raw_parts(base, bytes, &pages));
    check_ok(mp_pages_r_w_nx_resize(&pages, 2 * len));
    check_closed(old, len);
    mp_pages_r_w_nx_destroy(&pages);
    if (wall != NULL) unmap_foreign(wall, page);
}
END_TEST

START_TEST(address_space_that_was_never_touched_is_not_held) {
    const mp_options options = {.reservation = 64 * MiB};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    const void *place = vec.raw.region.data;
    mp_vec_u64_rw_destroy(&vec);
    ck_assert_uint_eq(kernel_access(place, 64 * MiB), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(the_quarantine_gives_way_where_there_is_no_room) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(64 * MiB, &pages));
    mp_pages_r_w_nx_destroy(&pages);
    limit_growth(LIMIT_ADDRESS_SPACE, MiB);
    const mp_status status = mp_pages_r_w_nx_create(32 * MiB, &pages);
    lift_limit(LIMIT_ADDRESS_SPACE);
    check_ok(status);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(what_is_in_quarantine_is_not_locked) {
    if (skips_without_mlock()) return;
    const mp_options locked = {.locked = true};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(len, &locked, &pages));
    const void *old = mp_pages_r_w_nx_data(&pages);
    check_kernel_flag(old, "lo", true);
    mp_pages_r_w_nx_destroy(&pages);
    check_closed(old, len);
    check_kernel_flag(old, "lo", false);
}
END_TEST

static void child_that_can_map_nothing(void) {
    mp_pages_r_w_nx pages = new_pages();
    mp_pages_r_nw_nx readable;
    const void *data = mp_pages_r_w_nx_data(&pages);
    const mp_error before = mp_last_error();
    refuse(CALL_MAP, MP_ERR_OUT_OF_MEMORY);
    check_ok(mp_pages_r_w_nx_deny_write(&pages, &readable));
    ck_assert_ptr_eq(mp_pages_r_nw_nx_data(&readable), data);
    ck_assert_uint_eq(kernel_access(data, len), MP_ACCESS_READ);
    const mp_error after = mp_last_error();
    ck_assert_mem_eq(&after, &before, sizeof after);
}

START_TEST(what_cannot_move_stays) {
    if (skips_with_guests()) return;
    in_child(child_that_can_map_nothing);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    len = 3 * page;
    tcase_add_loop_test(tests, a_transition_moves_data_and_leaves_code, 0, PAGES_TRANSITION_COUNT);
    tcase_add_test(tests, data_whose_address_was_promised_stays);
    tcase_add_test(tests, a_resize_moves);
    tcase_add_loop_test(tests, destroyed_pages_stay_closed, 0, PAGES_TYPE_COUNT);
    tcase_add_test(tests, guard_pages_come_unasked);
    tcase_add_test(tests, what_is_handed_out_has_no_guards);
    tcase_add_test(tests, freezing_and_thawing_move_a_vector);
    tcase_add_test(tests, a_vector_stays_within_its_reservation);
    tcase_add_test(tests, the_quarantine_ends);
    tcase_add_test(tests, pages_that_have_no_room_to_grow_leave_a_hole_too);
    tcase_add_test(tests, address_space_that_was_never_touched_is_not_held);
    tcase_add_test(tests, the_quarantine_gives_way_where_there_is_no_room);
    tcase_add_test(tests, what_is_in_quarantine_is_not_locked);
    tcase_add_test(tests, what_cannot_move_stays);
}

int main(void) { return run_tests("hardened", add_tests); }
