/* Pages: life, content, size and options. Transitions and faults have suites of their own. */
#include "kernel_view.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t page;

static mp_pages_r_w_nx new_pages(size_t bytes) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(bytes, &pages));
    return pages;
}

static mp_pages_r_w_nx new_pages_with(size_t bytes, mp_options options) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(bytes, &options, &pages));
    return pages;
}

/* ---- Create and destroy, every type ---------------------------------------------------------- */

START_TEST(create_rounds_up_to_whole_pages) {
    const struct pages_type *type = &pages_types[_i];
    const size_t sizes[] = {1, page - 1, page, page + 1, 0x4000, 3 * page - 1};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        mp_region pages;
        make_garbage(pages);
        check_ok(type->create(sizes[i], &pages));
        ck_assert_uint_eq(type->len(&pages), (sizes[i] + page - 1) / page * page);
        ck_assert(!type->is_empty(&pages));
        ck_assert_uint_eq((uintptr_t)type->unsafe_ptr(&pages) % page, 0);
        type->destroy(&pages);
    }
}
END_TEST

START_TEST(create_gives_the_permission_of_the_type) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(3 * page, &pages));
    ck_assert_uint_eq(kernel_access(type->unsafe_ptr(&pages), 3 * page), kernel_form(type->access));
    type->destroy(&pages);
}
END_TEST

START_TEST(created_pages_are_zero_and_not_resident) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(4 * page, &pages));
    if (!skips_without(RESIDENCY)) {
        size_t resident = 1;
        check_ok(type->resident_bytes(&pages, &resident));
        ck_assert_uint_eq(resident, 0);
    }
    uint8_t *content = malloc(4 * page);
    kernel_peek(type->unsafe_ptr(&pages), content, 4 * page);
    ck_assert(bytes_are(content, 0, 4 * page));
    free(content);
    type->destroy(&pages);
}
END_TEST

START_TEST(refused_create_leaves_an_empty_handle) {
    const struct pages_type *type = &pages_types[_i];
    const struct {
        size_t bytes;
        mp_status status;
    } requests[] = {
        {0, MP_ERR_ZERO_SIZE},
        {SIZE_MAX, MP_ERR_OVERFLOW},
        {SIZE_MAX - page + 2, MP_ERR_OVERFLOW},
        {SIZE_MAX - page + 1, MP_ERR_OUT_OF_MEMORY},
        {SIZE_MAX / 2 + 1, MP_ERR_OUT_OF_MEMORY},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        mp_region pages;
        make_garbage(pages);
        check_status(requests[i].status, type->create(requests[i].bytes, &pages));
        check_is_zeroed(pages);
        make_garbage(pages);
        check_status(requests[i].status, type->create_with(requests[i].bytes, NULL, &pages));
        check_is_zeroed(pages);
        type->destroy(&pages);
        check_is_zeroed(pages);
    }
}
END_TEST

START_TEST(destroy_unmaps_and_empties_and_may_come_twice) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(2 * page, &pages));
    const void *address = type->unsafe_ptr(&pages);
    type->destroy(&pages);
    check_is_zeroed(pages);
    ck_assert_uint_eq(kernel_access(address, page), KERNEL_UNMAPPED);

    /* The second destroy must not touch who lives there now. */
    void *other = map_foreign((void *)(uintptr_t)address, 2 * page, MP_ACCESS_READ);
    ck_assert_ptr_eq(other, address);
    type->destroy(&pages);
    ck_assert_uint_eq(kernel_access(address, 2 * page), MP_ACCESS_READ);
    unmap_foreign(other, 2 * page);
}
END_TEST

START_TEST(create_and_destroy_leak_nothing) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(page, &pages)); /* the library's own tables come with the first */
    type->destroy(&pages);
    const size_t before = kernel_address_space();
    for (int i = 0; i < 1000; i++) {
        check_ok(type->create(16 * page, &pages));
        type->destroy(&pages);
    }
    ck_assert_uint_lt(kernel_address_space(), before + 1000 * page);
}
END_TEST

START_TEST(an_empty_handle_is_safe_in_every_common_function) {
    const struct pages_type *type = &pages_types[_i];
    mp_region empty = MP_INIT, to;
    size_t untouched = 42;
    void *base = &empty;
    ck_assert(type->is_empty(&empty));
    ck_assert_uint_eq(type->len(&empty), 0);
    ck_assert_ptr_null(type->unsafe_ptr(&empty));
    check_status(MP_ERR_EMPTY, type->resident_bytes(&empty, &untouched));
    check_status(MP_ERR_EMPTY, type->advise_use_soon(&empty, 0));
    check_status(MP_ERR_EMPTY, type->advise_use_seq(&empty));
    check_status(MP_ERR_EMPTY, type->advise_use_rnd(&empty));
    check_status(MP_ERR_EMPTY, type->into_raw_parts(&empty, &base, &untouched));
    ck_assert_uint_eq(untouched, 42);
    ck_assert_ptr_eq(base, &empty);
    make_garbage(to);
    type->move(&empty, &to);
    check_is_zeroed(to);
    type->destroy(&empty);
    check_is_zeroed(empty);
}
END_TEST

