/* Statuses, the last error, and panics. */
#include "kernel_view.h"
#include "machine_code.h"
#include "support.h"
#include "system.h"

#include <errno.h>
#include <memory_pages/memory_pages.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names and texts ------------------------------------------------------------------------- */

START_TEST(every_status_has_a_name_a_text_and_a_number_of_its_own) {
#define ENTRY(name, value, text) {name, value, #name, text},
    static const struct {
        mp_status status;
        int value;
        const char *name, *text;
    } entries[] = {MP_STATUS_MAP(ENTRY)};
#undef ENTRY
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        ck_assert_int_eq(entries[i].status, entries[i].value);
        ck_assert_str_eq(mp_status_name(entries[i].status), entries[i].name);
        ck_assert_str_eq(mp_status_text(entries[i].status), entries[i].text);
        for (size_t k = 0; k < i; k++) {
            ck_assert_int_ne(entries[i].value, entries[k].value);
            ck_assert_str_ne(entries[i].text, entries[k].text);
        }
    }
    ck_assert_int_eq(MP_OK, 0);
}
END_TEST

START_TEST(a_number_that_is_no_status_has_a_name_and_a_text_too) {
    const int numbers[] = {-1, 14, 999};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        ck_assert_str_eq(mp_status_name((mp_status)numbers[i]), "MP_ERR_?");
        ck_assert_ptr_nonnull(mp_status_text((mp_status)numbers[i]));
    }
}
END_TEST

/* ---- Descriptions ---------------------------------------------------------------------------- */

START_TEST(a_description_names_all_that_is_known) {
    char line[256];
    const mp_error system = {MP_ERR_DENIED, EACCES, "mprotect"};
    ck_assert_uint_eq(mp_error_describe(system, line, sizeof line), strlen(line));
    ck_assert_ptr_nonnull(strstr(line, "MP_ERR_DENIED"));
    ck_assert_ptr_nonnull(strstr(line, mp_status_text(MP_ERR_DENIED)));
    ck_assert_ptr_nonnull(strstr(line, "mprotect"));
    ck_assert_ptr_nonnull(strstr(line, "13"));
    ck_assert_ptr_null(strchr(line, '\n'));

    const mp_error own = {MP_ERR_OUT_OF_RANGE, 0, "mp_pages_r_w_nx_read"};
    mp_error_describe(own, line, sizeof line);
    ck_assert_ptr_nonnull(strstr(line, "MP_ERR_OUT_OF_RANGE"));
    ck_assert_ptr_nonnull(strstr(line, "mp_pages_r_w_nx_read"));
    ck_assert_ptr_null(strstr(line, "code")); /* the system gave none */

    const mp_error none = MP_INIT;
    char expected[256];
    snprintf(expected, sizeof expected, "MP_OK: %s", mp_status_text(MP_OK));
    mp_error_describe(none, line, sizeof line);
    ck_assert_str_eq(line, expected);
}
END_TEST

START_TEST(a_description_fits_any_buffer) {
    const mp_error error = {MP_ERR_DENIED, EACCES, "mprotect"};
    char whole[256], part[256];
    const size_t length = mp_error_describe(error, whole, sizeof whole);
    ck_assert_uint_eq(mp_error_describe(error, NULL, 0), length);
    for (size_t size = 1; size <= length + 2; size++) {
        memset(part, '#', sizeof part);
        ck_assert_uint_eq(mp_error_describe(error, part, size), length);
        const size_t fitting = size - 1 < length ? size - 1 : length;
        ck_assert_uint_eq(strlen(part), fitting);
        ck_assert(memcmp(part, whole, fitting) == 0);
        ck_assert(bytes_are(part + size, '#', sizeof part - size));
    }
}
END_TEST

/* ---- The last error -------------------------------------------------------------------------- */

static mp_status fail_here(void) {
    mp_pages_r_w_nx pages;
    return mp_pages_r_w_nx_create(0, &pages);
}

START_TEST(only_failures_write_the_last_error) {
    mp_error error = mp_last_error();
    ck_assert_int_eq(error.status, MP_OK);
    check_status(MP_ERR_ZERO_SIZE, fail_here());
    error = mp_last_error();
    ck_assert_int_eq(error.status, MP_ERR_ZERO_SIZE);
    ck_assert_int_eq(error.system_code, 0);
    ck_assert_ptr_nonnull(error.call);

    mp_vec_u8_rw vec;
    check_ok(mp_vec_u8_rw_create(0, &vec));
    for (int i = 0; i < 100000; i++) check_ok(mp_vec_u8_rw_push(&vec, 1));
    mp_vec_u8_rw_destroy(&vec);
    const mp_error after = mp_last_error();
    ck_assert_mem_eq(&after, &error, sizeof error);
}
END_TEST

