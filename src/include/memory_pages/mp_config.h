/** @file
 *  What the other headers need from the compiler, and nothing else.
 *
 *  Every difference between compilers stands here. A program that includes any header of the
 *  library gets strict pointer types: passing a wrong handle, calling a function that was not
 *  declared, or dropping `const` is an error, as it is in C++. Define `MP_LAX_TYPES` before the
 *  first include to keep your compiler's own settings.
 */
#ifndef MEMORY_PAGES_MP_CONFIG_H
#define MEMORY_PAGES_MP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Strict pointer types -------------------------------------------------------------------- */

/* C compilers only warn here by default; C++ refuses by itself. Not popped: the user's lines are
 * the ones that need it. gcc and clang name the qualifier warning differently. */
#if !defined(__cplusplus) && !defined(MP_LAX_TYPES)
#if defined(__clang__)
#pragma GCC diagnostic error "-Wincompatible-pointer-types"
#pragma GCC diagnostic error "-Wincompatible-pointer-types-discards-qualifiers"
#pragma GCC diagnostic error "-Wimplicit-function-declaration"
#pragma GCC diagnostic error "-Wint-conversion"
#elif defined(__GNUC__)
#pragma GCC diagnostic error "-Wincompatible-pointer-types"
#pragma GCC diagnostic error "-Wdiscarded-qualifiers"
#pragma GCC diagnostic error "-Wimplicit-function-declaration"
#pragma GCC diagnostic error "-Wint-conversion"
#elif defined(_MSC_VER)
#pragma warning(error : 4013 4024 4047 4090 4133)
#endif
#endif

/* ---- Attributes ------------------------------------------------------------------------------ */

/** @def MP_HAS_ATTRIBUTE(name)
 *  Whether the compiler knows an attribute, for `#if`; 0 where it can't be asked. */
#if defined(__has_attribute)
#define MP_HAS_ATTRIBUTE(name) __has_attribute(name)
#else
#define MP_HAS_ATTRIBUTE(name) 0
#endif

/** @def MP_MUST_USE
 *  Marks a function whose result must be looked at; see mp_ignore() for the deliberate exception.
 */
#if defined(__GNUC__)
#define MP_MUST_USE __attribute__((warn_unused_result))
#elif defined(_MSC_VER)
#define MP_MUST_USE _Check_return_
#else
#define MP_MUST_USE
#endif

/** @def MP_REFUSED(sentence)
 *  Marks a function that exists only to be refused: calling it is a compile error that shows
 *  `sentence`. Not defined where the compiler has no means for it; the call is then undeclared. */
#if MP_HAS_ATTRIBUTE(unavailable)
#define MP_REFUSED(sentence) __attribute__((unavailable(sentence)))
#elif MP_HAS_ATTRIBUTE(error) || (defined(__GNUC__) && !defined(__clang__))
#define MP_REFUSED(sentence) __attribute__((error(sentence)))
#endif

/** @def MP_COLD_NORETURN
 *  Marks a function that never returns and is rarely reached. */
#if defined(__GNUC__)
#define MP_COLD_NORETURN __attribute__((cold, noreturn))
#elif defined(_MSC_VER)
#define MP_COLD_NORETURN __declspec(noreturn)
#else
#define MP_COLD_NORETURN
#endif

/** @def MP_COLD
 *  Marks a function that is reached on failure only. */
#if defined(__GNUC__)
#define MP_COLD __attribute__((cold))
#else
#define MP_COLD
#endif

/** @def MP_UNLIKELY(condition)
 *  `condition`, with the hint that it is almost always false. */
#if defined(__GNUC__)
#define MP_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
#define MP_UNLIKELY(condition) (condition)
#endif

/** @def MP_CALLS_MACHINE_CODE
 *  Marks a function that jumps into pages. UBSan and CFI read a type hash before each called
 *  function (llvm-project#65253); machine code in pages has none. */
