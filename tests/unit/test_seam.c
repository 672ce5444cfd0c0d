/* What the floors above the seam do when it refuses, or when the system is another: the linker puts
 * these functions between the two. */
#include "between.h"
#include "kernel_view.h"
#include "support.h"
#include "system.h"

#include <limits.h>
#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <string.h>

#include "mp_recycler_internal.h"
#include "mp_region_internal.h"
#include "mp_release.h"
#include "os/mp_os.h"

/* ---- The seam in between --------------------------------------------------------------------- */

STAND_BETWEEN(mp_os_map, (size_t n, unsigned access, mp_os_wish wish, void **out, mp_os_left *left),
              (n, access, wish, out, left))
STAND_BETWEEN(mp_os_release, (void *base, size_t n), (base, n))
STAND_BETWEEN(mp_os_commit, (void *base, size_t n, unsigned access), (base, n, access))
STAND_BETWEEN(mp_os_uncommit, (void *base, size_t n, const mp_os_traits *traits), (base, n, traits))
STAND_BETWEEN(mp_os_resize,
              (void *base, size_t n, size_t to, bool may_move, const mp_os_traits *traits,
               void **out),
              (base, n, to, may_move, traits, out))
STAND_BETWEEN(mp_os_move, (void *from, size_t n, void *to, size_t accessible, size_t reserved),
              (from, n, to, accessible, reserved))
STAND_BETWEEN(mp_os_protect, (void *base, size_t n, unsigned from, unsigned to),
              (base, n, from, to))
STAND_BETWEEN(mp_os_lock, (void *base, size_t n, unsigned access), (base, n, access))
STAND_BETWEEN(mp_os_prefault, (void *base, size_t n), (base, n))
STAND_BETWEEN(mp_os_use_huge_pages, (void *base, size_t n, bool use), (base, n, use))
STAND_BETWEEN(mp_os_exclude_from_dumps, (void *base, size_t n), (base, n))
STAND_BETWEEN(mp_os_resident, (const void *base, size_t n, size_t *out), (base, n, out))
STAND_BETWEEN(mp_os_decommit_ranges,
              (void *base, const mp_range *ranges, size_t count, const mp_os_traits *traits),
              (base, ranges, count, traits))
STAND_BETWEEN(mp_slot_take, (mp_slot * *out), (out))

/* The last range that was advised, or told to hold code; no bytes: none was. */
static struct {
    void *base;
    size_t n;
} advised, synced;

mp_os_result __real_mp_os_advise(void *base, size_t n, mp_advice advice);
mp_os_result __wrap_mp_os_advise(void *base, size_t n, mp_advice advice);
mp_os_result __wrap_mp_os_advise(void *base, size_t n, mp_advice advice) {
    advised.base = base;
    advised.n = n;
    const int code = refusal_of("mp_os_advise");
    return code != 0 ? (mp_os_result){code, "mp_os_advise"} : __real_mp_os_advise(base, n, advice);
}

void __real_mp_os_sync_code(void *base, size_t n);
void __wrap_mp_os_sync_code(void *base, size_t n);
void __wrap_mp_os_sync_code(void *base, size_t n) {
    synced.base = base;
    synced.n = n;
    __real_mp_os_sync_code(base, n);
}

static bool has_other_huge_pages;
static size_t other_huge_page;

size_t __real_mp_os_huge_page_size(void);
size_t __wrap_mp_os_huge_page_size(void);
size_t __wrap_mp_os_huge_page_size(void) {
    return has_other_huge_pages ? other_huge_page : __real_mp_os_huge_page_size();
}

static void pretend_huge_pages(size_t size) {
    has_other_huge_pages = true;
    other_huge_page = size;
}

/* What another thread does when the system is asked next. */
static void (*at_the_clock)(void), (*at_the_page_size)(void);

static void let_in(void (**other)(void)) {
    void (*once)(void) = *other;
    *other = NULL;
    if (once != NULL) once();
}

size_t __real_mp_os_page_size(void);
size_t __wrap_mp_os_page_size(void);
size_t __wrap_mp_os_page_size(void) {
    let_in(&at_the_page_size);
    return __real_mp_os_page_size();
}

static uint64_t now; /* milliseconds of the system's clock; 0: its own */

uint64_t __real_mp_os_milliseconds(void);
uint64_t __wrap_mp_os_milliseconds(void);
uint64_t __wrap_mp_os_milliseconds(void) {
    let_in(&at_the_clock);
    return now != 0 ? now : __real_mp_os_milliseconds();
}

/* ---- Systems with other huge pages, or none -------------------------------------------------- */

START_TEST(without_huge_pages_only_insisting_fails) {
    pretend_huge_pages(0);
    mp_options options = {.huge_pages = MP_HUGE_PAGES_ALWAYS};
    mp_pages_r_w_nx pages;
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_create_with(1, &options, &pages));
    options.huge_pages = MP_HUGE_PAGES_AUTO;
    check_ok(mp_pages_r_w_nx_create_with((size_t)4 << 20, &options, &pages));
    mp_pages_r_w_nx_destroy(&pages);

    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(0, &vec));
    for (uint64_t i = 0; i < 1000000; i++) check_ok(mp_vec_u64_rw_push(&vec, i));
    for (uint64_t i = 0; i < 1000000; i++)
        if (*mp_vec_u64_rw_at(&vec, i) != i) ck_abort_msg("element %zu is wrong", (size_t)i);
    mp_vec_u64_rw_destroy(&vec);
    options = (mp_options){.reservation = (size_t)64 << 20};
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(nobody_asks_for_huge_pages_where_there_are_none) {
    pretend_huge_pages(0);
    const mp_options automatic = {.huge_pages = MP_HUGE_PAGES_AUTO};
    refuse_call("mp_os_use_huge_pages", 0, 1);
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with((size_t)4 << 20, &automatic, &pages));
    mp_pages_r_w_nx_destroy(&pages);
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create((size_t)1 << 20, &vec));
    mp_vec_u64_rw_destroy(&vec);
    check_ok(mp_vec_u64_rw_create(1, &vec));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, (size_t)1 << 20));
    mp_vec_u64_rw_destroy(&vec);
    check_not_refused();
}
END_TEST

START_TEST(pages_are_huge_from_the_size_of_one_on) {
    const size_t huge = (size_t)2 << 20;
    const mp_options automatic = {.huge_pages = MP_HUGE_PAGES_AUTO};
    pretend_huge_pages(huge);
    mp_pages_r_w_nx pages[3];
    refuse_call("mp_os_use_huge_pages", 0, 1);
    check_ok(mp_pages_r_w_nx_create_with(huge - mp_page_size(), &automatic, &pages[0]));
    check_not_refused();
    refuse_call("mp_os_use_huge_pages", 0, 1);
    check_ok(mp_pages_r_w_nx_create_with(huge, &automatic, &pages[1]));
    check_refused();
    ck_assert_uint_eq((uintptr_t)mp_pages_r_w_nx_data(&pages[1]) % huge, 0);
    /* Others need no such alignment, and of two neighbours one at least does not have it. */
    check_ok(mp_pages_r_w_nx_create_with(1, &automatic, &pages[2]));
    const uintptr_t places = (uintptr_t)mp_pages_r_w_nx_data(&pages[0]) |
                             (uintptr_t)mp_pages_r_w_nx_data(&pages[2]);
    ck_assert_uint_ne(places % huge, 0);
    for (size_t i = 0; i < COUNT_OF(pages); i++) mp_pages_r_w_nx_destroy(&pages[i]);
}
END_TEST

START_TEST(huge_pages_keep_a_larger_alignment) {
    const mp_options options = {.huge_pages = MP_HUGE_PAGES_AUTO, .alignment = (size_t)32 << 20};
    pretend_huge_pages((size_t)2 << 20);
    mp_pages_r_w_nx pages[4];
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        check_ok(mp_pages_r_w_nx_create_with((size_t)2 << 20, &options, &pages[i]));
        ck_assert_uint_eq((uintptr_t)mp_pages_r_w_nx_data(&pages[i]) % options.alignment, 0);
    }
    for (size_t i = 0; i < COUNT_OF(pages); i++) mp_pages_r_w_nx_destroy(&pages[i]);
}
END_TEST

