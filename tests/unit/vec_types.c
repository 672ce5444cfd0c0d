#include "vec_types.h"

#include "test_elements.h"

#include <check.h>
#include <memory_pages/memory_pages.h>
#include <stdlib.h>
#include <string.h>
#include <tst_types.h>

/* ---- What growable and frozen vectors have in common ----------------------------------------- */

#define DEFINE_READS(prefix, e, c_type, state)                                                     \
    static void e##_##state##_destroy(mp_vec_raw *vec) {                                           \
        prefix##_vec_##e##_##state##_destroy((prefix##_vec_##e##_##state *)vec);                   \
    }                                                                                              \
    static void e##_##state##_move(mp_vec_raw *from, mp_vec_raw *to) {                             \
        prefix##_vec_##e##_##state##_move((prefix##_vec_##e##_##state *)from,                      \
                                          (prefix##_vec_##e##_##state *)to);                       \
    }                                                                                              \
    static size_t e##_##state##_len(const mp_vec_raw *vec) {                                       \
        return prefix##_vec_##e##_##state##_len((const prefix##_vec_##e##_##state *)vec);          \
    }                                                                                              \
    static bool e##_##state##_is_empty(const mp_vec_raw *vec) {                                    \
        return prefix##_vec_##e##_##state##_is_empty((const prefix##_vec_##e##_##state *)vec);     \
    }                                                                                              \
    static mp_status e##_##state##_resident_bytes(const mp_vec_raw *vec, size_t *out) {            \
        return prefix##_vec_##e##_##state##_resident_bytes(                                        \
            (const prefix##_vec_##e##_##state *)vec, out);                                         \
    }                                                                                              \
    static mp_status e##_##state##_advise_use_soon(const mp_vec_raw *vec, size_t first,            \
                                                   size_t n) {                                     \
        return prefix##_vec_##e##_##state##_advise_use_soon(                                       \
            (const prefix##_vec_##e##_##state *)vec, first, n);                                    \
    }                                                                                              \
    static mp_status e##_##state##_advise_use_seq(const mp_vec_raw *vec) {                         \
        return prefix##_vec_##e##_##state##_advise_use_seq(                                        \
            (const prefix##_vec_##e##_##state *)vec);                                              \
    }                                                                                              \
    static mp_status e##_##state##_advise_use_rnd(const mp_vec_raw *vec) {                         \
        return prefix##_vec_##e##_##state##_advise_use_rnd(                                        \
            (const prefix##_vec_##e##_##state *)vec);                                              \
    }                                                                                              \
    static const void *e##_##state##_data(const mp_vec_raw *vec) {                                 \
        return prefix##_vec_##e##_##state##_data((const prefix##_vec_##e##_##state *)vec);         \
    }                                                                                              \
    static struct vec_slice e##_##state##_slice(const mp_vec_raw *vec) {                           \
        const prefix##_slice_##e slice =                                                           \
            prefix##_vec_##e##_##state##_slice((const prefix##_vec_##e##_##state *)vec);           \
        return (struct vec_slice){slice.data, slice.len};                                          \
    }                                                                                              \
    static const void *e##_##state##_first(const mp_vec_raw *vec) {                                \
        return prefix##_vec_##e##_##state##_first((const prefix##_vec_##e##_##state *)vec);        \
    }                                                                                              \
    static const void *e##_##state##_last(const mp_vec_raw *vec) {                                 \
        return prefix##_vec_##e##_##state##_last((const prefix##_vec_##e##_##state *)vec);         \
    }                                                                                              \
    static const void *e##_##state##_at(const mp_vec_raw *vec, size_t index) {                     \
        return prefix##_vec_##e##_##state##_at((const prefix##_vec_##e##_##state *)vec, index);    \
    }                                                                                              \
    static mp_status e##_##state##_get(const mp_vec_raw *vec, size_t index, void *out) {           \
        return prefix##_vec_##e##_##state##_get((const prefix##_vec_##e##_##state *)vec, index,    \
                                                out);                                              \
    }                                                                                              \
    static void e##_##state##_get_unchecked(const mp_vec_raw *vec, size_t index, void *out) {      \
        *(c_type *)out = prefix##_vec_##e##_##state##_get_unchecked(                               \
            (const prefix##_vec_##e##_##state *)vec, index);                                       \
    }                                                                                              \
    static bool e##_##state##_equal(const mp_vec_raw *vec, const mp_vec_raw *other) {              \
        return prefix##_vec_##e##_##state##_equal((const prefix##_vec_##e##_##state *)vec,         \
                                                  (const prefix##_vec_##e##_##state *)other);      \
    }