#if defined(__clang__) && __clang_major__ >= 16
#define MP_CALLS_MACHINE_CODE __attribute__((no_sanitize("function", "cfi-icall", "kcfi")))
#elif defined(__clang__)
#define MP_CALLS_MACHINE_CODE __attribute__((no_sanitize("function", "cfi-icall")))
#else
#define MP_CALLS_MACHINE_CODE
#endif

/** @def MP_STATIC_ASSERT(condition, sentence)
 *  A compile-time assertion in every dialect of C and C++ that the library supports. */
#if defined(__cplusplus)
#define MP_STATIC_ASSERT(condition, sentence) static_assert(condition, sentence)
#elif defined(__GNUC__)
#define MP_STATIC_ASSERT(condition, sentence) __extension__ _Static_assert(condition, sentence)
#else
#define MP_STATIC_ASSERT(condition, sentence) _Static_assert(condition, sentence)
#endif

/** @def MP_ALIGN_OF(type)
 *  The alignment of `type` in bytes. */
#if defined(__cplusplus)
#define MP_ALIGN_OF(type) alignof(type)
#elif defined(__GNUC__)
#define MP_ALIGN_OF(type) __alignof__(type)
#else
#define MP_ALIGN_OF(type) _Alignof(type)
#endif

/* ---- Linkage --------------------------------------------------------------------------------- */

/** @def MP_EXTERN_C_BEGIN
 *  Starts declarations with C linkage. */
/** @def MP_EXTERN_C_END
 *  Ends them. */
#if defined(__cplusplus)
#define MP_EXTERN_C_BEGIN extern "C" {
#define MP_EXTERN_C_END }
#else
#define MP_EXTERN_C_BEGIN
#define MP_EXTERN_C_END
#endif

/** @def MP_API
 *  Marks what the library exports. `MP_SHARED` is set for users of the shared library by its
 *  CMake target and its pkg-config file; it matters on Windows only. */
#if defined(_WIN32)
#if defined(MP_BUILDING_SHARED)
#define MP_API __declspec(dllexport)
#elif defined(MP_SHARED)
#define MP_API __declspec(dllimport)
#else
#define MP_API
#endif
#elif defined(__GNUC__)
#define MP_API __attribute__((visibility("default")))
#else
#define MP_API
#endif

/** @def MP_INLINE
 *  Linkage of the typed functions. By default each is a `static inline` of a few lines; with
 *  `MP_LINKED` defined a program calls the same text compiled once into the library, which is what
 *  bindings from other languages use. */
/** @def MP_HAS_BODIES
 *  Whether the typed headers show the bodies of their functions, for `#if`. */
#if defined(MP_BUILDING_INSTANCES)
#define MP_INLINE MP_API
#define MP_HAS_BODIES 1
#elif defined(MP_LINKED)
#define MP_INLINE MP_API
#define MP_HAS_BODIES 0
#else
#define MP_INLINE static inline
#define MP_HAS_BODIES 1
#endif

/* ---- The exec gate --------------------------------------------------------------------------- */

/** @def MP_ALLOW_EXEC
 *  Define as 1 before the first include to open the types with executable pages and the transitions
 *  to them. It gates headers only: the library always holds the code. */
#ifndef MP_ALLOW_EXEC
#define MP_ALLOW_EXEC 0
#endif

/* ---- Handles --------------------------------------------------------------------------------- */

/** @def MP_INIT
 *  Initialises a handle as empty: `mp_pages_r_w_nx memory = MP_INIT;`. A structure of yours with
 *  handles in it is initialised as a whole by the same word. */
#if defined(__cplusplus)
#define MP_INIT {}
#else
#define MP_INIT {0}
#endif

/** @def MP_AUTO(type)
 *  Declares a handle that is destroyed at the end of its scope:
 *  `MP_AUTO(mp_vec_f64_rw) samples = MP_INIT;`. A handle that gave its memory away is empty, so its
 *  destruction does nothing. Always initialise it. Needs the `cleanup` attribute (gcc, clang). */
#if MP_HAS_ATTRIBUTE(cleanup) || defined(__GNUC__)
#define MP_AUTO(type) __attribute__((cleanup(type##_destroy))) type
#endif

#endif