START_TEST(huge_pages_that_are_too_large_are_no_step) {
    const struct { size_t huge, step; /* MiB */ } expected[] = {{512, 2}, {64, 2}, {32, 32}};
    const mp_options options = {.reservation = (size_t)1 << 30};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        pretend_huge_pages(expected[i].huge << 20);
        mp_vec_u8_rw vec;
        check_ok(mp_vec_u8_rw_create_with(0, &options, &vec));
        check_ok(mp_vec_u8_rw_push(&vec, 1));
        ck_assert_uint_eq(vec.raw.region.len, expected[i].step << 20);
        mp_vec_u8_rw_destroy(&vec);
    }
}
END_TEST

/** A copy of the slot, which says what the region's mapping is. */
static mp_slot slot_of(const mp_region *region) {
    return *(const mp_slot *)(const void *)region->ticket.slot;
}

/* ---- Recyclers ------------------------------------------------------------------------------- */

static const size_t MiB = (size_t)1 << 20;

static mp_recycler recycler;

static mp_pages_r_w_nx new_pages(size_t bytes, mp_options options) {
    mp_pages_r_w_nx pages;
    options.recycler = &recycler;
    check_ok(mp_pages_r_w_nx_create_with(bytes, &options, &pages));
    return pages;
}

/** Leaves pages full of something in a new recycler. */
static void keep_pages(size_t bytes, mp_options options) {
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(bytes, options);
    mp_pages_r_w_nx_fill(&pages, 0x5a);
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), bytes);
}

/** Nothing names the recycler any more, so that it ends altogether. */
static void end_recycler(void) {
    const void *state = recycler.state;
    mp_recycler_destroy(&recycler);
    ck_assert_uint_eq(kernel_access(state, mp_page_size()), KERNEL_UNMAPPED);
}

START_TEST(a_recycler_that_gets_no_page_is_empty) {
    make_garbage(recycler);
    refuse_call("mp_os_map", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_recycler_create(1, 0, &recycler));
    check_refused();
    check_is_zeroed(recycler);
}
END_TEST

START_TEST(kept_memory_serves_nobody_with_another_option) {
    const mp_options others[] = {
        {.alignment = MiB},   {.huge_pages = MP_HUGE_PAGES_NEVER},
        {.prefault = true},   {.locked = true},
        {.no_dump = true},    {.wipe_on_fork = true},
    };
    const size_t page = mp_page_size();
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (others[i].no_dump && skips_without(DUMP_CONTROL)) continue;
        keep_pages(4 * page, others[i]);
        mp_pages_r_w_nx pages = new_pages(4 * page, (mp_options)MP_INIT);
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), 4 * page);
        mp_pages_r_w_nx_destroy(&pages);
        pages = new_pages(4 * page, others[i]);
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), 4 * page);
        mp_pages_r_w_nx_destroy(&pages);
        end_recycler();
    }
    /* The same mapping with and without guards at its ends. */
    keep_pages(4 * page, (mp_options){.guard_pages = true});
    mp_pages_r_w_nx pages = new_pages(6 * page, (mp_options)MP_INIT);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 4 * page);
    mp_pages_r_w_nx_destroy(&pages);
    end_recycler();
}
END_TEST

START_TEST(kept_memory_of_vectors_serves_no_pages) {
    const size_t page = mp_page_size();
    const mp_options options = {.recycler = &recycler};
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_vec_u8_rw vec;
    check_ok(mp_vec_u8_rw_create_with(page, &options, &vec));
    mp_vec_u8_rw_destroy(&vec);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), page);
    mp_pages_r_w_nx pages = new_pages(page, options); /* these are promised by the system */
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), page);
    mp_pages_r_w_nx_destroy(&pages);
    end_recycler();
}
END_TEST

/** Leaves a page in a recycler that keeps it for ten milliseconds, at the time 1000. */
static void keep_for_ten(void) {
    now = 1000;
    check_ok(mp_recycler_create(64 * MiB, 10, &recycler));
    mp_pages_r_w_nx pages = new_pages(mp_page_size(), (mp_options)MP_INIT);
    mp_pages_r_w_nx_destroy(&pages);
}

START_TEST(memory_is_kept_until_it_is_too_old) {
    const size_t page = mp_page_size();
    keep_for_ten();
    now = 1010;
    mp_recycler_trim(&recycler, SIZE_MAX);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), page);
    now = 1011;
    mp_recycler_trim(&recycler, SIZE_MAX);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    end_recycler();

    keep_pages(page, (mp_options)MP_INIT); /* without an age */
    now = UINT64_MAX;
    mp_recycler_trim(&recycler, SIZE_MAX);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), page);
    end_recycler();
}
END_TEST

START_TEST(the_old_is_looked_for_twice_in_its_time) {
    const size_t page = mp_page_size();
    const struct {
        uint64_t now;
        size_t kept;
    } expected[] = {{1010, 1}, {1011, 1}, {1015, 1}, {1016, 0}};
    keep_for_ten();
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        now = expected[i].now;
        mp_pages_r_w_nx pages; /* that nobody has kept */
        const mp_options options = {.recycler = &recycler, .prefault = true};
        check_ok(mp_pages_r_w_nx_create_with(16 * page, &options, &pages));
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), expected[i].kept * page);
        void *base;
        size_t bytes;
        check_ok(mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes));
        unmap_foreign(base, bytes);
    }
    end_recycler();
}
END_TEST

START_TEST(what_comes_sends_the_old_away) {
    keep_for_ten();
    mp_pages_r_w_nx pages = new_pages(MiB, (mp_options)MP_INIT);
    now = 1011;
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), MiB);
    end_recycler();
}
END_TEST

START_TEST(a_recycler_that_ends_keeps_nothing_and_lives_as_long_as_its_pages) {
    const size_t page = mp_page_size();
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx kept = new_pages(page, (mp_options)MP_INIT);
    mp_pages_r_w_nx pages = new_pages(MiB, (mp_options)MP_INIT);
    mp_pages_r_w_nx late = new_pages(2 * page, (mp_options)MP_INIT);
    const void *place = mp_pages_r_w_nx_data(&kept), *state = recycler.state;
    const void *late_place = mp_pages_r_w_nx_data(&late);
    mp_pages_r_w_nx_destroy(&kept);
    mp_recycler_destroy(&recycler);
    ck_assert_uint_eq(kernel_access(place, page), KERNEL_UNMAPPED);
    mp_pages_r_w_nx_destroy(&late);
    ck_assert_uint_eq(kernel_access(late_place, 2 * page), KERNEL_UNMAPPED);
    ck_assert_uint_ne(kernel_access(state, page), KERNEL_UNMAPPED);
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(kernel_access(state, page), KERNEL_UNMAPPED);
}
END_TEST

static void end_the_handle(void) { mp_recycler_destroy(&recycler); }

START_TEST(what_is_kept_while_the_handle_ends_goes_with_the_last_pages) {
    const size_t page = mp_page_size();
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(page, (mp_options)MP_INIT);
    const void *place = mp_pages_r_w_nx_data(&pages), *state = recycler.state;
    at_the_clock = end_the_handle;
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_ptr_null(recycler.state);
    ck_assert_uint_eq(kernel_access(place, page), KERNEL_UNMAPPED);
    ck_assert_uint_eq(kernel_access(state, page), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(kept_pages_come_back_one_by_one) {
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages[2];
    const void *places[COUNT_OF(pages)];
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        pages[i] = new_pages(page, (mp_options)MP_INIT);
        places[i] = mp_pages_r_w_nx_data(&pages[i]);
    }
    for (size_t i = 0; i < COUNT_OF(pages); i++) mp_pages_r_w_nx_destroy(&pages[i]);
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        pages[i] = new_pages(page, (mp_options)MP_INIT);
        ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages[i]), places[COUNT_OF(pages) - 1 - i]);
    }
    for (size_t i = 0; i < COUNT_OF(pages); i++) mp_pages_r_w_nx_destroy(&pages[i]);
    end_recycler();
}
END_TEST

/* More than are looked at for one request. */
START_TEST(pages_of_twice_the_size_are_not_in_the_way) {
    enum { LARGER = 8 };
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages[LARGER];
    keep_pages(page, (mp_options)MP_INIT);
    for (size_t i = 0; i < LARGER; i++) pages[i] = new_pages(2 * page, (mp_options)MP_INIT);
    for (size_t i = 0; i < LARGER; i++) mp_pages_r_w_nx_destroy(&pages[i]);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), (2 * LARGER + 1) * page);
    pages[0] = new_pages(page, (mp_options)MP_INIT);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 2 * LARGER * page);
    mp_pages_r_w_nx_destroy(&pages[0]);
    end_recycler();
}
END_TEST

