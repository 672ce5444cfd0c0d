/* Faults: each access to each type of pages works or raises SIGSEGV at its address, as
 * mp_enforced() says. */
#include "kernel_view.h"
#include "machine_code.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <string.h>

enum { PAGES = 3 };
static const mp_access accesses[] = {MP_ACCESS_READ, MP_ACCESS_WRITE, MP_ACCESS_EXEC};

static unsigned enforced(unsigned access) {
    return mp_enforced(access & MP_ACCESS_READ, access & MP_ACCESS_WRITE, access & MP_ACCESS_EXEC);
}

/* From the end of the pages, for what decodes instructions ahead of their execution (valgrind). */
enum { LAST_PLACE = 16 };

/** Tries each access at the front, in the middle and near the end. */
static void check_accesses(const struct pages_type *type, const mp_region *pages) {
    uint8_t *data = type->unsafe_ptr(pages);
    const size_t len = type->len(pages);
    const size_t places[] = {0, len / 2, len - LAST_PLACE};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        kernel_poke(data + places[i], code_of_return.bytes, code_of_return.size);
        for (size_t k = 0; k < COUNT_OF(accesses); k++) {
            void *expected = enforced(type->access) & accesses[k] ? NULL : data + places[i];
            void *actual = fault_of(accesses[k], data + places[i]);
            ck_assert_msg(actual == expected, "%s, access %u at offset %zu: fault %p, not %p",
                          type->name, (unsigned)accesses[k], places[i], actual, expected);
        }
    }
}

static bool skips(const struct pages_type *type) {
    const bool hides_content = type->access != MP_ACCESS_NONE && !(type->access & MP_ACCESS_READ);
    return hides_content && skips_without(DENIED_READS);
}

START_TEST(each_access_works_or_faults_as_the_table_says) {
    const struct pages_type *type = &pages_types[_i];
    if (skips(type)) return;
    mp_region pages;
    check_ok(type->create(PAGES * mp_page_size(), &pages));
    check_accesses(type, &pages);
    type->destroy(&pages);
}
END_TEST

START_TEST(each_access_works_or_faults_so_after_a_transition) {
    const struct pages_transition *edge = &pages_transitions[_i];
    if (skips(edge->from) || skips(edge->to)) return;
    mp_region from, to;
    check_ok(edge->from->create(PAGES * mp_page_size(), &from));
    check_accesses(edge->from, &from);
    check_ok(edge->apply(&from, &to));
    check_accesses(edge->to, &to);
    edge->to->destroy(&to);
}
END_TEST

START_TEST(destroyed_pages_fault) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(PAGES * mp_page_size(), &pages));
    uint8_t *data = type->unsafe_ptr(&pages);
    type->destroy(&pages);
    for (size_t k = 0; k < COUNT_OF(accesses); k++) check_faults(accesses[k], data);
}
END_TEST

START_TEST(the_table_grants_at_least_what_the_type_says) {
    for (unsigned access = 0; access < 8; access++) {
        const unsigned allowed = enforced(access), both = MP_ACCESS_WRITE | MP_ACCESS_EXEC;
        ck_assert_uint_eq(allowed & ~7u, 0);
        if (allowed == MP_ACCESS_NONE && (access & both) == both) continue; /* refused as such */
        ck_assert_uint_eq(allowed & access, access);
    }
}
END_TEST

static void child_that_makes_no_code(void) {
    if (!forbid_new_code()) return;
    ck_assert_uint_eq(enforced(MP_ACCESS_READ | MP_ACCESS_EXEC), MP_ACCESS_NONE);
    ck_assert_uint_eq(enforced(MP_ACCESS_EXEC), MP_ACCESS_NONE);
    ck_assert_uint_eq(enforced(MP_ACCESS_READ | MP_ACCESS_WRITE), MP_ACCESS_READ | MP_ACCESS_WRITE);
    ck_assert_uint_eq(enforced(MP_ACCESS_READ), MP_ACCESS_READ);
}

START_TEST(the_table_knows_that_new_code_is_forbidden) { in_child(child_that_makes_no_code); }
END_TEST

START_TEST(the_table_knows_what_this_processor_cannot_deny) {
    if (skips_without(DENIED_READS)) return;
    ck_assert_uint_eq(enforced(MP_ACCESS_NONE), MP_ACCESS_NONE);
    ck_assert_uint_eq(enforced(MP_ACCESS_READ), MP_ACCESS_READ);
    ck_assert_uint_eq(enforced(MP_ACCESS_READ | MP_ACCESS_WRITE), MP_ACCESS_READ | MP_ACCESS_WRITE);
    ck_assert_uint_eq(enforced(MP_ACCESS_READ | MP_ACCESS_EXEC), MP_ACCESS_READ | MP_ACCESS_EXEC);
    ck_assert_uint_eq(enforced(MP_ACCESS_WRITE), MP_ACCESS_READ | MP_ACCESS_WRITE);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, each_access_works_or_faults_as_the_table_says, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, each_access_works_or_faults_so_after_a_transition, 0,
                        PAGES_TRANSITION_COUNT);
    tcase_add_loop_test(tests, destroyed_pages_fault, 0, PAGES_TYPE_COUNT);
    tcase_add_test(tests, the_table_grants_at_least_what_the_type_says);
    tcase_add_test(tests, the_table_knows_that_new_code_is_forbidden);
    tcase_add_test(tests, the_table_knows_what_this_processor_cannot_deny);
}

int main(void) { return run_tests("death", add_tests); }