START_TEST(a_failure_of_the_system_tells_its_code) {
    mp_pages_r_w_nx pages;
    check_status(MP_ERR_OUT_OF_MEMORY, mp_pages_r_w_nx_create(SIZE_MAX / 2, &pages));
    const mp_error error = mp_last_error();
    const mp_error expected = system_error(CALL_MAP, MP_ERR_OUT_OF_MEMORY);
    ck_assert_int_eq(error.status, MP_ERR_OUT_OF_MEMORY);
    ck_assert_int_eq(error.system_code, expected.system_code);
    ck_assert_str_eq(error.call, expected.call);
}
END_TEST

START_TEST(inline_failures_are_recorded_too) {
    mp_pages_r_w_nx pages;
    uint8_t byte;
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_get(&pages, SIZE_MAX, &byte));
    ck_assert_int_eq(mp_last_error().status, MP_ERR_OUT_OF_RANGE);
    mp_pages_r_w_nx_destroy(&pages);

    const mp_fn_void stale = MP_INIT;
    check_status(MP_ERR_STALE, mp_fn_void_call(&stale));
    ck_assert_int_eq(mp_last_error().status, MP_ERR_STALE);
    check_status(MP_ERR_DENIED, mp_fail(MP_ERR_DENIED, "a test"));
    ck_assert_str_eq(mp_last_error().call, "a test");
}
END_TEST

static void *fail_elsewhere(void *before) {
    *(mp_error *)before = mp_last_error();
    mp_ignore(mp_fail(MP_ERR_DENIED, "another thread"));
    return NULL;
}

START_TEST(each_thread_has_its_own_last_error) {
    mp_error before;
    mp_ignore(fail_here());
    join_thread(start_thread(fail_elsewhere, &before));
    ck_assert_int_eq(before.status, MP_OK);
    ck_assert_int_eq(mp_last_error().status, MP_ERR_ZERO_SIZE);
}
END_TEST

START_TEST(errno_is_the_callers) {
    errno = 42;
    mp_pages_r_w_nx memory;
    mp_pages_r_nw_x code;
    mp_fn_void nothing;
    size_t resident;
    check_ok(mp_pages_r_w_nx_create(1, &memory));
    check_ok(mp_pages_r_w_nx_write(&memory, 0, code_of_return.bytes, code_of_return.size));
    check_ok(mp_pages_r_w_nx_resize(&memory, 100000));
    check_ok(mp_pages_r_w_nx_resident_bytes(&memory, &resident));
    check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    check_ok(mp_pages_r_nw_x_fn_void(&code, 0, &nothing));
    check_ok(mp_fn_void_call(&nothing));
    mp_pages_r_nw_x_destroy(&code);

    mp_vec_f64_rw vec, copy;
    mp_vec_f64_ro frozen;
    check_ok(mp_vec_f64_rw_create(0, &vec));
    check_ok(mp_vec_f64_rw_append_zeroed(&vec, 1000000));
    check_ok(mp_vec_f64_rw_clone(&vec, &copy));
    check_ok(mp_vec_f64_rw_resident_bytes(&vec, &resident));
    check_ok(mp_vec_f64_rw_clear_decommit(&vec));
    check_ok(mp_vec_f64_rw_shrink_to_fit(&vec));
    check_ok(mp_vec_f64_rw_freeze(&copy, &frozen));
    mp_vec_f64_ro_destroy(&frozen);
    mp_vec_f64_rw_destroy(&vec);
    ck_assert_int_eq(errno, 42);

    (void)mp_page_size(), (void)mp_huge_page_size(), (void)mp_enforced(true, false, true);
    ck_assert_int_eq(mp_pages_r_w_nx_create(SIZE_MAX / 2, &memory), MP_ERR_OUT_OF_MEMORY);
    ck_assert_int_eq(errno, 42); /* also when the system failed: mp_last_error() has its code */
}
END_TEST

/* ---- Macros ---------------------------------------------------------------------------------- */

static int evaluations;

static mp_status evaluate(mp_status status) {
    evaluations++;
    return status;
}

static mp_status try_twice(mp_status first, mp_status second) {
    MP_TRY(evaluate(first));
    MP_TRY(evaluate(second));
    return MP_ERR_FULL;
}

START_TEST(try_returns_the_first_failure) {
    check_status(MP_ERR_STALE, try_twice(MP_ERR_STALE, MP_OK));
    ck_assert_int_eq(evaluations, 1);
    check_status(MP_ERR_EMPTY, try_twice(MP_OK, MP_ERR_EMPTY));
    ck_assert_int_eq(evaluations, 3);
    check_status(MP_ERR_FULL, try_twice(MP_OK, MP_OK));
}
END_TEST