START_TEST(recycled_memory_forgets_its_last_owner) {
    const size_t page = mp_page_size();
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(page, (mp_options){.guard_pages = true});
    const uint8_t *place = mp_pages_r_w_nx_data(&pages);
    check_ok(mp_region_advise(&pages.region, 0, MP_ADVICE_RANDOM));
    check_kernel_flag(place, "rr", true);
    (void)mp_pages_r_w_nx_exec_address(&pages, 0);
    mp_pages_r_w_nx_destroy(&pages);

    pages = new_pages(page, (mp_options){.guard_pages = true, .wipe_on_destroy = true});
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), place);
    ck_assert_uint_eq(slot_of(&pages.region).advice, MP_ADVICE_NORMAL);
    ck_assert_uint_eq(slot_of(&pages.region).address_told, false);
    check_kernel_flag(place, "rr", false);
    mp_pages_r_w_nx_fill(&pages, 7);
    mp_pages_r_w_nx_destroy(&pages);
    uint8_t found = 1;
    kernel_peek(place, &found, 1);
    ck_assert_uint_eq(found, 0);

    pages = new_pages(page, (mp_options){.guard_pages = true});
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), place);
    check_ok(mp_pages_r_w_nx_resize(&pages, 2 * page)); /* moves, and takes its advice along */
    check_kernel_flag(mp_pages_r_w_nx_data(&pages), "rr", false);
    mp_pages_r_w_nx_destroy(&pages);
    end_recycler();
}
END_TEST

START_TEST(only_some_of_what_is_kept_is_looked_at) {
    enum { KEPT = 9 };
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages[KEPT];
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    for (size_t i = 0; i < KEPT; i++) pages[i] = new_pages(page, (mp_options){.prefault = i != 0});
    for (size_t i = 0; i < KEPT; i++) mp_pages_r_w_nx_destroy(&pages[i]);
    /* What would serve lies below eight that do not. */
    pages[0] = new_pages(page, (mp_options)MP_INIT);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), KEPT * page);
    pages[1] = new_pages(page, (mp_options){.prefault = true});
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), (KEPT - 1) * page);
    pages[2] = new_pages(page, (mp_options)MP_INIT);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), (KEPT - 2) * page);
    for (size_t i = 0; i < 3; i++) mp_pages_r_w_nx_destroy(&pages[i]);
    end_recycler();
}
END_TEST

START_TEST(recycled_pages_are_zeroed_even_if_nobody_tells_which_are_resident) {
    keep_pages(MiB, (mp_options)MP_INIT);
    refuse_call("mp_os_resident", 0, 1);
    mp_pages_r_w_nx pages = new_pages(MiB, (mp_options)MP_INIT);
    check_refused();
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 0, MiB));
    mp_pages_r_w_nx_destroy(&pages);
    end_recycler();
}
END_TEST

START_TEST(recycled_pages_that_stay_full_are_given_back) {
    const mp_options options = {.recycler = &recycler};
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(MiB, options);
    check_ok(mp_pages_r_w_nx_set(&pages, 5, 1)); /* few are resident: the system is to forget */
    mp_pages_r_w_nx_destroy(&pages);
    mp_pages_r_nw_nx readable;
    refuse_call("mp_os_decommit_ranges", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_nw_nx_create_with(MiB, &options, &readable));
    check_refused();
    check_is_zeroed(readable);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    end_recycler();
}
END_TEST

START_TEST(recycled_pages_that_get_no_permission_are_given_back) {
    const mp_options options = {.recycler = &recycler};
    keep_pages(MiB, (mp_options)MP_INIT);
    mp_pages_r_w_nx writable = new_pages(MiB, (mp_options)MP_INIT);
    const void *place = mp_pages_r_w_nx_data(&writable);
    mp_pages_r_w_nx_destroy(&writable);
    mp_pages_r_nw_nx pages;
    make_garbage(pages);
    refuse_call("mp_os_protect", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_nw_nx_create_with(MiB, &options, &pages));
    check_refused();
    check_is_zeroed(pages);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(kernel_access(place, MiB), KERNEL_UNMAPPED);
    ck_assert_uint_eq(recycler.state != NULL, true);
    end_recycler();
}
END_TEST

START_TEST(recycled_pages_are_resident_where_that_was_asked_for) {
    if (skips_without(RESIDENCY)) return;
    const mp_options options = {.prefault = true};
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(MiB, options);
    check_ok(mp_pages_r_w_nx_decommit(&pages, 0, MiB));
    mp_pages_r_w_nx_destroy(&pages);
    pages = new_pages(MiB, options);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), MiB), MiB);
    mp_pages_r_w_nx_destroy(&pages);
    end_recycler();
}
END_TEST

START_TEST(recycled_pages_of_another_permission_are_wiped_in_the_end) {
    const mp_options options = {.recycler = &recycler, .wipe_on_destroy = true};
    keep_pages(MiB, (mp_options)MP_INIT);
    mp_pages_r_nw_nx pages;
    check_ok(mp_pages_r_nw_nx_create_with(MiB, &options, &pages));
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(slot_of(&pages.region).access, MP_ACCESS_READ);
    mp_pages_r_nw_nx_destroy(&pages);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), MiB);
    end_recycler();
}
END_TEST

/* Its room is address space only, of which there is enough. */
START_TEST(a_vector_that_was_never_touched_is_not_kept) {
    const mp_options options = {.reservation = 4 * MiB, .recycler = &recycler};
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    const void *place = vec.raw.region.data;
    mp_vec_u64_rw_destroy(&vec);
    ck_assert_uint_eq(kernel_access(place, 4 * MiB), KERNEL_UNMAPPED);
    end_recycler();
}
END_TEST

START_TEST(kept_memory_that_nobody_can_use_leaves_no_trace) {
    const mp_options options = {.reservation = 4 * MiB, .recycler = &recycler};
    pretend_huge_pages(2 * MiB);
    for (int all = 0; all <= 1; all++) { /* fresh memory is had instead, or not */
        check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
        mp_vec_u64_rw vec;
        check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
        check_ok(mp_vec_u64_rw_push(&vec, 1));
        const void *place = vec.raw.region.data;
        mp_vec_u64_rw_destroy(&vec);
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), 2 * MiB);
        mp_region region;
        size_t used;
        make_garbage(region);
        mp_record_failure(MP_ERR_FULL, "another call");
        refuse_call("mp_os_commit", 0, all ? INT_MAX : 1);
        const mp_status given =
            mp_region_reserve(3 * MiB, 4 * MiB, true, &options, &region, &used);
        refused = NULL;
        ck_assert_uint_eq(used, 0);
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
        if (all) {
            check_status(MP_ERR_SYSTEM, given);
            check_is_zeroed(region);
            ck_assert_uint_eq(kernel_access(place, 4 * MiB), KERNEL_UNMAPPED);
        } else {
            check_ok(given);
            ck_assert_int_eq(mp_last_error().status, MP_ERR_FULL);
            mp_region_destroy(&region);
        }
        mp_recycler_destroy(&recycler);
    }
}
END_TEST

START_TEST(resident_pages_stay_so_when_they_are_recycled) {
    if (skips_without(RESIDENCY)) return;
    keep_pages(MiB, (mp_options)MP_INIT);
    mp_pages_r_w_nx pages = new_pages(MiB, (mp_options)MP_INIT);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), MiB), MiB);
    mp_pages_r_w_nx_destroy(&pages);
    end_recycler();
}
END_TEST

START_TEST(pages_that_cannot_be_made_writable_are_not_kept) {
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(MiB, (mp_options)MP_INIT);
    const void *place = mp_pages_r_w_nx_data(&pages);
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_w_nx_deny_write(&pages, &readable));
    refuse_call("mp_os_protect", 0, 1);
    mp_pages_r_nw_nx_destroy(&readable);
    check_refused();
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(kernel_access(place, MiB), KERNEL_UNMAPPED);
    end_recycler();
}
END_TEST

