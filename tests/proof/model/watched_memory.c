/* Memory functions that follow the byte that is watched, for sizes that are the real ones. */
#include "seam.h"

void *memset(void *to, int value, size_t n) {
    if (seam_holds(to, n)) {
        CLAIM(seam.byte.committed && (seam.byte.access & MP_ACCESS_WRITE));
        seam.byte.zero = value == 0;
    }
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    if (seam_holds(to, n)) CLAIM(seam.byte.committed && (seam.byte.access & MP_ACCESS_WRITE));
    if (!seam_holds(from, n)) return to;
    CLAIM(seam.byte.committed && (seam.byte.access & MP_ACCESS_READ));
    if (any_bool())
        seam.byte.at = (unsigned char *)to + (seam.byte.at - (const unsigned char *)from);
    else
        seam.byte.left = true;
    return to;
}
