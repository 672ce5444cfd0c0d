/** @file
 *  What the kernel itself says of this process's memory, asked by other ways than the library's
 *  own, so that a test compares two independent answers.
 */
#ifndef TESTS_UNIT_KERNEL_VIEW_H
#define TESTS_UNIT_KERNEL_VIEW_H

#include <stdbool.h>
#include <stddef.h>

/** Beside sets of `mp_access` bits: nothing is mapped there, or not the same everywhere. */
enum { KERNEL_UNMAPPED = 0x100, KERNEL_MIXED = 0x200 };

/** Returns the permission of `n` bytes from `address` on: a set of `mp_access` bits or one of the
 *  above. */
unsigned kernel_access(const void *address, size_t n);

/** Returns the permission that the system gives to pages which are to have `access`: at least that.
 */
unsigned kernel_form(unsigned access);

/** Returns the permission of address space that is kept without memory. */
unsigned kernel_reserved(void);

/** Tells whether the mapping at `address` has one of the two-letter VmFlags of /proc/PID/smaps. */
bool kernel_has_flag(const void *address, const char *flag);

/** Checks that flag, where the system keeps such a record of a mapping. */
#define check_kernel_flag(address, flag, expected)                                                 \
    ck_assert_msg(!kernel_keeps_flags() || kernel_has_flag(address, flag) == (expected),           \
                  "%s is %s at %s", flag, (expected) ? "missing" : "there", #address)
bool kernel_keeps_flags(void);

/** Returns the size of a page. */
size_t kernel_page_size(void);

/** Returns how many of `n` bytes from `address` on are in physical memory. Both are whole pages. A
 *  page of zeros that was only read counts. */
size_t kernel_resident_bytes(const void *address, size_t n);

/** Returns the bytes of address space that the process has mapped. */
size_t kernel_address_space(void);

/** Returns how many mappings hold some of `n` bytes from `address` on. */
size_t kernel_mappings_in(const void *address, size_t n);

/** Reads or writes memory whatever its permission. */
void kernel_peek(const void *address, void *to, size_t n);
void kernel_poke(void *address, const void *from, size_t n);

#endif
