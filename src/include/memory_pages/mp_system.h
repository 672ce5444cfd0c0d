/** @file
 *  What the library and the system say to each other: permissions, hints, ranges, and facts about
 *  the system that the program runs on.
 */
#ifndef MEMORY_PAGES_MP_SYSTEM_H
#define MEMORY_PAGES_MP_SYSTEM_H

#include "mp_status.h"

MP_EXTERN_C_BEGIN

/** What may be done to memory; a set of bits. */
typedef enum mp_access {
    MP_ACCESS_NONE = 0,
    MP_ACCESS_READ = 1,
    MP_ACCESS_WRITE = 2,
    MP_ACCESS_EXEC = 4
} mp_access;

/** What the system may be told about coming accesses. */
typedef enum mp_advice {
    MP_ADVICE_NORMAL,     /**< nothing is known: as if nothing had been said */
    MP_ADVICE_SOON,       /**< the range is needed soon: read it in from swap */
    MP_ADVICE_SEQUENTIAL, /**< it is read from front to back: read ahead */
    MP_ADVICE_RANDOM      /**< it is read in no order: do not read ahead */
} mp_advice;

/** A range of bytes. */
typedef struct mp_range {
    size_t offset; /**< the first byte */
    size_t n;      /**< how many bytes */
} mp_range;

/** Returns the size of a page in bytes: a power of two, asked of the system, 4096 or more.
 *  @note Threads and signal handlers: any number at once.
 */
MP_API size_t mp_page_size(void);

/** Returns the size of a huge page in bytes; 0 where the system has none to offer.
 *  @note Threads and signal handlers: any number at once.
 */
MP_API size_t mp_huge_page_size(void);

/** Returns what a program can really do to pages of a combination: a set of `mp_access` bits.
 *
 *  A processor may be unable to deny what a type denies: most cannot express "writable but not
 *  readable". The result holds at least what was asked for; whatever lies outside it raises SIGSEGV
 *  (an access violation on Windows). The types refuse at compile time all the same. A system may
 *  also refuse to give this process such pages at all, as PR_SET_MDWE, SELinux and PaX refuse new
 *  code, and some processors pages that are both writable and executable: the result is then
 *  `MP_ACCESS_NONE`, and transitions to such types return `MP_ERR_DENIED`. Asked anew each time.
 *
 *  @param read   the pages are readable
 *  @param write  the pages are writable
 *  @param exec   the pages are executable
 *  @note Threads and signal handlers: any number at once.
 */
MP_API unsigned mp_enforced(bool read, bool write, bool exec);

/** Returns the bytes of address space that a destroy could not give back yet.
 *
 *  The system may refuse to unmap (at its limit of mappings, for one). Such memory holds no
 *  physical pages any more, and its address space is given back by a later create or destroy.
 *  Usually 0.
 *
 *  @note Threads and signal handlers: any number at once.
 */
MP_API size_t mp_unreleased_bytes(void);

MP_EXTERN_C_END

#endif
