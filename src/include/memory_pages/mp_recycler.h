/** @file
 *  A recycler keeps the memory of destroyed vectors and pages for the next ones.
 *
 *  Giving memory back to the system and taking it again costs more than anything else that is done
 *  with it. A program that creates and destroys large vectors in a loop names a recycler in
 *  mp_options: destroy() then leaves the memory with it, up to a bound in bytes and in age, and
 *  create_with() takes it up again where the options and, for pages, the size are the same. Pages
 *  still start zeroed.
 *
 *  Nothing is kept unless a program asks for it.
 */
#ifndef MEMORY_PAGES_MP_RECYCLER_H
#define MEMORY_PAGES_MP_RECYCLER_H

#include "mp_status.h"

MP_EXTERN_C_BEGIN

/** A recycler. All zero is an empty handle, which keeps nothing. Copies mean the same recycler. */
typedef struct mp_recycler {
    struct mp_recycler_state *state; /**< NULL in an empty handle */
} mp_recycler;

/** Makes a recycler that keeps nothing yet.
 *
 *  @param max_bytes   how much accessible memory it may keep; what is more is given back at once
 *  @param max_age_ms  how long it may keep memory, in milliseconds; 0: as long as it lives. Looked
 *                     at whenever memory comes or goes and in mp_recycler_trim()
 *  @param out         the recycler; empty on failure; what it held before is not looked at
 *  @retval MP_OK                     on success
 *  @retval MP_ERR_OUT_OF_MEMORY      the system has no memory or address space left for it
 *  @retval MP_ERR_TOO_MANY_MAPPINGS  the process is at the system's limit of mappings
 *  @note Threads and signal handlers: any number at once.
 */
MP_API MP_MUST_USE mp_status mp_recycler_create(size_t max_bytes, uint64_t max_age_ms,
                                                mp_recycler *out);

/** Gives all memory back and empties the handle. Vectors and pages that were created with the
 *  recycler live on; their memory goes back to the system when they are destroyed.
 *  @note Threads and signal handlers: one, and none that still uses a copy of the handle.
 */
MP_API void mp_recycler_destroy(mp_recycler *recycler);

/** Gives memory back until at most `keep_bytes` are kept, and all that is too old. 0 keeps nothing.
 *  @note Threads and signal handlers: any number at once.
 */
MP_API void mp_recycler_trim(const mp_recycler *recycler, size_t keep_bytes);

/** Returns how many accessible bytes are kept at this moment; 0 when the handle is empty.
 *  @note Threads and signal handlers: any number at once.
 */
MP_API size_t mp_recycler_bytes(const mp_recycler *recycler);

MP_EXTERN_C_END

#endif
