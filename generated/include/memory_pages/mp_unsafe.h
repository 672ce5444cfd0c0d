/** @file
 *  What the types would refuse: raw pointers, and mappings taken over or handed out.
 *
 *  Nothing includes this header for you. Including it says that this source file keeps by itself what
 *  the types keep elsewhere.
 */
#ifndef MEMORY_PAGES_MP_UNSAFE_H
#define MEMORY_PAGES_MP_UNSAFE_H

#include <memory_pages/mp_pages_types.h>
#include <memory_pages/mp_fn_types.h>

MP_EXTERN_C_BEGIN

/* ---- mp_pages_r_w_nx ---- */

/** Returns the first byte, whatever the permission; NULL when empty.
 *
 *  Accessing what the type denies faults, or worse, works.
 *
 *  @param pages  the pages, or an empty handle
 *  @return       the first byte, whatever the permission; NULL when empty
 */
MP_INLINE void *mp_pages_r_w_nx_unsafe_ptr(const mp_pages_r_w_nx *pages);

/** Takes the mapping out of the handle: from here on it is the caller's to unmap.
 *
 *  Memory with guard pages or more address space than its length can't be taken out.
 *
 *  @param pages  the pages, or an empty handle
 *  @param base   where the first byte goes; untouched on failure
 *  @param bytes  where the size goes; untouched on failure
 *  @retval MP_OK               on success
 *  @retval MP_ERR_EMPTY        the handle is empty
 *  @retval MP_ERR_STALE        the memory was changed, moved or destroyed through a copy of the
 *                              handle
 *  @retval MP_ERR_UNSUPPORTED  the pages were created with guard pages
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_r_w_nx_into_raw_parts(mp_pages_r_w_nx *pages,
                                                               void **base, size_t *bytes);

/** Takes a mapping over; destroy() will unmap it.
 *
 *  The caller promises that it is private, anonymous, the caller's alone, and has the permission
 *  that the type states.
 *
 *  @param base   the first byte; aligned to a page
 *  @param bytes  its size; a multiple of the page size, not 0
 *  @param out    owns them on success, empty on failure; what it held before is not looked at
 *  @retval MP_OK                 on success
 *  @retval MP_ERR_MISALIGNED     `base` or `bytes` is no multiple of the page size
 *  @retval MP_ERR_ZERO_SIZE      `bytes` is 0
 *  @retval MP_ERR_INVALID        `base` is NULL
 *  @retval MP_ERR_OUT_OF_MEMORY  the system has no memory or address space left for it
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_r_w_nx_from_raw_parts(void *base, size_t bytes,
                                                               mp_pages_r_w_nx *out);

#if MP_HAS_BODIES

MP_INLINE void *mp_pages_r_w_nx_unsafe_ptr(const mp_pages_r_w_nx *pages) {
    return pages->region.data;
}

MP_INLINE MP_MUST_USE mp_status mp_pages_r_w_nx_into_raw_parts(mp_pages_r_w_nx *pages,
                                                               void **base, size_t *bytes) {
    return mp_region_into_raw_parts(&pages->region, base, bytes);
}

MP_INLINE MP_MUST_USE mp_status mp_pages_r_w_nx_from_raw_parts(void *base, size_t bytes,
                                                               mp_pages_r_w_nx *out) {
    return mp_region_from_raw_parts(base, bytes, MP_PAGES_R_W_NX_ACCESS, &out->region);
}

#endif

/* ---- mp_pages_r_nw_nx ---- */

/** Returns the first byte, whatever the permission; NULL when empty.
 *
 *  Accessing what the type denies faults, or worse, works.
 *
 *  @param pages  the pages, or an empty handle
 *  @return       the first byte, whatever the permission; NULL when empty
 */
MP_INLINE void *mp_pages_r_nw_nx_unsafe_ptr(const mp_pages_r_nw_nx *pages);