/** A resident vector whose kept memory is accessible only in part. */
static mp_vec_u64_rw shrunk_vec(void) {
    const mp_options options = {.prefault = true, .recycler = &recycler};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(MiB, &options, &vec));
    check_ok(mp_vec_u64_rw_push(&vec, 42));
    check_ok(mp_vec_u64_rw_shrink_to_fit(&vec));
    ck_assert_uint_eq(vec.raw.region.len, 2 * MiB);
    return vec;
}

START_TEST(kept_memory_becomes_accessible_as_far_as_it_is_needed) {
    const mp_options options = {.prefault = true, .recycler = &recycler};
    const char *calls[] = {"", "mp_os_commit", "mp_os_prefault"};
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
        mp_vec_u64_rw vec = shrunk_vec();
        const void *place = mp_vec_u64_rw_data(&vec);
        mp_vec_u64_rw_destroy(&vec);
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), 2 * MiB);
        mp_record_failure(MP_ERR_FULL, "another call");
        refuse_call(calls[i], 0, 1);
        check_ok(mp_vec_u64_rw_create_with(MiB, &options, &vec)); /* fresh memory if need be */
        ck_assert_int_eq(mp_last_error().status, MP_ERR_FULL);
        if (i == 0) ck_assert_ptr_eq(mp_vec_u64_rw_data(&vec), place);
        if (i != 0) check_refused();
        ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
        if (system_has(RESIDENCY)) {
            ck_assert_uint_ge(kernel_resident_bytes(vec.raw.region.data, 8 * MiB), 8 * MiB);
        }
        check_ok(mp_vec_u64_rw_append_zeroed(&vec, MiB));
        ck_assert(bytes_are(mp_vec_u64_rw_data(&vec), 0, 8 * MiB));
        mp_vec_u64_rw_destroy(&vec);
        end_recycler();
        refused = NULL;
    }
}
END_TEST

START_TEST(memory_of_a_frozen_vector_can_be_written_as_far_as_it_is_needed) {
    const mp_options options = {.prefault = true, .recycler = &recycler};
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_vec_u64_rw vec = shrunk_vec();
    const void *place = mp_vec_u64_rw_data(&vec);
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    mp_vec_u64_ro_destroy(&frozen);
    check_ok(mp_vec_u64_rw_create_with(MiB, &options, &vec));
    ck_assert_ptr_eq(mp_vec_u64_rw_data(&vec), place);
    ck_assert_uint_eq(kernel_access(place, 8 * MiB), MP_ACCESS_READ | MP_ACCESS_WRITE);
    mp_options found;
    mp_region_options(&vec.raw.region, &found);
    ck_assert_uint_eq(found.reservation, 0);
    mp_vec_u64_rw_destroy(&vec);
    end_recycler();
}
END_TEST

START_TEST(what_overflows_with_its_guards_is_refused_with_a_recycler_too) {
    check_ok(mp_recycler_create(MiB, 0, &recycler));
    mp_options options = {.guard_pages = true};
    mp_pages_r_w_nx pages;
    for (int i = 0; i < 2; i++) {
        make_garbage(pages);
        check_status(MP_ERR_OVERFLOW,
                     mp_pages_r_w_nx_create_with(SIZE_MAX - mp_page_size() + 1, &options, &pages));
        check_is_zeroed(pages);
        options.recycler = &recycler;
    }
    end_recycler();
}
END_TEST

/* ---- Regions --------------------------------------------------------------------------------- */

START_TEST(no_slot_no_memory) {
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages;
    refuse_call("mp_slot_take", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create(page, &pages));
    check_refused();
    check_is_zeroed(pages);

    check_ok(mp_pages_r_w_nx_create(page, &pages));
    void *base;
    size_t bytes;
    check_ok(mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes));
    refuse_call("mp_slot_take", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_from_raw_parts(base, bytes, &pages));
    check_refused();
    check_is_zeroed(pages);
    check_ok(mp_pages_r_w_nx_from_raw_parts(base, bytes, &pages));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(no_table_no_slot) {
    mp_pages_r_w_nx pages;
    refuse_call("mp_os_map", 0, 1); /* the first slots of the process */
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create(mp_page_size(), &pages));
    check_refused();
    check_is_zeroed(pages);
    check_ok(mp_pages_r_w_nx_create(mp_page_size(), &pages));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

static mp_slot *slot_of_the_other;

static void take_a_slot(void) { ck_assert_int_eq(mp_slot_take(&slot_of_the_other).code, 0); }

START_TEST(the_slower_of_two_threads_leaves_no_second_table) {
    mp_slot *slot;
    (void)kernel_address_space();
    const size_t page = mp_page_size();
    const mp_os_wish wish = {page, true, false};
    void *table;
    ck_assert_int_eq(mp_os_map(page, MP_ACCESS_READ, wish, &table, NULL).code, 0);
    const size_t with_one = kernel_address_space(); /* by more than a page on some systems */
    ck_assert_int_eq(mp_os_release(table, page).code, 0);
    at_the_page_size = take_a_slot;
    ck_assert_int_eq(mp_slot_take(&slot).code, 0);
    ck_assert_uint_eq(slot_of_the_other->name, 1);
    ck_assert_uint_eq(slot->name, 2);
    if (!skips_with_guests()) ck_assert_uint_eq(kernel_address_space(), with_one);
}
END_TEST