#define LIST_READS(e, state)                                                                       \
    {                                                                                              \
        .destroy = e##_##state##_destroy, .move = e##_##state##_move, .len = e##_##state##_len,    \
        .is_empty = e##_##state##_is_empty, .resident_bytes = e##_##state##_resident_bytes,        \
        .advise_use_soon = e##_##state##_advise_use_soon,                                          \
        .advise_use_seq = e##_##state##_advise_use_seq,                                            \
        .advise_use_rnd = e##_##state##_advise_use_rnd, .data = e##_##state##_data,                \
        .slice = e##_##state##_slice, .first = e##_##state##_first, .last = e##_##state##_last,    \
        .at = e##_##state##_at, .get = e##_##state##_get,                                          \
        .get_unchecked = e##_##state##_get_unchecked, .equal = e##_##state##_equal,                \
    }

/* ---- Slices ---------------------------------------------------------------------------------- */

#define DEFINE_SLICES(prefix, e, c_type)                                                           \
    static prefix##_slice_##e e##_typed(struct vec_slice slice) {                                  \
        prefix##_slice_##e typed;                                                                  \
        typed.data = slice.data;                                                                   \
        typed.len = slice.len;                                                                     \
        return typed;                                                                              \
    }                                                                                              \
    static size_t e##_slice_len(struct vec_slice slice) {                                          \
        return prefix##_slice_##e##_len(e##_typed(slice));                                         \
    }                                                                                              \
    static bool e##_slice_is_empty(struct vec_slice slice) {                                       \
        return prefix##_slice_##e##_is_empty(e##_typed(slice));                                    \
    }                                                                                              \
    static const void *e##_slice_data(struct vec_slice slice) {                                    \
        return prefix##_slice_##e##_data(e##_typed(slice));                                        \
    }                                                                                              \
    static const void *e##_slice_first(struct vec_slice slice) {                                   \
        return prefix##_slice_##e##_first(e##_typed(slice));                                       \
    }                                                                                              \
    static const void *e##_slice_last(struct vec_slice slice) {                                    \
        return prefix##_slice_##e##_last(e##_typed(slice));                                        \
    }                                                                                              \
    static const void *e##_slice_at(struct vec_slice slice, size_t index) {                        \
        return prefix##_slice_##e##_at(e##_typed(slice), index);                                   \
    }                                                                                              \
    static mp_status e##_slice_get(struct vec_slice slice, size_t index, void *out) {              \
        return prefix##_slice_##e##_get(e##_typed(slice), index, out);                             \
    }                                                                                              \
    static void e##_slice_get_unchecked(struct vec_slice slice, size_t index, void *out) {         \
        *(c_type *)out = prefix##_slice_##e##_get_unchecked(e##_typed(slice), index);              \
    }                                                                                              \
    static struct vec_slice e##_slice_sub(struct vec_slice slice, size_t first, size_t n) {        \
        const prefix##_slice_##e sub = prefix##_slice_##e##_sub(e##_typed(slice), first, n);       \
        return (struct vec_slice){sub.data, sub.len};                                              \
    }

#define LIST_SLICES(e)                                                                             \
    {                                                                                              \
        .len = e##_slice_len, .is_empty = e##_slice_is_empty, .data = e##_slice_data,              \
        .first = e##_slice_first, .last = e##_slice_last, .at = e##_slice_at,                      \
        .get = e##_slice_get, .get_unchecked = e##_slice_get_unchecked, .sub = e##_slice_sub,      \
    }

/* ---- What only growable vectors have, and thaw ----------------------------------------------- */

