#include "memory_pages/mp_vec_raw.h"

#include "mp_compiler.h"
#include "mp_error.h"
#include "mp_region_internal.h"
#include "mp_ticket.h"
#include "mp_watch.h"

/* A vector lives in one of two tiers.
 *
 * Small: one mapping, accessible throughout, as large as the capacity. It grows by doubling, in
 * place or by moving pages, up to half of a step.
 *
 * Large: a reservation, much larger than the content, so that growing does not move it. Huge pages
 * are advised over all of it, and it becomes accessible in steps of a huge page: smaller ones would
 * keep huge pages from forming, larger ones would promise memory that nobody asked for. */

static const mp_vec_raw empty_vec = MP_INIT;

static const size_t DEFAULT_RESERVATION =
    sizeof(size_t) > 4 ? (size_t)1 << 18 << 18 : (size_t)1 << 30;

/* What the large tier is made accessible by. Some systems have huge pages of 512 MiB, which are no
 * step to grow by. */
static size_t step(void) {
    const size_t usual = (size_t)2 << 20;
    const size_t largest = (size_t)32 << 20;
    const size_t huge = mp_os_huge_page_size();
    return huge != 0 && huge <= largest ? huge : usual;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static unsigned char *at(const mp_vec_raw *vec, size_t index, const mp_element *element) {
    return vec->region.data + index * element->size;
}

/* Elements that lie within the first `bytes`, be it in part. */
static size_t reached(size_t bytes, const mp_element *element) {
    return bytes / element->size + (bytes % element->size != 0);
}

/* Elements for which the processor would not fault. */
static size_t accessible(const mp_vec_raw *vec, const mp_element *element) {
    return smaller(vec->region.len / element->size, vec->capacity);
}

static mp_status check_owned(const mp_vec_raw *vec, const char *operation) {
    const mp_status status = mp_ticket_check(&vec->region.ticket);
    return status == MP_OK ? MP_OK : mp_fail(status, operation);
}

/* ---- What checkers know ---------------------------------------------------------------------- */

/* What a stale copy says of itself is no news about memory that is another's. */
static bool is_watched(const mp_vec_raw *vec) {
    return mp_watch_is_on() && mp_ticket_is_current(&vec->region.ticket);
}

/* Brings `limit` in line after a change: under a checker it is how many elements may be touched. */
static void settle(mp_vec_raw *vec, size_t touchable, const mp_element *element) {
    if (!is_watched(vec)) {
        vec->limit = accessible(vec, element);
        return;
    }
    if (touchable > vec->limit)
        mp_watch_allow(at(vec, vec->limit, element), (touchable - vec->limit) * element->size);
    else if (touchable < vec->limit)
        mp_watch_forbid(at(vec, touchable, element), (vec->limit - touchable) * element->size);
    vec->limit = touchable;
}

/* Before the mapping changes, and after: what was forbidden must not stick to the addresses. */
static void stop_watching(const mp_vec_raw *vec) {
    if (is_watched(vec) && vec->region.len != 0)
        mp_watch_allow(vec->region.data, vec->region.len);
}

static void watch_again(const mp_vec_raw *vec, const mp_element *element) {
    if (!is_watched(vec)) return;
    const size_t touchable = vec->limit * element->size;
    if (vec->region.len > touchable)
        mp_watch_forbid(vec->region.data + touchable, vec->region.len - touchable);
}

/* ---- Address space --------------------------------------------------------------------------- */

/* Processors of AMD find the line in a cache by a hash of bits 12 to 27 of its address (M. Lipp et
 * al., "Take A Way", 2020). While arrays that have these in common are read together, each line
 * found hides another's, and it takes twice as long. Neighbours would be such arrays, so large
 * reservations are some steps larger than a round number. */
static size_t staggered(size_t reservation) {
    const size_t more = 5 * step();
    return reservation / 64 >= more && reservation <= SIZE_MAX - more ? reservation + more
                                                                      : reservation;
}

/* A reservation that the system refuses may be granted at half the size. What was tried on the way
 * is no failure of the caller's. An empty region is created, any other moves. `*used` as in
 * mp_region_reserve(). */
static mp_status place(mp_region *region, size_t content, size_t len, size_t needed,
                       size_t preferred, const mp_options *options, size_t *used) {
    const mp_error before = mp_last_error();
    const bool huge = options->huge_pages != MP_HUGE_PAGES_NEVER;
    const bool is_new = region->ticket.slot == NULL;
    size_t reserved = larger(staggered(preferred), needed);
    for (;;) {
        const mp_status status = is_new
                                     ? mp_region_reserve(len, reserved, huge, options, region, used)
                                     : mp_region_relocate(region, content, len, reserved, huge);
        if (status == MP_OK) mp_error_restore(before);
        if (status != MP_ERR_OUT_OF_MEMORY && status != MP_ERR_TOO_MANY_MAPPINGS) return status;
        if (reserved == needed) return status;
        reserved = larger(staggered(mp_round_down(reserved / 2, step())), needed);
    }
}

static size_t preferred_reservation(const mp_options *options) {
    size_t bytes;
    return options->reservation != 0 && mp_round_up(options->reservation, step(), &bytes)
               ? bytes
               : DEFAULT_RESERVATION;
}

/* From half a huge page on, one huge page costs less than the small ones, and at most doubles the
 * memory. (Measured: a fault of 2 MiB takes as long as 50 to 130 of 4 KiB, and saves 512.) */
static bool fits_small_tier(size_t bytes, const mp_options *options) {
    return bytes <= step() / 2 && options->reservation == 0 &&
           options->huge_pages != MP_HUGE_PAGES_ALWAYS;
}

/* Whether the vector is one mapping that is accessible throughout. */
static bool is_in_small_tier(const mp_vec_raw *vec, const mp_options *options) {
    return mp_region_room(&vec->region) == vec->region.len &&
           fits_small_tier(vec->region.len, options);
}

/* Gives the vector a capacity of at least `elements`, which is more than now. If it has to move,
 * the first `touched` of them become accessible along with that: a refusal must find it where it
 * was. */
static mp_status grow_to(mp_vec_raw *vec, size_t elements, size_t touched,
                         const mp_element *element) {
    size_t bytes, whole_pages, whole_steps, touched_steps = 0;
    if (!mp_checked_mul(elements, element->size, &bytes) ||
        !mp_round_up(bytes, mp_os_page_size(), &whole_pages) ||
        !mp_round_up(bytes, step(), &whole_steps))
        return mp_fail(MP_ERR_OVERFLOW, "grow");
    (void)mp_round_up(touched * element->size, step(), &touched_steps); /* no more than the above */

    const size_t room = mp_region_room(&vec->region);
    if (whole_pages > room) {
        mp_options options;
        mp_region_options(&vec->region, &options);
        stop_watching(vec);
        mp_status status;
        if (fits_small_tier(bytes, &options)) {
            status = mp_region_resize(&vec->region, whole_pages);
        } else {
            const size_t preferred =
                larger(preferred_reservation(&options), room <= SIZE_MAX / 2 ? 2 * room : room);
            const size_t content = is_in_small_tier(vec, &options) ? vec->len * element->size : 0;
            status = place(&vec->region, content, larger(vec->region.len, touched_steps),
                           whole_steps, preferred, &options, NULL);
        }
        watch_again(vec, element);
        MP_TRY(status);
    }
    vec->capacity = whole_pages / element->size;
    return MP_OK;
}

/* Makes room for `elements` in all; more than that, if growing in bounds is to stay cheap.
 * `touched` as in grow_to(). */
static mp_status ensure_capacity(mp_vec_raw *vec, size_t elements, size_t touched, bool exact,
                                 const mp_element *element) {
    MP_TRY(check_owned(vec, "grow"));
    if (elements <= vec->capacity) return MP_OK;
    const mp_error before = mp_last_error();
    size_t doubled = vec->capacity <= SIZE_MAX / 2 ? 2 * vec->capacity : elements;
    /* What is reserved is used up before anything moves. */
    const size_t reserved = mp_vec_raw_reservation(vec, element);
    if (elements <= reserved) doubled = smaller(doubled, reserved);
    if (!exact && doubled > elements && grow_to(vec, doubled, touched, element) == MP_OK)
        return MP_OK;
    MP_TRY(grow_to(vec, elements, touched, element));
    mp_error_restore(before);
    return MP_OK;
}

/* Makes the first `elements`, which are within the capacity, accessible. */
static mp_status ensure_accessible(mp_vec_raw *vec, size_t elements, const mp_element *element) {
    const size_t bytes = elements * element->size;
    const size_t before = vec->region.len;
    if (bytes <= before) return MP_OK;
    size_t len = bytes;
    (void)mp_round_up(bytes, step(), &len); /* fits: who set the capacity has tried */
    const size_t room = mp_region_room(&vec->region);
    MP_TRY(mp_region_commit(&vec->region, larger(smaller(len, room), bytes)));
    if (mp_watch_is_on())
        mp_watch_forbid(vec->region.data + before, vec->region.len - before);
    return MP_OK;
}

/* Makes room for `n` more elements, which may be written then. */
static mp_status make_room(mp_vec_raw *vec, size_t n, const mp_element *element) {
    size_t elements;
    if (!mp_checked_add(vec->len, n, &elements)) return mp_fail(MP_ERR_OVERFLOW, "grow");
    const size_t capacity = vec->capacity;
    MP_TRY(ensure_capacity(vec, elements, elements, false, element));
    const mp_status status = ensure_accessible(vec, elements, element);
    if (status == MP_OK)
        settle(vec, elements, element);
    else
        vec->capacity = capacity;
    return status;
}

/* ---- Life ------------------------------------------------------------------------------------ */

mp_status mp_vec_raw_create(size_t capacity, const mp_options *options, const mp_element *element,
                            mp_vec_raw *out) {
    *out = empty_vec;
    const mp_options defaults = MP_INIT;
    if (options == NULL) options = &defaults;
    size_t bytes, whole_pages, whole_steps;
    if (!mp_checked_mul(capacity, element->size, &bytes) ||
        !mp_round_up(larger(bytes, 1), mp_os_page_size(), &whole_pages) ||
        !mp_round_up(larger(bytes, 1), step(), &whole_steps))
        return mp_fail(MP_ERR_OVERFLOW, "create");

    size_t used = 0;
    if (fits_small_tier(bytes, options)) {
        MP_TRY(mp_region_reserve(whole_pages, whole_pages, false, options, &out->region, &used));
    } else {
        const bool resident = options->prefault || options->locked;
        MP_TRY(place(&out->region, 0, resident ? whole_steps : 0, whole_steps,
                     preferred_reservation(options), options, &used));
    }
    out->capacity = whole_pages / element->size;
    out->high_water = reached(used, element);
    settle(out, 0, element);
    watch_again(out, element);
    return MP_OK;
}

static void drop_range(mp_vec_raw *vec, size_t first, size_t n, const mp_element *element) {
    if (element->drop == NULL) return;
    for (size_t i = first; i < first + n; i++) element->drop(at(vec, i, element));
}

void mp_vec_raw_destroy(mp_vec_raw *vec, const mp_element *element, bool frozen) {
    mp_vec_raw old = *vec;
    *vec = empty_vec;
    /* The elements of a stale copy are another's. */
    if (mp_ticket_check(&old.region.ticket) != MP_OK) return;
    if (!frozen)
        drop_range(&old, 0, old.len, element);
    else if (element->drop_frozen != NULL)
        for (size_t i = 0; i < old.len; i++) element->drop_frozen(at(&old, i, element));
    stop_watching(&old);
    mp_region_destroy(&old.region);
}

/* ---- Room ------------------------------------------------------------------------------------ */

size_t mp_vec_raw_reservation(const mp_vec_raw *vec, const mp_element *element) {
    return mp_region_room(&vec->region) / element->size;
}

mp_status mp_vec_raw_extend(mp_vec_raw *vec, const mp_element *element) {
    return make_room(vec, 1, element);
}

mp_status mp_vec_raw_extend_within_capacity(mp_vec_raw *vec, const mp_element *element) {
    if (vec->region.ticket.slot == NULL) return mp_fail(MP_ERR_EMPTY, "push_within_capacity");
    if (vec->len >= vec->capacity) return mp_fail(MP_ERR_FULL, "push_within_capacity");
    return make_room(vec, 1, element);
}

mp_status mp_vec_raw_reserve(mp_vec_raw *vec, size_t additional, bool exact,
                             const mp_element *element) {
    size_t elements;
    if (!mp_checked_add(vec->len, additional, &elements))
        return mp_fail(MP_ERR_OVERFLOW, "reserve");
    MP_TRY(ensure_capacity(vec, elements, vec->len, exact, element));
    settle(vec, vec->len, element);
    return MP_OK;
}

static void set_len(mp_vec_raw *vec, size_t len, const mp_element *element) {
    /* What lies behind it is no longer fresh. */
    if (len < vec->len) vec->high_water = larger(vec->high_water, vec->len);
    vec->len = len;
    settle(vec, len, element);
}

mp_status mp_vec_raw_shrink_to_fit(mp_vec_raw *vec, const mp_element *element) {
    MP_TRY(check_owned(vec, "shrink_to_fit"));
    const size_t page = mp_os_page_size();
    const size_t bytes = vec->len * element->size; /* fits: they exist */
    size_t whole_pages = 0, whole_steps = 0;
    (void)mp_round_up(larger(bytes, 1), page, &whole_pages);
    (void)mp_round_up(bytes, step(), &whole_steps);

    mp_options options;
    mp_region_options(&vec->region, &options);
    const bool small = is_in_small_tier(vec, &options);
    const size_t kept = smaller(small ? whole_pages : whole_steps, vec->region.len);
    if (kept < vec->region.len) {
        stop_watching(vec);
        const mp_status status = small ? mp_region_resize(&vec->region, kept)
                                       : mp_region_uncommit(&vec->region, kept);
        watch_again(vec, element);
        MP_TRY(status);
    }
    vec->high_water = smaller(vec->high_water, reached(kept, element));
    vec->capacity = whole_pages / element->size;
    settle(vec, vec->len, element);
    return MP_OK;
}

mp_status mp_vec_raw_spare(mp_vec_raw *vec, size_t min, void **out, size_t *room,
                           const mp_element *element) {
    MP_TRY(make_room(vec, min, element));
    const size_t end = accessible(vec, element);
    settle(vec, end, element);
    /* The caller may write to all of it and then take less in. */
    vec->high_water = larger(vec->high_water, end);
    *out = at(vec, vec->len, element);
    *room = end - vec->len;
    return MP_OK;
}

mp_status mp_vec_raw_advance(mp_vec_raw *vec, size_t n, const mp_element *element) {
    if (vec->region.ticket.slot == NULL) return mp_fail(MP_ERR_EMPTY, "advance");
    if (n > accessible(vec, element) - vec->len) return mp_fail(MP_ERR_OUT_OF_RANGE, "advance");
    set_len(vec, vec->len + n, element);
    return MP_OK;
}

/* ---- Writers --------------------------------------------------------------------------------- */

static size_t elements_before(const mp_vec_raw *vec, const void *end, const mp_element *element) {
    return (size_t)((const unsigned char *)end - vec->region.data) / element->size;
}

/* Takes in what was written. The high-water mark is the one before the room was given out, from
 * when on all of the room counts as written, in case that the writer is never finished. */
static void take_in(mp_vec_raw *vec, const void *written_to, size_t high_water,
                    const mp_element *element) {
    vec->high_water = larger(high_water, vec->len);
    vec->len = elements_before(vec, written_to, element);
}

mp_room mp_vec_raw_writer_room(mp_vec_raw *vec, void *written_to, size_t high_water,
                               const mp_element *element) {
    const mp_room none = {NULL, NULL, 0};
    if (written_to != NULL) take_in(vec, written_to, high_water, element);
    if (make_room(vec, 1, element) != MP_OK) return none;
    const size_t end = accessible(vec, element);
    settle(vec, end, element);
    const mp_room room = {at(vec, vec->len, element), at(vec, end, element), vec->high_water};
    vec->high_water = larger(vec->high_water, end);
    return room;
}

void mp_vec_raw_writer_finish(mp_vec_raw *vec, void *written_to, size_t high_water,
                              const mp_element *element) {
    if (written_to == NULL) return;
    take_in(vec, written_to, high_water, element);
    settle(vec, vec->len, element);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

/* Copies `n` elements; on failure there are none at `to`. */
static mp_status copy_range(unsigned char *to, const unsigned char *from, size_t n,
                            const mp_element *element) {
    if (element->copy == NULL) {
        memcpy(to, from, n * element->size);
        return MP_OK;
    }
    for (size_t i = 0; i < n; i++) {
        const mp_status status = element->copy(to + i * element->size, from + i * element->size);
        if (status == MP_OK) continue;
        while (i-- > 0)
            if (element->drop != NULL) element->drop(to + i * element->size);
        return mp_fail(status, "copy");
    }
    return MP_OK;
}

static mp_status insert(mp_vec_raw *vec, size_t index, const unsigned char *array, size_t n,
                        const mp_element *element) {
    if (index > vec->len) return mp_fail(MP_ERR_OUT_OF_RANGE, "insert");
    if (n == 0) return check_owned(vec, "insert");
    if (array == NULL) return mp_fail(MP_ERR_INVALID, "insert");

    /* An array within the vector moves along with it, and what lies behind the gap moves once more.
     */
    const uintptr_t offset = (uintptr_t)array - (uintptr_t)vec->region.data;
    const bool own = offset < vec->region.len;
    if (own && (offset % element->size != 0 ||
                !mp_range_is_inside(offset / element->size, n, vec->len)))
        return mp_fail(MP_ERR_INVALID, "insert"); /* the room behind the last is no element yet */
    MP_TRY(make_room(vec, n, element));
    if (own) array = vec->region.data + offset;

    unsigned char *gap = at(vec, index, element);
    unsigned char *behind = at(vec, index + n, element);
    const size_t tail = (vec->len - index) * element->size;
    memmove(behind, gap, tail);

    size_t first = n; /* elements of the array that the gap has not moved */
    if (own && array + n * element->size > gap)
        first = array < gap ? (size_t)(gap - array) / element->size : 0;
    mp_status status = copy_range(gap, array, first, element);
    if (status == MP_OK && first < n) {
        status = copy_range(gap + first * element->size, array + (first + n) * element->size,
                            n - first, element);
        if (status != MP_OK) drop_range(vec, index, first, element);
    }
    if (status != MP_OK) {
        memmove(gap, behind, tail);
        vec->high_water = larger(vec->high_water, vec->len + n);
        settle(vec, vec->len, element);
        return status;
    }
    vec->len += n;
    return MP_OK;
}

mp_status mp_vec_raw_insert_n(mp_vec_raw *vec, size_t index, const void *array, size_t n,
                              const mp_element *element) {
    return insert(vec, index, (const unsigned char *)array, n, element);
}

mp_status mp_vec_raw_insert(mp_vec_raw *vec, size_t index, const void *value,
                            const mp_element *element) {
    const mp_element taken_over = {element->size, NULL, NULL, NULL};
    return insert(vec, index, (const unsigned char *)value, 1, &taken_over);
}

mp_status mp_vec_raw_resize(mp_vec_raw *vec, size_t len, const void *value,
                            const mp_element *element) {
    if (len <= vec->len) {
        MP_TRY(check_owned(vec, "resize"));
        mp_vec_raw_truncate(vec, len, element);
        return MP_OK;
    }
    const size_t first = vec->len;
    MP_TRY(make_room(vec, len - first, element));
    for (size_t i = first; i < len; i++) {
        const mp_status status =
            copy_range(at(vec, i, element), (const unsigned char *)value, 1, element);
        if (status == MP_OK) continue;
        drop_range(vec, first, i - first, element);
        vec->high_water = larger(vec->high_water, i + 1);
        settle(vec, first, element);
        return status;
    }
    vec->len = len;
    return MP_OK;
}

mp_status mp_vec_raw_append_zeroed(mp_vec_raw *vec, size_t n, const mp_element *element) {
    const size_t first = vec->len;
    MP_TRY(make_room(vec, n, element));
    const size_t written = smaller(vec->high_water, first + n);
    if (written > first) memset(at(vec, first, element), 0, (written - first) * element->size);
    vec->len = first + n;
    return MP_OK;
}

mp_status mp_vec_raw_write(mp_vec_raw *vec, size_t first, const void *array, size_t n,
                           const mp_element *element) {
    if (!mp_range_is_inside(first, n, vec->len)) return mp_fail(MP_ERR_OUT_OF_RANGE, "write");
    MP_TRY(check_owned(vec, "write"));
    if (n == 0) return MP_OK;
    if (array == NULL) return mp_fail(MP_ERR_INVALID, "write");
    const uintptr_t offset = (uintptr_t)array - (uintptr_t)vec->region.data;
    if (element->drop != NULL && offset < vec->len * element->size)
        return mp_fail(MP_ERR_INVALID, "write"); /* each would have two owners */
    drop_range(vec, first, n, element);
    memmove(at(vec, first, element), array, n * element->size);
    return MP_OK;
}

/* ---- Taking away ----------------------------------------------------------------------------- */

void mp_vec_raw_settle_pop(mp_vec_raw *vec, const mp_element *element) {
    set_len(vec, vec->len - 1, element);
}

static void take_out(mp_vec_raw *vec, size_t index, void *out, const mp_element *element) {
    if (out != NULL)
        memcpy(out, at(vec, index, element), element->size);
    else
        drop_range(vec, index, 1, element);
}

static void close_gap(mp_vec_raw *vec, size_t first, size_t n, const mp_element *element) {
    const size_t behind = vec->len - first - n;
    if (behind != 0)
        memmove(at(vec, first, element), at(vec, first + n, element), behind * element->size);
    set_len(vec, vec->len - n, element);
}

mp_status mp_vec_raw_remove(mp_vec_raw *vec, size_t index, void *out, const mp_element *element) {
    if (index >= vec->len) return mp_fail(MP_ERR_OUT_OF_RANGE, "remove");
    MP_TRY(check_owned(vec, "remove"));
    take_out(vec, index, out, element);
    close_gap(vec, index, 1, element);
    return MP_OK;
}

mp_status mp_vec_raw_swap_remove(mp_vec_raw *vec, size_t index, void *out,
                                 const mp_element *element) {
    if (index >= vec->len) return mp_fail(MP_ERR_OUT_OF_RANGE, "swap_remove");
    MP_TRY(check_owned(vec, "swap_remove"));
    take_out(vec, index, out, element);
    const size_t last = vec->len - 1;
    if (index != last) memcpy(at(vec, index, element), at(vec, last, element), element->size);
    set_len(vec, last, element);
    return MP_OK;
}

mp_status mp_vec_raw_remove_range(mp_vec_raw *vec, size_t first, size_t n,
                                  const mp_element *element) {
    if (!mp_range_is_inside(first, n, vec->len))
        return mp_fail(MP_ERR_OUT_OF_RANGE, "remove_range");
    MP_TRY(check_owned(vec, "remove_range"));
    if (n == 0) return MP_OK;
    drop_range(vec, first, n, element);
    close_gap(vec, first, n, element);
    return MP_OK;
}

void mp_vec_raw_truncate(mp_vec_raw *vec, size_t len, const mp_element *element) {
    /* The elements of a stale copy are another's, and not its to end. */
    if (len >= vec->len || !mp_ticket_is_current(&vec->region.ticket)) return;
    drop_range(vec, len, vec->len - len, element);
    set_len(vec, len, element);
}

mp_status mp_vec_raw_clear_decommit(mp_vec_raw *vec, const mp_element *element) {
    MP_TRY(check_owned(vec, "clear_decommit"));
    /* Ended elements don't come back; without a destructor, a refusal leaves them where they are.
     */
    if (element->drop != NULL) mp_vec_raw_truncate(vec, 0, element);
    MP_TRY(mp_region_decommit(&vec->region, 0, vec->region.len));
    vec->len = 0;
    vec->high_water = 0;
    settle(vec, 0, element);
    return MP_OK;
}

/* ---- Copying and asking ---------------------------------------------------------------------- */

mp_status mp_vec_raw_get(const mp_vec_raw *vec, size_t index, void *out,
                         const mp_element *element) {
    if (index >= vec->len) return mp_fail(MP_ERR_OUT_OF_RANGE, "get");
    return copy_range((unsigned char *)out, at(vec, index, element), 1, element);
}

mp_status mp_vec_raw_clone(const mp_vec_raw *from, mp_vec_raw *to, const mp_element *element) {
    if (from == to) return mp_fail(MP_ERR_INVALID, "clone");
    *to = empty_vec;
    MP_TRY(check_owned(from, "clone"));
    mp_vec_raw copy;
    MP_TRY(mp_vec_raw_create(from->len, NULL, element, &copy));
    const mp_status status = insert(&copy, 0, from->region.data, from->len, element);
    if (status == MP_OK)
        *to = copy;
    else
        mp_vec_raw_destroy(&copy, element, false);
    return status;
}

mp_status mp_vec_raw_resident_bytes(const mp_vec_raw *vec, size_t *out) {
    return mp_region_resident_bytes(&vec->region, out);
}

mp_status mp_vec_raw_advise_soon(const mp_vec_raw *vec, size_t first, size_t n,
                                 const mp_element *element) {
    MP_TRY(check_owned(vec, "advise_use_soon"));
    if (!mp_range_is_inside(first, n, vec->capacity))
        return mp_fail(MP_ERR_OUT_OF_RANGE, "advise_use_soon");
    /* What is not accessible yet holds nothing that could be fetched. */
    const size_t start = smaller(first * element->size, vec->region.len);
    const size_t end = smaller((first + n) * element->size, vec->region.len);
    return mp_region_advise_soon(&vec->region, start, end - start);
}

mp_status mp_vec_raw_advise(const mp_vec_raw *vec, mp_advice advice) {
    return mp_region_advise(&vec->region, vec->region.len, advice);
}

/* ---- Freezing -------------------------------------------------------------------------------- */

static mp_status hand_over(mp_vec_raw *from, mp_vec_raw *to, unsigned access,
                           const mp_element *element) {
    if (from == to) return mp_fail(MP_ERR_INVALID, "transition");
    mp_region region;
    stop_watching(from);
    const mp_status status = mp_region_transition(&from->region, &region, access);
    if (status != MP_OK) {
        watch_again(from, element);
        *to = empty_vec;
        return status;
    }
    mp_vec_raw_move(from, to);
    to->region = region;
    watch_again(to, element); /* Valgrind takes all that a new permission allows for allowed */
    return MP_OK;
}

mp_status mp_vec_raw_freeze(mp_vec_raw *from, mp_vec_raw *to, const mp_element *element) {
    return hand_over(from, to, MP_ACCESS_READ, element);
}

mp_status mp_vec_raw_thaw(mp_vec_raw *from, mp_vec_raw *to, const mp_element *element) {
    return hand_over(from, to, MP_ACCESS_READ | MP_ACCESS_WRITE, element);
}