START_TEST(pages_stay_where_they_are_without_a_slot_for_the_move) {
    const size_t page = mp_page_size();
    const mp_options options = {.guard_pages = true};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(page, &options, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    const mp_pages_r_w_nx before = pages;
    for (int i = 0; i < 2; i++) {
        refuse_call("mp_slot_take", i, 1);
        check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_resize(&pages, 2 * page));
        check_refused();
        ck_assert_mem_eq(&pages, &before, sizeof pages);
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, page));
    }
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(guarded_pages_grow_again_where_they_shrank) {
    const size_t page = mp_page_size();
    const mp_options options = {.guard_pages = true};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(8 * page, &options, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    const uint8_t *place = mp_pages_r_w_nx_data(&pages);
    check_ok(mp_pages_r_w_nx_resize(&pages, 2 * page));
    refuse_call("mp_os_commit", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_resize(&pages, 8 * page));
    check_refused();
    ck_assert_uint_eq(mp_pages_r_w_nx_len(&pages), 2 * page);
    ck_assert_uint_eq(kernel_access(place + 2 * page, 7 * page), kernel_reserved());
    check_ok(mp_pages_r_w_nx_resize(&pages, 8 * page));
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), place);
    ck_assert(bytes_are(place, 7, 2 * page));
    ck_assert(bytes_are(place + 2 * page, 0, 6 * page));
    check_ok(mp_pages_r_w_nx_resize(&pages, 9 * page));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, 2 * page));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(an_insisting_program_is_told_what_fails) {
    const mp_options huge = {.huge_pages = MP_HUGE_PAGES_ALWAYS}, no_dump = {.no_dump = true};
    mp_pages_r_w_nx pages;
    pretend_huge_pages(2 * MiB);
    refuse_call("mp_os_use_huge_pages", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create_with(1, &huge, &pages));
    check_refused();
    refuse_call("mp_os_exclude_from_dumps", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create_with(1, &no_dump, &pages));
    check_refused();
    ck_assert_str_eq(mp_last_error().call, "mp_os_exclude_from_dumps");

    /* Nothing that works later makes up for it. */
    const struct { const char *call; mp_options options; } cases[] = {
        {"mp_os_use_huge_pages", {.huge_pages = MP_HUGE_PAGES_ALWAYS, .no_dump = true}},
        {"mp_os_use_huge_pages", {.huge_pages = MP_HUGE_PAGES_ALWAYS, .wipe_on_fork = true}},
        {"mp_os_exclude_from_dumps", {.no_dump = true, .wipe_on_fork = true}},
        {"mp_os_lock", {.locked = true, .prefault = true}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        refuse_call(cases[i].call, 0, 1);
        check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create_with(1, &cases[i].options, &pages));
        check_refused();
        check_is_zeroed(pages);
    }

    const mp_options hint = {.huge_pages = MP_HUGE_PAGES_AUTO};
    refuse_call("mp_os_use_huge_pages", 0, 1);
    check_ok(mp_pages_r_w_nx_create_with(4 * MiB, &hint, &pages));
    check_refused();
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(pages_that_nobody_may_write_are_not_made_resident) {
    const mp_options options = {.prefault = true};
    mp_pages_r_nw_nx pages;
    refuse_call("mp_os_prefault", 0, 1);
    check_ok(mp_pages_r_nw_nx_create_with(1, &options, &pages));
    check_not_refused();
    mp_pages_r_nw_nx_destroy(&pages);
}
END_TEST

START_TEST(a_system_that_does_not_tell_what_is_resident_fails) {
    mp_pages_r_w_nx pages;
    size_t resident = 42;
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    refuse_call("mp_os_resident", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    check_refused();
    ck_assert_uint_eq(resident, 42);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* Vectors ask for the ticket before these do; another thread may come between. */
START_TEST(an_empty_or_stale_region_neither_grows_nor_shrinks) {
    mp_region empty = MP_INIT, region, twin;
    mp_options options;
    size_t used;
    check_ok(mp_region_reserve(MiB, 2 * MiB, false, NULL, &region, &used));
    twin = region;
    mp_region_destroy(&region);
    check_status(MP_ERR_EMPTY, mp_region_commit(&empty, MiB));
    check_status(MP_ERR_EMPTY, mp_region_uncommit(&empty, MiB));
    check_status(MP_ERR_EMPTY, mp_region_relocate(&empty, 0, MiB, MiB, false));
    check_status(MP_ERR_STALE, mp_region_commit(&twin, 2 * MiB));
    check_status(MP_ERR_STALE, mp_region_uncommit(&twin, MiB / 2));
    check_status(MP_ERR_STALE, mp_region_relocate(&twin, 0, MiB, 4 * MiB, false));
    ck_assert_uint_eq(mp_region_room(&twin), 0);
    make_garbage(options);
    mp_region_options(&twin, &options);
    ck_assert_uint_eq(options.reservation, 0);
    ck_assert_int_eq(options.huge_pages, MP_HUGE_PAGES_DEFAULT);
}
END_TEST

START_TEST(a_region_that_has_its_size_changes_owner_and_nothing_else) {
    mp_region region;
    size_t used;
    check_ok(mp_region_reserve(MiB, 2 * MiB, false, NULL, &region, &used));
    const mp_region before = region;
    check_ok(mp_region_commit(&region, MiB));
    check_ok(mp_region_uncommit(&region, MiB));
    ck_assert_ptr_eq(region.data, before.data);
    ck_assert_uint_eq(region.len, MiB);
    ck_assert(!mp_ticket_is_current(&before.ticket));
    mp_region_destroy(&region);
}
END_TEST

START_TEST(what_cannot_be_unmapped_waits) {
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages, other;
    check_ok(mp_pages_r_w_nx_create(3 * page, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    const uint8_t *place = mp_pages_r_w_nx_data(&pages);
    refuse_call("mp_os_release", 0, 2); /* the destroy, and its look at what waits */
    mp_pages_r_w_nx_destroy(&pages);
    check_refused();
    check_is_zeroed(pages);
    ck_assert_uint_eq(mp_unreleased_bytes(), 3 * page);
    ck_assert_uint_eq(kernel_resident_bytes(place, 3 * page), 0);

    refuse_call("mp_os_release", 0, 1);
    check_ok(mp_pages_r_w_nx_create(page, &other));
    check_refused();
    ck_assert_uint_eq(mp_unreleased_bytes(), 3 * page);
    mp_pages_r_w_nx_destroy(&other);
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
    ck_assert_uint_eq(kernel_access(place, 3 * page), KERNEL_UNMAPPED);
    /* The slot is free again: of two that are taken now, one has it. */
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    check_ok(mp_pages_r_w_nx_create(page, &other));
    ck_assert_ptr_ne(pages.region.ticket.slot, other.region.ticket.slot);
    mp_pages_r_w_nx_destroy(&pages);
    mp_pages_r_w_nx_destroy(&other);
}
END_TEST

/* What each of these leaves is looked at elsewhere; here it is that no slot is lost. */
static void fail_to_create(void) {
    mp_pages_r_w_nx pages;
    mp_recycler none;
    const mp_options guarded = {.guard_pages = true};
    const mp_options insists = {.no_dump = true};
    const size_t page = mp_page_size();
    check_status(MP_ERR_OVERFLOW,
                 mp_pages_r_w_nx_create_with(SIZE_MAX - page + 1, &guarded, &pages));
    refuse_call("mp_os_map", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create(page, &pages));
    check_refused();
    refuse_call("mp_os_map", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_recycler_create(1, 0, &none));
    check_refused();
    refuse_call("mp_os_exclude_from_dumps", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create_with(page, &insists, &pages));
    check_refused();
}

static void fail_to_move(void) {
    mp_pages_r_w_nx pages;
    const mp_options options = granted((mp_options){.guard_pages = true, .no_dump = true});
    const size_t page = mp_page_size();
    check_ok(mp_pages_r_w_nx_create_with(page, &options, &pages));
    refuse_call("mp_slot_take", 1, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_resize(&pages, 2 * page));
    check_refused();
    if (options.no_dump) {
        refuse_call("mp_os_exclude_from_dumps", 0, 1);
        check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_resize(&pages, 2 * page));
        check_refused();
    }
    refuse_call("mp_os_move", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_resize(&pages, 2 * page));
    check_refused();
    check_ok(mp_pages_r_w_nx_resize(&pages, 2 * page));
    mp_pages_r_w_nx_destroy(&pages);
}

static void deny_and_hand_out(void) {
    mp_pages_r_w_nx pages;
    mp_pages_r_nw_nx readable;
    void *base;
    size_t bytes;
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    refusal_code = system_error(CALL_PROTECT, MP_ERR_DENIED).system_code;
    refuse_call("mp_os_protect", 0, 1);
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_deny_write(&pages, &readable));
    check_refused();
    refusal_code = REFUSED;
    check_ok(mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes));
    check_ok(mp_pages_r_w_nx_from_raw_parts(base, bytes, &pages));
    refuse_call("mp_os_release", 0, 2);
    mp_pages_r_w_nx_destroy(&pages);
    check_refused();
    mp_release_retry();
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
}

static void recycle(void) {
    const size_t page = mp_page_size();
    mp_options options = {.recycler = &recycler};
    mp_pages_r_nw_nx readable;
    keep_pages(page, options);
    mp_pages_r_w_nx pages = new_pages(page, options);
    mp_pages_r_w_nx_destroy(&pages);
    refuse_call("mp_os_protect", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_nw_nx_create_with(page, &options, &readable));
    check_refused();
    refuse_call("mp_os_map", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_create_with(page, &options, &pages));
    check_refused();
    end_recycler();
}

START_TEST(no_slot_is_lost) {
    enum { TIMES = 100 };
    void (*const ways[])(void) = {fail_to_create, fail_to_move, deny_and_hand_out, recycle};
    for (size_t i = 0; i < TIMES; i++) ways[_i]();
    check_slots_came_back(TIMES);
}
END_TEST

START_TEST(a_slot_forgets_its_last_owner) {
    const size_t page = mp_page_size();
    const mp_options options = {.guard_pages = true};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    const void *slot = pages.region.ticket.slot;
    check_ok(mp_region_advise(&pages.region, 0, MP_ADVICE_RANDOM));
    mp_pages_r_w_nx_destroy(&pages);
    check_ok(mp_pages_r_w_nx_create_with(page, &options, &pages));
    ck_assert_ptr_eq(pages.region.ticket.slot, slot);
    check_kernel_flag(mp_pages_r_w_nx_data(&pages), "rr", false);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* What is adopted has no options, whoever had the slot before. */
START_TEST(a_slot_of_adopted_memory_forgets_its_last_owner) {
    pretend_huge_pages(2 * MiB);
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(2 * MiB, (mp_options){.huge_pages = MP_HUGE_PAGES_AUTO});
    const void *slot = pages.region.ticket.slot;
    (void)mp_pages_r_w_nx_exec_address(&pages, 0);
    ck_assert(slot_of(&pages.region).huge && slot_of(&pages.region).address_told);
    void *base;
    size_t bytes;
    check_ok(mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes));
    mp_pages_r_nw_nx adopted;
    check_ok(mp_pages_r_nw_nx_from_raw_parts(base, bytes, &adopted));
    ck_assert_ptr_eq(adopted.region.ticket.slot, slot);
    const mp_slot found = slot_of(&adopted.region);
    ck_assert(!found.huge && !found.address_told);
    ck_assert_uint_eq(found.access, MP_ACCESS_READ);
    mp_pages_r_nw_nx_destroy(&adopted);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert_uint_eq(kernel_access(base, bytes), KERNEL_UNMAPPED);
    end_recycler();
}
END_TEST

START_TEST(memory_that_lies_low_is_adopted) {
    /* More bytes than the number of its address. */
    void *low = map_foreign((void *)(uintptr_t)MiB, 2 * MiB, MP_ACCESS_READ | MP_ACCESS_WRITE);
    if (low == NULL) return;
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_from_raw_parts(low, 2 * MiB, &pages));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(pages_whose_guard_stays_are_not_handed_out) {
    const size_t page = mp_page_size();
    const mp_options options = {.guard_pages = true};
    mp_pages_r_w_nx pages;
    void *base = &pages;
    size_t bytes = 42;
    check_ok(mp_pages_r_w_nx_create_with(page, &options, &pages));
    const mp_pages_r_w_nx before = pages;
    refuse_call("mp_os_release", 0, 1);
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes));
    check_refused();
    ck_assert_mem_eq(&pages, &before, sizeof pages);
    ck_assert_ptr_eq(base, &pages);
    ck_assert_uint_eq(bytes, 42);
    mp_pages_r_w_nx_fill(&pages, 7);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(pages_end_without_calls_that_they_do_not_need) {
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_nw_nx_create(1, &readable));
    refuse_call("mp_os_protect", 0, 1);
    mp_pages_r_nw_nx_destroy(&readable); /* nobody reads or writes it again */
    check_ok(mp_recycler_create(64 * MiB, 0, &recycler));
    mp_pages_r_w_nx pages = new_pages(MiB, (mp_options)MP_INIT);
    mp_pages_r_w_nx_destroy(&pages); /* can be written as it is */
    check_not_refused();
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), MiB);
    end_recycler();

    /* What cannot be made writable is not wiped. */
    const mp_options wipe = {.wipe_on_destroy = true};
    check_ok(mp_pages_r_nw_nx_create_with(1, &wipe, &readable));
    refuse_call("mp_os_protect", 0, 1);
    mp_pages_r_nw_nx_destroy(&readable);
    check_refused();
}
END_TEST

