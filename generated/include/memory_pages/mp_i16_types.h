/** @file
 *  Vectors and slices of `int16_t`: their types.
 *
 *  A signed integer of 16 bits.
 */
#ifndef MEMORY_PAGES_MP_I16_TYPES_H
#define MEMORY_PAGES_MP_I16_TYPES_H

#include <memory_pages/mp_vec_raw.h>

MP_EXTERN_C_BEGIN

MP_STATIC_ASSERT(sizeof(int16_t) > 0, "an element has a size");
MP_STATIC_ASSERT(MP_ALIGN_OF(int16_t) <= 4096, "an element aligns to a page at most");

/** A view of elements: does not own them, and is good as long as they stay where they are.
 *
 *  Small, and passed by value. All zero is a view of nothing. */
typedef struct mp_slice_i16 {
    const int16_t *data; /**< the first element; may be NULL if `len` is 0 */
    size_t len; /**< how many elements */
} mp_slice_i16;

/** A vector that grows and can be written. All zero (`MP_INIT`) is an empty handle. */
typedef struct mp_vec_i16_rw {
    mp_vec_raw raw; /**< the array, without the type */
} mp_vec_i16_rw;

/** A frozen vector, read-only for the processor too. All zero (`MP_INIT`) is an empty handle. */
typedef struct mp_vec_i16_ro {
    mp_vec_raw raw; /**< the array, without the type */
} mp_vec_i16_ro;

/** What the library must know of an element. */
static const mp_element mp_element_i16 = {
    sizeof(int16_t),
    NULL,
    NULL,
    NULL,
};

MP_EXTERN_C_END

#endif