#define DEFINE_WRITES(prefix, e, c_type)                                                           \
    static mp_status e##_freeze(mp_vec_raw *from, mp_vec_raw *to) {                                \
        return prefix##_vec_##e##_rw_freeze((prefix##_vec_##e##_rw *)from,                         \
                                            (prefix##_vec_##e##_ro *)to);                          \
    }                                                                                              \
    static mp_status e##_thaw(mp_vec_raw *from, mp_vec_raw *to) {                                  \
        return prefix##_vec_##e##_ro_thaw((prefix##_vec_##e##_ro *)from,                           \
                                          (prefix##_vec_##e##_rw *)to);                            \
    }                                                                                              \
    static mp_status e##_create(size_t capacity, mp_vec_raw *out) {                                \
        return prefix##_vec_##e##_rw_create(capacity, (prefix##_vec_##e##_rw *)out);               \
    }                                                                                              \
    static mp_status e##_create_with(size_t capacity, const mp_options *options,                   \
                                     mp_vec_raw *out) {                                            \
        return prefix##_vec_##e##_rw_create_with(capacity, options, (prefix##_vec_##e##_rw *)out); \
    }                                                                                              \
    static mp_status e##_clone(const mp_vec_raw *vec, mp_vec_raw *to) {                            \
        return prefix##_vec_##e##_rw_clone((const prefix##_vec_##e##_rw *)vec,                     \
                                           (prefix##_vec_##e##_rw *)to);                           \
    }                                                                                              \
    static size_t e##_capacity(const mp_vec_raw *vec) {                                            \
        return prefix##_vec_##e##_rw_capacity((const prefix##_vec_##e##_rw *)vec);                 \
    }                                                                                              \
    static size_t e##_reservation(const mp_vec_raw *vec) {                                         \
        return prefix##_vec_##e##_rw_reservation((const prefix##_vec_##e##_rw *)vec);              \
    }                                                                                              \
    static mp_status e##_reserve(mp_vec_raw *vec, size_t additional) {                             \
        return prefix##_vec_##e##_rw_reserve((prefix##_vec_##e##_rw *)vec, additional);            \
    }                                                                                              \
    static mp_status e##_reserve_exact(mp_vec_raw *vec, size_t additional) {                       \
        return prefix##_vec_##e##_rw_reserve_exact((prefix##_vec_##e##_rw *)vec, additional);      \
    }                                                                                              \
    static mp_status e##_shrink_to_fit(mp_vec_raw *vec) {                                          \
        return prefix##_vec_##e##_rw_shrink_to_fit((prefix##_vec_##e##_rw *)vec);                  \
    }                                                                                              \
    static void *e##_data_mut(mp_vec_raw *vec) {                                                   \
        return prefix##_vec_##e##_rw_data_mut((prefix##_vec_##e##_rw *)vec);                       \
    }                                                                                              \
    static void *e##_first_mut(mp_vec_raw *vec) {                                                  \
        return prefix##_vec_##e##_rw_first_mut((prefix##_vec_##e##_rw *)vec);                      \
    }                                                                                              \
    static void *e##_last_mut(mp_vec_raw *vec) {                                                   \
        return prefix##_vec_##e##_rw_last_mut((prefix##_vec_##e##_rw *)vec);                       \
    }                                                                                              \
    static void *e##_at_mut(mp_vec_raw *vec, size_t index) {                                       \
        return prefix##_vec_##e##_rw_at_mut((prefix##_vec_##e##_rw *)vec, index);                  \
    }                                                                                              \
    static mp_status e##_set(mp_vec_raw *vec, size_t index, const void *value) {                   \
        return prefix##_vec_##e##_rw_set((prefix##_vec_##e##_rw *)vec, index,                      \
                                         *(c_type const *)value);                                  \
    }                                                                                              \
    static mp_status e##_write(mp_vec_raw *vec, size_t first, const void *array, size_t n) {       \
        return prefix##_vec_##e##_rw_write((prefix##_vec_##e##_rw *)vec, first, array, n);         \
    }                                                                                              \
    static mp_status e##_push(mp_vec_raw *vec, const void *value) {                                \
        return prefix##_vec_##e##_rw_push((prefix##_vec_##e##_rw *)vec, *(c_type const *)value);   \
    }                                                                                              \
    static mp_status e##_push_within_capacity(mp_vec_raw *vec, const void *value) {                \
        return prefix##_vec_##e##_rw_push_within_capacity((prefix##_vec_##e##_rw *)vec,            \
                                                          *(c_type const *)value);                 \
    }                                                                                              \
    static mp_status e##_push_by_writer(mp_vec_raw *vec, const void *array, size_t n) {            \
        prefix##_vec_##e##_writer writer =                                                         \
            prefix##_vec_##e##_rw_writer((prefix##_vec_##e##_rw *)vec);                            \
        mp_status status = MP_OK;                                                                  \
        for (size_t i = 0; i < n && status == MP_OK; i++)                                          \
            status = prefix##_vec_##e##_writer_push(&writer, ((c_type const *)array)[i]);          \
        prefix##_vec_##e##_writer_finish(&writer);                                                 \
        return status;                                                                             \
    }                                                                                              \
    static mp_status e##_append(mp_vec_raw *vec, const void *array, size_t n) {                    \
        return prefix##_vec_##e##_rw_append((prefix##_vec_##e##_rw *)vec, array, n);               \
    }                                                                                              \
    static mp_status e##_append_zeroed(mp_vec_raw *vec, size_t n) {                                \
        return prefix##_vec_##e##_rw_append_zeroed((prefix##_vec_##e##_rw *)vec, n);               \
    }                                                                                              \
    static mp_status e##_insert(mp_vec_raw *vec, size_t index, const void *value) {                \
        return prefix##_vec_##e##_rw_insert((prefix##_vec_##e##_rw *)vec, index,                   \
                                            *(c_type const *)value);                               \
    }                                                                                              \
    static mp_status e##_insert_n(mp_vec_raw *vec, size_t index, const void *array, size_t n) {    \
        return prefix##_vec_##e##_rw_insert_n((prefix##_vec_##e##_rw *)vec, index, array, n);      \
    }                                                                                              \
    static mp_status e##_resize(mp_vec_raw *vec, size_t len, const void *value) {                  \
        return prefix##_vec_##e##_rw_resize((prefix##_vec_##e##_rw *)vec, len,                     \
                                            *(c_type const *)value);                               \
    }                                                                                              \
    static mp_status e##_spare_mut(mp_vec_raw *vec, size_t min, void **at, size_t *room) {         \
        c_type *start = *at;                                                                       \
        const mp_status status =                                                                   \
            prefix##_vec_##e##_rw_spare_mut((prefix##_vec_##e##_rw *)vec, min, &start, room);      \
        *at = start;                                                                               \
        return status;                                                                             \
    }                                                                                              \
    static mp_status e##_advance(mp_vec_raw *vec, size_t n) {                                      \
        return prefix##_vec_##e##_rw_advance((prefix##_vec_##e##_rw *)vec, n);                     \
    }                                                                                              \
    static mp_status e##_pop(mp_vec_raw *vec, void *out) {                                         \
        return prefix##_vec_##e##_rw_pop((prefix##_vec_##e##_rw *)vec, out);                       \
    }                                                                                              \
    static mp_status e##_remove(mp_vec_raw *vec, size_t index, void *out) {                        \
        return prefix##_vec_##e##_rw_remove((prefix##_vec_##e##_rw *)vec, index, out);             \
    }                                                                                              \
    static mp_status e##_swap_remove(mp_vec_raw *vec, size_t index, void *out) {                   \
        return prefix##_vec_##e##_rw_swap_remove((prefix##_vec_##e##_rw *)vec, index, out);        \
    }                                                                                              \
    static mp_status e##_remove_range(mp_vec_raw *vec, size_t first, size_t n) {                   \
        return prefix##_vec_##e##_rw_remove_range((prefix##_vec_##e##_rw *)vec, first, n);         \
    }                                                                                              \
    static void e##_truncate(mp_vec_raw *vec, size_t len) {                                        \
        prefix##_vec_##e##_rw_truncate((prefix##_vec_##e##_rw *)vec, len);                         \
    }                                                                                              \
    static void e##_clear(mp_vec_raw *vec) {                                                       \
        prefix##_vec_##e##_rw_clear((prefix##_vec_##e##_rw *)vec);                                 \
    }                                                                                              \
    static mp_status e##_clear_decommit(mp_vec_raw *vec) {                                         \
        return prefix##_vec_##e##_rw_clear_decommit((prefix##_vec_##e##_rw *)vec);                 \
    }

