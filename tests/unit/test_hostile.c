/* A hostile system: limits are reached and calls are refused. The status says so, nothing has
 * changed and nothing is lost. */
#include "kernel_view.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"
#include "test_elements.h"
#include "vec_types.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
#include <string.h>
#include <tst_types.h>

static const size_t MiB = (size_t)1 << 20;

static size_t page;

/* ---- What is tried --------------------------------------------------------------------------- */

/* Element number i always holds i, so that any loss shows. */
static mp_vec_u64_rw vec;

/** More elements than a small vector has room for. */
enum { MANY = 300000 };

/** Appends `n` elements, so that each still holds its number. */
static mp_status append_numbers(mp_vec_u64_rw *to, size_t n) {
    static uint64_t numbers[MANY];
    for (size_t i = 0; i < n; i++) numbers[i] = mp_vec_u64_rw_len(to) + i;
    return mp_vec_u64_rw_append(to, numbers, n);
}

static mp_vec_u64_rw new_vec(size_t len, const mp_options *options) {
    mp_vec_u64_rw made;
    check_ok(mp_vec_u64_rw_create_with(0, options, &made));
    check_ok(append_numbers(&made, len));
    return made;
}

static void check_vec(size_t len) {
    if (mp_vec_u64_rw_len(&vec) != len) ck_abort_msg("the vector has another length");
    const uint64_t *data = mp_vec_u64_rw_data(&vec);
    for (size_t i = 0; i < len; i++) {
        if (data[i] != i) ck_abort_msg("element %zu is lost", i);
    }
}

static mp_status try_push(void) { return mp_vec_u64_rw_push(&vec, mp_vec_u64_rw_len(&vec)); }

static mp_status try_push_within_capacity(void) {
    return mp_vec_u64_rw_push_within_capacity(&vec, mp_vec_u64_rw_len(&vec));
}

static mp_status try_append(void) { return append_numbers(&vec, MANY); }

static mp_status try_insert(void) {
    return mp_vec_u64_rw_insert(&vec, mp_vec_u64_rw_len(&vec), mp_vec_u64_rw_len(&vec));
}

static mp_status try_append_zeroed(void) {
    const size_t len = mp_vec_u64_rw_len(&vec);
    MP_TRY(mp_vec_u64_rw_append_zeroed(&vec, MANY));
    mp_vec_u64_rw_truncate(&vec, len);
    return MP_OK;
}

static mp_status try_resize(void) {
    const size_t len = mp_vec_u64_rw_len(&vec);
    MP_TRY(mp_vec_u64_rw_resize(&vec, len + MANY, 42));
    mp_vec_u64_rw_truncate(&vec, len);
    return MP_OK;
}

static mp_status try_spare(void) {
    uint64_t *at = NULL;
    size_t room;
    MP_TRY(mp_vec_u64_rw_spare_mut(&vec, MANY, &at, &room));
    memset(at, 0xff, room * sizeof *at);
    return MP_OK;
}

static mp_status try_reserve(void) { return mp_vec_u64_rw_reserve(&vec, MANY); }

static mp_status try_reserve_exact(void) { return mp_vec_u64_rw_reserve_exact(&vec, MANY); }

static mp_status try_shrink_to_fit(void) { return mp_vec_u64_rw_shrink_to_fit(&vec); }

static mp_status try_clone(void) {
    mp_vec_u64_rw copy;
    make_garbage(copy);
    const mp_status status = mp_vec_u64_rw_clone(&vec, &copy);
    if (status == MP_OK) ck_assert(mp_vec_u64_rw_equal(&vec, &copy));
    if (status != MP_OK) check_is_zeroed(copy);
    mp_vec_u64_rw_destroy(&copy);
    return status;
}

static mp_status try_freeze(void) {
    mp_vec_u64_ro frozen;
    make_garbage(frozen);
    const mp_status status = mp_vec_u64_rw_freeze(&vec, &frozen);
    if (status != MP_OK) {
        check_is_zeroed(frozen);
        return status;
    }
    /* Somebody else may take the memory that a frozen vector does not count for: it then stays
     * frozen, and this test could not go on with it. */
    lift_limit(LIMIT_MEMORY);
    return mp_vec_u64_ro_thaw(&frozen, &vec);
}