/** Takes the mapping out of the handle: from here on it is the caller's to unmap.
 *
 *  Memory with guard pages or more address space than its length can't be taken out.
 *
 *  @param pages  the pages, or an empty handle
 *  @param base   where the first byte goes; untouched on failure
 *  @param bytes  where the size goes; untouched on failure
 *  @retval MP_OK               on success
 *  @retval MP_ERR_EMPTY        the handle is empty
 *  @retval MP_ERR_STALE        the memory was changed, moved or destroyed through a copy of the
 *                              handle
 *  @retval MP_ERR_UNSUPPORTED  the pages were created with guard pages
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_nx_into_raw_parts(mp_pages_r_nw_nx *pages,
                                                                void **base, size_t *bytes);

/** Takes a mapping over; destroy() will unmap it.
 *
 *  The caller promises that it is private, anonymous, the caller's alone, and has the permission
 *  that the type states.
 *
 *  @param base   the first byte; aligned to a page
 *  @param bytes  its size; a multiple of the page size, not 0
 *  @param out    owns them on success, empty on failure; what it held before is not looked at
 *  @retval MP_OK                 on success
 *  @retval MP_ERR_MISALIGNED     `base` or `bytes` is no multiple of the page size
 *  @retval MP_ERR_ZERO_SIZE      `bytes` is 0
 *  @retval MP_ERR_INVALID        `base` is NULL
 *  @retval MP_ERR_OUT_OF_MEMORY  the system has no memory or address space left for it
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_nx_from_raw_parts(void *base, size_t bytes,
                                                                mp_pages_r_nw_nx *out);

#if MP_HAS_BODIES

MP_INLINE void *mp_pages_r_nw_nx_unsafe_ptr(const mp_pages_r_nw_nx *pages) {
    return pages->region.data;
}

MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_nx_into_raw_parts(mp_pages_r_nw_nx *pages,
                                                                void **base, size_t *bytes) {
    return mp_region_into_raw_parts(&pages->region, base, bytes);
}

MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_nx_from_raw_parts(void *base, size_t bytes,
                                                                mp_pages_r_nw_nx *out) {
    return mp_region_from_raw_parts(base, bytes, MP_PAGES_R_NW_NX_ACCESS, &out->region);
}

#endif

/* ---- mp_pages_r_nw_x ---- */

#if MP_ALLOW_EXEC

/** Returns the first byte, whatever the permission; NULL when empty.
 *
 *  Accessing what the type denies faults, or worse, works.
 *
 *  @param pages  the pages, or an empty handle
 *  @return       the first byte, whatever the permission; NULL when empty
 */
MP_INLINE void *mp_pages_r_nw_x_unsafe_ptr(const mp_pages_r_nw_x *pages);

/** Takes the mapping out of the handle: from here on it is the caller's to unmap.
 *
 *  Memory with guard pages or more address space than its length can't be taken out.
 *
 *  @param pages  the pages, or an empty handle
 *  @param base   where the first byte goes; untouched on failure
 *  @param bytes  where the size goes; untouched on failure
 *  @retval MP_OK               on success
 *  @retval MP_ERR_EMPTY        the handle is empty
 *  @retval MP_ERR_STALE        the memory was changed, moved or destroyed through a copy of the
 *                              handle
 *  @retval MP_ERR_UNSUPPORTED  the pages were created with guard pages
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_x_into_raw_parts(mp_pages_r_nw_x *pages,
                                                               void **base, size_t *bytes);

/** Takes a mapping over; destroy() will unmap it.
 *
 *  The caller promises that it is private, anonymous, the caller's alone, and has the permission
 *  that the type states.
 *
 *  @param base   the first byte; aligned to a page
 *  @param bytes  its size; a multiple of the page size, not 0
 *  @param out    owns them on success, empty on failure; what it held before is not looked at
 *  @retval MP_OK                 on success
 *  @retval MP_ERR_MISALIGNED     `base` or `bytes` is no multiple of the page size
 *  @retval MP_ERR_ZERO_SIZE      `bytes` is 0
 *  @retval MP_ERR_INVALID        `base` is NULL
 *  @retval MP_ERR_OUT_OF_MEMORY  the system has no memory or address space left for it
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_x_from_raw_parts(void *base, size_t bytes,
                                                               mp_pages_r_nw_x *out);

#if MP_HAS_BODIES

MP_INLINE void *mp_pages_r_nw_x_unsafe_ptr(const mp_pages_r_nw_x *pages) {
    return pages->region.data;
}

MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_x_into_raw_parts(mp_pages_r_nw_x *pages,
                                                               void **base, size_t *bytes) {
    return mp_region_into_raw_parts(&pages->region, base, bytes);
}

MP_INLINE MP_MUST_USE mp_status mp_pages_r_nw_x_from_raw_parts(void *base, size_t bytes,
                                                               mp_pages_r_nw_x *out) {
    return mp_region_from_raw_parts(base, bytes, MP_PAGES_R_NW_X_ACCESS, &out->region);
}

#endif

#endif

/* ---- mp_pages_nr_nw_x ---- */

