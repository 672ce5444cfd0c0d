/* Pages that the system does not move: they are copied, or stay where they are. And the place that
 * is left behind, in the usual build and in the hardened one. */
#include "between.h"
#include "kernel_view.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <string.h>

#include "mp_region_internal.h"
#include "mp_release.h"
#include "mp_ticket.h"

STAND_BETWEEN(mp_os_move, (void *from, size_t n, void *to, size_t accessible, size_t reserved),
              (from, n, to, accessible, reserved))
STAND_BETWEEN(mp_os_reserve_at, (void *base, size_t n), (base, n))
STAND_BETWEEN(mp_os_commit, (void *base, size_t n, unsigned access), (base, n, access))
STAND_BETWEEN(mp_os_uncommit, (void *base, size_t n, const mp_os_traits *traits), (base, n, traits))
STAND_BETWEEN(mp_os_protect, (void *base, size_t n, unsigned from, unsigned to),
              (base, n, from, to))
STAND_BETWEEN(mp_os_lock, (void *base, size_t n, unsigned access), (base, n, access))
STAND_BETWEEN(mp_os_prefault, (void *base, size_t n), (base, n))

enum { READ = MP_ACCESS_READ, READ_WRITE = MP_ACCESS_READ | MP_ACCESS_WRITE };

static const size_t MiB = (size_t)1 << 20;

static size_t page, len;

/** Guests such as checkers take address space of their own at any time. */
static void check_address_space(size_t before) {
    if (!skips_with_guests()) ck_assert_uint_eq(kernel_address_space(), before);
}

/** From now on the system moves no pages, as if a program had split each mapping. */
static void refuse_moves(void) {
    always_refused = "mp_os_move";
    always_code = system_error(CALL_DECOMMIT, MP_ERR_UNSUPPORTED).system_code;
}

/** The first and the last bytes of each page, whoever may read it. */
static void put_marks(const mp_region *region) {
    for (size_t at = 0; at < len; at += page) {
        const uint64_t mark = at / page + 1;
        kernel_poke(region->data + at, &mark, sizeof mark);
        kernel_poke(region->data + at + page - sizeof mark, &mark, sizeof mark);
    }
}

static void check_marks(const mp_region *region) {
    for (size_t at = 0; at < len; at += page) {
        uint64_t first = 0, last = 0;
        kernel_peek(region->data + at, &first, sizeof first);
        kernel_peek(region->data + at + page - sizeof last, &last, sizeof last);
        ck_assert_uint_eq(first, at / page + 1);
        ck_assert_uint_eq(last, at / page + 1);
    }
}

static mp_region new_region(unsigned access, mp_options options) {
    mp_region region;
    options = granted(options);
    check_ok(mp_region_create(len, access, &options, &region));
    put_marks(&region);
    return region;
}

static mp_status grow_elsewhere(mp_region *region) {
    return mp_region_relocate(region, 0, 2 * len, 2 * len, false);
}

/** A copy of the slot, which says what the region's mapping is. */
static mp_slot slot_of(const mp_region *region) {
    return *(const mp_slot *)(const void *)region->ticket.slot;
}

/** Whoever held `n` bytes there holds them no more; in the hardened build nobody else does yet. */
static void check_left(const void *place, size_t n) {
    ck_assert_uint_eq(kernel_access(place, n), MP_HARDENED ? kernel_reserved() : KERNEL_UNMAPPED);
}

/* ---- Copies ---------------------------------------------------------------------------------- */

static const mp_options wishes[] = {
    MP_INIT,           {.guard_pages = true},  {.locked = true},     {.prefault = true},
    {.no_dump = true}, {.wipe_on_fork = true}, {.alignment = 65536},
};