static mp_status try_clear_decommit(void) {
    const size_t len = mp_vec_u64_rw_len(&vec);
    MP_TRY(mp_vec_u64_rw_clear_decommit(&vec));
    for (size_t i = 0; i < len; i++) check_ok(mp_vec_u64_rw_push_within_capacity(&vec, i));
    return MP_OK;
}

static mp_status try_resident_bytes(void) {
    size_t untouched = 42;
    const mp_status status = mp_vec_u64_rw_resident_bytes(&vec, &untouched);
    ck_assert((status == MP_OK) == (untouched != 42));
    return status;
}

static mp_status try_hints(void) {
    MP_TRY(mp_vec_u64_rw_advise_use_soon(&vec, 0, mp_vec_u64_rw_len(&vec)));
    MP_TRY(mp_vec_u64_rw_advise_use_seq(&vec));
    return mp_vec_u64_rw_advise_use_rnd(&vec);
}

/** Each adds so many elements, or fails and changes nothing. */
static const struct {
    const char *name;
    mp_status (*run)(void);
    size_t adds;
} attempts[] = {
    {"push", try_push, 1},
    {"push_within_capacity", try_push_within_capacity, 1},
    {"append", try_append, MANY},
    {"insert", try_insert, 1},
    {"append_zeroed", try_append_zeroed, 0},
    {"resize", try_resize, 0},
    {"spare_mut", try_spare, 0},
    {"reserve", try_reserve, 0},
    {"reserve_exact", try_reserve_exact, 0},
    {"shrink_to_fit", try_shrink_to_fit, 0},
    {"clone", try_clone, 0},
    {"freeze", try_freeze, 0},
    {"clear_decommit", try_clear_decommit, 0},
    {"resident_bytes", try_resident_bytes, 0},
    {"hints", try_hints, 0},
};

/** Makes the attempt with number `i` on `vec`, which has `len` elements. */
static mp_status attempt(size_t i, size_t len) {
    if (attempts[i].run == try_clear_decommit && !system_has(ATOMIC_DECOMMIT)) return MP_OK;
    const mp_vec_u64_rw before = vec;
    const mp_error error_before = mp_last_error();
    const mp_status status = attempts[i].run();
    const mp_error error = mp_last_error();
    check_vec(len + (status == MP_OK ? attempts[i].adds : 0));
    if (status == MP_OK) {
        ck_assert_msg(memcmp(&error, &error_before, sizeof error) == 0,
                      "%s succeeded and wrote the last error", attempts[i].name);
        return MP_OK;
    }
    ck_assert_msg(error.status == status, "%s recorded another failure", attempts[i].name);
    ck_assert_msg(memcmp(&vec, &before, sizeof vec) == 0, "%s changed the handle",
                  attempts[i].name);
    return status;
}

/* ---- One system call refused, for ever ------------------------------------------------------- */

static int refusal;

static size_t length;
static mp_options options;

static void child_with_vectors(void) {
    mp_vec_u64_rw vecs[COUNT_OF(attempts)];
    for (size_t i = 0; i < COUNT_OF(attempts); i++) vecs[i] = new_vec(length, &options);
    refuse_in_turn(refusal);
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        vec = vecs[i];
        mp_ignore(attempt(i, length));
        mp_vec_u64_rw_destroy(&vec);
    }
}

START_TEST(a_vector_survives_any_refusal) {
    if (skips_with_guests()) return;
    static const struct {
        size_t length;
        mp_options options;
    } vectors[] = {
        {0, MP_INIT},
        {1000, MP_INIT},
        {MANY, MP_INIT},
        {1000, {.locked = true}},
        {1000, {.prefault = true}},
        {1000, {.guard_pages = true, .no_dump = true}},
    };
    refusal = _i;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        length = vectors[i].length;
        options = granted(vectors[i].options);
        in_child(child_with_vectors);
    }
}
END_TEST