#if MP_ALLOW_EXEC

/** Returns the first byte, whatever the permission; NULL when empty.
 *
 *  Accessing what the type denies faults, or worse, works.
 *
 *  @param pages  the pages, or an empty handle
 *  @return       the first byte, whatever the permission; NULL when empty
 */
MP_INLINE void *mp_pages_nr_nw_x_unsafe_ptr(const mp_pages_nr_nw_x *pages);

/** Takes the mapping out of the handle: from here on it is the caller's to unmap.
 *
 *  Memory with guard pages or more address space than its length can't be taken out.
 *
 *  @param pages  the pages, or an empty handle
 *  @param base   where the first byte goes; untouched on failure
 *  @param bytes  where the size goes; untouched on failure
 *  @retval MP_OK               on success
 *  @retval MP_ERR_EMPTY        the handle is empty
 *  @retval MP_ERR_STALE        the memory was changed, moved or destroyed through a copy of the
 *                              handle
 *  @retval MP_ERR_UNSUPPORTED  the pages were created with guard pages
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_x_into_raw_parts(mp_pages_nr_nw_x *pages,
                                                                void **base, size_t *bytes);

/** Takes a mapping over; destroy() will unmap it.
 *
 *  The caller promises that it is private, anonymous, the caller's alone, and has the permission
 *  that the type states.
 *
 *  @param base   the first byte; aligned to a page
 *  @param bytes  its size; a multiple of the page size, not 0
 *  @param out    owns them on success, empty on failure; what it held before is not looked at
 *  @retval MP_OK                 on success
 *  @retval MP_ERR_MISALIGNED     `base` or `bytes` is no multiple of the page size
 *  @retval MP_ERR_ZERO_SIZE      `bytes` is 0
 *  @retval MP_ERR_INVALID        `base` is NULL
 *  @retval MP_ERR_OUT_OF_MEMORY  the system has no memory or address space left for it
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_x_from_raw_parts(void *base, size_t bytes,
                                                                mp_pages_nr_nw_x *out);

#if MP_HAS_BODIES

MP_INLINE void *mp_pages_nr_nw_x_unsafe_ptr(const mp_pages_nr_nw_x *pages) {
    return pages->region.data;
}

MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_x_into_raw_parts(mp_pages_nr_nw_x *pages,
                                                                void **base, size_t *bytes) {
    return mp_region_into_raw_parts(&pages->region, base, bytes);
}

MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_x_from_raw_parts(void *base, size_t bytes,
                                                                mp_pages_nr_nw_x *out) {
    return mp_region_from_raw_parts(base, bytes, MP_PAGES_NR_NW_X_ACCESS, &out->region);
}

#endif

#endif

/* ---- mp_pages_nr_w_nx ---- */

/** Returns the first byte, whatever the permission; NULL when empty.
 *
 *  Accessing what the type denies faults, or worse, works.
 *
 *  @param pages  the pages, or an empty handle
 *  @return       the first byte, whatever the permission; NULL when empty
 */
MP_INLINE void *mp_pages_nr_w_nx_unsafe_ptr(const mp_pages_nr_w_nx *pages);