static void check_copied(const mp_region *region, unsigned access, const mp_options *wish) {
    ck_assert_uint_eq(region->len, 2 * len);
    ck_assert_uint_eq(kernel_access(region->data, 2 * len), kernel_form(access));
    check_marks(region);
    uint64_t behind = 1;
    kernel_peek(region->data + len, &behind, sizeof behind);
    ck_assert_uint_eq(behind, 0);
    check_kernel_flag(region->data, "dd", wish->no_dump);
    check_kernel_flag(region->data, "wf", wish->wipe_on_fork);
    if (wish->alignment != 0) ck_assert_uint_eq((uintptr_t)region->data % wish->alignment, 0);
    if (wish->guard_pages || MP_HARDENED) {
        ck_assert_uint_eq(kernel_access(region->data - page, page), kernel_reserved());
        ck_assert_uint_eq(kernel_access(region->data + 2 * len, page), kernel_reserved());
    }
}

START_TEST(copied_pages_are_what_they_were) {
    const unsigned access = pages_types[_i].access;
    if (!(access & MP_ACCESS_READ)) return;
    refuse_moves();
    for (size_t i = 0; i < COUNT_OF(wishes); i++) {
        const mp_options wish = granted(wishes[i]);
        if (wish.wipe_on_fork && (access & MP_ACCESS_EXEC)) continue;
        if (wish.locked && skips_without_mlock()) continue;
        mp_region region = new_region(access, wish);
        const mp_region before = region;
        check_ok(grow_elsewhere(&region));
        ck_assert_ptr_ne(region.data, before.data);
        ck_assert(!mp_ticket_is_current(&before.ticket));
        check_copied(&region, access, &wish);
        check_kernel_flag(region.data, "lo", wish.locked);
        check_kernel_flag(region.data + 2 * len - 1, "lo", wish.locked);
        check_left(before.data, len);
        mp_region_destroy(&region);
    }
}
END_TEST

START_TEST(a_copy_leaves_nothing_behind) {
    refuse_moves();
    size_t first = 0;
    for (size_t i = 0; i < 20; i++) {
        mp_region region = new_region(READ, (mp_options){.guard_pages = true});
        check_ok(grow_elsewhere(&region));
        mp_region_destroy(&region);
        (void)mp_quarantine_end();
        if (i == 0) first = kernel_address_space();
    }
    check_address_space(first);
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
    check_slots_came_back(10);
}
END_TEST

/* What is committed, locked and made resident first is what the pages grow by. */
static const struct {
    const char *call;
    int passes;
    unsigned access;
    mp_options options;
} steps[] = {
    {"mp_os_commit", 1, READ_WRITE, {.guard_pages = true}},
    {"mp_os_commit", 1, READ, MP_INIT},
    {"mp_os_protect", 0, READ, MP_INIT},
    {"mp_os_lock", 1, READ, {.locked = true}},
    {"mp_os_prefault", 1, READ_WRITE, {.prefault = true}},
};

START_TEST(a_copy_that_fails_changes_nothing) {
    enum { TIMES = 50 };
    refuse_moves();
    mp_region region = new_region(steps[_i].access, steps[_i].options);
    const mp_region before = region;
    size_t first = 0;
    for (size_t i = 0; i < TIMES; i++) {
        refuse_call(steps[_i].call, steps[_i].passes, 1);
        check_status(MP_ERR_SYSTEM, grow_elsewhere(&region));
        check_refused();
        ck_assert_str_eq(mp_last_error().call, steps[_i].call);
        ck_assert_mem_eq(&region, &before, sizeof region);
        ck_assert(mp_ticket_is_current(&region.ticket));
        if (i == 0) first = kernel_address_space();
    }
    check_address_space(first);
    check_slots_came_back(10);
    ck_assert_uint_eq(kernel_access(region.data, len), kernel_form(steps[_i].access));
    check_marks(&region);
    check_ok(grow_elsewhere(&region));
    check_copied(&region, steps[_i].access, &steps[_i].options);
    mp_region_destroy(&region);
}
END_TEST