static mp_status try_to_resize(mp_pages_r_w_nx *pages, size_t len) {
    const mp_pages_r_w_nx before = *pages;
    const size_t kept = mp_pages_r_w_nx_len(pages) < len ? mp_pages_r_w_nx_len(pages) : len;
    const mp_status status = mp_pages_r_w_nx_resize(pages, len);
    if (status != MP_OK) {
        ck_assert_mem_eq(pages, &before, sizeof before);
        ck_assert(bytes_are(mp_pages_r_w_nx_data(pages), 7, mp_pages_r_w_nx_len(pages)));
        return status;
    }
    ck_assert(bytes_are(mp_pages_r_w_nx_data(pages), 7, kept));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(pages) + kept, 0, len - kept));
    mp_pages_r_w_nx_fill(pages, 7);
    return MP_OK;
}

static void child_with_pages(void) {
    enum { PAGES = 8 };
    mp_pages_r_w_nx pages, created;
    mp_pages_r_nw_x code;
    check_ok(mp_pages_r_w_nx_create_with(PAGES * page, &options, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    refuse_in_turn(refusal);

    make_garbage(created);
    if (mp_pages_r_w_nx_create_with(page, &options, &created) != MP_OK) check_is_zeroed(created);
    mp_pages_r_w_nx_destroy(&created);

    mp_ignore(try_to_resize(&pages, 2 * PAGES * page));
    mp_ignore(try_to_resize(&pages, PAGES / 2 * page));
    if (system_has(ATOMIC_DECOMMIT) && mp_pages_r_w_nx_decommit(&pages, page, page) == MP_OK) {
        ck_assert(bytes_are(mp_pages_r_w_nx_at(&pages, page), 0, page));
        mp_pages_r_w_nx_fill(&pages, 7);
    }
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, mp_pages_r_w_nx_len(&pages)));

    make_garbage(code);
    const mp_pages_r_w_nx before = pages;
    if (mp_pages_r_w_nx_set_protected_exec(&pages, &code) != MP_OK) {
        check_is_zeroed(code);
        ck_assert_mem_eq(&pages, &before, sizeof pages);
        mp_pages_r_w_nx_fill(&pages, 7);
    }
    mp_pages_r_w_nx_destroy(&pages);
    mp_pages_r_nw_x_destroy(&code);
}

START_TEST(pages_survive_any_refusal) {
    if (skips_with_guests()) return;
    static const mp_options various[] = {MP_INIT,
                                         {.locked = true},
                                         {.prefault = true},
                                         {.guard_pages = true, .no_dump = true},
                                         {.alignment = 1 << 16, .wipe_on_destroy = true}};
    refusal = _i;
    for (size_t i = 0; i < COUNT_OF(various); i++) {
        options = granted(various[i]);
        in_child(child_with_pages);
    }
}
END_TEST

/* ---- What each refusal is called ------------------------------------------------------------- */

static void child_whose_system_denies_memory(void) {
    mp_pages_r_w_nx pages;
    mp_vec_u64_rw created;
    refuse(CALL_MAP, MP_ERR_DENIED);
    make_garbage(pages);
    make_garbage(created);
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_create(1, &pages));
    check_status(MP_ERR_DENIED, mp_vec_u64_rw_create(1, &created));
    check_is_zeroed(pages);
    check_is_zeroed(created);
    mp_pages_r_w_nx_destroy(&pages);
    mp_vec_u64_rw_destroy(&created);
}

static void child_that_may_not_lock(void) {
    if (skips_without_mlock()) return;
    mp_pages_r_w_nx pages;
    const mp_options locked = {.locked = true};
    check_ok(mp_pages_r_w_nx_create(1, &pages));
    mp_pages_r_w_nx_destroy(&pages);
    const size_t before = kernel_address_space();
    refuse(CALL_LOCK, MP_ERR_OUT_OF_MEMORY);
    check_status(MP_ERR_OUT_OF_MEMORY, mp_pages_r_w_nx_create_with(page, &locked, &pages));
    check_is_zeroed(pages);
    ck_assert_str_eq(mp_last_error().call, system_error(CALL_LOCK, MP_ERR_OUT_OF_MEMORY).call);
    ck_assert_uint_eq(kernel_address_space(), before);
}