START_TEST(move_hands_the_pages_over) {
    const struct pages_type *type = &pages_types[_i];
    mp_region from, to;
    check_ok(type->create(page, &from));
    const mp_region before = from;
    make_garbage(to);
    type->move(&from, &to);
    check_is_zeroed(from);
    ck_assert_mem_eq(&to, &before, sizeof to);
    check_ok(type->advise_use_soon(&to, 1)); /* the ticket is still current */
    type->destroy(&from);
    ck_assert_uint_eq(kernel_access(before.data, page), kernel_form(type->access));
    type->destroy(&to);
}
END_TEST

START_TEST(move_onto_itself_changes_nothing) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(page, &pages));
    const mp_region before = pages;
    type->move(&pages, &pages);
    ck_assert_mem_eq(&pages, &before, sizeof pages);
    type->destroy(&pages);
}
END_TEST

/* ---- Hints and residence, every type --------------------------------------------------------- */

START_TEST(hints_reach_the_kernel) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(4 * page, &pages));
    const void *data = type->unsafe_ptr(&pages);
    check_ok(type->advise_use_seq(&pages));
    check_kernel_flag(data, "sr", true);
    check_ok(type->advise_use_rnd(&pages));
    check_kernel_flag(data, "rr", true);
    check_kernel_flag(data, "sr", false);
    check_ok(type->advise_use_soon(&pages, 0));
    check_ok(type->advise_use_soon(&pages, 1));
    check_ok(type->advise_use_soon(&pages, 4 * page));
    check_status(MP_ERR_OUT_OF_RANGE, type->advise_use_soon(&pages, 4 * page + 1));
    check_status(MP_ERR_OUT_OF_RANGE, type->advise_use_soon(&pages, SIZE_MAX));
    type->destroy(&pages);
}
END_TEST

START_TEST(resident_bytes_is_what_the_kernel_counts) {
    if (skips_without(RESIDENCY)) return;
    const struct pages_type *type = &pages_types[_i];
    const size_t len = 1024 * page;
    const mp_options options = {.huge_pages = MP_HUGE_PAGES_NEVER}; /* one touch, one page */
    mp_region pages;
    check_ok(type->create_with(len, &options, &pages));
    uint8_t *data = type->unsafe_ptr(&pages);
    const size_t touched[] = {0, 1, 2, 511, 512, 1000, 1023};
    for (size_t i = 0; i < COUNT_OF(touched); i++) {
        kernel_poke(data + touched[i] * page, "x", 1);
        size_t resident;
        check_ok(type->resident_bytes(&pages, &resident));
        const bool counts = type->access != MP_ACCESS_NONE || system_has(DENIED_RESIDENCY);
        ck_assert_uint_eq(resident, counts ? (i + 1) * page : 0);
        ck_assert_uint_eq(kernel_resident_bytes(data, len), resident);
    }
    type->destroy(&pages);
}
END_TEST

/* ---- Bytes ----------------------------------------------------------------------------------- */

START_TEST(bytes_are_read_and_written_within_the_pages) {
    mp_pages_r_w_nx pages = new_pages(2 * page);
    const size_t len = mp_pages_r_w_nx_len(&pages);
    uint8_t *data = mp_pages_r_w_nx_data_mut(&pages);
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), data);

    const size_t inside[] = {0, 1, page - 1, page, len - 1};
    for (size_t i = 0; i < COUNT_OF(inside); i++) {
        const size_t at = inside[i];
        uint8_t byte = 0;
        check_ok(mp_pages_r_w_nx_set(&pages, at, (uint8_t)(i + 1)));
        check_ok(mp_pages_r_w_nx_get(&pages, at, &byte));
        ck_assert_uint_eq(byte, i + 1);
        ck_assert_uint_eq(mp_pages_r_w_nx_get_unchecked(&pages, at), i + 1);
        ck_assert_ptr_eq(mp_pages_r_w_nx_at(&pages, at), data + at);
        ck_assert_ptr_eq(mp_pages_r_w_nx_at_mut(&pages, at), data + at);
        mp_pages_r_w_nx_set_unchecked(&pages, at, 0xee);
        ck_assert_uint_eq(data[at], 0xee);
    }
    ck_assert_ptr_eq(mp_pages_r_w_nx_first(&pages), data);
    ck_assert_ptr_eq(mp_pages_r_w_nx_first_mut(&pages), data);
    ck_assert_ptr_eq(mp_pages_r_w_nx_last(&pages), data + len - 1);
    ck_assert_ptr_eq(mp_pages_r_w_nx_last_mut(&pages), data + len - 1);

    const size_t outside[] = {len, len + 1, SIZE_MAX};
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        uint8_t untouched = 42;
        check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_get(&pages, outside[i], &untouched));
        check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_set(&pages, outside[i], 1));
        ck_assert_uint_eq(untouched, 42);
    }
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

