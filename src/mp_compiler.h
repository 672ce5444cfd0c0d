/* Atomics, checked arithmetic and the cache flush for the core, in one place for every compiler:
 * builtins for gcc and clang, intrinsics for Microsoft's (19.39 and later, for __typeof__). */
#ifndef MP_COMPILER_H
#define MP_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__GNUC__) && defined(_MSC_VER)
#include <intrin.h>
#endif

/* The compiler's builtins work on plain integers, which stdatomic.h does not: the epoch that an
 * inline in a C99 or C++ header loads is the very word that the core stores. */
#if defined(__GNUC__)
#define mp_atomic_load(word) __atomic_load_n(word, __ATOMIC_ACQUIRE)
#define mp_atomic_store(word, value) __atomic_store_n(word, value, __ATOMIC_RELEASE)
#define mp_atomic_add(word, value) __atomic_add_fetch(word, value, __ATOMIC_ACQ_REL)
#define mp_atomic_sub(word, value) __atomic_sub_fetch(word, value, __ATOMIC_ACQ_REL)
#define mp_atomic_swap(word, value) __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL)
#define mp_atomic_replace(word, expected, value)                                                   \
    __atomic_compare_exchange_n(word, expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#elif defined(_MSC_VER)
/* Each intrinsic has one width, and is a full barrier; the size is known when it is inlined. A word
 * is stored if it is what was expected; returned is what it was. */
static inline uint64_t mp_exchange_if(volatile void *word, size_t size, uint64_t expected,
                                      uint64_t value) {
    switch (size) {
    case 1:
        return (uint8_t)_InterlockedCompareExchange8(word, (char)value, (char)expected);
    case 4:
        return (uint32_t)_InterlockedCompareExchange(word, (long)value, (long)expected);
    default:
        return (uint64_t)_InterlockedCompareExchange64(word, (__int64)value, (__int64)expected);
    }
}

static inline uint64_t mp_exchange(volatile void *word, size_t size, uint64_t value) {
    uint64_t before = 0, seen;
    while ((seen = mp_exchange_if(word, size, before, value)) != before) before = seen;
    return before;
}

/* Returns the sum. */
static inline uint64_t mp_exchange_add(volatile void *word, size_t size, uint64_t value) {
    uint64_t before = 0, seen;
    while ((seen = mp_exchange_if(word, size, before, before + value)) != before) before = seen;
    return before + value;
}

static inline bool mp_exchange_expected(volatile void *word, size_t size, void *expected,
                                        uint64_t value) {
    uint64_t before = 0;
    memcpy(&before, expected, size); /* little-endian, as all systems of this compiler are */
    const uint64_t seen = mp_exchange_if(word, size, before, value);
    memcpy(expected, &seen, size);
    return seen == before;
}

#define mp_atomic_load(word)                                                                       \
    ((__typeof__(*(word)))mp_exchange_if((volatile void *)(uintptr_t)(word), sizeof *(word), 0, 0))
#define mp_atomic_store(word, value) ((void)mp_exchange(word, sizeof *(word), (uint64_t)(value)))
#define mp_atomic_add(word, value)                                                                 \
    ((__typeof__(*(word)))mp_exchange_add(word, sizeof *(word), (uint64_t)(value)))
#define mp_atomic_sub(word, value)                                                                 \
    ((__typeof__(*(word)))mp_exchange_add(word, sizeof *(word), 0 - (uint64_t)(value)))
#define mp_atomic_swap(word, value)                                                                \
    ((__typeof__(*(word)))mp_exchange(word, sizeof *(word), (uint64_t)(value)))
#define mp_atomic_replace(word, expected, value)                                                   \
    mp_exchange_expected(word, sizeof *(word), expected, (uint64_t)(value))
#else
#error "memory_pages knows no atomics of this compiler; add them to src/mp_compiler.h"
#endif

/* Where C and C++ have another word for the same: the amalgamation is compiled as either. */
#if defined(__cplusplus)
#define mp_value(type, ...) (type{__VA_ARGS__})
#define MP_THREAD_LOCAL thread_local
#else
#define mp_value(type, ...) ((type){__VA_ARGS__})
#define MP_THREAD_LOCAL _Thread_local
#endif

/* False when the result does not fit; `*out` is then not to be used. */
static inline bool mp_checked_add(size_t a, size_t b, size_t *out) {
#if defined(__GNUC__)
    return !__builtin_add_overflow(a, b, out);
#else
    *out = a + b;
    return *out >= a;
#endif
}

static inline bool mp_checked_mul(size_t a, size_t b, size_t *out) {
#if defined(__GNUC__)
    return !__builtin_mul_overflow(a, b, out);
#else
    *out = a * b;
    return b == 0 || *out / b == a;
#endif
}

/* Rounds up to a multiple of `unit`, a power of two. */
static inline bool mp_round_up(size_t bytes, size_t unit, size_t *out) {
    if (!mp_checked_add(bytes, unit - 1, out)) return false;
    *out &= ~(unit - 1);
    return true;
}

static inline size_t mp_round_down(size_t bytes, size_t unit) { return bytes & ~(unit - 1); }

static inline bool mp_is_power_of_two_or_zero(size_t n) { return n == 0 || (n & (n - 1)) == 0; }

/* Zeroes memory that nobody may read afterwards: the compiler must believe that somebody does. */
static inline void mp_zero_for_good(void *memory, size_t bytes) {
#if defined(__GNUC__)
    memset(memory, 0, bytes);
    __asm__ volatile("" : : "r"(memory) : "memory");
#else
    volatile unsigned char *at = (volatile unsigned char *)memory;
    for (size_t i = 0; i < bytes; i++) at[i] = 0;
#endif
}

/* Makes code in readable pages visible to the instruction fetch of every processor, as far as the
 * compiler knows how; the seam adds what only the system can do. */
#if defined(__GNUC__)
#define mp_flush_code(code, bytes) __builtin___clear_cache((char *)(code), (char *)(code) + (bytes))
#else
#define mp_flush_code(code, bytes) ((void)(code), (void)(bytes)) /* the system has a call for it */
#endif

#endif
