#include "mp_watch.h"

#include "memory_pages/mp_config.h"

/* Valgrind is asked by instructions that do nothing elsewhere; its header is optional. */
#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_MAKE_MEM_DEFINED(memory, bytes) ((void)(memory), (void)(bytes))
#define VALGRIND_MAKE_MEM_NOACCESS(memory, bytes) ((void)(memory), (void)(bytes))
#define VALGRIND_DISABLE_ERROR_REPORTING ((void)0)
#define VALGRIND_ENABLE_ERROR_REPORTING ((void)0)
#endif

/* The runtime of ASan (sanitizer/asan_interface.h), which is there if the program was built with
 * it. */
#if defined(__GNUC__) && defined(__ELF__)
MP_EXTERN_C_BEGIN
__attribute__((weak)) void __asan_poison_memory_region(void const volatile *memory, size_t bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(void const volatile *memory, size_t bytes);
MP_EXTERN_C_END
#define HAS_ASAN (__asan_poison_memory_region != NULL)
#else
#define HAS_ASAN false
#define __asan_poison_memory_region(memory, bytes) ((void)0)
#define __asan_unpoison_memory_region(memory, bytes) ((void)0)
#endif

bool mp_watch_is_on(void) { return HAS_ASAN || RUNNING_ON_VALGRIND != 0; }

void mp_watch_allow(void *memory, size_t bytes) {
    if (HAS_ASAN) __asan_unpoison_memory_region(memory, bytes);
    VALGRIND_MAKE_MEM_DEFINED(memory, bytes);
}

void mp_watch_forbid(void *memory, size_t bytes) {
    if (HAS_ASAN) __asan_poison_memory_region(memory, bytes);
    VALGRIND_MAKE_MEM_NOACCESS(memory, bytes);
}

void mp_watch_pause(void) { VALGRIND_DISABLE_ERROR_REPORTING; }

void mp_watch_resume(void) { VALGRIND_ENABLE_ERROR_REPORTING; }