#define CHECK_AT_PANICS(type, at, index)                                                           \
    do {                                                                                           \
        char message[128];                                                                         \
        mp_pages_##type pages;                                                                     \
        check_ok(mp_pages_##type##_create(1, &pages));                                             \
        snprintf(message, sizeof message,                                                          \
                 "mp_pages_" #type "_" #at ": index %zu is out of range for length %zu",           \
                 (size_t)(index), page);                                                           \
        check_panics_with(message, mp_pages_##type##_##at(&pages, (index)));                       \
        mp_pages_##type##_destroy(&pages);                                                         \
    } while (0)

START_TEST(at_panics_past_the_end) {
    CHECK_AT_PANICS(r_w_nx, at, page);
    CHECK_AT_PANICS(r_w_nx, at, SIZE_MAX);
    CHECK_AT_PANICS(r_w_nx, at_mut, page);
    CHECK_AT_PANICS(r_nw_nx, at, page);
    CHECK_AT_PANICS(r_nw_x, at, page);
    mp_pages_r_w_nx empty = MP_INIT;
    check_panics_with("mp_pages_r_w_nx_at: index 0 is out of range for length 0",
                      mp_pages_r_w_nx_at(&empty, 0));
}
END_TEST

START_TEST(ranges_are_copied_or_refused_whole) {
    mp_pages_r_w_nx pages = new_pages(2 * page);
    const size_t len = 2 * page;
    uint8_t *from = malloc(len), *to = calloc(len, 1);
    for (size_t i = 0; i < len; i++) from[i] = (uint8_t)(i * 7 + 1);

    check_ok(mp_pages_r_w_nx_write(&pages, 0, from, len));
    check_ok(mp_pages_r_w_nx_read(&pages, 0, to, len));
    ck_assert_mem_eq(from, to, len);
    check_ok(mp_pages_r_w_nx_read(&pages, page - 3, to, 6));
    ck_assert_mem_eq(from + page - 3, to, 6);
    check_ok(mp_pages_r_w_nx_write(&pages, len - 1, "!", 1));
    ck_assert_uint_eq(*mp_pages_r_w_nx_last(&pages), '!');

    check_ok(mp_pages_r_w_nx_read(&pages, len, NULL, 0));
    check_ok(mp_pages_r_w_nx_write(&pages, len, NULL, 0));
    check_status(MP_ERR_INVALID, mp_pages_r_w_nx_read(&pages, 0, NULL, 1));
    check_status(MP_ERR_INVALID, mp_pages_r_w_nx_write(&pages, 0, NULL, 1));

    const struct {
        size_t offset, n;
    } outside[] = {{len, 1},      {0, len + 1},         {len - 1, 2}, {1, SIZE_MAX},
                   {SIZE_MAX, 1}, {SIZE_MAX, SIZE_MAX}, {len + 1, 0}};
    memset(to, 42, len);
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        check_status(MP_ERR_OUT_OF_RANGE,
                     mp_pages_r_w_nx_read(&pages, outside[i].offset, to, outside[i].n));
        check_status(MP_ERR_OUT_OF_RANGE,
                     mp_pages_r_w_nx_write(&pages, outside[i].offset, to, outside[i].n));
    }
    ck_assert(bytes_are(to, 42, len));
    ck_assert_mem_eq(mp_pages_r_w_nx_data(&pages), from, len - 1);
    free(from);
    free(to);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(write_may_overlap_its_source) {
    mp_pages_r_w_nx pages = new_pages(page);
    check_ok(mp_pages_r_w_nx_write(&pages, 0, "abcdefgh", 8));
    check_ok(mp_pages_r_w_nx_write(&pages, 2, mp_pages_r_w_nx_data(&pages), 6));
    ck_assert_mem_eq(mp_pages_r_w_nx_data(&pages), "ababcdef", 8);
    check_ok(mp_pages_r_w_nx_write(&pages, 0, mp_pages_r_w_nx_data(&pages) + 2, 6));
    ck_assert_mem_eq(mp_pages_r_w_nx_data(&pages), "abcdefef", 8);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(fill_and_wipe_reach_every_byte) {
    mp_pages_r_w_nx pages = new_pages(3 * page);
    mp_pages_r_w_nx_fill(&pages, 0x5a);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 0x5a, 3 * page));
    mp_pages_r_w_nx_wipe(&pages);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 0, 3 * page));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

