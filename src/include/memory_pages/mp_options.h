/** @file
 *  What may be asked of memory when it is created.
 */
#ifndef MEMORY_PAGES_MP_OPTIONS_H
#define MEMORY_PAGES_MP_OPTIONS_H

#include "mp_recycler.h"

/** When memory is backed by huge pages. */
typedef enum mp_huge_pages {
    MP_HUGE_PAGES_DEFAULT, /**< vectors: as `AUTO`; pages: whatever the system does by itself */
    MP_HUGE_PAGES_NEVER,   /**< never, whatever the system's own setting */
    MP_HUGE_PAGES_AUTO,    /**< from the size of one on; vectors: from half of that on */
    MP_HUGE_PAGES_ALWAYS   /**< from the first byte; sizes are rounded up to whole huge pages */
} mp_huge_pages;

/** Options of a create function. All zero means the defaults: `mp_options options = MP_INIT;`. */
typedef struct mp_options {
    size_t reservation;      /**< vectors: bytes of address space to grow in without moving; 0:
                                  64 GiB, taken when the vector outgrows half a huge page.
                                  Halved until the system agrees; to much a little is added,
                                  which keeps neighbours apart in caches */
    size_t alignment;        /**< of the first byte; a power of two; 0: the page size */
    mp_huge_pages huge_pages; /**< the policy above */
    bool prefault;           /**< make the memory resident at once; fails if that is impossible */
    bool locked;             /**< never swap it out; fails where the system's limit is reached */
    bool no_dump;            /**< leave it out of core dumps */
    bool wipe_on_fork;       /**< a child process finds zeros; such memory never becomes
                                  executable */
    bool wipe_on_destroy;    /**< overwrite the content with zeros in destroy() */
    bool guard_pages;        /**< an inaccessible page on either side, for overruns to fault on */
    const mp_recycler *recycler; /**< where the memory comes from and goes to, if it has any; NULL:
                                      the system. Only looked at during the call */
} mp_options;

#endif