START_TEST(what_nobody_may_read_is_not_copied) {
    const unsigned accesses[] = {MP_ACCESS_NONE, MP_ACCESS_WRITE};
    refuse_moves();
    for (size_t i = 0; i < COUNT_OF(accesses); i++) {
        mp_region region;
        check_ok(mp_region_create(len, accesses[i], NULL, &region));
        kernel_poke(region.data + page, "written", 8);
        const mp_region before = region;
        check_status(MP_ERR_UNSUPPORTED, grow_elsewhere(&region));
        ck_assert_mem_eq(&region, &before, sizeof region);
        ck_assert(mp_ticket_is_current(&region.ticket));
        ck_assert_uint_eq(kernel_access(region.data, len), kernel_form(accesses[i]));
        const bool counts = system_has(DENIED_RESIDENCY) || kernel_form(accesses[i]) != 0;
        if (system_has(RESIDENCY) && counts) /* what is read is resident afterwards */
            ck_assert_uint_eq(kernel_resident_bytes(region.data, len), page);
        char found[8];
        kernel_peek(region.data + page, found, sizeof found);
        ck_assert_str_eq(found, "written");
        mp_region_destroy(&region);
    }
}
END_TEST

START_TEST(adopted_pages_get_no_guards) {
    mp_region adopted, region;
    void *foreign = map_foreign(NULL, len, READ_WRITE);
    check_ok(mp_region_from_raw_parts(foreign, len, READ_WRITE, &adopted));
    put_marks(&adopted);
    check_ok(mp_region_transition(&adopted, &region, READ));
    ck_assert_uint_eq(region.data == foreign, !MP_HARDENED);
    ck_assert_uint_eq(slot_of(&region).bytes, len);
    check_ok(grow_elsewhere(&region));
    ck_assert_uint_eq(slot_of(&region).bytes, 2 * len);
    check_marks(&region);
    mp_region_destroy(&region);
}
END_TEST

/* ---- The hardened build: what changes moves -------------------------------------------------- */

START_TEST(a_transition_copies_what_it_can_read) {
    const struct pages_transition *edge = &pages_transitions[_i];
    const bool is_code = (edge->from->access | edge->to->access) & MP_ACCESS_EXEC;
    const bool moves = MP_HARDENED && !is_code && (edge->to->access & MP_ACCESS_READ);
    refuse_moves();
    mp_region from = new_region(edge->from->access, (mp_options)MP_INIT), to;
    const void *place = from.data;
    mp_record_failure(MP_ERR_FULL, "another call");
    check_ok(edge->apply(&from, &to));
    ck_assert_int_eq(mp_last_error().status, MP_ERR_FULL);
    ck_assert_uint_eq(to.data != place, moves);
    ck_assert_uint_eq(kernel_access(to.data, len), kernel_form(edge->to->access));
    check_marks(&to);
    if (moves) check_left(place, len);
    edge->to->destroy(&to);
}
END_TEST

START_TEST(a_transition_that_cannot_copy_stays) {
    const char *calls[] = {"mp_os_commit", "mp_os_protect", "mp_os_lock"};
    const int passes_before[] = {0, 1, 0}; /* the transition's own comes first */
    const mp_options options[] = {MP_INIT, MP_INIT, {.locked = true}};
    refuse_moves();
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        mp_region region = new_region(READ_WRITE, options[i]), frozen;
        const void *place = region.data;
        mp_record_failure(MP_ERR_FULL, "another call");
        size_t first = kernel_address_space();
        refuse_call(calls[i], passes_before[i], 1);
        check_ok(mp_region_transition(&region, &frozen, READ));
        check_refused();
        ck_assert_int_eq(mp_last_error().status, MP_ERR_FULL);
        ck_assert_ptr_eq(frozen.data, place);
        ck_assert_uint_eq(kernel_access(place, len), kernel_form(READ));
        check_address_space(first);
        check_marks(&frozen);
        mp_region_destroy(&frozen);
    }
}
END_TEST