static void child_that_knows_no_populate(void) {
    mp_pages_r_w_nx pages;
    const mp_options prefault = {.prefault = true}, wipe_on_fork = {.wipe_on_fork = true};
    refuse(CALL_DECOMMIT, MP_ERR_UNSUPPORTED);
    check_ok(mp_pages_r_w_nx_create_with(8 * page, &prefault, &pages));
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), 8 * page), 8 * page);
    mp_pages_r_w_nx_destroy(&pages);
    if (!system_has(FORK)) return;
    const size_t before = kernel_address_space();
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_create_with(page, &wipe_on_fork, &pages));
    check_is_zeroed(pages);
    ck_assert_uint_eq(kernel_address_space(), before);
}

static void child_that_cannot_decommit(void) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    refuse(CALL_DECOMMIT, MP_ERR_DENIED);
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_decommit(&pages, 0, page));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, page));
    mp_pages_r_w_nx_destroy(&pages);
}

START_TEST(a_refusal_has_its_own_status) {
    if (skips_with_guests()) return;
    in_child(child_whose_system_denies_memory);
    in_child(child_that_may_not_lock);
    in_child(child_that_knows_no_populate);
    in_child(child_that_cannot_decommit);
}
END_TEST

/* ---- Limits on address space and on memory --------------------------------------------------- */

START_TEST(a_create_beyond_the_address_space_is_refused) {
    if (skips_with_guests()) return;
    const struct pages_type *type = &pages_types[_i];
    mp_region pages;
    check_ok(type->create(page, &pages));
    type->destroy(&pages);
    const size_t before = kernel_address_space();
    make_garbage(pages);
    limit_growth(LIMIT_ADDRESS_SPACE, 4 * MiB);
    const mp_status status = type->create(8 * MiB, &pages);
    lift_limit(LIMIT_ADDRESS_SPACE);
    check_status(MP_ERR_OUT_OF_MEMORY, status);
    check_is_zeroed(pages);
    ck_assert_uint_eq(kernel_address_space(), before);
    type->destroy(&pages);
    check_ok(type->create(8 * MiB, &pages));
    type->destroy(&pages);
}
END_TEST

START_TEST(a_vector_beyond_the_address_space_is_refused) {
    if (skips_with_guests()) return;
    mp_vec_u64_rw created;
    check_ok(mp_vec_u64_rw_create(0, &created));
    mp_vec_u64_rw_destroy(&created);
    const size_t before = kernel_address_space();
    make_garbage(created);
    limit_growth(LIMIT_ADDRESS_SPACE, 4 * MiB);
    const mp_status status = mp_vec_u64_rw_create(8 * MiB / sizeof(uint64_t), &created);
    lift_limit(LIMIT_ADDRESS_SPACE);
    check_status(MP_ERR_OUT_OF_MEMORY, status);
    check_is_zeroed(created);
    ck_assert_uint_eq(kernel_address_space(), before);
    mp_vec_u64_rw_destroy(&created);
}
END_TEST

/* A reservation costs no data; making it accessible does. */
START_TEST(memory_that_cannot_be_committed_is_refused) {
    if (skips_with_guests()) return;
    vec = new_vec(0, NULL); /* the library's own tables come with the first */
    mp_vec_u64_rw_destroy(&vec);
    static const size_t lengths[] = {0, 1000, MANY};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        const size_t before = kernel_address_space();
        vec = new_vec(lengths[i], NULL);
        size_t len = lengths[i];
        limit_growth(LIMIT_MEMORY, 4 * MiB);
        mp_status status = MP_OK;
        while (status == MP_OK) {
            status = mp_vec_u64_rw_push(&vec, len);
            len += status == MP_OK;
        }
        mp_status again[COUNT_OF(attempts)];
        for (size_t k = 0; k < COUNT_OF(attempts); k++) {
            again[k] = attempt(k, len);
            if (again[k] == MP_OK) mp_vec_u64_rw_truncate(&vec, len);
        }
        lift_limit(LIMIT_MEMORY);

        check_status(MP_ERR_OUT_OF_MEMORY, status);
        check_status(MP_ERR_OUT_OF_MEMORY, again[0]);
        check_vec(len);
        check_ok(try_append());
        check_vec(len + MANY);
        mp_vec_u64_rw_destroy(&vec);
        ck_assert_uint_eq(kernel_address_space(), before);
    }
}
END_TEST

