/* What a proof is written with. CBMC follows every path of a harness for all values at once: an
 * uninitialised variable is anything of its type, GIVEN() narrows that down, and CLAIM() has
 * to hold for all that is left. */
#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLAIM(condition) __CPROVER_assert(condition, #condition)
#define GIVEN(condition) __CPROVER_assume(condition)

/* A static function of src/FILE.c, by the name under which goto-cc exports it. */
#define STATIC(file, name) __CPROVER_file_local_##file##_c_##name

#define ANY(type, name)                                                                            \
    static inline type name(void) {                                                                \
        type anything;                                                                             \
        return anything;                                                                           \
    }
ANY(bool, any_bool)
ANY(int, any_int)
ANY(unsigned, any_unsigned)
ANY(unsigned char, any_byte)
ANY(uint32_t, any_u32)
ANY(uint64_t, any_u64)
ANY(size_t, any_size)

/* Anything from `least` to `most`. */
static inline size_t any_size_in(size_t least, size_t most) {
    const size_t n = any_size();
    GIVEN(least <= n && n <= most);
    return n;
}

#endif
