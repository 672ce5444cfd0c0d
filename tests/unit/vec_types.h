/** @file
 *  Vectors of several elements behind one face, so that a test which holds for all is written once.
 *
 *  Elements are passed by address here. A typed handle holds nothing but its mp_vec_raw, which
 *  stands for whichever type it is.
 */
#ifndef TESTS_UNIT_VEC_TYPES_H
#define TESTS_UNIT_VEC_TYPES_H

#include <memory_pages/mp_vec_raw.h>

/** X(prefix, element, C type): each of another size, a power of two or not. */
#define VEC_SIZES(X)                                                                               \
    X(mp, u8, uint8_t)                                                                             \
    X(mp, u64, uint64_t)                                                                           \
    X(tst, odd, struct odd)                                                                        \
    X(tst, page, struct page)                                                                      \
    X(tst, pair, struct pair)

/** The same and more, for tests that depend on how C treats the element. */
#define VEC_TYPES(X)                                                                               \
    VEC_SIZES(X)                                                                                   \
    X(mp, f64, double)                                                                             \
    X(mp, ptr, void *)

/** Elements that own something: copying one can fail, and each is ended once. */
#define VEC_OWNERS(X) X(tst, owner, struct owner)

enum { VEC_ELEMENT_MAX = 8192 /* bytes of the largest element */ };

/** Stands for each slice type. */
struct vec_slice {
    const void *data;
    size_t len;
};

/** What a growable and a frozen vector have in common. */
struct vec_reads {
    void (*destroy)(mp_vec_raw *vec);
    void (*move)(mp_vec_raw *from, mp_vec_raw *to);
    size_t (*len)(const mp_vec_raw *vec);
    bool (*is_empty)(const mp_vec_raw *vec);
    mp_status (*resident_bytes)(const mp_vec_raw *vec, size_t *out);
    mp_status (*advise_use_soon)(const mp_vec_raw *vec, size_t first, size_t n);
    mp_status (*advise_use_seq)(const mp_vec_raw *vec);
    mp_status (*advise_use_rnd)(const mp_vec_raw *vec);
    const void *(*data)(const mp_vec_raw *vec);
    struct vec_slice (*slice)(const mp_vec_raw *vec);
    const void *(*first)(const mp_vec_raw *vec);
    const void *(*last)(const mp_vec_raw *vec);
    const void *(*at)(const mp_vec_raw *vec, size_t index);
    mp_status (*get)(const mp_vec_raw *vec, size_t index, void *out);
    void (*get_unchecked)(const mp_vec_raw *vec, size_t index, void *out);
    bool (*equal)(const mp_vec_raw *vec, const mp_vec_raw *other);
};

struct vec_slices {
    size_t (*len)(struct vec_slice slice);
    bool (*is_empty)(struct vec_slice slice);
    const void *(*data)(struct vec_slice slice);
    const void *(*first)(struct vec_slice slice);
    const void *(*last)(struct vec_slice slice);
    const void *(*at)(struct vec_slice slice, size_t index);
    mp_status (*get)(struct vec_slice slice, size_t index, void *out);
    void (*get_unchecked)(struct vec_slice slice, size_t index, void *out);
    struct vec_slice (*sub)(struct vec_slice slice, size_t first, size_t n);
};

struct vec_type {
    const char *name; /* of the growable type */
    size_t size;      /* of an element */
    struct vec_reads rw, ro;
    struct vec_slices slices;
    mp_status (*thaw)(mp_vec_raw *from, mp_vec_raw *to);
    mp_status (*freeze)(mp_vec_raw *from, mp_vec_raw *to);

    mp_status (*create)(size_t capacity, mp_vec_raw *out);
    mp_status (*create_with)(size_t capacity, const mp_options *options, mp_vec_raw *out);
    mp_status (*clone)(const mp_vec_raw *vec, mp_vec_raw *to);
    size_t (*capacity)(const mp_vec_raw *vec);
    size_t (*reservation)(const mp_vec_raw *vec);
    mp_status (*reserve)(mp_vec_raw *vec, size_t additional);
    mp_status (*reserve_exact)(mp_vec_raw *vec, size_t additional);
    mp_status (*shrink_to_fit)(mp_vec_raw *vec);

    void *(*data_mut)(mp_vec_raw *vec);
    void *(*first_mut)(mp_vec_raw *vec);
    void *(*last_mut)(mp_vec_raw *vec);
    void *(*at_mut)(mp_vec_raw *vec, size_t index);
    mp_status (*set)(mp_vec_raw *vec, size_t index, const void *value);
    mp_status (*write)(mp_vec_raw *vec, size_t first, const void *array, size_t n);

    mp_status (*push)(mp_vec_raw *vec, const void *value);
    mp_status (*push_within_capacity)(mp_vec_raw *vec, const void *value);
    mp_status (*push_by_writer)(mp_vec_raw *vec, const void *array, size_t n);
    mp_status (*append)(mp_vec_raw *vec, const void *array, size_t n);
    mp_status (*append_zeroed)(mp_vec_raw *vec, size_t n);
    mp_status (*insert)(mp_vec_raw *vec, size_t index, const void *value);
    mp_status (*insert_n)(mp_vec_raw *vec, size_t index, const void *array, size_t n);
    mp_status (*resize)(mp_vec_raw *vec, size_t len, const void *value);
    mp_status (*spare_mut)(mp_vec_raw *vec, size_t min, void **at, size_t *room);
    mp_status (*advance)(mp_vec_raw *vec, size_t n);

    mp_status (*pop)(mp_vec_raw *vec, void *out);
    mp_status (*remove)(mp_vec_raw *vec, size_t index, void *out);
    mp_status (*swap_remove)(mp_vec_raw *vec, size_t index, void *out);
    mp_status (*remove_range)(mp_vec_raw *vec, size_t first, size_t n);
    void (*truncate)(mp_vec_raw *vec, size_t len);
    void (*clear)(mp_vec_raw *vec);
    mp_status (*clear_decommit)(mp_vec_raw *vec);
};

#define COUNT_ONE(...) +1
enum { VEC_SIZE_COUNT = 0 VEC_SIZES(COUNT_ONE), VEC_TYPE_COUNT = 0 VEC_TYPES(COUNT_ONE) };
#undef COUNT_ONE

/** In the order of VEC_TYPES: the first VEC_SIZE_COUNT differ in size. */
extern const struct vec_type vec_types[VEC_TYPE_COUNT];

/** Of the one type in VEC_OWNERS. */
extern const struct vec_type vec_of_owners[1];

/** Makes the element with the number `n` at `out`. Numbers below 251 give different elements of
 *  each type; none but 0 gives one whose bytes are all zero. */
void make_element(const struct vec_type *type, uint64_t n, void *out);

/** Makes `count` elements, with the numbers from `n` on, in memory that the caller frees. */
void *make_elements(const struct vec_type *type, uint64_t n, size_t count);

#endif