START_TEST(a_push_that_is_refused_leaves_the_element_with_the_caller) {
    if (skips_with_guests()) return;
    tst_vec_owner_rw owners;
    check_ok(tst_vec_owner_rw_create(0, &owners));
    struct owner refused = new_owner(1);
    limit_growth(LIMIT_MEMORY, 0);
    mp_status status = MP_OK;
    for (int i = 0; i < 1000000 && status == MP_OK; i++) {
        status = tst_vec_owner_rw_push(&owners, (struct owner){0, 0});
    }
    if (status != MP_OK) status = tst_vec_owner_rw_push(&owners, refused);
    const mp_status inserted = tst_vec_owner_rw_insert(&owners, 0, refused);
    lift_limit(LIMIT_MEMORY);
    check_status(MP_ERR_OUT_OF_MEMORY, status);
    check_status(MP_ERR_OUT_OF_MEMORY, inserted);
    owner_end(&refused);
    tst_vec_owner_rw_destroy(&owners);
    ck_assert_int_eq(owners_of[1], 0);
}
END_TEST

START_TEST(pages_that_cannot_grow_stay_as_they_are) {
    if (skips_with_guests()) return;
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(MiB, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    const mp_pages_r_w_nx pages_before = pages;
    const size_t before = kernel_address_space();
    limit_growth(LIMIT_MEMORY, 4 * MiB);
    const mp_status resized = mp_pages_r_w_nx_resize(&pages, 16 * MiB);
    lift_limit(LIMIT_MEMORY);
    check_status(MP_ERR_OUT_OF_MEMORY, resized);
    ck_assert_uint_eq(kernel_address_space(), before);
    ck_assert_mem_eq(&pages, &pages_before, sizeof pages);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, MiB));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(pages_that_cannot_become_writable_stay_as_they_are) {
    if (skips_with_guests() || skips_without(CHARGE_ON_WRITABLE)) return;
    mp_pages_r_w_nx none;
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_nw_nx_create(8 * MiB, &readable));
    const mp_pages_r_nw_nx readable_before = readable;
    make_garbage(none);
    limit_growth(LIMIT_MEMORY, 4 * MiB);
    const mp_status allowed = mp_pages_r_nw_nx_allow_write(&readable, &none);
    lift_limit(LIMIT_MEMORY);
    check_status(MP_ERR_OUT_OF_MEMORY, allowed);
    check_is_zeroed(none);
    ck_assert_mem_eq(&readable, &readable_before, sizeof readable);
    ck_assert_uint_eq(kernel_access(mp_pages_r_nw_nx_data(&readable), 8 * MiB), MP_ACCESS_READ);
    check_ok(mp_pages_r_nw_nx_allow_write(&readable, &none));
    mp_pages_r_w_nx_destroy(&none);
}
END_TEST

/* ---- The limit of mappings ------------------------------------------------------------------- */

/** Makes three handles of one mapping, whose middle can't be unmapped at the limit. */
static char *make_neighbours(mp_pages_r_w_nx neighbours[3]) {
    char *base = map_foreign(NULL, 3 * page, MP_ACCESS_READ | MP_ACCESS_WRITE);
    memset(base, 7, 3 * page);
    for (size_t i = 0; i < 3; i++) {
        check_ok(mp_pages_r_w_nx_from_raw_parts(base + i * page, page, &neighbours[i]));
    }
    return base;
}

