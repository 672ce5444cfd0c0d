/* Handles between threads, and between a process and its children: what was handed over or
 * inherited works as it did where it was made. A signal handler is like another thread. */
#include "kernel_view.h"
#include "machine_code.h"
#include "mp_compiler.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <signal.h>

static size_t page;

/* ---- One of each kind ------------------------------------------------------------------------ */

enum { ELEMENTS = 1000 };

/** One handle of each kind that owns memory, and what refers to such memory. */
struct goods {
    mp_pages_r_w_nx pages;
    mp_pages_r_nw_nx table;
    mp_vec_u64_rw vec;
    mp_vec_u64_ro frozen;
    mp_slice_u64 slice; /* of `frozen` */
    mp_pages_r_nw_x code;
    mp_fn_binary_u64 add; /* in `code` */
};

static mp_vec_u64_rw vec_from(uint64_t first) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(0, &vec));
    for (uint64_t i = 0; i < ELEMENTS; i++) check_ok(mp_vec_u64_rw_push(&vec, first + i));
    return vec;
}

static void check_counts_from(uint64_t first, mp_slice_u64 slice) {
    ck_assert_uint_ge(mp_slice_u64_len(slice), ELEMENTS);
    for (size_t i = 0; i < ELEMENTS; i++) {
        if (mp_slice_u64_get_unchecked(slice, i) != first + i) ck_abort_msg("element %zu", i);
    }
}

static mp_pages_r_w_nx filled_pages(uint8_t value) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    mp_pages_r_w_nx_fill(&pages, value);
    return pages;
}

static void make(struct goods *goods, uint8_t seed) {
    goods->pages = filled_pages(seed);
    mp_pages_r_w_nx writable = filled_pages(seed);
    check_ok(mp_pages_r_w_nx_deny_write(&writable, &goods->table));
    goods->vec = vec_from(seed);
    mp_vec_u64_rw growing = vec_from(seed);
    check_ok(mp_vec_u64_rw_freeze(&growing, &goods->frozen));
    goods->slice = mp_vec_u64_ro_slice(&goods->frozen);
    writable = filled_pages(0);
    check_ok(mp_pages_r_w_nx_write(&writable, 0, code_of_add.bytes, code_of_add.size));
    check_ok(mp_pages_r_w_nx_set_protected_exec(&writable, &goods->code));
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&goods->code, 0, &goods->add));
}

static void check_adds(const mp_fn_binary_u64 *add, uint64_t a, uint64_t b) {
    uint64_t sum = 0;
    check_ok(mp_fn_binary_u64_call(add, a, b, &sum));
    ck_assert_uint_eq(sum, a + b);
}

static void check_is_as_made(const struct goods *goods, uint8_t seed) {
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&goods->pages), seed, page));
    ck_assert(bytes_are(mp_pages_r_nw_nx_data(&goods->table), seed, page));
    check_counts_from(seed, mp_vec_u64_rw_slice(&goods->vec));
    check_counts_from(seed, mp_vec_u64_ro_slice(&goods->frozen));
    check_counts_from(seed, goods->slice);
    check_adds(&goods->add, seed, 40);
}

/** Does to each what only its owner may, slow paths first of all, and destroys it. */
static void use_up(struct goods *goods) {
    check_ok(mp_pages_r_w_nx_resize(&goods->pages, 3 * page));
    check_ok(mp_pages_r_w_nx_set(&goods->pages, 2 * page, 1));
    check_ok(mp_pages_r_w_nx_decommit(&goods->pages, 0, page));
    mp_pages_r_w_nx_destroy(&goods->pages);

    mp_pages_r_w_nx writable;
    check_ok(mp_pages_r_nw_nx_allow_write(&goods->table, &writable));
    mp_pages_r_w_nx_fill(&writable, 0);
    mp_pages_r_w_nx_destroy(&writable);

    check_ok(mp_vec_u64_rw_reserve(&goods->vec, (size_t)1 << 20)); /* into the large tier */
    check_ok(mp_vec_u64_rw_push(&goods->vec, 1));
    mp_vec_u64_rw_destroy(&goods->vec);

    mp_vec_u64_rw thawed;
    check_ok(mp_vec_u64_ro_thaw(&goods->frozen, &thawed));
    check_ok(mp_vec_u64_rw_clear_decommit(&thawed));
    mp_vec_u64_rw_destroy(&thawed);

    mp_pages_r_nw_nx data;
    check_ok(mp_pages_r_nw_x_deny_exec(&goods->code, &data));
    ck_assert(!mp_fn_binary_u64_is_current(&goods->add));
    check_status(MP_ERR_STALE, mp_fn_binary_u64_call(&goods->add, 1, 2, NULL));
    mp_pages_r_nw_nx_destroy(&data);
}

/* ---- From thread to thread ------------------------------------------------------------------- */

enum { PLACES = 4, PAIRS = 2, PARCELS = 200 };