/** Takes the mapping out of the handle: from here on it is the caller's to unmap.
 *
 *  Memory with guard pages or more address space than its length can't be taken out.
 *
 *  @param pages  the pages, or an empty handle
 *  @param base   where the first byte goes; untouched on failure
 *  @param bytes  where the size goes; untouched on failure
 *  @retval MP_OK               on success
 *  @retval MP_ERR_EMPTY        the handle is empty
 *  @retval MP_ERR_STALE        the memory was changed, moved or destroyed through a copy of the
 *                              handle
 *  @retval MP_ERR_UNSUPPORTED  the pages were created with guard pages
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_nr_w_nx_into_raw_parts(mp_pages_nr_w_nx *pages,
                                                                void **base, size_t *bytes);

/** Takes a mapping over; destroy() will unmap it.
 *
 *  The caller promises that it is private, anonymous, the caller's alone, and has the permission
 *  that the type states.
 *
 *  @param base   the first byte; aligned to a page
 *  @param bytes  its size; a multiple of the page size, not 0
 *  @param out    owns them on success, empty on failure; what it held before is not looked at
 *  @retval MP_OK                 on success
 *  @retval MP_ERR_MISALIGNED     `base` or `bytes` is no multiple of the page size
 *  @retval MP_ERR_ZERO_SIZE      `bytes` is 0
 *  @retval MP_ERR_INVALID        `base` is NULL
 *  @retval MP_ERR_OUT_OF_MEMORY  the system has no memory or address space left for it
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_nr_w_nx_from_raw_parts(void *base, size_t bytes,
                                                                mp_pages_nr_w_nx *out);

#if MP_HAS_BODIES

MP_INLINE void *mp_pages_nr_w_nx_unsafe_ptr(const mp_pages_nr_w_nx *pages) {
    return pages->region.data;
}

MP_INLINE MP_MUST_USE mp_status mp_pages_nr_w_nx_into_raw_parts(mp_pages_nr_w_nx *pages,
                                                                void **base, size_t *bytes) {
    return mp_region_into_raw_parts(&pages->region, base, bytes);
}

MP_INLINE MP_MUST_USE mp_status mp_pages_nr_w_nx_from_raw_parts(void *base, size_t bytes,
                                                                mp_pages_nr_w_nx *out) {
    return mp_region_from_raw_parts(base, bytes, MP_PAGES_NR_W_NX_ACCESS, &out->region);
}

#endif

/* ---- mp_pages_nr_nw_nx ---- */

/** Returns the first byte, whatever the permission; NULL when empty.
 *
 *  Accessing what the type denies faults, or worse, works.
 *
 *  @param pages  the pages, or an empty handle
 *  @return       the first byte, whatever the permission; NULL when empty
 */
MP_INLINE void *mp_pages_nr_nw_nx_unsafe_ptr(const mp_pages_nr_nw_nx *pages);

/** Takes the mapping out of the handle: from here on it is the caller's to unmap.
 *
 *  Memory with guard pages or more address space than its length can't be taken out.
 *
 *  @param pages  the pages, or an empty handle
 *  @param base   where the first byte goes; untouched on failure
 *  @param bytes  where the size goes; untouched on failure
 *  @retval MP_OK               on success
 *  @retval MP_ERR_EMPTY        the handle is empty
 *  @retval MP_ERR_STALE        the memory was changed, moved or destroyed through a copy of the
 *                              handle
 *  @retval MP_ERR_UNSUPPORTED  the pages were created with guard pages
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_nx_into_raw_parts(mp_pages_nr_nw_nx *pages,
                                                                 void **base, size_t *bytes);

/** Takes a mapping over; destroy() will unmap it.
 *
 *  The caller promises that it is private, anonymous, the caller's alone, and has the permission
 *  that the type states.
 *
 *  @param base   the first byte; aligned to a page
 *  @param bytes  its size; a multiple of the page size, not 0
 *  @param out    owns them on success, empty on failure; what it held before is not looked at
 *  @retval MP_OK                 on success
 *  @retval MP_ERR_MISALIGNED     `base` or `bytes` is no multiple of the page size
 *  @retval MP_ERR_ZERO_SIZE      `bytes` is 0
 *  @retval MP_ERR_INVALID        `base` is NULL
 *  @retval MP_ERR_OUT_OF_MEMORY  the system has no memory or address space left for it
 */
MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_nx_from_raw_parts(void *base, size_t bytes,
                                                                 mp_pages_nr_nw_nx *out);

#if MP_HAS_BODIES

MP_INLINE void *mp_pages_nr_nw_nx_unsafe_ptr(const mp_pages_nr_nw_nx *pages) {
    return pages->region.data;
}

MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_nx_into_raw_parts(mp_pages_nr_nw_nx *pages,
                                                                 void **base, size_t *bytes) {
    return mp_region_into_raw_parts(&pages->region, base, bytes);
}

MP_INLINE MP_MUST_USE mp_status mp_pages_nr_nw_nx_from_raw_parts(void *base, size_t bytes,
                                                                 mp_pages_nr_nw_nx *out) {
    return mp_region_from_raw_parts(base, bytes, MP_PAGES_NR_NW_NX_ACCESS, &out->region);
}

