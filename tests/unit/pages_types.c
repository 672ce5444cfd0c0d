#include "pages_types.h"

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>

#define DEFINE_TYPE(type, access_bits)                                                             \
    MP_STATIC_ASSERT(sizeof(mp_pages_##type) == sizeof(mp_region), "a handle is a region");        \
    static mp_status type##_create(size_t min_bytes, mp_region *out) {                             \
        return mp_pages_##type##_create(min_bytes, (mp_pages_##type *)out);                        \
    }                                                                                              \
    static mp_status type##_create_with(size_t min_bytes, const mp_options *options,               \
                                        mp_region *out) {                                          \
        return mp_pages_##type##_create_with(min_bytes, options, (mp_pages_##type *)out);          \
    }                                                                                              \
    static void type##_destroy(mp_region *pages) {                                                 \
        mp_pages_##type##_destroy((mp_pages_##type *)pages);                                       \
    }                                                                                              \
    static void type##_move(mp_region *from, mp_region *to) {                                      \
        mp_pages_##type##_move((mp_pages_##type *)from, (mp_pages_##type *)to);                    \
    }                                                                                              \
    static size_t type##_len(const mp_region *pages) {                                             \
        return mp_pages_##type##_len((const mp_pages_##type *)pages);                              \
    }                                                                                              \
    static bool type##_is_empty(const mp_region *pages) {                                          \
        return mp_pages_##type##_is_empty((const mp_pages_##type *)pages);                         \
    }                                                                                              \
    static mp_status type##_resident_bytes(const mp_region *pages, size_t *out) {                  \
        return mp_pages_##type##_resident_bytes((const mp_pages_##type *)pages, out);              \
    }                                                                                              \
    static mp_status type##_advise_use_soon(const mp_region *pages, size_t bytes) {                \
        return mp_pages_##type##_advise_use_soon((const mp_pages_##type *)pages, bytes);           \
    }                                                                                              \
    static mp_status type##_advise_use_seq(const mp_region *pages) {                               \
        return mp_pages_##type##_advise_use_seq((const mp_pages_##type *)pages);                   \
    }                                                                                              \
    static mp_status type##_advise_use_rnd(const mp_region *pages) {                               \
        return mp_pages_##type##_advise_use_rnd((const mp_pages_##type *)pages);                   \
    }                                                                                              \
    static void *type##_unsafe_ptr(const mp_region *pages) {                                       \
        return mp_pages_##type##_unsafe_ptr((const mp_pages_##type *)pages);                       \
    }                                                                                              \
    static mp_status type##_into_raw_parts(mp_region *pages, void **base, size_t *bytes) {         \
        return mp_pages_##type##_into_raw_parts((mp_pages_##type *)pages, base, bytes);            \
    }                                                                                              \
    static mp_status type##_from_raw_parts(void *base, size_t bytes, mp_region *out) {             \
        return mp_pages_##type##_from_raw_parts(base, bytes, (mp_pages_##type *)out);              \
    }

#define LIST_TYPE(type, access_bits)                                                               \
    {                                                                                              \
        .name = "mp_pages_" #type,                                                                 \
        .access = (access_bits),                                                                   \
        .create = type##_create,                                                                   \
        .create_with = type##_create_with,                                                         \
        .destroy = type##_destroy,                                                                 \
        .move = type##_move,                                                                       \
        .len = type##_len,                                                                         \
        .is_empty = type##_is_empty,                                                               \
        .resident_bytes = type##_resident_bytes,                                                   \
        .advise_use_soon = type##_advise_use_soon,                                                 \
        .advise_use_seq = type##_advise_use_seq,                                                   \
        .advise_use_rnd = type##_advise_use_rnd,                                                   \
        .unsafe_ptr = type##_unsafe_ptr,                                                           \
        .into_raw_parts = type##_into_raw_parts,                                                   \
        .from_raw_parts = type##_from_raw_parts,                                                   \
    },

PAGES_TYPES(DEFINE_TYPE)
const struct pages_type pages_types[] = {PAGES_TYPES(LIST_TYPE)};

#define INDEX_TYPE(type, access_bits) index_of_##type,
enum { PAGES_TYPES(INDEX_TYPE) };

#define DEFINE_TRANSITION(type, verb, result)                                                      \
    static mp_status type##_##verb(mp_region *from, mp_region *to) {                               \
        return mp_pages_##type##_##verb((mp_pages_##type *)from, (mp_pages_##result *)to);         \
    }

#define LIST_TRANSITION(type, verb, result)                                                        \
    {"mp_pages_" #type "_" #verb, &pages_types[index_of_##type], &pages_types[index_of_##result],  \
     type##_##verb},

PAGES_TRANSITIONS(DEFINE_TRANSITION)
const struct pages_transition pages_transitions[] = {PAGES_TRANSITIONS(LIST_TRANSITION)};