/** A queue from one thread to another. What the one did before it stored `sent` has happened for
 *  the other, which loads it. */
static struct queue {
    struct goods places[PLACES];
    uint32_t sent, taken; /* atomic */
} queues[PAIRS];

static void move_all(struct goods *from, struct goods *to) {
    mp_pages_r_w_nx_move(&from->pages, &to->pages);
    mp_pages_r_nw_nx_move(&from->table, &to->table);
    mp_vec_u64_rw_move(&from->vec, &to->vec);
    mp_vec_u64_ro_move(&from->frozen, &to->frozen);
    to->slice = from->slice;
    mp_pages_r_nw_x_move(&from->code, &to->code);
    to->add = from->add;
}

static void *produce(void *argument) {
    struct queue *queue = argument;
    for (uint32_t i = 0; i < fewer_if_slow(PARCELS); i++) {
        struct goods goods;
        make(&goods, (uint8_t)i);
        while (i - mp_atomic_load(&queue->taken) == PLACES) wait_milliseconds(0);
        move_all(&goods, &queue->places[i % PLACES]);
        mp_atomic_store(&queue->sent, i + 1);
    }
    return NULL;
}

static void *consume(void *argument) {
    struct queue *queue = argument;
    for (uint32_t i = 0; i < fewer_if_slow(PARCELS); i++) {
        while (mp_atomic_load(&queue->sent) == i) wait_milliseconds(0);
        struct goods goods;
        move_all(&queue->places[i % PLACES], &goods);
        mp_atomic_store(&queue->taken, i + 1);
        check_is_as_made(&goods, (uint8_t)i);
        use_up(&goods);
    }
    return NULL;
}

START_TEST(what_a_thread_made_is_used_and_ended_by_another) {
    thread *threads[2 * PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        threads[2 * i] = start_thread(produce, &queues[i]);
        threads[2 * i + 1] = start_thread(consume, &queues[i]);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) join_thread(threads[i]);
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
}
END_TEST

static struct goods shared;

static void *read_shared(void *ignored) {
    (void)ignored;
    for (size_t i = 0; i < fewer_if_slow(PARCELS); i++) check_is_as_made(&shared, 7);
    return NULL;
}

START_TEST(any_number_of_threads_reads_what_none_changes) {
    make(&shared, 7);
    thread *readers[3], *others[2];
    for (size_t i = 0; i < COUNT_OF(readers); i++) readers[i] = start_thread(read_shared, NULL);
    others[0] = start_thread(produce, &queues[0]);
    others[1] = start_thread(consume, &queues[0]);
    for (size_t i = 0; i < COUNT_OF(readers); i++) join_thread(readers[i]);
    for (size_t i = 0; i < COUNT_OF(others); i++) join_thread(others[i]);
    use_up(&shared);
}
END_TEST

static void *fail_in_its_own_way(void *ignored) {
    (void)ignored;
    ck_assert_int_eq(mp_last_error().status, MP_OK);
    mp_pages_r_w_nx pages;
    check_status(MP_ERR_ZERO_SIZE, mp_pages_r_w_nx_create(0, &pages));
    return NULL;
}

START_TEST(each_thread_has_a_last_error_of_its_own) {
    mp_pages_r_w_nx pages;
    check_status(MP_ERR_OVERFLOW, mp_pages_r_w_nx_create(SIZE_MAX, &pages));
    join_thread(start_thread(fail_in_its_own_way, NULL));
    ck_assert_int_eq(mp_last_error().status, MP_ERR_OVERFLOW);
}
END_TEST

/* ---- Signal handlers ------------------------------------------------------------------------- */

enum { INTERRUPTS = 300 };

static mp_recycler recycler;
static mp_options recycling; /* with it */
static volatile sig_atomic_t interrupts, complaints;

/** Counts what is wrong, since a failed check would leave the handler. */
static void use_all_in_handler(int ignored) {
    (void)ignored;
    mp_pages_r_w_nx pages, twin;
    complaints += mp_pages_r_w_nx_create_with(page, &recycling, &pages) != MP_OK;
    complaints += !bytes_are(mp_pages_r_w_nx_data(&pages), 0, page);
    mp_pages_r_w_nx_fill(&pages, 0xee);
    twin = pages;
    mp_pages_r_nw_nx readable;
    complaints += mp_pages_r_w_nx_deny_write(&pages, &readable) != MP_OK;
    complaints += mp_pages_r_w_nx_resize(&twin, 2 * page) != MP_ERR_STALE;
    complaints += !bytes_are(mp_pages_r_nw_nx_data(&readable), 0xee, page);
    mp_pages_r_nw_nx_destroy(&readable);

    mp_vec_u64_rw vec;
    complaints += mp_vec_u64_rw_create(0, &vec) != MP_OK;
    for (uint64_t i = 0; i < ELEMENTS; i++) complaints += mp_vec_u64_rw_push(&vec, i) != MP_OK;
    complaints += *mp_vec_u64_rw_at(&vec, ELEMENTS - 1) != ELEMENTS - 1;
    mp_vec_u64_rw_destroy(&vec);

    uint64_t sum = 0;
    complaints += mp_fn_binary_u64_call(&shared.add, 2, 3, &sum) != MP_OK || sum != 5;
    interrupts++;
}

