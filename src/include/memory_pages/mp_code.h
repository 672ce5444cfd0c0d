/** @file
 *  References to machine code without a signature: the floor under the `mp_fn_*` headers.
 */
#ifndef MEMORY_PAGES_MP_CODE_H
#define MEMORY_PAGES_MP_CODE_H

#include "mp_region.h"

MP_EXTERN_C_BEGIN

/** Where machine code starts, and the ticket that its pages had. All zero is a stale reference. */
typedef struct mp_code {
    void (*entry)(void); /**< cast to the real signature by the typed call */
    mp_ticket ticket;    /**< current as long as the pages keep their permission and place */
} mp_code;

/** Refers to the code at `offset` of executable pages. Always writes `out`: a stale reference on
 *  failure.
 *  @note Threads and signal handlers: any number at once, while none changes the pages.
 */
MP_API MP_MUST_USE mp_status mp_code_at(const mp_region *region, size_t offset, mp_code *out);

MP_EXTERN_C_END

#endif
