/* Programs with the hardened runtime, in which memory for code is another kind of memory. */
#include "fake_macos.h"
#include "kernel_view.h"
#include "machine_code.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <string.h>

static size_t page;

static mp_pages_r_w_nx new_adder(const mp_options *options) {
    mp_pages_r_w_nx memory;
    check_ok(mp_pages_r_w_nx_create_with(2 * page, options, &memory));
    mp_pages_r_w_nx_fill(&memory, 7);
    check_ok(mp_pages_r_w_nx_write(&memory, 0, code_of_add.bytes, code_of_add.size));
    return memory;
}

static void check_adds(const mp_pages_r_nw_x *code) {
    mp_fn_binary_u64 add;
    uint64_t sum = 0;
    check_ok(mp_pages_r_nw_x_fn_binary_u64(code, 0, &add));
    check_ok(mp_fn_binary_u64_call(&add, 43, 34, &sum));
    ck_assert_uint_eq(sum, 77);
}

static void check_content(const uint8_t *data) {
    ck_assert_mem_eq(data, code_of_add.bytes, code_of_add.size);
    ck_assert(bytes_are(data + code_of_add.size, 7, 2 * page - code_of_add.size));
}

/* Code that was made, changed and made again; nothing stays mapped. */
static void check_code_comes_and_goes(size_t jit_mappings, size_t left) {
    mp_pages_r_w_nx memory = new_adder(NULL);
    const size_t before = kernel_address_space();
    mp_pages_r_nw_x code;
    for (int i = 0; i < 3; i++) {
        const mp_error error = mp_last_error();
        check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, &code));
        ck_assert_uint_eq(fake_macos_jit_mappings(), jit_mappings);
        check_content(mp_pages_r_nw_x_data(&code));
        check_adds(&code);
        check_faults(MP_ACCESS_WRITE, mp_pages_r_nw_x_unsafe_ptr(&code));

        mp_fn_binary_u64 add;
        check_ok(mp_pages_r_nw_x_fn_binary_u64(&code, 0, &add));
        check_ok(mp_pages_r_nw_x_allow_write_no_exec(&code, &memory));
        ck_assert(!mp_fn_binary_u64_is_current(&add));
        ck_assert_uint_eq(fake_macos_jit_mappings(), left);
        check_content(mp_pages_r_w_nx_data(&memory));
        check_works(MP_ACCESS_WRITE, mp_pages_r_w_nx_data_mut(&memory) + page);
        mp_pages_r_w_nx_fill(&memory, 7);
        check_ok(mp_pages_r_w_nx_write(&memory, 0, code_of_add.bytes, code_of_add.size));
        const mp_error after = mp_last_error();
        ck_assert_mem_eq(&after, &error, sizeof error);
    }
    ck_assert_uint_eq(kernel_address_space(), before);
    mp_pages_r_w_nx_destroy(&memory);
    ck_assert_uint_eq(fake_macos_jit_mappings(), 0);
}

START_TEST(plain_memory_becomes_code_where_it_may) { check_code_comes_and_goes(0, 0); }
END_TEST

START_TEST(hardened_programs_get_jit_memory) {
    fake_macos.hardened = true;
    const unsigned readable = MP_ACCESS_READ | MP_ACCESS_EXEC;
    ck_assert_uint_eq(mp_enforced(true, false, true), readable);
    ck_assert_uint_eq(mp_enforced(false, false, true), readable);
    ck_assert_uint_eq(fake_macos_jit_mappings(), 0);
    check_code_comes_and_goes(1, 0);
}
END_TEST

START_TEST(only_listed_functions_write_to_jit_memory) {
    fake_macos.hardened = fake_macos.allowlist = true;
    check_code_comes_and_goes(1, 0);
}
END_TEST

START_TEST(before_11_4_the_thread_changes_its_permission) {
    fake_macos.hardened = true;
    fake_macos.version = 11.3;
    check_code_comes_and_goes(1, 0);
}
END_TEST

START_TEST(intel_changes_the_memorys_permission) {
    static const double versions[] = {10.14, 11.0, 14.0};
    fake_macos.hardened = true;
    fake_macos.apple_silicon = false;
    fake_macos.version = versions[_i];
    check_code_comes_and_goes(1, 1);
}
END_TEST

