/** @file
 *  Arrays without an element type: the floor under the typed vector headers, which are what
 *  programs use.
 *
 *  Indices and lengths count elements. Every function takes the element's description, which the
 *  typed headers hold as a constant.
 *
 *  Threads and signal handlers: any number at once of what takes the array as `const`, while none
 *  changes it; of the rest one at a time on the array.
 */
#ifndef MEMORY_PAGES_MP_VEC_RAW_H
#define MEMORY_PAGES_MP_VEC_RAW_H

#include "mp_region.h"

MP_EXTERN_C_BEGIN

/** What a vector must know of its elements. */
typedef struct mp_element {
    size_t size;                              /**< bytes, never 0 */
    void (*drop)(void *element);              /**< ends one element in place; NULL: nothing to do */
    void (*drop_frozen)(const void *element); /**< the same through a copy, for read-only memory */
    mp_status (*copy)(void *to,
                      const void *from); /**< makes a second element; NULL: the bytes do */
} mp_element;

/** An array in pages. All zero is an empty handle. */
typedef struct mp_vec_raw {
    mp_region region;  /**< the accessible bytes, from the first element on */
    size_t len;        /**< elements in use */
    size_t limit; /**< elements that a push may store without asking: at most what is accessible;
                            equal to `len` where ASan or Valgrind watches every push */
    size_t capacity;   /**< elements that fit without growth */
    size_t high_water; /**< no element from here on, nor from `len` on if that is more, was ever
                            written: they read as zero */
} mp_vec_raw;

/** Makes an empty array with room for `capacity` elements. `options` may be NULL. */
MP_API MP_MUST_USE mp_status mp_vec_raw_create(size_t capacity, const mp_options *options,
                                               const mp_element *element, mp_vec_raw *out);

/** Drops every element and gives the memory back; empties `vec`. `frozen`: it is read-only. */
MP_API void mp_vec_raw_destroy(mp_vec_raw *vec, const mp_element *element, bool frozen);

/** Empties `from` into `to`, whose former content is not looked at. */
static inline void mp_vec_raw_move(mp_vec_raw *from, mp_vec_raw *to) {
    const mp_vec_raw taken = *from;
    const mp_vec_raw empty = MP_INIT;
    *from = empty;
    *to = taken;
}

/** Elements that fit into the address space held, without moving. */
MP_API size_t mp_vec_raw_reservation(const mp_vec_raw *vec, const mp_element *element);

/** Makes room for one more element when `limit` is reached; grows by doubling. */
MP_API MP_COLD MP_MUST_USE mp_status mp_vec_raw_extend(mp_vec_raw *vec, const mp_element *element);

/** As mp_vec_raw_extend(), but `MP_ERR_FULL` instead of more capacity. */
MP_API MP_COLD MP_MUST_USE mp_status mp_vec_raw_extend_within_capacity(mp_vec_raw *vec,
                                                                       const mp_element *element);

/** Takes the last element off, which exists, after the caller has copied it out: brings `limit` and
 *  what ASan and Valgrind know in line. Called by a pop that finds `len` at `limit`. */
MP_API void mp_vec_raw_settle_pop(mp_vec_raw *vec, const mp_element *element);

/** Makes room for `additional` more elements; exactly that (in whole pages) if `exact`. */
MP_API MP_MUST_USE mp_status mp_vec_raw_reserve(mp_vec_raw *vec, size_t additional, bool exact,
                                                const mp_element *element);

/** Gives everything behind the last element back, in whole pages. */
MP_API MP_MUST_USE mp_status mp_vec_raw_shrink_to_fit(mp_vec_raw *vec, const mp_element *element);

/** Copies `n` elements from `array`, which may be some of the array's own, to before `index`. */
MP_API MP_MUST_USE mp_status mp_vec_raw_insert_n(mp_vec_raw *vec, size_t index, const void *array,
                                                 size_t n, const mp_element *element);

/** As mp_vec_raw_insert_n() with one element that is taken over, not copied. */
MP_API MP_MUST_USE mp_status mp_vec_raw_insert(mp_vec_raw *vec, size_t index, const void *value,
                                               const mp_element *element);

/** Takes the element at `index` out to `out`, or drops it if that is NULL; closes the gap. */
MP_API MP_MUST_USE mp_status mp_vec_raw_remove(mp_vec_raw *vec, size_t index, void *out,
                                               const mp_element *element);

/** As mp_vec_raw_remove(), but the last element fills the gap. */
MP_API MP_MUST_USE mp_status mp_vec_raw_swap_remove(mp_vec_raw *vec, size_t index, void *out,
                                                    const mp_element *element);