#define CHECK_READS(type)                                                                          \
    do {                                                                                           \
        mp_pages_##type pages;                                                                     \
        uint8_t byte = 0, bytes[4];                                                                \
        check_ok(mp_pages_##type##_create(page, &pages));                                          \
        uint8_t *data = mp_pages_##type##_unsafe_ptr(&pages);                                      \
        kernel_poke(data, "code", 4);                                                              \
        kernel_poke(data + page - 1, "!", 1);                                                      \
        ck_assert_ptr_eq(mp_pages_##type##_data(&pages), data);                                    \
        ck_assert_ptr_eq(mp_pages_##type##_first(&pages), data);                                   \
        ck_assert_ptr_eq(mp_pages_##type##_last(&pages), data + page - 1);                         \
        ck_assert_ptr_eq(mp_pages_##type##_at(&pages, 1), data + 1);                               \
        check_ok(mp_pages_##type##_get(&pages, 2, &byte));                                         \
        ck_assert_uint_eq(byte, 'd');                                                              \
        check_status(MP_ERR_OUT_OF_RANGE, mp_pages_##type##_get(&pages, page, &byte));             \
        ck_assert_uint_eq(mp_pages_##type##_get_unchecked(&pages, page - 1), '!');                 \
        check_ok(mp_pages_##type##_read(&pages, 0, bytes, 4));                                     \
        ck_assert_mem_eq(bytes, "code", 4);                                                        \
        check_status(MP_ERR_OUT_OF_RANGE, mp_pages_##type##_read(&pages, page - 3, bytes, 4));     \
        mp_pages_##type##_destroy(&pages);                                                         \
    } while (0)

START_TEST(every_readable_type_reads_the_same) {
    CHECK_READS(r_w_nx);
    CHECK_READS(r_nw_nx);
    CHECK_READS(r_nw_x);
}
END_TEST

START_TEST(an_empty_handle_is_safe_when_read_and_written) {
    mp_pages_r_w_nx empty = MP_INIT;
    uint8_t byte = 42;
    ck_assert_ptr_null(mp_pages_r_w_nx_data(&empty));
    ck_assert_ptr_null(mp_pages_r_w_nx_data_mut(&empty));
    ck_assert_ptr_null(mp_pages_r_w_nx_first(&empty));
    ck_assert_ptr_null(mp_pages_r_w_nx_last(&empty));
    ck_assert_ptr_null(mp_pages_r_w_nx_first_mut(&empty));
    ck_assert_ptr_null(mp_pages_r_w_nx_last_mut(&empty));
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_get(&empty, 0, &byte));
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_set(&empty, 0, 1));
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_read(&empty, 0, &byte, 1));
    check_status(MP_ERR_OUT_OF_RANGE, mp_pages_r_w_nx_write(&empty, 0, &byte, 1));
    check_ok(mp_pages_r_w_nx_read(&empty, 0, NULL, 0));
    check_ok(mp_pages_r_w_nx_write(&empty, 0, NULL, 0));
    mp_pages_r_w_nx_fill(&empty, 1);
    mp_pages_r_w_nx_wipe(&empty);
    check_status(MP_ERR_EMPTY, mp_pages_r_w_nx_resize(&empty, page));
    check_status(MP_ERR_EMPTY, mp_pages_r_w_nx_decommit(&empty, 0, 0));
    check_panics(mp_pages_r_w_nx_exec_address(&empty, 1));
    ck_assert_uint_eq(byte, 42);
    check_is_zeroed(empty);
}
END_TEST

/* ---- Size ------------------------------------------------------------------------------------ */

START_TEST(resize_keeps_the_content_and_zeroes_the_rest) {
    mp_pages_r_w_nx pages = new_pages(page);
    mp_pages_r_w_nx_fill(&pages, 1);
    const struct {
        size_t request, pages, kept;
    } steps[] = {
        {2 * page, 2, 1},       {2 * page - 1, 2, 2},      {3 * page + 1, 4, 2},     {1, 1, 1},
        {2000 * page, 2000, 1}, {1000 * page, 1000, 1000}, {1001 * page, 1001, 1000}};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        check_ok(mp_pages_r_w_nx_resize(&pages, steps[i].request));
        const size_t len = steps[i].pages * page, kept = steps[i].kept * page;
        ck_assert_uint_eq(mp_pages_r_w_nx_len(&pages), len);
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 1, kept));
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages) + kept, 0, len - kept));
        ck_assert_uint_eq(kernel_access(mp_pages_r_w_nx_data(&pages), len),
                          MP_ACCESS_READ | MP_ACCESS_WRITE);
        mp_pages_r_w_nx_fill(&pages, 1);
    }
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(resize_grows_though_a_neighbour_is_in_the_way) {
    enum { NEIGHBOURS = 8 };
    mp_pages_r_w_nx pages[NEIGHBOURS];
    for (int i = 0; i < NEIGHBOURS; i++) {
        pages[i] = new_pages(page);
        mp_pages_r_w_nx_fill(&pages[i], (uint8_t)(i + 1));
    }
    for (int i = 0; i < NEIGHBOURS; i++) {
        check_ok(mp_pages_r_w_nx_resize(&pages[i], (size_t)(i + 2) * page));
    }
    for (int i = 0; i < NEIGHBOURS; i++) {
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages[i]), (uint8_t)(i + 1), page));
        ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages[i]) + page, 0, (size_t)(i + 1) * page));
        mp_pages_r_w_nx_destroy(&pages[i]);
    }
}
END_TEST

