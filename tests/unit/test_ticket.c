/* Tickets: a copy of a handle does no harm once the other copy changed, moved or destroyed the
 * memory. Threads and children own what they own. */
#include "kernel_view.h"
#include "machine_code.h"
#include "mp_ticket.h"
#include "pages_types.h"
#include "support.h"
#include "system.h"
#include "vec_types.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

static size_t page;

/* ---- Pages: every slow path through a stale twin --------------------------------------------- */

/** Checks that `twin`, a stale handle of readable and writable pages, can do nothing slow. */
static void check_pages_stale(mp_pages_r_w_nx *twin) {
    const mp_pages_r_w_nx before = *twin;
    size_t untouched = 42;
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_resize(twin, 2 * page));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_resize(twin, page));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_decommit(twin, 0, page));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_resident_bytes(twin, &untouched));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_advise_use_soon(twin, 1));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_advise_use_seq(twin));
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_advise_use_rnd(twin));
    mp_pages_r_nw_nx to;
    make_garbage(to);
    check_status(MP_ERR_STALE, mp_pages_r_w_nx_deny_write(twin, &to));
    check_is_zeroed(to);
    ck_assert_uint_eq(untouched, 42);
    ck_assert_mem_eq(twin, &before, sizeof *twin);
}

/** Destroys `twin` and checks that `owner` still has what `twin` refers to. */
static void check_harmless(mp_pages_r_w_nx *twin, mp_pages_r_w_nx *owner) {
    const uint8_t *data = mp_pages_r_w_nx_data(owner);
    mp_pages_r_w_nx_destroy(twin);
    check_is_zeroed(*twin);
    ck_assert_uint_eq(kernel_access(data, mp_pages_r_w_nx_len(owner)),
                      MP_ACCESS_READ | MP_ACCESS_WRITE);
    ck_assert(bytes_are(data, 7, page));
    mp_pages_r_w_nx_destroy(owner);
    ck_assert_uint_eq(kernel_access(data, page), KERNEL_UNMAPPED);
}

static mp_pages_r_w_nx new_pages(void) {
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(page, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    return pages;
}

START_TEST(a_twin_of_destroyed_pages_is_stale) {
    mp_pages_r_w_nx pages = new_pages(), twin = pages;
    mp_pages_r_w_nx_destroy(&pages);
    check_pages_stale(&twin);
    mp_pages_r_w_nx other = new_pages(); /* takes the same address and slot */
    check_pages_stale(&twin);
    check_harmless(&twin, &other);
}
END_TEST

START_TEST(a_twin_of_resized_pages_is_stale) {
    mp_pages_r_w_nx pages = new_pages(), twin = pages;
    check_ok(mp_pages_r_w_nx_resize(&pages, 3 * page));
    check_pages_stale(&twin);
    check_harmless(&twin, &pages);
}
END_TEST

START_TEST(a_twin_of_pages_that_changed_permission_is_stale) {
    mp_pages_r_w_nx pages = new_pages(), twin = pages;
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_w_nx_deny_write(&pages, &readable));
    check_pages_stale(&twin);
    check_ok(mp_pages_r_nw_nx_allow_write(&readable, &pages));
    check_pages_stale(&twin); /* also when the permission is what it was */
    check_harmless(&twin, &pages);
}
END_TEST

START_TEST(the_first_of_two_copies_wins) {
    mp_pages_r_w_nx pages = new_pages(), twin = pages;
    mp_pages_r_w_nx_destroy(&twin);
    check_pages_stale(&pages);
    mp_pages_r_w_nx_destroy(&pages);
    check_is_zeroed(pages);
}
END_TEST

