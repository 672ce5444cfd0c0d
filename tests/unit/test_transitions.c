/* Transitions: every edge of the type graph, when it is granted and when it is refused. */
#include "kernel_view.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <stdio.h>
#include <string.h>

enum { PAGES = 3 };
static size_t len;
static const char content[] = "the content stays where it is";

/* The edge under test; in_child() passes no arguments. */
static const struct pages_transition *edge;

static mp_region pages_with_content(const struct pages_type *type) {
    mp_region pages;
    check_ok(type->create(len, &pages));
    kernel_poke(type->unsafe_ptr(&pages), content, sizeof content);
    kernel_poke((char *)type->unsafe_ptr(&pages) + len - 1, "!", 1);
    return pages;
}

static void check_content(const void *data) {
    char first[sizeof content], last;
    kernel_peek(data, first, sizeof first);
    kernel_peek((const char *)data + len - 1, &last, 1);
    ck_assert_str_eq(first, content);
    ck_assert_int_eq(last, '!');
}

/** `from` must be as `before`, which is of the edge's first type, and still own its pages. */
static void check_untouched(const mp_region *from, const mp_region *before) {
    ck_assert_mem_eq(from, before, sizeof *from);
    ck_assert_uint_eq(kernel_access(from->data, len), kernel_form(edge->from->access));
    check_content(from->data);
    size_t resident;
    check_ok(edge->from->resident_bytes(from, &resident));
}