#endif

/* ---- mp_fn_void ---- */

#if MP_ALLOW_EXEC

/** Returns the code as a plain function pointer; NULL if the reference is stale.
 *
 *  Nothing ends the pointer when the pages change.
 *
 *  @param fn  the reference; a zeroed one is stale
 *  @return    the code as a plain function pointer; NULL if the reference is stale
 */
MP_INLINE mp_fn_void_signature *mp_fn_void_ptr(const mp_fn_void *fn);

#if MP_HAS_BODIES

MP_INLINE mp_fn_void_signature *mp_fn_void_ptr(const mp_fn_void *fn) {
    if (!mp_ticket_is_current(&fn->code.ticket)) return NULL;
    return (mp_fn_void_signature *)fn->code.entry;
}

#endif

#endif

/* ---- mp_fn_binary_i32 ---- */

#if MP_ALLOW_EXEC

/** Returns the code as a plain function pointer; NULL if the reference is stale.
 *
 *  Nothing ends the pointer when the pages change.
 *
 *  @param fn  the reference; a zeroed one is stale
 *  @return    the code as a plain function pointer; NULL if the reference is stale
 */
MP_INLINE mp_fn_binary_i32_signature *mp_fn_binary_i32_ptr(const mp_fn_binary_i32 *fn);

#if MP_HAS_BODIES

MP_INLINE mp_fn_binary_i32_signature *mp_fn_binary_i32_ptr(const mp_fn_binary_i32 *fn) {
    if (!mp_ticket_is_current(&fn->code.ticket)) return NULL;
    return (mp_fn_binary_i32_signature *)fn->code.entry;
}

#endif

#endif

/* ---- mp_fn_unary_u64 ---- */

#if MP_ALLOW_EXEC

/** Returns the code as a plain function pointer; NULL if the reference is stale.
 *
 *  Nothing ends the pointer when the pages change.
 *
 *  @param fn  the reference; a zeroed one is stale
 *  @return    the code as a plain function pointer; NULL if the reference is stale
 */
MP_INLINE mp_fn_unary_u64_signature *mp_fn_unary_u64_ptr(const mp_fn_unary_u64 *fn);

#if MP_HAS_BODIES

MP_INLINE mp_fn_unary_u64_signature *mp_fn_unary_u64_ptr(const mp_fn_unary_u64 *fn) {
    if (!mp_ticket_is_current(&fn->code.ticket)) return NULL;
    return (mp_fn_unary_u64_signature *)fn->code.entry;
}

#endif

#endif

/* ---- mp_fn_binary_u64 ---- */

#if MP_ALLOW_EXEC

/** Returns the code as a plain function pointer; NULL if the reference is stale.
 *
 *  Nothing ends the pointer when the pages change.
 *
 *  @param fn  the reference; a zeroed one is stale
 *  @return    the code as a plain function pointer; NULL if the reference is stale
 */
MP_INLINE mp_fn_binary_u64_signature *mp_fn_binary_u64_ptr(const mp_fn_binary_u64 *fn);

#if MP_HAS_BODIES

MP_INLINE mp_fn_binary_u64_signature *mp_fn_binary_u64_ptr(const mp_fn_binary_u64 *fn) {
    if (!mp_ticket_is_current(&fn->code.ticket)) return NULL;
    return (mp_fn_binary_u64_signature *)fn->code.entry;
}

#endif

#endif

/* ---- mp_fn_unary_f64 ---- */

#if MP_ALLOW_EXEC

/** Returns the code as a plain function pointer; NULL if the reference is stale.
 *
 *  Nothing ends the pointer when the pages change.
 *
 *  @param fn  the reference; a zeroed one is stale
 *  @return    the code as a plain function pointer; NULL if the reference is stale
 */
MP_INLINE mp_fn_unary_f64_signature *mp_fn_unary_f64_ptr(const mp_fn_unary_f64 *fn);

#if MP_HAS_BODIES

MP_INLINE mp_fn_unary_f64_signature *mp_fn_unary_f64_ptr(const mp_fn_unary_f64 *fn) {
    if (!mp_ticket_is_current(&fn->code.ticket)) return NULL;
    return (mp_fn_unary_f64_signature *)fn->code.entry;
}

#endif

#endif

MP_EXTERN_C_END

#endif