START_TEST(expect_panics_with_text_and_place) {
    mp_expect(evaluate(MP_OK));
    ck_assert_int_eq(evaluations, 1);
    char message[512];
    const int line = __LINE__ + 1;
    check_panics(mp_expect(evaluate(MP_ERR_FULL)));
    snprintf(message, sizeof message, "%s:%d: evaluate(MP_ERR_FULL): MP_ERR_FULL: %s", __FILE__,
             line, mp_status_text(MP_ERR_FULL));
    ck_assert_str_eq(panic_message, message);
    ck_assert_int_eq(evaluations, 2);
}
END_TEST

START_TEST(auto_destroys_at_the_end_of_the_scope) {
    const mp_ticket *kept;
    mp_ticket ticket;
    {
        MP_AUTO(mp_pages_r_w_nx) memory = MP_INIT;
        MP_AUTO(mp_pages_r_nw_nx) readable = MP_INIT;
        MP_AUTO(mp_vec_f64_rw) unused = MP_INIT;
        check_ok(mp_pages_r_w_nx_create(1, &memory));
        check_ok(mp_pages_r_w_nx_deny_write(&memory, &readable));
        ticket = readable.region.ticket;
        kept = &ticket;
        ck_assert(mp_ticket_is_current(kept));
        (void)unused;
    }
    ck_assert(!mp_ticket_is_current(kept));
}
END_TEST

/* ---- Panics ---------------------------------------------------------------------------------- */

static void other_handler(const char *message) { (void)message; }

START_TEST(a_panic_handler_is_replaced_and_restored) {
    ck_assert(mp_set_panic_handler(other_handler) == NULL);
    ck_assert(mp_set_panic_handler(catch_panic) == other_handler);
    ck_assert(mp_set_panic_handler(NULL) == catch_panic);
    ck_assert(mp_set_panic_handler(NULL) == NULL);
}
END_TEST

START_TEST(a_handler_may_leave_by_longjmp_and_the_library_goes_on) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(0, &vec));
    for (volatile int i = 0; i < 100; i++) {
        check_panics_with("mp_vec_u64_rw_at_mut: index 0 is out of range for length 0",
                          mp_vec_u64_rw_at_mut(&vec, 0));
    }
    check_ok(mp_vec_u64_rw_push(&vec, 1));
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

static void panic(void) { mp_panic_index("a_test", 7, 3); }

static void panic_with_a_handler_that_returns(void) {
    mp_set_panic_handler(other_handler);
    panic();
}

START_TEST(a_panic_writes_one_line_and_aborts) {
    char text[512];
    check_aborts(panic, text, sizeof text);
    ck_assert_str_eq(text, "memory_pages: a_test: index 7 is out of range for length 3\n");
}
END_TEST

START_TEST(a_panic_whose_handler_returns_aborts) {
    char text[512];
    check_aborts(panic_with_a_handler_that_returns, text, sizeof text);
    ck_assert_str_eq(text, "");
}
END_TEST

/* ---- Facts ----------------------------------------------------------------------------------- */

START_TEST(page_sizes_are_what_the_system_says) {
    ck_assert_uint_eq(mp_page_size(), kernel_page_size());
    const size_t huge = mp_huge_page_size();
    ck_assert_uint_eq(huge & (huge - 1), 0);
    ck_assert(huge == 0 || huge > mp_page_size());
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
}
END_TEST

START_TEST(the_library_says_which_it_is) {
    ck_assert_str_eq(mp_version(), MP_VERSION);
    mp_ignore(MP_ERR_FULL);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, the_library_says_which_it_is);
    tcase_add_test(tests, every_status_has_a_name_a_text_and_a_number_of_its_own);
    tcase_add_test(tests, a_number_that_is_no_status_has_a_name_and_a_text_too);
    tcase_add_test(tests, a_description_names_all_that_is_known);
    tcase_add_test(tests, a_description_fits_any_buffer);
    tcase_add_test(tests, only_failures_write_the_last_error);
    tcase_add_test(tests, a_failure_of_the_system_tells_its_code);
    tcase_add_test(tests, inline_failures_are_recorded_too);
    tcase_add_test(tests, each_thread_has_its_own_last_error);
    tcase_add_test(tests, errno_is_the_callers);
    tcase_add_test(tests, try_returns_the_first_failure);
    tcase_add_test(tests, expect_panics_with_text_and_place);
    tcase_add_test(tests, auto_destroys_at_the_end_of_the_scope);
    tcase_add_test(tests, a_panic_handler_is_replaced_and_restored);
    tcase_add_test(tests, a_handler_may_leave_by_longjmp_and_the_library_goes_on);
    tcase_add_test(tests, a_panic_writes_one_line_and_aborts);
    tcase_add_test(tests, a_panic_whose_handler_returns_aborts);
    tcase_add_test(tests, page_sizes_are_what_the_system_says);
}

int main(void) { return run_tests("status", add_tests); }
