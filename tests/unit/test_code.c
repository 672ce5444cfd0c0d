/* References to machine code: they call, and they end when their pages change. */
#include "kernel_view.h"
#include "machine_code.h"
#include "pages_table.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <mp_compiler.h>
#include <string.h>

static size_t page;

static mp_pages_r_w_nx pages_holding(struct machine_code code, size_t offset) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    check_ok(mp_pages_r_w_nx_write(&pages, offset, code.bytes, code.size));
    return pages;
}

static mp_pages_r_nw_x pages_running(struct machine_code code, size_t offset) {
    mp_pages_r_w_nx memory = pages_holding(code, offset);
    mp_pages_r_nw_x pages;
    check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, &pages));
    return pages;
}

static mp_pages_r_nw_x new_adder(void) { return pages_running(code_of_add, 0); }

static void check_adds(const mp_fn_binary_u64 *add) {
    uint64_t sum = 0;
    ck_assert(mp_fn_binary_u64_is_current(add));
    check_ok(mp_fn_binary_u64_call(add, 43, 34, &sum));
    ck_assert_uint_eq(sum, 77);
}

static void check_is_stale(const mp_fn_binary_u64 *add) {
    uint64_t sum = 42;
    ck_assert(!mp_fn_binary_u64_is_current(add));
    check_status(MP_ERR_STALE, mp_fn_binary_u64_call(add, 43, 34, &sum));
    check_status(MP_ERR_STALE, mp_fn_binary_u64_call(add, 43, 34, NULL));
    ck_assert_uint_eq(sum, 42);
    ck_assert(mp_fn_binary_u64_ptr(add) == NULL);
}

/* ---- Calls ----------------------------------------------------------------------------------- */

START_TEST(code_is_called_with_its_signature) {
    mp_pages_r_nw_x pages = new_adder();
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    check_adds(&add);
    check_ok(mp_fn_binary_u64_call(&add, 43, 34, NULL));
    ck_assert_uint_eq(mp_fn_binary_u64_ptr(&add)(1, 2), 3);
    uint64_t sum = 0;
    check_ok(mp_fn_binary_u64_call(&add, UINT64_MAX, 2, &sum));
    ck_assert_uint_eq(sum, 1);
    mp_pages_r_nw_x_destroy(&pages);

    pages = pages_running(code_of_add_i32, 0);
    mp_fn_binary_i32 add_i32;
    int32_t sum_i32 = 0;
    check_ok(mp_pages_r_nw_x_fn_binary_i32(&pages, 0, &add_i32));
    check_ok(mp_fn_binary_i32_call(&add_i32, 43, -44, &sum_i32));
    ck_assert_int_eq(sum_i32, -1);
    mp_pages_r_nw_x_destroy(&pages);

    pages = pages_running(code_of_twice, 0);
    mp_fn_unary_u64 twice;
    check_ok(mp_pages_r_nw_x_fn_unary_u64(&pages, 0, &twice));
    check_ok(mp_fn_unary_u64_call(&twice, 21, &sum));
    ck_assert_uint_eq(sum, 42);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

START_TEST(code_may_return_nothing_or_its_own_argument) {
    mp_pages_r_nw_x pages = pages_running(code_of_return, 0);
    mp_fn_void nothing;
    check_ok(mp_pages_r_nw_x_fn_void(&pages, 0, &nothing));
    check_ok(mp_fn_void_call(&nothing));
    ck_assert(mp_fn_void_is_current(&nothing));
    mp_pages_r_nw_x_destroy(&pages);
    check_status(MP_ERR_STALE, mp_fn_void_call(&nothing));

    pages = pages_running(code_of_same_f64, 0);
    mp_fn_unary_f64 same;
    double result = 0;
    check_ok(mp_pages_r_nw_x_fn_unary_f64(&pages, 0, &same));
    check_ok(mp_fn_unary_f64_call(&same, 0.5, &result));
    ck_assert(result == 0.5);

    mp_pages_r_nw_x_destroy(&pages);
    check_status(MP_ERR_STALE, mp_fn_unary_f64_call(&same, 1.5, &result));
    ck_assert(result == 0.5);
}
END_TEST

START_TEST(code_may_start_anywhere_in_the_pages) {
    const size_t last = page - code_of_add.size;
    const size_t offsets[] = {0, 16, last / 16 * 16};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        mp_pages_r_nw_x pages = pages_running(code_of_add, offsets[i]);
        mp_fn_binary_u64 add;
        check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, offsets[i], &add));
        check_adds(&add);
        mp_pages_r_nw_x_destroy(&pages);
    }
}
END_TEST

