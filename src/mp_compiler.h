/* Atomics and checked arithmetic for the core, in one place for every compiler. */
#ifndef MP_COMPILER_H
#define MP_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The compiler's builtins work on plain integers, which stdatomic.h does not: the epoch that an
 * inline in a C99 or C++ header loads is the very word that the core stores. */
#define mp_atomic_load(word) __atomic_load_n(word, __ATOMIC_ACQUIRE)
#define mp_atomic_store(word, value) __atomic_store_n(word, value, __ATOMIC_RELEASE)
#define mp_atomic_add(word, value) __atomic_add_fetch(word, value, __ATOMIC_ACQ_REL)
#define mp_atomic_sub(word, value) __atomic_sub_fetch(word, value, __ATOMIC_ACQ_REL)
#define mp_atomic_swap(word, value) __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL)
#define mp_atomic_replace(word, expected, value)                                                   \
    __atomic_compare_exchange_n(word, expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

/* False when the result does not fit; `*out` is then not to be used. */
static inline bool mp_checked_add(size_t a, size_t b, size_t *out) {
    return !__builtin_add_overflow(a, b, out);
}

static inline bool mp_checked_mul(size_t a, size_t b, size_t *out) {
    return !__builtin_mul_overflow(a, b, out);
}

/* Rounds up to a multiple of `unit`, a power of two. */
static inline bool mp_round_up(size_t bytes, size_t unit, size_t *out) {
    if (!mp_checked_add(bytes, unit - 1, out)) return false;
    *out &= ~(unit - 1);
    return true;
}

static inline size_t mp_round_down(size_t bytes, size_t unit) { return bytes & ~(unit - 1); }

static inline bool mp_is_power_of_two(size_t n) { return n != 0 && (n & (n - 1)) == 0; }

/* Zeroes memory that nobody may read afterwards: the compiler must believe that somebody does. */
static inline void mp_zero_for_good(void *memory, size_t bytes) {
    memset(memory, 0, bytes);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

#endif