static void check_destroyed_between_neighbours(void (*come_back)(void)) {
    mp_pages_r_w_nx neighbours[3];
    char *base = make_neighbours(neighbours);
    exhaust_mappings();
    mp_pages_r_w_nx_destroy(&neighbours[1]);
    const size_t unreleased = mp_unreleased_bytes();
    const size_t resident = kernel_resident_bytes(base, 3 * page);
    mp_pages_r_w_nx_destroy(&neighbours[1]); /* nothing the second time */
    const size_t unreleased_twice = mp_unreleased_bytes();
    release_mappings();
    check_is_zeroed(neighbours[1]);
    ck_assert_uint_eq(unreleased, page);
    ck_assert_uint_eq(unreleased_twice, page);
    ck_assert_uint_eq(resident, 2 * page);
    ck_assert(bytes_are(base, 7, page));
    ck_assert(bytes_are(base + 2 * page, 7, page));

    come_back();
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
    ck_assert_uint_eq(kernel_access(base + page, page), KERNEL_UNMAPPED);
    mp_pages_r_w_nx_destroy(&neighbours[0]);
    mp_pages_r_w_nx_destroy(&neighbours[2]);
    ck_assert_uint_eq(kernel_access(base, page), KERNEL_UNMAPPED);
}

static mp_pages_r_w_nx bystander;

static void create_something(void) { check_ok(mp_pages_r_w_nx_create(16 * page, &bystander)); }

static void destroy_something(void) { mp_pages_r_w_nx_destroy(&bystander); }

START_TEST(what_destroy_cannot_unmap_is_given_back_by_the_next_create) {
    if (skips_without(PARTIAL_UNMAP)) return;
    if (skips_with_guests()) return;
    check_destroyed_between_neighbours(create_something);
    destroy_something();
}
END_TEST

START_TEST(what_destroy_cannot_unmap_is_given_back_by_the_next_destroy) {
    if (skips_without(PARTIAL_UNMAP)) return;
    if (skips_with_guests()) return;
    create_something();
    check_destroyed_between_neighbours(destroy_something);
}
END_TEST

START_TEST(too_many_mappings_have_their_own_status) {
    if (skips_without(PARTIAL_UNMAP)) return;
    if (skips_with_guests()) return;
    mp_pages_r_w_nx pages, created[8];
    mp_status creations[COUNT_OF(created)];
    const mp_options guarded = {.guard_pages = true}; /* never merges with a neighbour */
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    vec = new_vec(1000, NULL);
    make_garbage(created);
    exhaust_mappings();
    for (size_t i = 0; i < COUNT_OF(created); i++) {
        creations[i] = mp_pages_r_w_nx_create_with(page, &guarded, &created[i]);
    }
    const mp_status reserved = try_reserve();
    release_mappings();
    check_status(MP_ERR_TOO_MANY_MAPPINGS, creations[COUNT_OF(created) - 1]);
    for (size_t i = 0; i < COUNT_OF(created); i++) {
        if (creations[i] != MP_OK) check_is_zeroed(created[i]);
        mp_pages_r_w_nx_destroy(&created[i]);
    }
    check_status(MP_ERR_TOO_MANY_MAPPINGS, reserved);
    check_vec(1000);
    check_ok(try_reserve());
    check_vec(1000);
    mp_vec_u64_rw_destroy(&vec);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, page));
    mp_pages_r_w_nx_destroy(&pages);
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_loop_test(tests, a_vector_survives_any_refusal, 0, refusal_count());
    tcase_add_loop_test(tests, pages_survive_any_refusal, 0, refusal_count());
    tcase_add_test(tests, a_refusal_has_its_own_status);
    tcase_add_loop_test(tests, a_create_beyond_the_address_space_is_refused, 0, PAGES_TYPE_COUNT);
    tcase_add_test(tests, a_vector_beyond_the_address_space_is_refused);
    tcase_add_test(tests, memory_that_cannot_be_committed_is_refused);
    tcase_add_test(tests, a_push_that_is_refused_leaves_the_element_with_the_caller);
    tcase_add_test(tests, pages_that_cannot_grow_stay_as_they_are);
    tcase_add_test(tests, pages_that_cannot_become_writable_stay_as_they_are);
    tcase_add_test(tests, what_destroy_cannot_unmap_is_given_back_by_the_next_create);
    tcase_add_test(tests, what_destroy_cannot_unmap_is_given_back_by_the_next_destroy);
    tcase_add_test(tests, too_many_mappings_have_their_own_status);
}

int main(void) { return run_tests("hostile", add_tests); }