START_TEST(a_vector_is_copied_with_the_room_that_it_has) {
    const mp_options options = {.reservation = 16 * MiB};
    const size_t count = MiB / sizeof(uint64_t);
    mp_vec_u64_rw vec;
    mp_vec_u64_ro frozen;
    refuse_moves();
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    for (size_t i = 0; i < count; i++) check_ok(mp_vec_u64_rw_push(&vec, i));
    const void *place = mp_vec_u64_rw_data(&vec);
    const size_t room = mp_region_room(&vec.raw.region);
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    check_left(place, MiB);
    check_ok(mp_vec_u64_ro_thaw(&frozen, &vec));
    ck_assert_uint_eq(mp_region_room(&vec.raw.region), room);
    for (size_t i = 0; i < count; i++) {
        if (mp_vec_u64_rw_get_unchecked(&vec, i) != i) ck_abort_msg("element %zu", i);
    }
    place = mp_vec_u64_rw_data(&vec);
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, count));
    ck_assert_ptr_eq(mp_vec_u64_rw_data(&vec), place);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(a_vector_without_accessible_memory_leaves_nothing_to_close) {
    const mp_options options = {.reservation = 2 * MiB};
    mp_vec_u64_rw vec;
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    const mp_slot slot = slot_of(&vec.raw.region);
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    check_ok(mp_vec_u64_ro_thaw(&frozen, &vec));
    ck_assert_ptr_eq(slot_of(&vec.raw.region).base, slot.base);
    check_ok(mp_vec_u64_rw_reserve(&vec, 2 * MiB)); /* sixteen MiB: elsewhere */
    ck_assert_uint_eq(kernel_access(slot.base, slot.bytes), KERNEL_UNMAPPED);
    ck_assert(!mp_quarantine_end());
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* Where a place cannot be closed, at least nobody finds the old content there. */
START_TEST(what_cannot_be_closed_is_given_back) {
    const char *calls[] = {"mp_os_uncommit", "mp_os_reserve_at", "mp_os_uncommit"};
    if (_i == 1 && skips_without(MOVES)) return;
    mp_region region = new_region(READ_WRITE, (mp_options)MP_INIT), moved;
    const mp_slot slot = slot_of(&region);
    if (_i == 2) refuse_moves();
    refuse_call(calls[_i], 0, 1);
    if (_i == 0) {
        mp_region_destroy(&region);
    } else {
        check_ok(mp_region_transition(&region, &moved, READ));
        check_marks(&moved);
        ck_assert_ptr_ne(moved.data, slot.base + page);
    }
    check_refused();
    ck_assert_uint_eq(kernel_access(slot.base, slot.bytes), KERNEL_UNMAPPED);
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
    ck_assert(!mp_quarantine_end());
    if (_i != 0) mp_region_destroy(&moved);
    (void)mp_quarantine_end();
    check_slots_came_back(10);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    len = 3 * page;
    tcase_add_loop_test(tests, copied_pages_are_what_they_were, 0, PAGES_TYPE_COUNT);
    tcase_add_test(tests, a_copy_leaves_nothing_behind);
    tcase_add_loop_test(tests, a_copy_that_fails_changes_nothing, 0, COUNT_OF(steps));
    tcase_add_test(tests, what_nobody_may_read_is_not_copied);
    tcase_add_test(tests, adopted_pages_get_no_guards);
    tcase_add_loop_test(tests, a_transition_copies_what_it_can_read, 0, PAGES_TRANSITION_COUNT);
    if (!MP_HARDENED) return;
    tcase_add_test(tests, a_transition_that_cannot_copy_stays);
    tcase_add_test(tests, a_vector_is_copied_with_the_room_that_it_has);
    tcase_add_test(tests, a_vector_without_accessible_memory_leaves_nothing_to_close);
    tcase_add_loop_test(tests, what_cannot_be_closed_is_given_back, 0, 3);
}

int main(void) { return run_tests("moves", add_tests); }