START_TEST(code_that_can_only_be_called_is_called) {
    mp_pages_r_nw_x readable = new_adder();
    mp_pages_nr_nw_x pages;
    check_ok(mp_pages_r_nw_x_deny_read(&readable, &pages));
    mp_fn_binary_u64 add;
    check_ok(mp_pages_nr_nw_x_fn_binary_u64(&pages, 0, &add));
    check_adds(&add);
    mp_pages_nr_nw_x_destroy(&pages);
    check_is_stale(&add);
}
END_TEST

enum { REWRITES = 1000 };

static void rewrite(mp_pages_r_nw_x *pages, bool adds, mp_fn_binary_u64 *function) {
    const struct machine_code code = adds ? code_of_add : code_of_twice;
    mp_pages_r_w_nx memory;
    check_ok(mp_pages_r_nw_x_allow_write_no_exec(pages, &memory));
    check_ok(mp_pages_r_w_nx_write(&memory, 0, code.bytes, code.size));
    check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, pages));
    check_ok(mp_pages_r_nw_x_fn_binary_u64(pages, 0, function));
}

static void check_is_as_rewritten(const mp_fn_binary_u64 *function, bool adds) {
    uint64_t result = 0;
    check_ok(mp_fn_binary_u64_call(function, 43, 34, &result));
    if (result != (adds ? 77u : 86u)) ck_abort_msg("the code before ran");
}

