/* What vectors do to their elements (src/mp_vec_raw.c), on a machine so small that every step of
 * growth happens within a few of them. Elements are watched at one byte, which may be any. */
#include "model/vectors.h"

#include "mp_compiler.h"
#include "mp_ticket.h"

/* Bytes of address space; where a vector grows, fewer will do. */
enum { MOST = 32, FEW = 16, STRANGERS = 2 };

static mp_vec_raw vec, before;
static size_t byte;        /* of the elements that there were */
static unsigned char held; /* by it */

static unsigned char at(size_t offset) { return vec.region.data[offset]; }

static void start(size_t most) {
    tiny_machine();
    vec = any_vector(most);
    GIVEN(vec.high_water <= vec.region.len);
    before = vec;
    byte = any_size();
    GIVEN(vec.len == 0 || byte < vec.len * element.size);
    held = vec.len != 0 ? at(byte) : 0;
}

static bool is_before(size_t index) { return byte < index * element.size; }

/* The byte is now so many elements further back, if there was one. */
static void claim_held(ptrdiff_t elements) {
    if (before.len == 0) return;
    const size_t offset = (size_t)((ptrdiff_t)byte + elements * (ptrdiff_t)element.size);
    CLAIM(offset < vec.len * element.size);
    CLAIM(at(offset) == held);
}

static void claim_same_elements(void) {
    CLAIM(vec.len == before.len);
    claim_held(0);
}

