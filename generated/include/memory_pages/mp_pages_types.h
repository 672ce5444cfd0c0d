/** @file
 *  Pages, one type for each combination of permissions.
 *
 *  A type says in its name what may be done to its pages: `r` read, `w` write, `x` execute; `n` before
 *  the letter says that it may not. What each type can do stands in the header that has its name.
 */
#ifndef MEMORY_PAGES_MP_PAGES_TYPES_H
#define MEMORY_PAGES_MP_PAGES_TYPES_H

#include <memory_pages/mp_region.h>

/** Pages to read and write. Where most memory starts.
 *
 *  Lives where its owner puts it; all zero (`MP_INIT`) is an empty handle. Copies of it do not own
 *  the pages: pass pointers, and hand over with move().
 */
typedef struct mp_pages_r_w_nx {
    mp_region region; /**< the pages, without the type */
} mp_pages_r_w_nx;

/** The permission of these pages: a set of `mp_access` bits. */
#define MP_PAGES_R_W_NX_ACCESS (MP_ACCESS_READ | MP_ACCESS_WRITE)

/** Pages to read only. What is in them can't be changed, not even by a stray pointer.
 *
 *  Lives where its owner puts it; all zero (`MP_INIT`) is an empty handle. Copies of it do not own
 *  the pages: pass pointers, and hand over with move().
 */
typedef struct mp_pages_r_nw_nx {
    mp_region region; /**< the pages, without the type */
} mp_pages_r_nw_nx;

/** The permission of these pages: a set of `mp_access` bits. */
#define MP_PAGES_R_NW_NX_ACCESS (MP_ACCESS_READ)

/** Pages whose machine code can be called, and read, but not changed.
 *
 *  Lives where its owner puts it; all zero (`MP_INIT`) is an empty handle. Copies of it do not own
 *  the pages: pass pointers, and hand over with move().
 */
typedef struct mp_pages_r_nw_x {
    mp_region region; /**< the pages, without the type */
} mp_pages_r_nw_x;

/** The permission of these pages: a set of `mp_access` bits. */
#define MP_PAGES_R_NW_X_ACCESS (MP_ACCESS_READ | MP_ACCESS_EXEC)

/** Pages whose machine code can be called, but neither read nor changed.
 *
 *  Lives where its owner puts it; all zero (`MP_INIT`) is an empty handle. Copies of it do not own
 *  the pages: pass pointers, and hand over with move().
 */
typedef struct mp_pages_nr_nw_x {
    mp_region region; /**< the pages, without the type */
} mp_pages_nr_nw_x;

/** The permission of these pages: a set of `mp_access` bits. */
#define MP_PAGES_NR_NW_X_ACCESS (MP_ACCESS_EXEC)

/** Pages to be written by a device or through the unsafe door, but not read.
 *
 *  Lives where its owner puts it; all zero (`MP_INIT`) is an empty handle. Copies of it do not own
 *  the pages: pass pointers, and hand over with move().
 */
typedef struct mp_pages_nr_w_nx {
    mp_region region; /**< the pages, without the type */
} mp_pages_nr_w_nx;

/** The permission of these pages: a set of `mp_access` bits. */
#define MP_PAGES_NR_W_NX_ACCESS (MP_ACCESS_WRITE)

/** Pages that nobody may touch. They keep their content for later.
 *
 *  Lives where its owner puts it; all zero (`MP_INIT`) is an empty handle. Copies of it do not own
 *  the pages: pass pointers, and hand over with move().
 */
typedef struct mp_pages_nr_nw_nx {
    mp_region region; /**< the pages, without the type */
} mp_pages_nr_nw_nx;

/** The permission of these pages: a set of `mp_access` bits. */
#define MP_PAGES_NR_NW_NX_ACCESS (MP_ACCESS_NONE)

#endif