START_TEST(shrinking_unmaps_the_surplus) {
    mp_pages_r_w_nx pages = new_pages(8 * page);
    const uint8_t *data = mp_pages_r_w_nx_data(&pages);
    check_ok(mp_pages_r_w_nx_resize(&pages, 3 * page));
    ck_assert_ptr_eq(mp_pages_r_w_nx_data(&pages), data);
    ck_assert_uint_eq(kernel_access(data + 3 * page, page), KERNEL_UNMAPPED);
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(kernel_access(data, page), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(resize_frees_the_old_place) {
    mp_pages_r_w_nx pages = new_pages(page);
    size_t len = page;
    const size_t before = kernel_address_space();
    for (int i = 0; i < 200; i++) {
        len = len % (64 * page) + page;
        check_ok(mp_pages_r_w_nx_resize(&pages, len));
    }
    check_ok(mp_pages_r_w_nx_resize(&pages, page));
    ck_assert_uint_lt(kernel_address_space(), before + 200 * page);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(refused_resize_changes_nothing) {
    mp_pages_r_w_nx pages = new_pages(2 * page);
    mp_pages_r_w_nx_fill(&pages, 7);
    const mp_pages_r_w_nx before = pages;
    check_status(MP_ERR_ZERO_SIZE, mp_pages_r_w_nx_resize(&pages, 0));
    check_status(MP_ERR_OVERFLOW, mp_pages_r_w_nx_resize(&pages, SIZE_MAX));
    check_status(MP_ERR_OUT_OF_MEMORY, mp_pages_r_w_nx_resize(&pages, SIZE_MAX - page + 1));
    check_status(MP_ERR_OUT_OF_MEMORY, mp_pages_r_w_nx_resize(&pages, SIZE_MAX / 2));
    ck_assert_mem_eq(&pages, &before, sizeof pages);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, 2 * page));
    check_ok(mp_pages_r_w_nx_resize(&pages, 3 * page));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* ---- Decommit -------------------------------------------------------------------------------- */

START_TEST(decommit_frees_a_range_that_then_reads_as_zero) {
    const size_t len = 64 * page;
    mp_pages_r_w_nx pages = new_pages(len);
    mp_pages_r_w_nx_fill(&pages, 9);
    const uint8_t *data = mp_pages_r_w_nx_data(&pages);
    ck_assert_uint_eq(kernel_resident_bytes(data, len), len);

    check_ok(mp_pages_r_w_nx_decommit(&pages, 4 * page, 50 * page));
    ck_assert_uint_eq(kernel_resident_bytes(data, len), 14 * page);
    size_t resident;
    check_ok(mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    if (system_has(RESIDENCY)) ck_assert_uint_eq(resident, 14 * page);
    ck_assert(bytes_are(data, 9, 4 * page));
    ck_assert(bytes_are(data + 4 * page, 0, 50 * page));
    ck_assert(bytes_are(data + 54 * page, 9, 10 * page));
    ck_assert_uint_eq(kernel_access(data, len), MP_ACCESS_READ | MP_ACCESS_WRITE);

    check_ok(mp_pages_r_w_nx_set(&pages, 4 * page, 1)); /* it can be written again */
    check_ok(mp_pages_r_w_nx_decommit(&pages, 0, len));
    ck_assert_uint_eq(kernel_resident_bytes(data, len), 0);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(decommit_refuses_what_is_not_whole_pages_inside) {
    mp_pages_r_w_nx pages = new_pages(4 * page);
    mp_pages_r_w_nx_fill(&pages, 9);
    const size_t len = 4 * page, highest = SIZE_MAX - page + 1;
    const struct {
        size_t offset, n;
        mp_status status;
    } requests[] = {
        {0, 0, MP_OK},
        {len, 0, MP_OK},
        {1, page, MP_ERR_MISALIGNED},
        {0, 1, MP_ERR_MISALIGNED},
        {page, page - 1, MP_ERR_MISALIGNED},
        {len, page, MP_ERR_OUT_OF_RANGE},
        {0, len + page, MP_ERR_OUT_OF_RANGE},
        {3 * page, 2 * page, MP_ERR_OUT_OF_RANGE},
        {len + page, 0, MP_ERR_OUT_OF_RANGE},
        {page, highest, MP_ERR_OUT_OF_RANGE},
        {highest, page, MP_ERR_OUT_OF_RANGE},
        {highest, highest, MP_ERR_OUT_OF_RANGE},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        check_status(requests[i].status,
                     mp_pages_r_w_nx_decommit(&pages, requests[i].offset, requests[i].n));
    }
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 9, len));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* ---- Options --------------------------------------------------------------------------------- */

START_TEST(guard_pages_fault_on_either_side) {
    const struct pages_type *type = &pages_types[_i];
    const mp_options options = {.guard_pages = true};
    mp_region pages;
    check_ok(type->create_with(2 * page, &options, &pages));
    ck_assert_uint_eq(type->len(&pages), 2 * page);
    uint8_t *data = type->unsafe_ptr(&pages), *end = data + 2 * page;
    ck_assert_uint_eq(kernel_access(data, 2 * page), kernel_form(type->access));
    check_faults(MP_ACCESS_READ, data - 1);
    check_faults(MP_ACCESS_WRITE, data - page);
    check_faults(MP_ACCESS_READ, end);
    check_faults(MP_ACCESS_WRITE, end + page - 1);

    /* Nobody else can be put there as long as the pages live. */
    ck_assert_ptr_null(map_foreign(data - page, page, MP_ACCESS_READ));
    ck_assert_ptr_null(map_foreign(end, page, MP_ACCESS_READ));
    type->destroy(&pages);
    ck_assert_uint_eq(kernel_access(data - page, page), KERNEL_UNMAPPED);
    ck_assert_uint_eq(kernel_access(end, page), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(guard_pages_are_not_handed_out) {
    mp_pages_r_w_nx pages = new_pages_with(2 * page, (mp_options){.guard_pages = true});
    const mp_pages_r_w_nx before = pages;
    uint8_t *data = mp_pages_r_w_nx_data_mut(&pages);
    void *base = NULL;
    size_t bytes = 0;
    const mp_status handed_out = mp_pages_r_w_nx_into_raw_parts(&pages, &base, &bytes);
    if (!system_has(PARTIAL_UNMAP) && handed_out == MP_ERR_UNSUPPORTED) {
        ck_assert_mem_eq(&pages, &before, sizeof pages); /* all of it or nothing */
        ck_assert_ptr_null(base);
        mp_pages_r_w_nx_fill(&pages, 7);
        mp_pages_r_w_nx_destroy(&pages);
        ck_assert_uint_eq(kernel_access(data, 2 * page), KERNEL_UNMAPPED);
        return;
    }
    check_ok(handed_out);
    ck_assert_ptr_eq(base, data);
    ck_assert_uint_eq(bytes, 2 * page);
    check_is_zeroed(pages);
    ck_assert_uint_eq(kernel_access(data - page, page), KERNEL_UNMAPPED);
    ck_assert_uint_eq(kernel_access(data + bytes, page), KERNEL_UNMAPPED);
    unmap_foreign(base, bytes);
}
END_TEST

START_TEST(guard_pages_stay_when_the_pages_are_resized) {
    mp_pages_r_w_nx pages = new_pages_with(2 * page, (mp_options){.guard_pages = true});
    const size_t sizes[] = {1, 5, 3, 3000, 2};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        check_ok(mp_pages_r_w_nx_resize(&pages, sizes[i] * page));
        ck_assert_uint_eq(mp_pages_r_w_nx_len(&pages), sizes[i] * page);
        uint8_t *data = mp_pages_r_w_nx_data_mut(&pages);
        check_faults(MP_ACCESS_READ, data - 1);
        check_faults(MP_ACCESS_WRITE, data + sizes[i] * page);
        check_works(MP_ACCESS_WRITE, data + sizes[i] * page - 1);
    }
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(alignment_is_met_and_kept) {
    const size_t alignments[] = {1, 16, page, 2 * page, (size_t)1 << 21, (size_t)1 << 26};
    for (size_t i = 0; i < COUNT_OF(alignments); i++) {
        for (int guarded = 0; guarded <= 1; guarded++) {
            const mp_options options = {.alignment = alignments[i], .guard_pages = guarded};
            const size_t before = kernel_address_space();
            mp_pages_r_w_nx pages = new_pages_with(page, options);
            ck_assert_uint_eq((uintptr_t)mp_pages_r_w_nx_data(&pages) % alignments[i], 0);
            check_ok(mp_pages_r_w_nx_resize(&pages, 100 * page));
            ck_assert_uint_eq((uintptr_t)mp_pages_r_w_nx_data(&pages) % alignments[i], 0);
            mp_pages_r_w_nx_destroy(&pages);
            ck_assert_uint_lt(kernel_address_space(), before + ((size_t)4 << 20));
        }
    }
}
END_TEST

START_TEST(an_alignment_that_is_none_is_refused) {
    const size_t alignments[] = {3, page + 1, 3 * page, SIZE_MAX};
    for (size_t i = 0; i < COUNT_OF(alignments); i++) {
        const mp_options options = {.alignment = alignments[i]};
        mp_pages_r_w_nx pages;
        make_garbage(pages);
        check_status(MP_ERR_INVALID, mp_pages_r_w_nx_create_with(page, &options, &pages));
        check_is_zeroed(pages);
    }
    const mp_options options = {.alignment = SIZE_MAX / 2 + 1}; /* a power of two, but too large */
    mp_pages_r_w_nx pages;
    ck_assert_int_ne(mp_pages_r_w_nx_create_with(page, &options, &pages), MP_OK);
    check_is_zeroed(pages);
}
END_TEST

START_TEST(huge_pages_are_asked_for_as_the_policy_says) {
    const size_t huge = mp_huge_page_size();
    if (huge == 0) return;
    const struct {
        mp_huge_pages policy;
        size_t request, len;
        bool yes, no;
    } cases[] = {
        {MP_HUGE_PAGES_DEFAULT, 2 * huge, 2 * huge, false, false},
        {MP_HUGE_PAGES_NEVER, 2 * huge, 2 * huge, false, true},
        {MP_HUGE_PAGES_AUTO, huge - page, huge - page, false, false},
        {MP_HUGE_PAGES_AUTO, huge + 1, huge + page, true, false},
        {MP_HUGE_PAGES_ALWAYS, 1, huge, true, false},
        {MP_HUGE_PAGES_ALWAYS, huge + 1, 2 * huge, true, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const mp_options options = {.huge_pages = cases[i].policy};
        mp_pages_r_w_nx pages = new_pages_with(cases[i].request, options);
        const uint8_t *data = mp_pages_r_w_nx_data(&pages);
        ck_assert_uint_eq(mp_pages_r_w_nx_len(&pages), cases[i].len);
        check_kernel_flag(data, "hg", cases[i].yes);
        check_kernel_flag(data, "nh", cases[i].no);
        if (cases[i].yes) ck_assert_uint_eq((uintptr_t)data % huge, 0);
        mp_pages_r_w_nx_destroy(&pages);
    }
}
END_TEST

START_TEST(prefault_makes_everything_resident) {
    if (skips_without(ADVICE)) return;
    mp_pages_r_w_nx pages = new_pages_with(100 * page, (mp_options){.prefault = true});
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), 100 * page), 100 * page);
    check_ok(mp_pages_r_w_nx_resize(&pages, 200 * page));
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), 200 * page), 200 * page);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(locked_pages_are_locked_and_can_still_be_decommitted) {
    if (skips_without_mlock() || skips_without(ADVICE)) return;
    mp_pages_r_w_nx pages = new_pages_with(4 * page, (mp_options){.locked = true});
    const uint8_t *data = mp_pages_r_w_nx_data(&pages);
    check_kernel_flag(data, "lo", true);
    ck_assert_uint_eq(kernel_resident_bytes(data, 4 * page), 4 * page);
    mp_pages_r_w_nx_fill(&pages, 1);
    check_ok(mp_pages_r_w_nx_decommit(&pages, page, 2 * page));
    ck_assert(bytes_are(data + page, 0, 2 * page));
    check_ok(mp_pages_r_w_nx_resize(&pages, 8 * page));
    check_kernel_flag(mp_pages_r_w_nx_last(&pages), "lo", true);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(what_locked_pages_give_back_is_not_locked) {
    if (skips_without_mlock() || skips_without(ADVICE)) return;
    const mp_options options = {.locked = true, .guard_pages = true};
    mp_pages_r_w_nx pages = new_pages_with(4 * page, options);
    check_ok(mp_pages_r_w_nx_resize(&pages, page));
    const uint8_t *data = mp_pages_r_w_nx_data(&pages);
    check_kernel_flag(data, "lo", true);
    check_kernel_flag(data + page, "lo", false);
    check_ok(mp_pages_r_w_nx_resize(&pages, 4 * page));
    check_kernel_flag(data + page, "lo", true);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(no_dump_is_told_to_the_kernel) {
    if (!system_has(DUMP_CONTROL)) {
        const mp_options no_dump = {.no_dump = true};
        mp_pages_r_w_nx refused;
        make_garbage(refused);
        check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_create_with(page, &no_dump, &refused));
        check_is_zeroed(refused);
        return;
    }
    mp_pages_r_w_nx pages = new_pages_with(page, (mp_options){.no_dump = true});
    check_kernel_flag(mp_pages_r_w_nx_data(&pages), "dd", true);
    check_ok(mp_pages_r_w_nx_resize(&pages, 512 * page));
    check_kernel_flag(mp_pages_r_w_nx_last(&pages), "dd", true);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

static mp_pages_r_w_nx shared_with_child;

static void child_finds_zeros(void) {
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&shared_with_child), 0, page));
}