START_TEST(a_signal_handler_may_come_at_any_moment) {
    if (skips_without(SIGNALS)) return;
    check_ok(mp_recycler_create(16 * page, 0, &recycler));
    recycling = (mp_options){.recycler = &recycler};
    make(&shared, 7);
    interrupt_often(use_all_in_handler);
    while (interrupts < (int)fewer_if_slow(INTERRUPTS)) {
        struct goods goods;
        make(&goods, 8);
        check_is_as_made(&goods, 8);
        use_up(&goods);
        mp_pages_r_w_nx pages;
        check_ok(mp_pages_r_w_nx_create_with(page, &recycling, &pages));
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 0, page));
        mp_pages_r_w_nx_fill(&pages, 0x11);
        mp_pages_r_w_nx_destroy(&pages);
    }
    interrupt_often(NULL);
    ck_assert_int_eq(complaints, 0);
    check_is_as_made(&shared, 7);
    use_up(&shared);
    mp_recycler_destroy(&recycler);
}
END_TEST

/* ---- From parent to child -------------------------------------------------------------------- */

static void child_uses_up(void) {
    check_is_as_made(&shared, 7);
    use_up(&shared);
}

START_TEST(a_child_uses_and_ends_its_copy_of_each_kind) {
    if (skips_without(FORK)) return;
    make(&shared, 7);
    in_child(child_uses_up);
    check_is_as_made(&shared, 7);
    use_up(&shared);
}
END_TEST

static mp_pages_r_w_nx recycled;

static void child_recycles(void) {
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), page);
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(page, &recycling, &pages));
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 0);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 0, page));
    mp_pages_r_w_nx_fill(&pages, 9);
    mp_pages_r_w_nx_destroy(&pages);
    mp_pages_r_w_nx_destroy(&recycled);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), 2 * page);
    mp_recycler_destroy(&recycler);
}

START_TEST(a_child_has_a_recycler_of_its_own) {
    if (skips_without(FORK)) return;
    check_ok(mp_recycler_create(16 * page, 0, &recycler));
    recycling = (mp_options){.recycler = &recycler};
    mp_pages_r_w_nx kept;
    check_ok(mp_pages_r_w_nx_create_with(page, &recycling, &kept));
    check_ok(mp_pages_r_w_nx_create_with(page, &recycling, &recycled));
    mp_pages_r_w_nx_fill(&recycled, 7);
    mp_pages_r_w_nx_destroy(&kept);
    in_child(child_recycles);
    ck_assert_uint_eq(mp_recycler_bytes(&recycler), page);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&recycled), 7, page));
    mp_pages_r_w_nx_destroy(&recycled);
    mp_recycler_destroy(&recycler);
}
END_TEST

static mp_vec_u64_rw wiped;

static void child_finds_zeros(void) {
    for (size_t i = 0; i < ELEMENTS; i++) ck_assert_uint_eq(*mp_vec_u64_rw_at(&wiped, i), 0);
    check_ok(mp_vec_u64_rw_set(&wiped, 0, 1));
    check_ok(mp_vec_u64_rw_reserve(&wiped, (size_t)1 << 20));
    mp_vec_u64_rw_destroy(&wiped);
}

START_TEST(a_child_finds_wiped_memory_zeroed_and_may_use_it) {
    const mp_options options = granted((mp_options){.wipe_on_fork = true});
    if (skips_without(FORK) || skips_without(ADVICE) || !options.wipe_on_fork) return;
    check_ok(mp_vec_u64_rw_create_with(ELEMENTS, &options, &wiped));
    for (uint64_t i = 0; i < ELEMENTS; i++) check_ok(mp_vec_u64_rw_push(&wiped, 7 + i));
    in_child(child_finds_zeros);
    check_counts_from(7, mp_vec_u64_rw_slice(&wiped));
    mp_vec_u64_rw_destroy(&wiped);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_test(tests, what_a_thread_made_is_used_and_ended_by_another);
    tcase_add_test(tests, any_number_of_threads_reads_what_none_changes);
    tcase_add_test(tests, each_thread_has_a_last_error_of_its_own);
    tcase_add_test(tests, a_signal_handler_may_come_at_any_moment);
    tcase_add_test(tests, a_child_uses_and_ends_its_copy_of_each_kind);
    tcase_add_test(tests, a_child_has_a_recycler_of_its_own);
    tcase_add_test(tests, a_child_finds_wiped_memory_zeroed_and_may_use_it);
}

int main(void) { return run_tests("threads", add_tests); }