/* Elements from elsewhere: an object of just as many bytes. */
static unsigned char *any_strangers(size_t n) {
    static unsigned char strangers[STRANGERS * ELEMENT_SIZE];
    for (size_t i = 0; i < sizeof strangers; i++) strangers[i] = any_byte();
    return strangers + (STRANGERS - n) * ELEMENT_SIZE;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void write_over(void) {
    start(MOST);
    const size_t first = any_size(), n = any_size_in(0, STRANGERS);
    const unsigned char *strangers = any_strangers(n);
    const mp_status status = mp_vec_raw_write(&vec, first, strangers, n, &element);
    CLAIM(is_unchanged(&vec, &before) && is_vector(&vec));
    CLAIM((status == MP_OK) == mp_range_is_inside(first, n, vec.len));
    if (status != MP_OK || is_before(first) || !is_before(first + n)) {
        claim_held(0);
    } else {
        CLAIM(at(byte) == strangers[byte - first * element.size]);
    }
}

void write_over_itself(void) {
    start(MOST);
    GIVEN(vec.len != 0);
    const size_t from = any_size_in(0, vec.len - 1), n = any_size_in(1, vec.len - from);
    const size_t to = any_size_in(0, vec.len - n);
    const bool chosen = !is_before(from) && is_before(from + n);
    CLAIM(mp_vec_raw_write(&vec, to, vec.region.data + from * element.size, n, &element) == MP_OK);
    CLAIM(is_vector(&vec));
    if (chosen) CLAIM(at(to * element.size + byte - from * element.size) == held);
    if (is_before(to) || !is_before(to + n)) claim_held(0);
}

/* ---- Taking away ----------------------------------------------------------------------------- */

void remove_one(void) {
    start(MOST);
    const size_t index = any_size();
    unsigned char out[ELEMENT_SIZE];
    const mp_status status = mp_vec_raw_remove(&vec, index, any_bool() ? out : NULL, &element);
    CLAIM(is_vector(&vec));
    CLAIM((status == MP_OK) == (index < before.len));
    if (status != MP_OK) {
        claim_same_elements();
        return;
    }
    CLAIM(vec.len == before.len - 1);
    if (is_before(index))
        claim_held(0);
    else if (!is_before(index + 1))
        claim_held(-1);
}

void remove_hands_out(void) {
    start(MOST);
    GIVEN(vec.len != 0);
    const size_t index = byte / element.size;
    unsigned char out[ELEMENT_SIZE];
    const bool swap = any_bool();
    CLAIM((swap ? mp_vec_raw_swap_remove(&vec, index, out, &element)
                : mp_vec_raw_remove(&vec, index, out, &element)) == MP_OK);
    CLAIM(out[byte % element.size] == held);
}

void swap_remove(void) {
    start(MOST);
    const size_t index = any_size();
    const mp_status status = mp_vec_raw_swap_remove(&vec, index, NULL, &element);
    CLAIM(is_vector(&vec));
    CLAIM((status == MP_OK) == (index < before.len));
    if (status != MP_OK) {
        claim_same_elements();
        return;
    }
    CLAIM(vec.len == before.len - 1);
    if (is_before(index) || (!is_before(index + 1) && is_before(before.len - 1)))
        claim_held(0);
    else if (!is_before(before.len - 1) && index != before.len - 1)
        claim_held((ptrdiff_t)index - (ptrdiff_t)(before.len - 1));
}

void remove_range(void) {
    start(MOST);
    const size_t first = any_size(), n = any_size();
    const mp_status status = mp_vec_raw_remove_range(&vec, first, n, &element);
    CLAIM(is_vector(&vec));
    CLAIM((status == MP_OK) == mp_range_is_inside(first, n, before.len));
    if (status != MP_OK) {
        claim_same_elements();
        return;
    }
    CLAIM(vec.len == before.len - n);
    if (is_before(first))
        claim_held(0);
    else if (!is_before(first + n))
        claim_held(-(ptrdiff_t)n);
}

void truncate_to(void) {
    start(MOST);
    const size_t len = any_size();
    mp_vec_raw_truncate(&vec, len, &element);
    CLAIM(is_vector(&vec));
    CLAIM(vec.len == (len < before.len ? len : before.len));
    if (is_before(vec.len)) claim_held(0);
    CLAIM(vec.high_water >= before.len || vec.len == before.len);
}

void settle_pop(void) {
    start(MOST);
    GIVEN(vec.len != 0);
    mp_vec_raw_settle_pop(&vec, &element);
    CLAIM(is_vector(&vec) && vec.len == before.len - 1);
    CLAIM(vec.high_water >= before.len);
    if (is_before(vec.len)) claim_held(0);
}

void clear_decommit(void) {
    start(FEW);
    if (mp_vec_raw_clear_decommit(&vec, &element) == MP_OK) {
        CLAIM(is_vector(&vec) && vec.len == 0);
        CLAIM(vec.capacity == before.capacity && vec.region.len == before.region.len);
        const size_t i = any_size();
        if (i < vec.region.len) CLAIM(at(i) == 0);
    } else {
        claim_same_elements();
        CLAIM(is_unchanged(&vec, &before));
    }
}

/* ---- Room, writers --------------------------------------------------------------------------- */

void spare_room_can_be_written(void) {
    start(FEW);
    const size_t min = any_size_in(0, 4);
    void *room = NULL;
    size_t n = 0;
    if (mp_vec_raw_spare(&vec, min, &room, &n, &element) == MP_OK) {
        CLAIM(n >= min);
        if (n != 0) memset(room, 0xa5, n * element.size);
        CLAIM(vec.high_water >= vec.len + n);
        const size_t taken = any_size();
        const mp_status status = mp_vec_raw_advance(&vec, taken, &element);
        CLAIM((status == MP_OK) == (taken <= n));
        CLAIM(vec.len == before.len + (status == MP_OK ? taken : 0));
    } else {
        CLAIM(room == NULL && n == 0 && vec.len == before.len);
    }
    CLAIM(is_vector(&vec));
    claim_held(0);
}

void writers_have_room_for_one(void) {
    start(FEW);
    const mp_room room = mp_vec_raw_writer_room(&vec, NULL, 0, &element);
    if (room.at == NULL) {
        claim_same_elements();
        CLAIM(mp_last_error().status != MP_OK);
    } else {
        const size_t bytes = (size_t)((unsigned char *)room.end - (unsigned char *)room.at);
        CLAIM(bytes >= element.size && bytes % element.size == 0);
        memset(room.at, 0xa5, bytes);
        const size_t written = any_size_in(0, bytes / element.size);
        CLAIM(vec.high_water * element.size >= vec.len * element.size + bytes);
        mp_vec_raw_writer_finish(&vec, (unsigned char *)room.at + written * element.size,
                                 room.high_water, &element);
        CLAIM(vec.len == before.len + written);
        CLAIM(vec.high_water == before.high_water || vec.high_water == before.len);
        claim_held(0);
    }
    CLAIM(is_vector(&vec));
}

/* ---- Copying, freezing ----------------------------------------------------------------------- */

void get_copies_one(void) {
    start(MOST);
    const size_t index = any_size();
    unsigned char out[ELEMENT_SIZE] = {0};
    const mp_status status = mp_vec_raw_get(&vec, index, out, &element);
    CLAIM((status == MP_OK) == (index < vec.len));
    if (status == MP_OK && byte / element.size == index) CLAIM(out[byte % element.size] == held);
    claim_same_elements();
}

void freeze_or_nothing(void) {
    start(FEW);
    mp_vec_raw frozen;
    if (mp_vec_raw_freeze(&vec, &frozen, &element) == MP_OK) {
        CLAIM(vec.region.ticket.slot == NULL && vec.len == 0 && vec.region.data == NULL);
        CLAIM(frozen.region.data == before.region.data && frozen.len == before.len);
        CLAIM(mp_ticket_check(&before.region.ticket) == MP_ERR_STALE);
        CLAIM(mp_ticket_check(&frozen.region.ticket) == MP_OK);
    } else {
        CLAIM(frozen.region.ticket.slot == NULL && frozen.len == 0);
        CLAIM(is_unchanged(&vec, &before));
        claim_same_elements();
    }
}

/* ---- Destructors ----------------------------------------------------------------------------- */

static const unsigned char *watched_element;
static unsigned drops;

static void count_drop(void *dropped) {
    if (dropped == watched_element) drops++;
}

static const mp_element dropping = {ELEMENT_SIZE, count_drop, NULL, NULL};

/* An element that goes is dropped once, one that stays is not. */
void removals_drop_what_goes(void) {
    start(MOST);
    GIVEN(vec.len != 0);
    const size_t index = any_size_in(0, vec.len - 1);
    watched_element = vec.region.data + index * element.size;
    const size_t first = any_size_in(0, vec.len), n = any_size_in(0, vec.len - first);
    if (any_bool()) {
        CLAIM(mp_vec_raw_remove_range(&vec, first, n, &dropping) == MP_OK);
        CLAIM(drops == (first <= index && index < first + n ? 1 : 0));
    } else if (any_bool()) {
        mp_vec_raw_truncate(&vec, first, &dropping);
        CLAIM(drops == (first <= index ? 1 : 0));
    } else {
        mp_vec_raw_destroy(&vec, &dropping, false);
        CLAIM(drops == 1);
        mp_vec_raw_destroy(&before, &dropping, false); /* its twin is stale */
        CLAIM(drops == 1);
    }
}