static void child_finds_its_own_copy(void) {
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&shared_with_child), 5, page));
    mp_pages_r_w_nx_fill(&shared_with_child, 6);
}

START_TEST(wipe_on_fork_hides_the_content_from_children) {
    if (skips_without(FORK) || skips_without(ADVICE)) return;
    shared_with_child = new_pages_with(page, (mp_options){.wipe_on_fork = true});
    mp_pages_r_w_nx_fill(&shared_with_child, 5);
    in_child(child_finds_zeros);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&shared_with_child), 5, page));
    mp_pages_r_w_nx_destroy(&shared_with_child);

    shared_with_child = new_pages(page);
    mp_pages_r_w_nx_fill(&shared_with_child, 5);
    in_child(child_finds_its_own_copy);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&shared_with_child), 5, page));
    mp_pages_r_w_nx_destroy(&shared_with_child);
}
END_TEST

START_TEST(pages_that_children_do_not_inherit_never_become_executable) {
    mp_pages_r_w_nx pages = new_pages_with(page, (mp_options){.wipe_on_fork = true});
    mp_pages_r_nw_x code;
    make_garbage(code);
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_set_protected_exec(&pages, &code));
    check_is_zeroed(code);
    ck_assert_uint_eq(kernel_access(mp_pages_r_w_nx_data(&pages), page),
                      MP_ACCESS_READ | MP_ACCESS_WRITE);
    check_ok(mp_pages_r_w_nx_resize(&pages, 2 * page)); /* it is what it was */
    mp_pages_r_w_nx_destroy(&pages);

    const mp_options options = {.wipe_on_fork = true};
    make_garbage(code);
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_nw_x_create_with(page, &options, &code));
    check_is_zeroed(code);
}
END_TEST