START_TEST(without_the_entitlement_code_is_denied) {
    fake_macos.hardened = true;
    fake_macos.allow_jit = false;
    mp_pages_r_w_nx memory = new_adder(NULL);
    const mp_pages_r_w_nx before = memory;
    mp_pages_r_nw_x code;
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    check_is_zeroed(code);
    ck_assert_mem_eq(&memory, &before, sizeof before);
    ck_assert_str_eq(mp_last_error().call, "mprotect");
    check_content(mp_pages_r_w_nx_data(&memory));
    mp_pages_r_w_nx_fill(&memory, 8);
    ck_assert_uint_eq(mp_enforced(true, false, true), MP_ACCESS_NONE);
    mp_pages_r_w_nx_destroy(&memory);
}
END_TEST

START_TEST(code_that_counts_on_its_address_does_not_move) {
    fake_macos.hardened = true;
    mp_pages_r_w_nx memory = new_adder(NULL);
    const uintptr_t address = mp_pages_r_w_nx_exec_address(&memory, 0);
    ck_assert_uint_eq(address, (uintptr_t)mp_pages_r_w_nx_data(&memory));
    mp_pages_r_nw_x code;
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    check_content(mp_pages_r_w_nx_data(&memory));
    mp_pages_r_w_nx_destroy(&memory);
}
END_TEST

START_TEST(memory_with_options_does_not_move) {
    static const mp_options various[] = {
        {.locked = true}, {.guard_pages = true}, {.wipe_on_destroy = true}, {.alignment = 1 << 20}};
    fake_macos.hardened = true;
    mp_pages_r_w_nx memory = new_adder(&various[_i]);
    mp_pages_r_nw_x code;
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    check_content(mp_pages_r_w_nx_data(&memory));
    mp_pages_r_w_nx_destroy(&memory);
}
END_TEST

START_TEST(jit_memory_stays_readable) {
    fake_macos.hardened = true;
    mp_pages_r_w_nx memory = new_adder(NULL);
    mp_pages_r_nw_x readable;
    mp_pages_nr_nw_x code;
    check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, &readable));
    check_ok(mp_pages_r_nw_x_deny_read(&readable, &code));
    check_works(MP_ACCESS_READ, mp_pages_nr_nw_x_unsafe_ptr(&code));
    check_ok(mp_pages_nr_nw_x_allow_read(&code, &readable));
    check_adds(&readable);
    check_content(mp_pages_r_nw_x_data(&readable));
    mp_pages_r_nw_x_destroy(&readable);
    ck_assert_uint_eq(fake_macos_jit_mappings(), 0);
}
END_TEST

static void replace_jit_memory(void) {
    fake_macos.hardened = true;
    mp_pages_r_w_nx memory = new_adder(NULL);
    mp_pages_r_nw_x code;
    check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    fake_macos_mmap(mp_pages_r_nw_x_unsafe_ptr(&code), page, 0, 0x32, -1, 0);
}

/* Else the tests above would show less than they seem to. */
START_TEST(the_fake_ends_programs_that_replace_jit_memory) {
    char text[256];
    check_aborts(replace_jit_memory, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "MAP_FIXED over JIT memory"));
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_test(tests, plain_memory_becomes_code_where_it_may);
    tcase_add_test(tests, hardened_programs_get_jit_memory);
    tcase_add_test(tests, only_listed_functions_write_to_jit_memory);
    tcase_add_test(tests, before_11_4_the_thread_changes_its_permission);
    tcase_add_loop_test(tests, intel_changes_the_memorys_permission, 0, 3);
    tcase_add_test(tests, without_the_entitlement_code_is_denied);
    tcase_add_test(tests, code_that_counts_on_its_address_does_not_move);
    tcase_add_loop_test(tests, memory_with_options_does_not_move, 0, 4);
    tcase_add_test(tests, jit_memory_stays_readable);
    tcase_add_test(tests, the_fake_ends_programs_that_replace_jit_memory);
}

int main(void) { return run_tests("jit", add_tests); }
