/** @file
 *  The calls of macOS that src/os/mp_os_macos.c makes, over those of Linux, with the rules by which
 *  macOS refuses them or ends the program. Where the rules are from: the headers of the macOS SDK
 *  and the sources of XNU (bsd/kern/kern_mman.c, osfmk/vm/vm_map.c).
 */
#ifndef TESTS_FAKE_MACOS_H
#define TESTS_FAKE_MACOS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** The machine and the program that are played; may be set before the first call. */
extern struct fake_macos {
    double version;     /**< of the system, such as 11.4 */
    bool apple_silicon; /**< JIT memory has a permission for each thread, which mprotect() leaves */
    bool hardened;      /**< only JIT memory becomes executable */
    bool allow_jit;     /**< the entitlement for JIT memory, if hardened */
    int renewal_error;  /**< with which MAP_FIXED fails; 0: it works */
    bool allowlist;     /**< the entitlement by which only listed functions write to JIT memory */
} fake_macos;

/** Whether the system is the first of "macOS VERSION, *" or later. */
bool fake_macos_is_at_least(const char *platforms);

/** How many mappings of JIT memory there are. */
size_t fake_macos_jit_mappings(void);

void *fake_macos_mmap(void *address, size_t bytes, int protection, int flags, int file,
                      off_t offset);
int fake_macos_munmap(void *address, size_t bytes);
int fake_macos_mprotect(void *address, size_t bytes, int protection);
int fake_macos_madvise(void *address, size_t bytes, int advice);
int fake_macos_minherit(void *address, size_t bytes, int inherit);

#endif