START_TEST(a_refused_change_leaves_copies_current) {
    mp_pages_r_w_nx pages = new_pages(), twin = pages;
    size_t resident;
    check_status(MP_ERR_OVERFLOW, mp_pages_r_w_nx_resize(&pages, SIZE_MAX));
    check_status(MP_ERR_MISALIGNED, mp_pages_r_w_nx_decommit(&pages, 0, 1));
    check_ok(mp_pages_r_w_nx_resident_bytes(&twin, &resident));
    check_ok(mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(many_owners_have_a_slot_each) {
    enum { OWNERS = 1000 }; /* more than the first segments of the table hold */
    static mp_region pages[OWNERS];
    const struct pages_type *type = &pages_types[0];
    for (int i = 0; i < OWNERS; i++) check_ok(type->create(page, &pages[i]));
    for (int i = 0; i < OWNERS; i++) {
        if (!mp_ticket_is_current(&pages[i].ticket)) ck_abort_msg("owner %d is stale", i);
        for (int j = 0; j < i; j++)
            if (pages[i].ticket.slot == pages[j].ticket.slot)
                ck_abort_msg("%d has the slot of %d", i, j);
    }
    for (int i = 0; i < OWNERS; i += 2) type->destroy(&pages[i]);
    for (int i = 1; i < OWNERS; i += 2)
        if (!mp_ticket_is_current(&pages[i].ticket)) ck_abort_msg("owner %d is stale", i);
    for (int i = 1; i < OWNERS; i += 2) type->destroy(&pages[i]);
}
END_TEST

START_TEST(a_reused_slot_never_makes_an_old_ticket_current) {
    enum { ROUNDS = 2000 };
    static mp_region twins[ROUNDS];
    const struct pages_type *type = &pages_types[0];
    for (int i = 0; i < ROUNDS; i++) {
        mp_region pages;
        check_ok(type->create(page, &pages));
        twins[i] = pages;
        type->destroy(&pages);
    }
    size_t reused = 0;
    mp_region pages;
    check_ok(type->create(page, &pages));
    for (int i = 0; i < ROUNDS; i++) {
        reused += twins[i].ticket.slot == pages.ticket.slot;
        if (mp_ticket_is_current(&twins[i].ticket)) ck_abort_msg("ticket %d came back", i);
        type->destroy(&twins[i]);
    }
    ck_assert_uint_gt(reused, 0); /* else the test shows nothing */
    ck_assert_uint_eq(kernel_access(type->unsafe_ptr(&pages), page), kernel_form(type->access));
    type->destroy(&pages);
}
END_TEST

/** Has the slot of `ticket`, which is current, go through `changes` more changes at one stroke. */
static void age(mp_ticket *ticket, uint64_t changes) {
    mp_slot *slot = (mp_slot *)(uintptr_t)ticket->slot;
    ck_assert(mp_ticket_is_current(ticket));
    slot->epoch += changes;
    ticket->epoch = slot->epoch;
}

static const uint64_t ROUND = (uint64_t)1 << 32; /* after which 32 bits are the same again */

START_TEST(a_ticket_stays_ended_after_two_to_the_32_changes) {
    mp_pages_r_w_nx pages = new_pages(), twin = pages;
    age(&pages.region.ticket, ROUND);
    ck_assert_uint_eq((uint32_t)pages.region.ticket.epoch, (uint32_t)twin.region.ticket.epoch);
    check_pages_stale(&twin);
    check_harmless(&twin, &pages);
}
END_TEST

START_TEST(code_stays_ended_after_two_to_the_32_changes) {
    mp_pages_r_w_nx writable = new_pages();
    check_ok(mp_pages_r_w_nx_write(&writable, 0, code_of_return.bytes, code_of_return.size));
    mp_pages_r_nw_x pages;
    check_ok(mp_pages_r_w_nx_set_protected_exec(&writable, &pages));
    mp_fn_void before, after;
    check_ok(mp_pages_r_nw_x_fn_void(&pages, 0, &before));
    check_ok(mp_fn_void_call(&before));
    age(&pages.region.ticket, ROUND);
    check_status(MP_ERR_STALE, mp_fn_void_call(&before));
    check_ok(mp_pages_r_nw_x_fn_void(&pages, 0, &after));
    check_ok(mp_fn_void_call(&after));
    mp_pages_r_nw_x_destroy(&pages);
    ck_assert(!mp_fn_void_is_current(&after));
}
END_TEST

START_TEST(changes_around_the_end_of_32_bits_end_tickets_like_others) {
    mp_pages_r_w_nx pages = new_pages(), twins[8];
    age(&pages.region.ticket, ROUND - 8 - (uint32_t)pages.region.ticket.epoch);
    for (size_t i = 0; i < COUNT_OF(twins); i++) {
        twins[i] = pages;
        mp_pages_r_nw_nx readable;
        check_ok(mp_pages_r_w_nx_deny_write(&pages, &readable));
        check_ok(mp_pages_r_nw_nx_allow_write(&readable, &pages));
        ck_assert(mp_ticket_is_current(&pages.region.ticket));
        ck_assert(mp_ticket_is_current_by_call(&pages.region.ticket));
        ck_assert(!mp_ticket_is_current_by_call(&twins[i].region.ticket));
        for (size_t k = 0; k <= i; k++) check_pages_stale(&twins[k]);
    }
    ck_assert_uint_gt(pages.region.ticket.epoch, ROUND);
    for (size_t i = 0; i + 1 < COUNT_OF(twins); i++) mp_pages_r_w_nx_destroy(&twins[i]);
    check_harmless(&twins[COUNT_OF(twins) - 1], &pages);
}
END_TEST

START_TEST(epochs_are_even_while_somebody_owns) {
    mp_slot *slot;
    ck_assert_int_eq(mp_slot_take(&slot).code, 0);
    ck_assert_uint_eq(slot->epoch % 2, 1);
    mp_slot_give_back(slot);
    mp_pages_r_w_nx pages = new_pages();
    const uint64_t first = pages.region.ticket.epoch;
    ck_assert_uint_eq(first % 2, 0);
    check_ok(mp_pages_r_w_nx_resize(&pages, 2 * page));
    ck_assert_uint_eq(pages.region.ticket.epoch, first + 2);
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

/* Or a slot that came back in the meantime would be taken for one that never left. */
START_TEST(a_stack_counts_its_changes) {
    mp_slot *slots[2], *found;
    mp_slot_stack stack = {0};
    for (size_t i = 0; i < COUNT_OF(slots); i++) ck_assert_int_eq(mp_slot_take(&slots[i]).code, 0);
    for (uint64_t i = 0; i < 100; i += 4) {
        for (size_t k = 0; k < COUNT_OF(slots); k++) mp_slot_push(&stack, slots[k]);
        ck_assert_uint_eq(stack.top, (i + 2) << 32 | slots[1]->name);
        for (size_t k = COUNT_OF(slots); k-- > 0;) {
            found = mp_slot_pop(&stack);
            ck_assert_ptr_eq(found, slots[k]);
        }
        ck_assert_uint_eq(stack.top, (i + 4) << 32);
        ck_assert_ptr_null(mp_slot_pop(&stack));
    }
}
END_TEST

START_TEST(a_zeroed_ticket_is_never_current) {
    const mp_ticket none = MP_INIT;
    ck_assert(!mp_ticket_is_current(&none));
    ck_assert(!mp_ticket_is_current_by_call(&none));
}
END_TEST

/* ---- Vectors --------------------------------------------------------------------------------- */

enum { LEN = 100 };

static mp_vec_u64_rw new_vec(size_t len) {
    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(len, &vec));
    for (size_t i = 0; i < len; i++) check_ok(mp_vec_u64_rw_push(&vec, i));
    while (vec.raw.len < vec.raw.capacity) check_ok(mp_vec_u64_rw_push(&vec, vec.raw.len));
    return vec;
}

static void check_vec_holds(const mp_vec_u64_rw *vec, size_t len) {
    ck_assert_uint_eq(mp_vec_u64_rw_len(vec), len);
    for (size_t i = 0; i < len; i++) {
        if (*mp_vec_u64_rw_at(vec, i) != i) ck_abort_msg("element %zu changed", i);
    }
}

/** Checks that `twin`, stale and full, can do nothing that would ask the system. */
static void check_vec_stale(mp_vec_u64_rw *twin) {
    const mp_vec_u64_rw before = *twin;
    const size_t capacity = mp_vec_u64_rw_capacity(twin);
    size_t room = 42;
    uint64_t *at = NULL;
    const uint64_t array[2] = {1, 2};
    check_status(MP_ERR_STALE, mp_vec_u64_rw_push(twin, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_append(twin, array, 2));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_append_zeroed(twin, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_insert(twin, 0, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_insert_n(twin, 0, array, 2));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_resize(twin, capacity + 1, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_spare_mut(twin, 1, &at, &room));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_reserve(twin, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_reserve(twin, (size_t)1 << 22));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_reserve_exact(twin, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_shrink_to_fit(twin));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_clear_decommit(twin));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_resident_bytes(twin, &room));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_advise_use_soon(twin, 0, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_advise_use_seq(twin));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_advise_use_rnd(twin));
    mp_vec_u64_rw copy;
    make_garbage(copy);
    check_status(MP_ERR_STALE, mp_vec_u64_rw_clone(twin, &copy));
    check_is_zeroed(copy);
    mp_vec_u64_ro frozen;
    make_garbage(frozen);
    check_status(MP_ERR_STALE, mp_vec_u64_rw_freeze(twin, &frozen));
    check_is_zeroed(frozen);
    ck_assert_uint_eq(mp_vec_u64_rw_reservation(twin), 0);
    ck_assert_ptr_null(at);
    ck_assert_uint_eq(room, 42);
    ck_assert_mem_eq(twin, &before, sizeof *twin);
}

START_TEST(a_twin_of_a_destroyed_vector_is_stale) {
    mp_vec_u64_rw vec = new_vec(LEN), twin = vec;
    mp_vec_u64_rw_destroy(&vec);
    check_vec_stale(&twin);
    vec = new_vec(LEN);
    const size_t len = mp_vec_u64_rw_len(&vec);
    check_vec_stale(&twin);
    mp_vec_u64_rw_destroy(&twin);
    check_is_zeroed(twin);
    check_vec_holds(&vec, len);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* push() does not look while there is room; what is called once for many elements does. */
START_TEST(a_stale_twin_with_room_to_spare_is_told_so) {
    mp_vec_u64_rw vec, twin;
    check_ok(mp_vec_u64_rw_create(LEN, &vec));
    check_ok(mp_vec_u64_rw_push(&vec, 0));
    twin = vec;
    mp_vec_u64_rw_destroy(&vec);
    const mp_vec_u64_rw before = twin;
    const uint64_t array[2] = {1, 2};
    uint64_t *at = NULL;
    size_t room = 42;
    check_status(MP_ERR_STALE, mp_vec_u64_rw_append(&twin, array, 2));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_append_zeroed(&twin, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_insert(&twin, 0, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_insert_n(&twin, 0, array, 2));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_resize(&twin, 2, 1));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_spare_mut(&twin, 1, &at, &room));
    check_status(MP_ERR_STALE, mp_vec_u64_rw_reserve(&twin, 1));
    ck_assert_mem_eq(&twin, &before, sizeof twin);
    ck_assert_uint_eq(room, 42);
}
END_TEST

START_TEST(a_twin_of_a_grown_vector_is_stale) {
    const size_t additional[] = {1, (size_t)1 << 20}; /* within a tier, and into the next */
    for (size_t i = 0; i < COUNT_OF(additional); i++) {
        mp_vec_u64_rw vec = new_vec(LEN), twin = vec;
        const size_t len = mp_vec_u64_rw_len(&vec);
        check_ok(mp_vec_u64_rw_reserve(&vec, additional[i]));
        check_vec_stale(&twin);
        mp_vec_u64_rw_destroy(&twin);
        check_vec_holds(&vec, len);
        mp_vec_u64_rw_destroy(&vec);
    }
}
END_TEST

START_TEST(a_twin_of_a_frozen_vector_is_stale) {
    mp_vec_u64_rw vec = new_vec(LEN), twin = vec;
    const size_t len = mp_vec_u64_rw_len(&vec);
    mp_vec_u64_ro frozen;
    check_ok(mp_vec_u64_rw_freeze(&vec, &frozen));
    check_vec_stale(&twin);
    mp_vec_u64_ro frozen_twin = frozen, none_frozen;
    check_ok(mp_vec_u64_ro_thaw(&frozen, &vec));
    check_vec_stale(&twin);

    make_garbage(none_frozen);
    mp_vec_u64_rw none;
    make_garbage(none);
    size_t untouched = 42;
    check_status(MP_ERR_STALE, mp_vec_u64_ro_thaw(&frozen_twin, &none));
    check_is_zeroed(none);
    check_status(MP_ERR_STALE, mp_vec_u64_ro_resident_bytes(&frozen_twin, &untouched));
    check_status(MP_ERR_STALE, mp_vec_u64_ro_advise_use_seq(&frozen_twin));
    check_status(MP_ERR_STALE, mp_vec_u64_ro_advise_use_soon(&frozen_twin, 0, 1));
    mp_vec_u64_ro_destroy(&frozen_twin);
    mp_vec_u64_rw_destroy(&twin);
    check_vec_holds(&vec, len);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(a_twin_of_a_decommitted_or_shrunk_vector_is_stale) {
    mp_vec_u64_rw vec = new_vec(LEN), twin = vec;
    check_ok(mp_vec_u64_rw_clear_decommit(&vec));
    check_vec_stale(&twin);
    mp_vec_u64_rw_destroy(&twin);
    check_ok(mp_vec_u64_rw_push(&vec, 0));
    check_vec_holds(&vec, 1);
    mp_vec_u64_rw_destroy(&vec);

    vec = new_vec(10000);
    twin = vec;
    mp_vec_u64_rw_truncate(&vec, LEN);
    check_ok(mp_vec_u64_rw_shrink_to_fit(&vec));
    check_vec_stale(&twin);
    mp_vec_u64_rw_destroy(&twin);
    check_vec_holds(&vec, LEN);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

/* ---- Threads --------------------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 1000 };

/** Creates, changes and destroys memory of its own; returns how often something was wrong. */
static void *churn(void *seed) {
    uintptr_t wrong = 0;
    const uint8_t mine = (uint8_t)(uintptr_t)seed;
    mp_pages_r_w_nx last = MP_INIT;
    for (int i = 0; i < (int)fewer_if_slow(ROUNDS); i++) {
        mp_pages_r_w_nx pages;
        mp_pages_r_nw_nx readable;
        wrong += mp_pages_r_w_nx_create(page, &pages) != MP_OK;
        mp_pages_r_w_nx_fill(&pages, mine);
        mp_pages_r_w_nx twin = pages;
        wrong += mp_pages_r_w_nx_deny_write(&pages, &readable) != MP_OK;
        wrong += mp_ticket_is_current(&twin.region.ticket);
        wrong += mp_ticket_is_current(&last.region.ticket);
        wrong += !bytes_are(mp_pages_r_nw_nx_data(&readable), mine, page);
        last = twin;
        mp_pages_r_w_nx_destroy(&twin);
        mp_pages_r_nw_nx_destroy(&readable);
    }
    return (void *)wrong;
}

START_TEST(threads_create_and_destroy_at_once) {
    thread *threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++) threads[i] = start_thread(churn, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++) ck_assert_ptr_null(join_thread(threads[i]));
}
END_TEST

static void *destroy_twin(void *twin) {
    mp_pages_r_w_nx_destroy(twin);
    return NULL;
}

START_TEST(two_threads_may_destroy_copies_of_one_handle) {
    for (size_t i = 0; i < fewer_if_slow(500); i++) {
        mp_pages_r_w_nx twins[2] = {new_pages()};
        twins[1] = twins[0];
        thread *threads[2];
        for (int k = 0; k < 2; k++) threads[k] = start_thread(destroy_twin, &twins[k]);
        for (int k = 0; k < 2; k++) join_thread(threads[k]);
        check_is_zeroed(twins);
    }
    ck_assert_uint_eq(mp_unreleased_bytes(), 0);
}
END_TEST

/* ---- Children -------------------------------------------------------------------------------- */

static mp_pages_r_w_nx inherited;
static mp_vec_u64_rw inherited_vec;

static void child_uses_and_destroys_what_it_inherited(void) {
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&inherited), 7, page));
    mp_pages_r_w_nx_fill(&inherited, 8);
    check_ok(mp_pages_r_w_nx_resize(&inherited, 2 * page));
    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_w_nx_deny_write(&inherited, &readable));
    mp_pages_r_nw_nx_destroy(&readable);
    check_ok(mp_vec_u64_rw_reserve(&inherited_vec, (size_t)1 << 20));
    check_ok(mp_vec_u64_rw_push(&inherited_vec, 1));
    mp_vec_u64_rw_destroy(&inherited_vec);

    mp_pages_r_w_nx fresh = new_pages();
    mp_pages_r_w_nx_destroy(&fresh);
}