/* What is in the pages just before the system frees them shows whether they were overwritten. */
static const struct pages_type *wiped_type;
static const uint8_t *wiped_address;

static void check_wiped(void) {
    uint8_t content[16];
    kernel_peek(wiped_address, content, sizeof content);
    _Exit(bytes_are(content, 0, sizeof content) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void child_destroys_a_secret(void) {
    const mp_options options = {.wipe_on_destroy = true};
    mp_region pages;
    check_ok(wiped_type->create_with(page, &options, &pages));
    wiped_address = wiped_type->unsafe_ptr(&pages);
    kernel_poke((void *)(uintptr_t)wiped_address, "a secret of many", 16);
    look_before_unmap(check_wiped);
    wiped_type->destroy(&pages);
    ck_abort_msg("the pages were never unmapped");
}

START_TEST(wipe_on_destroy_overwrites_before_the_pages_go_back) {
    wiped_type = &pages_types[_i];
    in_child(child_destroys_a_secret);
}
END_TEST

/* ---- Addresses ------------------------------------------------------------------------------- */

START_TEST(exec_address_is_where_the_code_will_run) {
    mp_pages_r_w_nx pages = new_pages(page);
    const uintptr_t start = mp_pages_r_w_nx_exec_address(&pages, 0);
    ck_assert_uint_eq(mp_pages_r_w_nx_exec_address(&pages, 100), start + 100);
    ck_assert_uint_eq(mp_pages_r_w_nx_exec_address(&pages, page), start + page);
    char message[128];
    snprintf(message, sizeof message,
             "mp_pages_r_w_nx_exec_address: index %zu is out of range for length %zu", page + 1,
             page);
    check_panics_with(message, mp_pages_r_w_nx_exec_address(&pages, page + 1));

    mp_pages_r_nw_x code;
    check_ok(mp_pages_r_w_nx_set_protected_exec(&pages, &code));
    ck_assert_uint_eq((uintptr_t)mp_pages_r_nw_x_unsafe_ptr(&code), start);
    mp_pages_r_nw_x_destroy(&code);

    mp_pages_nr_w_nx hidden;
    check_ok(mp_pages_nr_w_nx_create(page, &hidden));
    ck_assert_uint_eq(mp_pages_nr_w_nx_exec_address(&hidden, 1),
                      (uintptr_t)mp_pages_nr_w_nx_unsafe_ptr(&hidden) + 1);
    mp_pages_nr_w_nx_destroy(&hidden);
}
END_TEST

START_TEST(raw_parts_change_hands_both_ways) {
    const struct pages_type *type = &pages_types[_i];
    mp_region pages, twin, again;
    check_ok(type->create(2 * page, &pages));
    void *const address = type->unsafe_ptr(&pages);
    twin = pages;

    void *base = NULL;
    size_t bytes = 0;
    check_ok(type->into_raw_parts(&pages, &base, &bytes));
    check_is_zeroed(pages);
    ck_assert_ptr_eq(base, address);
    ck_assert_uint_eq(bytes, 2 * page);
    check_status(MP_ERR_STALE, type->into_raw_parts(&twin, &base, &bytes));
    type->destroy(&twin); /* must not unmap what is the caller's now */
    ck_assert_uint_eq(kernel_access(address, 2 * page), kernel_form(type->access));

    make_garbage(again);
    check_ok(type->from_raw_parts(base, bytes, &again));
    ck_assert_ptr_eq(type->unsafe_ptr(&again), address);
    ck_assert_uint_eq(type->len(&again), 2 * page);
    type->destroy(&again);
    ck_assert_uint_eq(kernel_access(address, page), KERNEL_UNMAPPED);
}
END_TEST

START_TEST(raw_parts_that_are_no_pages_are_refused) {
    const struct pages_type *type = &pages_types[_i];
    char *base = map_foreign(NULL, 2 * page, MP_ACCESS_NONE);
    const struct {
        void *base;
        size_t bytes;
        mp_status status;
    } requests[] = {
        {NULL, page, MP_ERR_INVALID},
        {base, 0, MP_ERR_ZERO_SIZE},
        {base + 1, page, MP_ERR_MISALIGNED},
        {base, page + 1, MP_ERR_MISALIGNED},
        {base, 0 - page, MP_ERR_INVALID},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        mp_region pages;
        make_garbage(pages);
        check_status(requests[i].status,
                     type->from_raw_parts(requests[i].base, requests[i].bytes, &pages));
        check_is_zeroed(pages);
    }
    unmap_foreign(base, 2 * page);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_loop_test(tests, create_rounds_up_to_whole_pages, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, create_gives_the_permission_of_the_type, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, created_pages_are_zero_and_not_resident, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, refused_create_leaves_an_empty_handle, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, destroy_unmaps_and_empties_and_may_come_twice, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, create_and_destroy_leak_nothing, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, an_empty_handle_is_safe_in_every_common_function, 0,
                        PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, move_hands_the_pages_over, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, move_onto_itself_changes_nothing, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, hints_reach_the_kernel, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, resident_bytes_is_what_the_kernel_counts, 0, PAGES_TYPE_COUNT);

    tcase_add_test(tests, bytes_are_read_and_written_within_the_pages);
    tcase_add_test(tests, at_panics_past_the_end);
    tcase_add_test(tests, ranges_are_copied_or_refused_whole);
    tcase_add_test(tests, write_may_overlap_its_source);
    tcase_add_test(tests, fill_and_wipe_reach_every_byte);
    tcase_add_test(tests, every_readable_type_reads_the_same);
    tcase_add_test(tests, an_empty_handle_is_safe_when_read_and_written);

    tcase_add_test(tests, resize_keeps_the_content_and_zeroes_the_rest);
    tcase_add_test(tests, resize_grows_though_a_neighbour_is_in_the_way);
    tcase_add_test(tests, shrinking_unmaps_the_surplus);
    tcase_add_test(tests, resize_frees_the_old_place);
    tcase_add_test(tests, refused_resize_changes_nothing);
    tcase_add_test(tests, decommit_frees_a_range_that_then_reads_as_zero);
    tcase_add_test(tests, decommit_refuses_what_is_not_whole_pages_inside);

    tcase_add_loop_test(tests, guard_pages_fault_on_either_side, 0, PAGES_TYPE_COUNT);
    tcase_add_test(tests, guard_pages_are_not_handed_out);
    tcase_add_test(tests, guard_pages_stay_when_the_pages_are_resized);
    tcase_add_test(tests, alignment_is_met_and_kept);
    tcase_add_test(tests, an_alignment_that_is_none_is_refused);
    tcase_add_test(tests, huge_pages_are_asked_for_as_the_policy_says);
    tcase_add_test(tests, prefault_makes_everything_resident);
    tcase_add_test(tests, locked_pages_are_locked_and_can_still_be_decommitted);
    tcase_add_test(tests, what_locked_pages_give_back_is_not_locked);
    tcase_add_test(tests, no_dump_is_told_to_the_kernel);
    tcase_add_test(tests, wipe_on_fork_hides_the_content_from_children);
    tcase_add_test(tests, pages_that_children_do_not_inherit_never_become_executable);
    tcase_add_loop_test(tests, wipe_on_destroy_overwrites_before_the_pages_go_back, 0,
                        PAGES_TYPE_COUNT);

    tcase_add_test(tests, exec_address_is_where_the_code_will_run);
    tcase_add_loop_test(tests, raw_parts_change_hands_both_ways, 0, PAGES_TYPE_COUNT);
    tcase_add_loop_test(tests, raw_parts_that_are_no_pages_are_refused, 0, PAGES_TYPE_COUNT);
}

int main(void) { return run_tests("pages", add_tests); }
