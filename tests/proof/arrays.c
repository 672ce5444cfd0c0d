/* What vectors do to their elements (src/mp_vec_raw.c), on a machine so small that every step of
 * growth happens within a few of them. Elements are watched at one byte, which may be any. */
#include "model/vectors.h"

#include "mp_compiler.h"
#include "mp_ticket.h"

enum { MOST = 32, STRANGERS = 2 };

static mp_vec_raw vec, before;
static size_t byte;        /* of the elements that there were */
static unsigned char held; /* by it */

static unsigned char at(size_t offset) { return vec.region.data[offset]; }

static void start(void) {
    tiny_machine();
    vec = any_vector(MOST);
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

/* ---- Adding ---------------------------------------------------------------------------------- */

void write_over(void) {
    start();
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

/* ---- Taking away ----------------------------------------------------------------------------- */

void remove_one(void) {
    start();
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

/* ---- Copying, freezing ----------------------------------------------------------------------- */

void get_copies_one(void) {
    start();
    const size_t index = any_size();
    unsigned char out[ELEMENT_SIZE] = {0};
    const mp_status status = mp_vec_raw_get(&vec, index, out, &element);
    CLAIM((status == MP_OK) == (index < vec.len));
    if (status == MP_OK && byte / element.size == index) CLAIM(out[byte % element.size] == held);
    claim_same_elements();
}