START_TEST(code_that_was_rewritten_in_place_runs_as_rewritten) {
    mp_pages_r_nw_x pages = pages_running(code_of_twice, 0);
    for (int i = 0; i < REWRITES; i++) {
        mp_fn_binary_u64 function;
        rewrite(&pages, i % 2 == 0, &function);
        check_is_as_rewritten(&function, i % 2 == 0);
    }
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

static mp_fn_binary_u64 rewritten;
static int rewrites_done, rewrites_called; /* atomic */

static void *call_what_was_rewritten(void *ignored) {
    (void)ignored;
    for (int i = 0; i < REWRITES; i++) {
        while (mp_atomic_load(&rewrites_done) <= i) wait_milliseconds(0);
        check_is_as_rewritten(&rewritten, i % 2 == 0);
        mp_atomic_store(&rewrites_called, i + 1);
    }
    return NULL;
}

START_TEST(code_that_was_rewritten_runs_so_in_another_thread) {
    mp_pages_r_nw_x pages = pages_running(code_of_twice, 0);
    thread *caller = start_thread(call_what_was_rewritten, NULL);
    for (int i = 0; i < REWRITES; i++) {
        rewrite(&pages, i % 2 == 0, &rewritten);
        mp_atomic_store(&rewrites_done, i + 1);
        while (mp_atomic_load(&rewrites_called) <= i) wait_milliseconds(0);
    }
    join_thread(caller);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

/* ---- References that are refused ------------------------------------------------------------- */

START_TEST(code_past_the_end_gets_a_stale_reference) {
    mp_pages_r_nw_x pages = new_adder();
    const size_t offsets[] = {page, page + 1, SIZE_MAX};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        mp_fn_binary_u64 add;
        make_garbage(add);
        check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_nw_x_fn_binary_u64(&pages, offsets[i], &add));
        check_is_stale(&add);
    }
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

START_TEST(pages_that_are_not_owned_give_a_stale_reference) {
    mp_pages_r_nw_x pages = new_adder(), twin = pages, empty = MP_INIT;
    mp_fn_binary_u64 add;
    make_garbage(add);
    check_status(MP_ERR_EMPTY, mp_pages_r_nw_x_fn_binary_u64(&empty, 0, &add));
    check_is_stale(&add);
    mp_pages_r_nw_x_destroy(&pages);
    make_garbage(add);
    check_status(MP_ERR_STALE, mp_pages_r_nw_x_fn_binary_u64(&twin, 0, &add));
    check_is_stale(&add);
}
END_TEST

START_TEST(a_zeroed_reference_is_stale) {
    const mp_fn_binary_u64 add = MP_INIT;
    check_is_stale(&add);
    const mp_fn_void nothing = MP_INIT;
    ck_assert(!mp_fn_void_is_current(&nothing));
    check_status(MP_ERR_STALE, mp_fn_void_call(&nothing));
}
END_TEST

/* ---- References that end --------------------------------------------------------------------- */

#define CHECK_ENDED_BY(type, verb, result)                                                         \
    {                                                                                              \
        mp_pages_r_nw_x readable = new_adder();                                                    \
        mp_pages_##type pages;                                                                     \
        mp_pages_##result after;                                                                   \
        become_##type(&readable, &pages);                                                          \
        mp_fn_binary_u64 add;                                                                      \
        check_ok(mp_pages_##type##_fn_binary_u64(&pages, 0, &add));                                \
        check_adds(&add);                                                                          \
        check_ok(mp_pages_##type##_##verb(&pages, &after));                                        \
        check_is_stale(&add);                                                                      \
        mp_pages_##result##_destroy(&after);                                                       \
        check_is_stale(&add);                                                                      \
    }

static void become_r_nw_x(mp_pages_r_nw_x *from, mp_pages_r_nw_x *to) {
    mp_pages_r_nw_x_move(from, to);
}

static void become_nr_nw_x(mp_pages_r_nw_x *from, mp_pages_nr_nw_x *to) {
    check_ok(mp_pages_r_nw_x_deny_read(from, to));
}

START_TEST(every_change_of_permission_ends_references){
    PAGES_CODE_TRANSITIONS(CHECK_ENDED_BY)} END_TEST

    START_TEST(a_reference_stays_ended_when_the_permission_comes_back) {
    mp_pages_r_nw_x pages = new_adder();
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_nw_x_deny_exec(&pages, &readable));
    check_ok(mp_pages_r_nw_nx_allow_exec(&readable, &pages));
    check_is_stale(&add);
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    check_adds(&add);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

START_TEST(a_reference_stays_ended_when_address_and_slot_are_reused) {
    enum { REFERENCES = 300 };
    static mp_fn_binary_u64 ended[REFERENCES];
    void *address = NULL;
    size_t same_address = 0, same_slot = 0;
    for (int i = 0; i < REFERENCES; i++) {
        mp_pages_r_nw_x pages = new_adder();
        same_address += mp_pages_r_nw_x_unsafe_ptr(&pages) == address;
        address = mp_pages_r_nw_x_unsafe_ptr(&pages);
        check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &ended[i]));
        same_slot += i > 0 && ended[i].code.ticket.slot == ended[i - 1].code.ticket.slot;
        for (int k = 0; k < i; k++) ck_assert(!mp_fn_binary_u64_is_current(&ended[k]));
        check_adds(&ended[i]);
        mp_pages_r_nw_x_destroy(&pages);
        check_is_stale(&ended[i]);
    }
    ck_assert_uint_gt(same_slot, 0); /* else the test shows nothing */
    if (!skips_without(REUSED_PLACES)) ck_assert_uint_gt(same_address, 0);
}
END_TEST

START_TEST(destroying_pages_ends_references) {
    mp_pages_r_nw_x pages = new_adder();
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    const mp_fn_binary_u64 copy = add;
    mp_pages_r_nw_x_destroy(&pages);
    check_is_stale(&add);
    check_is_stale(&copy);
}
END_TEST

START_TEST(taking_the_raw_parts_ends_references) {
    mp_pages_r_nw_x pages = new_adder();
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    void *base;
    size_t bytes;
    check_ok(mp_pages_r_nw_x_into_raw_parts(&pages, &base, &bytes));
    check_is_stale(&add);
    unmap_foreign(base, bytes);
}
END_TEST

START_TEST(moving_the_handle_ends_nothing) {
    mp_pages_r_nw_x pages = new_adder(), elsewhere;
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    mp_pages_r_nw_x_move(&pages, &elsewhere);
    check_adds(&add);
    mp_pages_r_nw_x_destroy(&pages);
    check_adds(&add);
    mp_pages_r_nw_x_destroy(&elsewhere);
    check_is_stale(&add);
}
END_TEST

START_TEST(hints_and_queries_end_nothing) {
    mp_pages_r_nw_x pages = new_adder();
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    size_t resident;
    check_ok(mp_pages_r_nw_x_resident_bytes(&pages, &resident));
    check_ok(mp_pages_r_nw_x_advise_use_rnd(&pages));
    check_ok(mp_pages_r_nw_x_advise_use_soon(&pages, page));
    check_adds(&add);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

/* ---- Threads and processes ------------------------------------------------------------------- */

enum { CALLERS = 3, CALLS = 20000, CHANGES = 500 };

static void *call_often(void *add) {
    for (int i = 0; i < CALLS; i++) check_adds(add);
    return NULL;
}

static void *change_others(void *ignored) {
    (void)ignored;
    for (int i = 0; i < CHANGES; i++) {
        mp_pages_r_nw_x pages = new_adder();
        mp_fn_binary_u64 add;
        check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
        mp_pages_r_w_nx memory;
        check_ok(mp_pages_r_nw_x_allow_write_no_exec(&pages, &memory));
        check_is_stale(&add);
        mp_pages_r_w_nx_destroy(&memory);
    }
    return NULL;
}

START_TEST(threads_call_while_other_pages_change) {
    mp_pages_r_nw_x pages = new_adder();
    mp_fn_binary_u64 add;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    thread *callers[CALLERS];
    for (int i = 0; i < CALLERS; i++) callers[i] = start_thread(call_often, &add);
    thread *changer = start_thread(change_others, NULL);
    for (int i = 0; i < CALLERS; i++) join_thread(callers[i]);
    join_thread(changer);
    check_adds(&add);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

static mp_pages_r_nw_x inherited;
static mp_fn_binary_u64 inherited_add;

static void child_with_inherited_code(void) {
    check_adds(&inherited_add);
    mp_pages_r_nw_x_destroy(&inherited);
    check_is_stale(&inherited_add);
}

START_TEST(a_child_calls_and_ends_its_own_copy_of_the_code) {
    if (skips_without(FORK)) return;
    inherited = new_adder();
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&inherited, 0, &inherited_add));
    in_child(child_with_inherited_code);
    check_adds(&inherited_add);
    mp_pages_r_nw_x_destroy(&inherited);
}
END_TEST

#define check_pointer(signature)                                                                   \
    do {                                                                                           \
        mp_fn_##signature reference = MP_INIT;                                                     \
        ck_assert(mp_fn_##signature##_ptr(&reference) == NULL);                                    \
        check_ok(mp_pages_r_nw_x_fn_##signature(&pages, 0, &reference));                           \
        ck_assert(mp_fn_##signature##_ptr(&reference) != NULL);                                    \
    } while (0)

START_TEST(each_signature_has_its_pointer) {
    mp_pages_r_nw_x pages = new_adder();
    check_pointer(void);
    check_pointer(binary_i32);
    check_pointer(unary_u64);
    check_pointer(binary_u64);
    check_pointer(unary_f64);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

START_TEST(executable_pages_are_read_as_others_are) {
    uint8_t byte = 42;
    mp_pages_r_nw_x pages = MP_INIT;
    ck_assert_ptr_null(mp_pages_r_nw_x_last(&pages));
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_nw_x_read(&pages, 0, &byte, 1));
    pages = new_adder();
    ck_assert_uint_eq(*mp_pages_r_nw_x_last(&pages), 0);
    check_ok(mp_pages_r_nw_x_read(&pages, 0, NULL, 0));
    check_status(MP_ERR_INVALID, mp_pages_r_nw_x_read(&pages, 0, NULL, 1));
    check_ok(mp_pages_r_nw_x_read(&pages, 0, &byte, 1));
    ck_assert_uint_eq(byte, code_of_add.bytes[0]);
    mp_pages_r_nw_x_destroy(&pages);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, each_signature_has_its_pointer);
    tcase_add_test(tests, executable_pages_are_read_as_others_are);
    page = mp_page_size();
    tcase_add_test(tests, code_is_called_with_its_signature);
    tcase_add_test(tests, code_may_return_nothing_or_its_own_argument);
    tcase_add_test(tests, code_may_start_anywhere_in_the_pages);
    tcase_add_test(tests, code_that_can_only_be_called_is_called);
    tcase_add_test(tests, code_that_was_rewritten_in_place_runs_as_rewritten);
    tcase_add_test(tests, code_that_was_rewritten_runs_so_in_another_thread);
    tcase_add_test(tests, code_past_the_end_gets_a_stale_reference);
    tcase_add_test(tests, pages_that_are_not_owned_give_a_stale_reference);
    tcase_add_test(tests, a_zeroed_reference_is_stale);
    tcase_add_test(tests, every_change_of_permission_ends_references);
    tcase_add_test(tests, a_reference_stays_ended_when_the_permission_comes_back);
    tcase_add_test(tests, a_reference_stays_ended_when_address_and_slot_are_reused);
    tcase_add_test(tests, destroying_pages_ends_references);
    tcase_add_test(tests, taking_the_raw_parts_ends_references);
    tcase_add_test(tests, moving_the_handle_ends_nothing);
    tcase_add_test(tests, hints_and_queries_end_nothing);
    tcase_add_test(tests, threads_call_while_other_pages_change);
    tcase_add_test(tests, a_child_calls_and_ends_its_own_copy_of_the_code);
}

int main(void) { return run_tests("code", add_tests); }