/* ---- The table ------------------------------------------------------------------------------- */

#define DEFINE_TYPE(prefix, e, c_type)                                                             \
    MP_STATIC_ASSERT(sizeof(prefix##_vec_##e##_rw) == sizeof(mp_vec_raw), "nothing else in it");   \
    MP_STATIC_ASSERT(sizeof(c_type) <= VEC_ELEMENT_MAX, "larger than the tests provide for");      \
    DEFINE_READS(prefix, e, c_type, rw)                                                            \
    DEFINE_READS(prefix, e, c_type, ro)                                                            \
    DEFINE_SLICES(prefix, e, c_type)                                                               \
    DEFINE_WRITES(prefix, e, c_type)

#define LIST_TYPE(prefix, e, c_type)                                                               \
    {                                                                                              \
        .name = #prefix "_vec_" #e "_rw",                                                          \
        .size = sizeof(c_type),                                                                    \
        .rw = LIST_READS(e, rw),                                                                   \
        .ro = LIST_READS(e, ro),                                                                   \
        .slices = LIST_SLICES(e),                                                                  \
        .thaw = e##_thaw,                                                                          \
        .freeze = e##_freeze,                                                                      \
        .create = e##_create,                                                                      \
        .create_with = e##_create_with,                                                            \
        .clone = e##_clone,                                                                        \
        .capacity = e##_capacity,                                                                  \
        .reservation = e##_reservation,                                                            \
        .reserve = e##_reserve,                                                                    \
        .reserve_exact = e##_reserve_exact,                                                        \
        .shrink_to_fit = e##_shrink_to_fit,                                                        \
        .data_mut = e##_data_mut,                                                                  \
        .first_mut = e##_first_mut,                                                                \
        .last_mut = e##_last_mut,                                                                  \
        .at_mut = e##_at_mut,                                                                      \
        .set = e##_set,                                                                            \
        .write = e##_write,                                                                        \
        .push = e##_push,                                                                          \
        .push_within_capacity = e##_push_within_capacity,                                          \
        .push_by_writer = e##_push_by_writer,                                                      \
        .append = e##_append,                                                                      \
        .append_zeroed = e##_append_zeroed,                                                        \
        .insert = e##_insert,                                                                      \
        .insert_n = e##_insert_n,                                                                  \
        .resize = e##_resize,                                                                      \
        .spare_mut = e##_spare_mut,                                                                \
        .advance = e##_advance,                                                                    \
        .pop = e##_pop,                                                                            \
        .remove = e##_remove,                                                                      \
        .swap_remove = e##_swap_remove,                                                            \
        .remove_range = e##_remove_range,                                                          \
        .truncate = e##_truncate,                                                                  \
        .clear = e##_clear,                                                                        \
        .clear_decommit = e##_clear_decommit,                                                      \
    },

VEC_TYPES(DEFINE_TYPE)
const struct vec_type vec_types[] = {VEC_TYPES(LIST_TYPE)};

VEC_OWNERS(DEFINE_TYPE)
const struct vec_type vec_of_owners[] = {VEC_OWNERS(LIST_TYPE)};

/* ---- Elements -------------------------------------------------------------------------------- */

/* A number's bytes, repeated, make an element of any size; of a double they would make a NaN. */
void make_element(const struct vec_type *type, uint64_t n, void *out) {
    const double as_double = (double)n;
    if (type->rw.len == f64_rw_len) {
        memcpy(out, &as_double, sizeof as_double);
        return;
    }
    uint8_t word[sizeof n], *bytes = out;
    for (size_t i = 0; i < sizeof word; i++) word[i] = (uint8_t)(n >> i * 8);
    for (size_t i = 0; i < type->size; i += sizeof word) {
        const size_t rest = type->size - i;
        memcpy(bytes + i, word, rest < sizeof word ? rest : sizeof word);
    }
}

void *make_elements(const struct vec_type *type, uint64_t n, size_t count) {
    uint8_t *elements = malloc(count * type->size + 1);
    ck_assert_ptr_nonnull(elements);
    for (size_t i = 0; i < count; i++) make_element(type, n + i, elements + i * type->size);
    return elements;
}