START_TEST(a_hint_is_for_whole_pages_that_the_range_lies_in) {
    const size_t page = mp_page_size();
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(4 * page, &pages));
    uint8_t *data = mp_pages_r_w_nx_data_mut(&pages);
    advised.base = NULL;
    check_ok(mp_region_advise_soon(&pages.region, 0, 0));
    ck_assert_ptr_null(advised.base);
    check_ok(mp_region_advise_soon(&pages.region, page, 1));
    ck_assert_ptr_eq(advised.base, data + page);
    ck_assert_uint_eq(advised.n, page);
    check_ok(mp_region_advise_soon(&pages.region, page + 5, page - 4)); /* to the second's first */
    ck_assert_ptr_eq(advised.base, data + page);
    ck_assert_uint_eq(advised.n, 2 * page);

    refuse_call("mp_os_advise", 0, 2);
    check_status(MP_ERR_SYSTEM, mp_region_advise_soon(&pages.region, 0, 1));
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_advise_use_rnd(&pages));
    check_refused();
    ck_assert_uint_eq(slot_of(&pages.region).advice, MP_ADVICE_NORMAL);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(a_refused_permission_is_taken_back) {
    mp_pages_r_w_nx pages;
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    refuse_call("mp_os_protect", 0, 2); /* it might have come half-way */
    check_status(MP_ERR_SYSTEM, mp_pages_r_w_nx_deny_write(&pages, &readable));
    ck_assert_int_eq(refusals, 0);
    check_refused();
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* The system resizes a plain mapping by itself, and knows nothing of what others are to have. */
START_TEST(the_system_resizes_what_has_no_options) {
    const mp_options options[] = {
        MP_INIT,
        {.huge_pages = MP_HUGE_PAGES_AUTO},
        {.locked = true},
        {.prefault = true},
        {.alignment = MiB},
    };
    pretend_huge_pages(2 * MiB);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (options[i].locked && skips_without_mlock()) continue;
        mp_pages_r_w_nx pages;
        check_ok(mp_pages_r_w_nx_create_with(mp_page_size(), &options[i], &pages));
        const uint8_t *place = mp_pages_r_w_nx_data(&pages);
        check_ok(mp_pages_r_w_nx_resize(&pages, mp_pages_r_w_nx_len(&pages)));
        ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), place);
        refuse_call("mp_os_resize", 0, 1);
        check_ok(mp_pages_r_w_nx_resize(&pages, 2 * MiB)); /* moves all the same */
        if (i == 0)
            check_refused();
        else
            check_not_refused();
        ck_assert_uint_eq(slot_of(&pages.region).huge, i == 1);
        mp_pages_r_w_nx_destroy(&pages);
    }
}
END_TEST

START_TEST(fresh_pages_are_not_blanked) {
    mp_pages_r_w_nx pages;
    refuse_call("mp_os_resident", 0, 1);
    check_ok(mp_pages_r_w_nx_create(MiB, &pages));
    check_not_refused();
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* Where a system denies a permission to pages that had another, a copy may have it. */
START_TEST(a_denied_permission_stays_denied_where_no_copy_can_be_made) {
    const mp_options options[] = {granted((mp_options){.no_dump = true}), MP_INIT};
    const char *calls[] = {NULL, "mp_slot_take"};
    refusal_code = system_error(CALL_PROTECT, MP_ERR_DENIED).system_code;
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        mp_pages_r_w_nx pages;
        mp_pages_r_nw_nx readable;
        check_ok(mp_pages_r_w_nx_create_with(1, &options[i], &pages));
        mp_pages_r_w_nx_fill(&pages, 7);
        const mp_pages_r_w_nx before = pages;
        always_refused = calls[i];
        refuse_call("mp_os_protect", 0, 1);
        check_status(MP_ERR_DENIED, mp_pages_r_w_nx_deny_write(&pages, &readable));
        check_refused();
        always_refused = NULL;
        ck_assert_mem_eq(&pages, &before, sizeof pages);
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, mp_page_size()));
        mp_pages_r_w_nx_destroy(&pages);
    }
}
END_TEST

/* ---- Vectors --------------------------------------------------------------------------------- */

START_TEST(a_vector_without_accessible_memory_freezes_and_moves) {
    const mp_options options = {.reservation = 2 * MiB};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    ck_assert_uint_eq(vec.raw.region.len, 0);
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    check_ok(mp_vec_u64_ro_thaw(&frozen, &vec));
    refuse_call("mp_os_move", 0, 1);
    check_ok(mp_vec_u64_rw_reserve(&vec, 2 * MiB)); /* sixteen MiB: elsewhere, moving nothing */
    check_not_refused();
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    ck_assert_uint_eq(*mp_vec_u64_rw_first(&vec), 1);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(a_refused_shrink_changes_nothing) {
    const char *calls[] = {"mp_os_resize", "mp_os_uncommit"};
    const size_t capacities[] = {10000, MiB};
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        mp_vec_u64_rw vec;
        check_ok(mp_vec_u64_rw_create(capacities[i], &vec));
        check_ok(mp_vec_u64_rw_append_zeroed(&vec, capacities[i]));
        mp_vec_u64_rw_truncate(&vec, 1);
        const mp_vec_u64_rw before = vec;
        refuse_call(calls[i], 0, 1);
        check_status(MP_ERR_SYSTEM, mp_vec_u64_rw_shrink_to_fit(&vec));
        check_refused();
        ck_assert_mem_eq(&vec, &before, sizeof vec);
        check_ok(mp_vec_u64_rw_push(&vec, 1));
        mp_vec_u64_rw_destroy(&vec);
    }
}
END_TEST

/** A push that fails because `call` is refused, so often, changes nothing. */
static void check_refused_push(mp_vec_u64_rw *vec, const char *call, int times) {
    const mp_vec_u64_rw before = *vec;
    refuse_call(call, 0, times);
    check_status(MP_ERR_SYSTEM, mp_vec_u64_rw_push(vec, 1));
    check_refused();
    ck_assert_mem_eq(vec, &before, sizeof before);
}