START_TEST(a_child_owns_its_own_copies) {
    if (skips_without(FORK)) return;
    inherited = new_pages();
    inherited_vec = new_vec(LEN);
    const size_t len = mp_vec_u64_rw_len(&inherited_vec);
    in_child(child_uses_and_destroys_what_it_inherited);
    size_t resident;
    check_ok(mp_pages_r_w_nx_resident_bytes(&inherited, &resident));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&inherited), 7, page));
    mp_pages_r_w_nx_destroy(&inherited);
    check_vec_holds(&inherited_vec, len);
    mp_vec_u64_rw_destroy(&inherited_vec);
}
END_TEST

static bool stop; /* atomic */

static void *churn_until_stopped(void *seed) {
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        if (churn(seed) != NULL) return seed;
    }
    return NULL;
}

static void child_of_busy_threads(void) {
    ck_assert_ptr_null(churn((void *)100));
    mp_pages_r_w_nx_destroy(&inherited);
}

/* The fork comes at any moment of the threads' calls; nothing that they hold may hold up the child.
 */
START_TEST(a_child_of_busy_threads_can_create_and_destroy) {
    if (skips_without(FORK)) return;
    thread *threads[2];
    inherited = new_pages();
    for (uintptr_t i = 0; i < COUNT_OF(threads); i++) {
        threads[i] = start_thread(churn_until_stopped, (void *)(i + 1));
    }
    for (int i = 0; i < 10; i++) in_child(child_of_busy_threads);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (size_t i = 0; i < COUNT_OF(threads); i++) ck_assert_ptr_null(join_thread(threads[i]));
    mp_pages_r_w_nx_destroy(&inherited);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_test(tests, a_twin_of_destroyed_pages_is_stale);
    tcase_add_test(tests, a_twin_of_resized_pages_is_stale);
    tcase_add_test(tests, a_twin_of_pages_that_changed_permission_is_stale);
    tcase_add_test(tests, the_first_of_two_copies_wins);
    tcase_add_test(tests, a_refused_change_leaves_copies_current);
    tcase_add_test(tests, many_owners_have_a_slot_each);
    tcase_add_test(tests, a_reused_slot_never_makes_an_old_ticket_current);
    tcase_add_test(tests, a_ticket_stays_ended_after_two_to_the_32_changes);
    tcase_add_test(tests, code_stays_ended_after_two_to_the_32_changes);
    tcase_add_test(tests, changes_around_the_end_of_32_bits_end_tickets_like_others);
    tcase_add_test(tests, epochs_are_even_while_somebody_owns);
    tcase_add_test(tests, a_stack_counts_its_changes);
    tcase_add_test(tests, a_zeroed_ticket_is_never_current);
    tcase_add_test(tests, a_twin_of_a_destroyed_vector_is_stale);
    tcase_add_test(tests, a_stale_twin_with_room_to_spare_is_told_so);
    tcase_add_test(tests, a_twin_of_a_grown_vector_is_stale);
    tcase_add_test(tests, a_twin_of_a_frozen_vector_is_stale);
    tcase_add_test(tests, a_twin_of_a_decommitted_or_shrunk_vector_is_stale);
    tcase_add_test(tests, threads_create_and_destroy_at_once);
    tcase_add_test(tests, two_threads_may_destroy_copies_of_one_handle);
    tcase_add_test(tests, a_child_owns_its_own_copies);
    tcase_add_test(tests, a_child_of_busy_threads_can_create_and_destroy);
}

int main(void) { return run_tests("ticket", add_tests); }
