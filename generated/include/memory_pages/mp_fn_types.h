/** @file
 *  References to machine code in pages, one type for each C signature.
 *
 *  A reference remembers the state of the pages that it was made from. Changing their permission,
 *  size or owner's mind ends it: a call then returns `MP_ERR_STALE` instead of jumping.
 */
#ifndef MEMORY_PAGES_MP_FN_TYPES_H
#define MEMORY_PAGES_MP_FN_TYPES_H

#include <memory_pages/mp_code.h>

MP_EXTERN_C_BEGIN

/** Code that takes nothing and returns nothing.
 *
 *  Owns nothing and may be copied; all zero (`MP_INIT`) is a stale reference.
 */
typedef struct mp_fn_void {
    mp_code code; /**< the code, without the signature */
} mp_fn_void;

/** The signature of what `mp_fn_void` refers to. */
typedef void mp_fn_void_signature(void);

/** Code that makes one 32-bit signed integer of two.
 *
 *  Owns nothing and may be copied; all zero (`MP_INIT`) is a stale reference.
 */
typedef struct mp_fn_binary_i32 {
    mp_code code; /**< the code, without the signature */
} mp_fn_binary_i32;

/** The signature of what `mp_fn_binary_i32` refers to. */
typedef int32_t mp_fn_binary_i32_signature(int32_t, int32_t);

/** Code that makes a 64-bit unsigned integer of another.
 *
 *  Owns nothing and may be copied; all zero (`MP_INIT`) is a stale reference.
 */
typedef struct mp_fn_unary_u64 {
    mp_code code; /**< the code, without the signature */
} mp_fn_unary_u64;

/** The signature of what `mp_fn_unary_u64` refers to. */
typedef uint64_t mp_fn_unary_u64_signature(uint64_t);

/** Code that makes one 64-bit unsigned integer of two.
 *
 *  Owns nothing and may be copied; all zero (`MP_INIT`) is a stale reference.
 */
typedef struct mp_fn_binary_u64 {
    mp_code code; /**< the code, without the signature */
} mp_fn_binary_u64;

/** The signature of what `mp_fn_binary_u64` refers to. */
typedef uint64_t mp_fn_binary_u64_signature(uint64_t, uint64_t);

/** Code that makes a double of another.
 *
 *  Owns nothing and may be copied; all zero (`MP_INIT`) is a stale reference.
 */
typedef struct mp_fn_unary_f64 {
    mp_code code; /**< the code, without the signature */
} mp_fn_unary_f64;

/** The signature of what `mp_fn_unary_f64` refers to. */
typedef double mp_fn_unary_f64_signature(double);

MP_EXTERN_C_END

#endif