START_TEST(a_refused_commit_leaves_a_vector_as_it_was) {
    const mp_options options = {.reservation = 64 * MiB};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 2 * MiB / sizeof(uint64_t)));
    check_refused_push(&vec, "mp_os_commit", 1);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* Fills what fits without a move. */
static void fill_to_the_brim(size_t reservation, mp_vec_u64_rw *vec) {
    pretend_huge_pages(2 * MiB);
    const mp_options options = {.reservation = reservation};
    check_ok(mp_vec_u64_rw_create_with(0, &options, vec));
    const size_t brim = reservation != 0 ? reservation : MiB; /* half a huge page */
    check_ok(mp_vec_u64_rw_append_zeroed(vec, brim / sizeof(uint64_t)));
}

START_TEST(a_refused_move_leaves_a_vector_where_it_was) {
    const char *calls[] = {"mp_os_commit", "mp_os_move"};
    mp_vec_u64_rw vec;
    fill_to_the_brim(4 * MiB, &vec);
    check_refused_push(&vec, calls[_i], 2); /* much room is asked for, and as much as it takes */
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* A copy, for the first huge page could never form from small ones. All that is needed becomes
 * accessible along with it: a refusal later would find the vector elsewhere already. */
START_TEST(a_small_vector_becomes_large_by_one_commit_and_no_move) {
    const struct { const char *call; int passes; } refused_calls[] = {
        {"mp_os_move", 0}, {"mp_os_commit", 1}};
    mp_vec_u64_rw vec;
    fill_to_the_brim(0, &vec);
    refuse_call(refused_calls[_i].call, refused_calls[_i].passes, 1);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    check_not_refused();
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* They cost less to move than to copy, or must not become huge. */
START_TEST(other_elements_are_moved) {
    const struct { size_t content; mp_huge_pages policy; } cases[] = {
        {MiB - MiB / 4, MP_HUGE_PAGES_DEFAULT}, {MiB, MP_HUGE_PAGES_NEVER}};
    pretend_huge_pages(2 * MiB);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const mp_options options = {.huge_pages = cases[i].policy};
        mp_vec_u64_rw vec;
        check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
        check_ok(mp_vec_u64_rw_append_zeroed(&vec, cases[i].content / sizeof(uint64_t)));
        refuse_call("mp_os_move", 0, 1);
        check_status(MP_ERR_SYSTEM, mp_vec_u64_rw_reserve_exact(&vec, MiB));
        check_refused();
        mp_vec_u64_rw_destroy(&vec);
    }
}
END_TEST

START_TEST(a_vector_that_moves_leaves_nothing_behind) {
    const size_t page = mp_page_size();
    const mp_options options = {.reservation = 4 * MiB, .guard_pages = true};
    pretend_huge_pages(2 * MiB);
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 4 * MiB / sizeof(uint64_t)));
    const uint8_t *place = vec.raw.region.data;
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    ck_assert_uint_eq(kernel_access(place - page, 4 * MiB + 2 * page), KERNEL_UNMAPPED);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(less_room_is_no_failure_where_it_suffices) {
    mp_vec_u64_rw vec;
    fill_to_the_brim(4 * MiB, &vec);
    mp_record_failure(MP_ERR_FULL, "another call");
    refuse_call("mp_os_move", 0, 1);
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    check_refused();
    ck_assert_int_eq(mp_last_error().status, MP_ERR_FULL);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(memory_that_cannot_be_made_resident_is_not_pushed_into) {
    const mp_options options = {.reservation = 64 * MiB, .prefault = true};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(2 * MiB / sizeof(uint64_t), &options, &vec));
    check_ok(mp_vec_u64_rw_append_zeroed(&vec, 2 * MiB / sizeof(uint64_t)));
    check_refused_push(&vec, "mp_os_prefault", 1);
    ck_assert_uint_eq(kernel_access(vec.raw.region.data + 2 * MiB, 2 * MiB), kernel_reserved());
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(locked_room_is_resident_at_once) {
    const mp_options options = {.locked = true};
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create_with(200000, &options, &vec));
    ck_assert_uint_eq(vec.raw.region.len, 2 * MiB);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(code_that_was_written_is_made_visible) {
    mp_pages_r_w_nx pages, twin;
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    synced.base = NULL;
    mp_region_sync_code(&pages.region, 0, 0);
    ck_assert_ptr_null(synced.base);
    mp_region_sync_code(&pages.region, 64, 1);
    ck_assert_ptr_eq(synced.base, mp_pages_r_w_nx_at(&pages, 64));
    ck_assert_uint_eq(synced.n, 1);
    twin = pages;
    ck_assert_uint_eq(mp_pages_r_w_nx_exec_address(&pages, 5),
                      (uintptr_t)mp_pages_r_w_nx_at(&pages, 5));
    const uintptr_t first = mp_pages_r_w_nx_exec_address(&pages, 0);
    mp_pages_r_w_nx_destroy(&pages);
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    ck_assert_ptr_eq(pages.region.ticket.slot, twin.region.ticket.slot);
    ck_assert_uint_eq(mp_pages_r_w_nx_exec_address(&twin, 0), first); /* of a stale twin */
    ck_assert(!slot_of(&pages.region).address_told); /* which has another owner now */
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(a_reservation_beyond_all_bounds_is_the_usual_one) {
    const mp_options options = {.reservation = SIZE_MAX};
    mp_vec_u64_rw vec, usual;
    check_ok(mp_vec_u64_rw_create_with(0, &options, &vec));
    check_ok(mp_vec_u64_rw_create(MiB, &usual));
    ck_assert_uint_eq(mp_vec_u64_rw_reservation(&vec), mp_vec_u64_rw_reservation(&usual));
    mp_vec_u64_rw_destroy(&vec);

    const mp_options most = {.reservation = SIZE_MAX - 8 * MiB}; /* halved until there is as much */
    check_ok(mp_vec_u64_rw_create_with(0, &most, &vec));
    ck_assert_uint_ge(mp_vec_u64_rw_reservation(&vec), mp_vec_u64_rw_reservation(&usual));
    mp_vec_u64_rw_destroy(&vec);
    mp_vec_u64_rw_destroy(&usual);
}
END_TEST

static mp_status copies_left;

static mp_status copy_until(void *to, const void *from) {
    if (*(const uint64_t *)from == 3) return copies_left;
    memcpy(to, from, sizeof(uint64_t));
    return MP_OK;
}

START_TEST(elements_may_fail_to_copy_and_need_no_end) {
    const mp_element element = {sizeof(uint64_t), NULL, NULL, copy_until};
    const uint64_t array[] = {1, 2, 3};
    mp_vec_raw vec;
    copies_left = MP_ERR_DENIED;
    check_ok(mp_vec_raw_create(0, NULL, &element, &vec));
    check_status(MP_ERR_DENIED, mp_vec_raw_insert_n(&vec, 0, array, 3, &element));
    ck_assert_uint_eq(vec.len, 0);
    check_ok(mp_vec_raw_insert_n(&vec, 0, array, 2, &element));
    mp_vec_raw_destroy(&vec, &element, false);
}
END_TEST

static unsigned copies; /* that come to be before one fails, having begun */

static mp_status copy_so_often(void *to, const void *from) {
    memcpy(to, from, sizeof(uint64_t));
    return copies-- > 0 ? MP_OK : MP_ERR_DENIED;
}

static size_t dropped, dropped_frozen; /* sums of elements */

static void drop(void *element) { dropped += *(const uint64_t *)element; }

static void drop_frozen(const void *element) { dropped_frozen += *(const uint64_t *)element; }

START_TEST(a_resize_that_fails_leaves_no_trace) {
    const mp_element element = {sizeof(uint64_t), drop, NULL, copy_so_often};
    const uint64_t value = 5;
    mp_vec_raw vec;
    check_ok(mp_vec_raw_create(0, NULL, &element, &vec));
    copies = 3;
    check_status(MP_ERR_DENIED, mp_vec_raw_resize(&vec, 9, &value, &element));
    ck_assert_uint_eq(vec.len, 0);
    ck_assert_uint_eq(dropped, 3 * 5);
    check_ok(mp_vec_raw_append_zeroed(&vec, 9, &element));
    ck_assert(bytes_are(vec.region.data, 0, 9 * sizeof(uint64_t)));
    mp_vec_raw_destroy(&vec, &element, false);
}
END_TEST

START_TEST(what_was_made_in_spare_room_is_no_element_yet) {
    const mp_element element = {sizeof(uint64_t), drop, NULL, NULL};
    const uint64_t value = 5;
    mp_vec_raw vec;
    void *spare;
    size_t room;
    check_ok(mp_vec_raw_create(0, NULL, &element, &vec));
    check_ok(mp_vec_raw_insert(&vec, 0, &value, &element));
    check_ok(mp_vec_raw_spare(&vec, 1, &spare, &room, &element));
    *(uint64_t *)spare = 6;
    check_ok(mp_vec_raw_write(&vec, 0, spare, 1, &element));
    ck_assert_uint_eq(dropped, 5);
    ck_assert_uint_eq(*(const uint64_t *)(const void *)vec.region.data, 6);
    check_status(MP_ERR_INVALID, mp_vec_raw_write(&vec, 0, vec.region.data, 1, &element));
    mp_vec_raw_destroy(&vec, &element, false);
}
END_TEST

START_TEST(no_vector_freezes_into_itself) {
    const mp_element element = {sizeof(uint64_t), NULL, NULL, NULL};
    mp_vec_raw vec;
    check_ok(mp_vec_raw_create(1, NULL, &element, &vec));
    const mp_vec_raw before = vec;
    check_status(MP_ERR_INVALID, mp_vec_raw_freeze(&vec, &vec, &element));
    ck_assert_mem_eq(&vec, &before, sizeof vec);
    mp_vec_raw_destroy(&vec, &element, false);
}
END_TEST

START_TEST(elements_end_as_the_memory_that_they_are_in_allows) {
    const mp_element element = {sizeof(uint64_t), drop, drop_frozen, NULL};
    const uint64_t array[] = {1, 2, 4, 8};
    mp_vec_raw vec;
    check_ok(mp_vec_raw_create(0, NULL, &element, &vec));
    check_ok(mp_vec_raw_insert_n(&vec, 0, array, 4, &element));
    check_ok(mp_vec_raw_remove(&vec, 3, NULL, &element)); /* stays where it was, behind the end */
    if (_i == 1) {
        mp_vec_raw frozen;
        check_ok(mp_vec_raw_freeze(&vec, &frozen, &element));
        vec = frozen;
    }
    mp_vec_raw_destroy(&vec, &element, _i == 1);
    ck_assert_uint_eq(dropped, _i == 1 ? 8 : 8 + 7);
    ck_assert_uint_eq(dropped_frozen, _i == 1 ? 7 : 0);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, without_huge_pages_only_insisting_fails);
    tcase_add_test(tests, nobody_asks_for_huge_pages_where_there_are_none);
    tcase_add_test(tests, pages_are_huge_from_the_size_of_one_on);
    tcase_add_test(tests, huge_pages_keep_a_larger_alignment);
    tcase_add_test(tests, huge_pages_that_are_too_large_are_no_step);
    tcase_add_test(tests, a_recycler_that_gets_no_page_is_empty);
    tcase_add_test(tests, kept_memory_serves_nobody_with_another_option);
    tcase_add_test(tests, kept_memory_of_vectors_serves_no_pages);
    tcase_add_test(tests, memory_is_kept_until_it_is_too_old);
    tcase_add_test(tests, the_old_is_looked_for_twice_in_its_time);
    tcase_add_test(tests, what_comes_sends_the_old_away);
    tcase_add_test(tests, a_recycler_that_ends_keeps_nothing_and_lives_as_long_as_its_pages);
    tcase_add_test(tests, what_is_kept_while_the_handle_ends_goes_with_the_last_pages);
    tcase_add_test(tests, kept_pages_come_back_one_by_one);
    tcase_add_test(tests, pages_of_twice_the_size_are_not_in_the_way);
    tcase_add_test(tests, recycled_memory_forgets_its_last_owner);
    tcase_add_test(tests, memory_of_a_frozen_vector_can_be_written_as_far_as_it_is_needed);
    tcase_add_loop_test(tests, no_slot_is_lost, 0, 4);
    tcase_add_test(tests, a_slot_forgets_its_last_owner);
    tcase_add_test(tests, a_slot_of_adopted_memory_forgets_its_last_owner);
    tcase_add_test(tests, memory_that_lies_low_is_adopted);
    tcase_add_test(tests, pages_whose_guard_stays_are_not_handed_out);
    tcase_add_test(tests, pages_end_without_calls_that_they_do_not_need);
    tcase_add_test(tests, a_hint_is_for_whole_pages_that_the_range_lies_in);
    tcase_add_test(tests, a_refused_permission_is_taken_back);
    tcase_add_test(tests, the_system_resizes_what_has_no_options);
    tcase_add_test(tests, fresh_pages_are_not_blanked);
    tcase_add_test(tests, only_some_of_what_is_kept_is_looked_at);
    tcase_add_test(tests, recycled_pages_are_zeroed_even_if_nobody_tells_which_are_resident);
    tcase_add_test(tests, recycled_pages_that_get_no_permission_are_given_back);
    tcase_add_test(tests, recycled_pages_are_resident_where_that_was_asked_for);
    tcase_add_test(tests, recycled_pages_of_another_permission_are_wiped_in_the_end);
    tcase_add_test(tests, a_vector_that_was_never_touched_is_not_kept);
    tcase_add_test(tests, kept_memory_that_nobody_can_use_leaves_no_trace);
    tcase_add_test(tests, resident_pages_stay_so_when_they_are_recycled);
    tcase_add_test(tests, pages_that_cannot_be_made_writable_are_not_kept);
    tcase_add_test(tests, kept_memory_becomes_accessible_as_far_as_it_is_needed);
    tcase_add_test(tests, what_overflows_with_its_guards_is_refused_with_a_recycler_too);
    tcase_add_test(tests, no_slot_no_memory);
    tcase_add_test(tests, no_table_no_slot);
    tcase_add_test(tests, the_slower_of_two_threads_leaves_no_second_table);
    tcase_add_test(tests, pages_stay_where_they_are_without_a_slot_for_the_move);
    tcase_add_test(tests, guarded_pages_grow_again_where_they_shrank);
    tcase_add_test(tests, an_insisting_program_is_told_what_fails);
    tcase_add_test(tests, pages_that_nobody_may_write_are_not_made_resident);
    tcase_add_test(tests, a_system_that_does_not_tell_what_is_resident_fails);
    tcase_add_test(tests, an_empty_or_stale_region_neither_grows_nor_shrinks);
    tcase_add_test(tests, a_region_that_has_its_size_changes_owner_and_nothing_else);
    tcase_add_test(tests, a_denied_permission_stays_denied_where_no_copy_can_be_made);
    tcase_add_test(tests, what_cannot_be_unmapped_waits);
    tcase_add_test(tests, a_vector_without_accessible_memory_freezes_and_moves);
    tcase_add_test(tests, a_refused_shrink_changes_nothing);
    tcase_add_test(tests, a_refused_commit_leaves_a_vector_as_it_was);
    tcase_add_loop_test(tests, a_refused_move_leaves_a_vector_where_it_was, 0, 2);
    tcase_add_loop_test(tests, a_small_vector_becomes_large_by_one_commit_and_no_move, 0, 2);
    tcase_add_test(tests, other_elements_are_moved);
    tcase_add_test(tests, a_vector_that_moves_leaves_nothing_behind);
    tcase_add_test(tests, less_room_is_no_failure_where_it_suffices);
    tcase_add_test(tests, memory_that_cannot_be_made_resident_is_not_pushed_into);
    tcase_add_test(tests, locked_room_is_resident_at_once);
    tcase_add_test(tests, code_that_was_written_is_made_visible);
    tcase_add_test(tests, recycled_pages_that_stay_full_are_given_back);
    tcase_add_test(tests, a_reservation_beyond_all_bounds_is_the_usual_one);
    tcase_add_test(tests, elements_may_fail_to_copy_and_need_no_end);
    tcase_add_test(tests, a_resize_that_fails_leaves_no_trace);
    tcase_add_test(tests, what_was_made_in_spare_room_is_no_element_yet);
    tcase_add_test(tests, no_vector_freezes_into_itself);
    tcase_add_loop_test(tests, elements_end_as_the_memory_that_they_are_in_allows, 0, 2);
}

int main(void) { return run_tests("seam", add_tests); }