START_TEST(a_transition_changes_the_permission_and_nothing_else) {
    edge = &pages_transitions[_i];
    mp_region from = pages_with_content(edge->from), to;
    const mp_region before = from;
    make_garbage(to);
    check_ok(edge->apply(&from, &to));
    check_is_zeroed(from);
    ck_assert_ptr_eq(edge->to->unsafe_ptr(&to), before.data);
    ck_assert_uint_eq(edge->to->len(&to), len);
    ck_assert_uint_eq(kernel_access(before.data, len), kernel_form(edge->to->access));
    check_content(before.data);
    edge->to->destroy(&to);
    ck_assert_uint_eq(kernel_access(before.data, len), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(an_empty_handle_has_no_transition) {
    edge = &pages_transitions[_i];
    mp_region from = MP_INIT, to;
    make_garbage(to);
    check_status(MP_ERR_EMPTY, edge->apply(&from, &to));
    check_is_zeroed(from);
    check_is_zeroed(to);
    edge->to->destroy(&to);
}
END_TEST

/* Only a cast gets past the compiler. */
START_TEST(no_handle_passes_its_pages_to_itself) {
    edge = &pages_transitions[_i];
    mp_region pages = pages_with_content(edge->from);
    const mp_region before = pages;
    check_status(MP_ERR_INVALID, edge->apply(&pages, &pages));
    ck_assert_mem_eq(&pages, &before, sizeof pages);
    edge->from->destroy(&pages);
    ck_assert_uint_eq(kernel_access(before.data, len) & MP_ACCESS_WRITE, 0);
}
END_TEST

START_TEST(a_stale_twin_has_no_transition) {
    edge = &pages_transitions[_i];
    mp_region from = pages_with_content(edge->from), to, none;
    mp_region twin = from;
    const mp_region before = twin;
    check_ok(edge->apply(&from, &to));
    make_garbage(none);
    check_status(MP_ERR_STALE, edge->apply(&twin, &none));
    ck_assert_mem_eq(&twin, &before, sizeof twin);
    check_is_zeroed(none);
    edge->from->destroy(&twin);
    ck_assert_uint_eq(kernel_access(to.data, len), kernel_form(edge->to->access));
    check_content(to.data);
    edge->to->destroy(&to);
}
END_TEST

static void child_whose_system_denies(void) {
    mp_region from = pages_with_content(edge->from), to;
    const mp_region before = from;
    make_garbage(to);
    const mp_error expected = system_error(CALL_PROTECT, MP_ERR_DENIED);
    refuse(CALL_PROTECT, MP_ERR_DENIED);
    check_status(MP_ERR_DENIED, edge->apply(&from, &to));
    check_is_zeroed(to);
    ck_assert_mem_eq(&from, &before, sizeof from);
    ck_assert_uint_eq(kernel_access(from.data, len), kernel_form(edge->from->access));
    const mp_error error = mp_last_error();
    ck_assert_int_eq(error.status, MP_ERR_DENIED);
    ck_assert_int_eq(error.system_code, expected.system_code);
    ck_assert_str_eq(error.call, expected.call);
    edge->from->destroy(&from);
    ck_assert_uint_eq(kernel_access(before.data, len), KERNEL_UNMAPPED);
}

START_TEST(a_denied_transition_gives_the_handle_back) {
    edge = &pages_transitions[_i];
    in_child(child_whose_system_denies);
}
END_TEST

/* At the limit of mappings a piece of a merged mapping cannot get a permission of its own. */
START_TEST(a_transition_at_the_limit_of_mappings_gives_the_handle_back) {
    if (skips_without(PARTIAL_UNMAP)) return;
    if (skips_with_guests()) return;
    const size_t page = mp_page_size();
    mp_region from[PAGES_TYPE_COUNT];
    char *base[PAGES_TYPE_COUNT];
    for (int i = 0; i < PAGES_TYPE_COUNT; i++) {
        const struct pages_type *type = &pages_types[i];
        base[i] = map_foreign(NULL, 2 * page + len, type->access);
        check_ok(type->from_raw_parts(base[i] + page, len, &from[i]));
        kernel_poke(from[i].data, content, sizeof content);
        kernel_poke(from[i].data + len - 1, "!", 1);
    }
    exhaust_mappings();
    mp_region before[PAGES_TRANSITION_COUNT], after[PAGES_TRANSITION_COUNT];
    mp_region to[PAGES_TRANSITION_COUNT];
    mp_status status[PAGES_TRANSITION_COUNT];
    memset(to, 0xa5, sizeof to);
    for (int i = 0; i < PAGES_TRANSITION_COUNT; i++) {
        mp_region *pages = &from[pages_transitions[i].from - pages_types];
        before[i] = *pages;
        status[i] = pages_transitions[i].apply(pages, &to[i]);
        after[i] = *pages;
    }
    release_mappings();
    for (int i = 0; i < PAGES_TRANSITION_COUNT; i++) {
        edge = &pages_transitions[i];
        ck_assert_msg(status[i] == MP_ERR_TOO_MANY_MAPPINGS, "%s gave %s", edge->name,
                      mp_status_name(status[i]));
        check_is_zeroed(to[i]);
        check_untouched(&after[i], &before[i]);
    }
    for (int i = 0; i < PAGES_TYPE_COUNT; i++) {
        pages_types[i].destroy(&from[i]);
        unmap_foreign(base[i], 2 * page + len);
    }
}
END_TEST

static void child_that_may_make_no_code(void) {
    if (!forbid_new_code()) return;
    for (int i = 0; i < PAGES_TRANSITION_COUNT; i++) {
        edge = &pages_transitions[i];
        mp_region from = pages_with_content(edge->from), to;
        const mp_region before = from;
        make_garbage(to);
        if (edge->to->access & ~edge->from->access & MP_ACCESS_EXEC) {
            check_status(MP_ERR_DENIED, edge->apply(&from, &to));
            check_is_zeroed(to);
            check_untouched(&from, &before);
            edge->from->destroy(&from);
        } else {
            check_ok(edge->apply(&from, &to));
            edge->to->destroy(&to);
        }
    }
}

START_TEST(a_system_that_forbids_new_code_denies_only_that) {
    if (skips_with_guests()) return;
    in_child(child_that_may_make_no_code);
}
END_TEST

/* A walk over the whole graph: no edge may depend on which edges came before it. */
START_TEST(one_region_survives_any_walk_over_the_graph) {
    const struct pages_type *type = &pages_types[0];
    mp_region pages = pages_with_content(type);
    const void *data = pages.data;
    unsigned random = 1;
    for (size_t step = 0; step < 2000; step++) {
        random = random * 1103515245u + 12345u;
        edge = &pages_transitions[(random >> 16) % PAGES_TRANSITION_COUNT];
        if (edge->from != type) continue;
        mp_region to;
        check_ok(edge->apply(&pages, &to));
        type = edge->to;
        type->move(&to, &pages);
        ck_assert_uint_eq(kernel_access(data, len), kernel_form(type->access));
        check_content(data);
    }
    type->destroy(&pages);
}
END_TEST

static void add_tests(TCase *tests) {
    len = PAGES * mp_page_size();
    tcase_add_loop_test(tests, a_transition_changes_the_permission_and_nothing_else, 0,
                        PAGES_TRANSITION_COUNT);
    tcase_add_loop_test(tests, an_empty_handle_has_no_transition, 0, PAGES_TRANSITION_COUNT);
    tcase_add_loop_test(tests, no_handle_passes_its_pages_to_itself, 0, PAGES_TRANSITION_COUNT);
    tcase_add_loop_test(tests, a_stale_twin_has_no_transition, 0, PAGES_TRANSITION_COUNT);
    tcase_add_loop_test(tests, a_denied_transition_gives_the_handle_back, 0,
                        PAGES_TRANSITION_COUNT);
    tcase_add_test(tests, a_transition_at_the_limit_of_mappings_gives_the_handle_back);
    tcase_add_test(tests, a_system_that_forbids_new_code_denies_only_that);
    tcase_add_test(tests, one_region_survives_any_walk_over_the_graph);
}

int main(void) { return run_tests("transitions", add_tests); }