/** Drops `n` elements from `first` on; closes the gap. */
MP_API MP_MUST_USE mp_status mp_vec_raw_remove_range(mp_vec_raw *vec, size_t first, size_t n,
                                                     const mp_element *element);

/** Drops every element from `len` on; nothing to do if there is none. */
MP_API void mp_vec_raw_truncate(mp_vec_raw *vec, size_t len, const mp_element *element);

/** Makes `len` elements of it: drops the surplus, or appends copies of `value`. */
MP_API MP_MUST_USE mp_status mp_vec_raw_resize(mp_vec_raw *vec, size_t len, const void *value,
                                               const mp_element *element);

/** Appends `n` elements whose bytes are zero, without touching memory that is zero already. */
MP_API MP_MUST_USE mp_status mp_vec_raw_append_zeroed(mp_vec_raw *vec, size_t n,
                                                      const mp_element *element);

/** Overwrites `n` elements from `first` on with those of `array`, which are taken over; drops the
 *  old ones. */
MP_API MP_MUST_USE mp_status mp_vec_raw_write(mp_vec_raw *vec, size_t first, const void *array,
                                              size_t n, const mp_element *element);

/** Gives out the room behind the last element: at least `min` elements, `*room` in all. */
MP_API MP_MUST_USE mp_status mp_vec_raw_spare(mp_vec_raw *vec, size_t min, void **at, size_t *room,
                                              const mp_element *element);

/** Takes the first `n` elements of the room into the array. */
MP_API MP_MUST_USE mp_status mp_vec_raw_advance(mp_vec_raw *vec, size_t n,
                                                const mp_element *element);

/** Room for elements: from `at` up to `end`. Both NULL where there is none. */
typedef struct mp_room {
    void *at;          /**< where the first element goes */
    void *end;         /**< where the room ends */
    size_t high_water; /**< the array's, for as long as it counts all of the room as written */
} mp_room;

/** Takes what a writer has written into the array, and gives it room for at least one element more.
 *  `written_to` is NULL and `high_water` 0 at the first call, and `high_water` the last room's
 *  after that. Takes and returns plain values, so that a writer can stay in registers. No room is a
 *  failure: mp_last_error() says which, and nothing is lost. */
MP_API MP_MUST_USE mp_room mp_vec_raw_writer_room(mp_vec_raw *vec, void *written_to,
                                                  size_t high_water, const mp_element *element);

/** Takes what a writer has written into the array. The room behind it was not written. */
MP_API void mp_vec_raw_writer_finish(mp_vec_raw *vec, void *written_to, size_t high_water,
                                     const mp_element *element);

/** Drops every element, gives the physical memory back and keeps the capacity. */
MP_API MP_MUST_USE mp_status mp_vec_raw_clear_decommit(mp_vec_raw *vec, const mp_element *element);

/** Copies one element to `out`, which is not looked at. */
MP_API MP_MUST_USE mp_status mp_vec_raw_get(const mp_vec_raw *vec, size_t index, void *out,
                                            const mp_element *element);

/** Makes a second array with copies of all elements. */
MP_API MP_MUST_USE mp_status mp_vec_raw_clone(const mp_vec_raw *from, mp_vec_raw *to,
                                              const mp_element *element);

/** Asks the system how many bytes of the array are in physical memory now. */
MP_API MP_MUST_USE mp_status mp_vec_raw_resident_bytes(const mp_vec_raw *vec, size_t *out);

/** Passes a hint about `n` elements from `first` on, within the capacity, on to the system. */
MP_API MP_MUST_USE mp_status mp_vec_raw_advise_soon(const mp_vec_raw *vec, size_t first, size_t n,
                                                    const mp_element *element);

/** Passes a hint about the whole array, and what it will grow into, on to the system. */
MP_API MP_MUST_USE mp_status mp_vec_raw_advise(const mp_vec_raw *vec, mp_advice advice);

/** Makes the memory read-only; `to`, another handle, then owns it. */
MP_API MP_MUST_USE mp_status mp_vec_raw_freeze(mp_vec_raw *from, mp_vec_raw *to,
                                               const mp_element *element);

/** Makes the memory of a frozen array writable again; `to`, another handle, then owns it. */
MP_API MP_MUST_USE mp_status mp_vec_raw_thaw(mp_vec_raw *from, mp_vec_raw *to,
                                             const mp_element *element);

MP_EXTERN_C_END

#endif
