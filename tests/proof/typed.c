/* The typed headers (generated/): index checks of slices, vectors and pages, and the fast paths.
 * What they call is a model that claims what it may be called with. */
#include "proof.h"

#include <memory_pages/mp_pages_r_w_nx.h>
#include <memory_pages/mp_slice_u32.h>
#include <memory_pages/mp_vec_u32_rw.h>

enum { ITEMS = 4 };

static uint32_t items[ITEMS];

void mp_record_failure(mp_status status, const char *call) {
    CLAIM(status != MP_OK && call != NULL);
}

/* What a harness says before a call that may panic. */
static bool may_panic;

void mp_panic_index(const char *function, size_t index, size_t len) {
    (void)function;
    CLAIM(may_panic);
    CLAIM(index >= len);
    GIVEN(false);
}

static mp_slice_u32 any_slice(void) {
    for (unsigned i = 0; i < ITEMS; i++) items[i] = any_u32();
    const size_t len = any_size_in(0, ITEMS);
    return (mp_slice_u32){items + (ITEMS - len), len};
}

/* Its last accessible element is the last of `items`. */
static mp_vec_u32_rw any_u32_vector(void) {
    const mp_slice_u32 room = any_slice();
    mp_vec_u32_rw vec = MP_INIT;
    vec.raw.region.data = (unsigned char *)(uintptr_t)room.data;
    vec.raw.region.len = sizeof items;
    vec.raw.limit = room.len;
    vec.raw.capacity = any_size_in(room.len, SIZE_MAX);
    vec.raw.len = any_size_in(0, room.len);
    return vec;
}

void slice_at_panics_outside(void) {
    const mp_slice_u32 slice = any_slice();
    const size_t index = any_size();
    may_panic = index >= slice.len;
    const uint32_t *item = mp_slice_u32_at(slice, index);
    CLAIM(index < slice.len && item == slice.data + index);
    CLAIM(*item == mp_slice_u32_get_unchecked(slice, index));
}

void slice_get_refuses_outside(void) {
    const mp_slice_u32 slice = any_slice();
    const size_t index = any_size();
    const uint32_t before = any_u32();
    uint32_t out = before;
    const mp_status status = mp_slice_u32_get(slice, index, &out);
    CLAIM(status == (index < slice.len ? MP_OK : MP_ERR_OUT_OF_RANGE));
    CLAIM(out == (status == MP_OK ? slice.data[index] : before));
}

void slice_sub_stays_inside(void) {
    const mp_slice_u32 slice = any_slice();
    const size_t first = any_size(), n = any_size();
    may_panic = first > slice.len || n > slice.len - first;
    const mp_slice_u32 sub = mp_slice_u32_sub(slice, first, n);
    CLAIM(sub.len == n && sub.data == slice.data + first);
    const size_t i = any_size();
    if (i < n) CLAIM(mp_slice_u32_get_unchecked(sub, i) == slice.data[first + i]);
}

void slice_sub_of_nothing(void) {
    const mp_slice_u32 nothing = {NULL, 0};
    const size_t first = any_size(), n = any_size();
    may_panic = first != 0 || n != 0;
    const mp_slice_u32 sub = mp_slice_u32_sub(nothing, first, n);
    CLAIM(sub.data == NULL && sub.len == 0);
    CLAIM(mp_slice_u32_first(sub) == NULL && mp_slice_u32_last(sub) == NULL);
}

void vector_at_panics_outside(void) {
    mp_vec_u32_rw vec = any_u32_vector();
    const size_t index = any_size();
    may_panic = index >= vec.raw.len;
    uint32_t *item = mp_vec_u32_rw_at_mut(&vec, index);
    CLAIM(index < vec.raw.len && item == mp_vec_u32_rw_at(&vec, index));
    *item = any_u32();
}

void vector_set_refuses_outside(void) {
    mp_vec_u32_rw vec = any_u32_vector();
    const size_t index = any_size(), other = any_size_in(0, ITEMS - 1);
    const uint32_t value = any_u32(), before = items[other];
    const mp_status status = mp_vec_u32_rw_set(&vec, index, value);
    CLAIM(status == (index < vec.raw.len ? MP_OK : MP_ERR_OUT_OF_RANGE));
    const bool is_set = status == MP_OK && mp_vec_u32_rw_data(&vec) + index == items + other;
    CLAIM(items[other] == (is_set ? value : before));
    uint32_t out = 0;
    CLAIM(mp_vec_u32_rw_get(&vec, index, &out) == status);
    CLAIM(status != MP_OK || out == value);
}

mp_status mp_vec_raw_extend(mp_vec_raw *vec, const mp_element *element) {
    CLAIM(vec->len == vec->limit && element->size == sizeof(uint32_t));
    return any_bool() || vec->limit == ITEMS ? MP_ERR_OUT_OF_MEMORY : (vec->limit++, MP_OK);
}

void push_or_nothing(void) {
    mp_vec_u32_rw vec = any_u32_vector();
    vec.raw.region.data = (unsigned char *)items;
    const size_t len = vec.raw.len, other = any_size_in(0, ITEMS - 1);
    const uint32_t value = any_u32(), before = items[other];
    const mp_status status = mp_vec_u32_rw_push(&vec, value);
    CLAIM(vec.raw.len == len + (status == MP_OK ? 1 : 0));
    CLAIM(vec.raw.len <= vec.raw.limit);
    CLAIM(items[other] == (status == MP_OK && other == len ? value : before));
}

void mp_vec_raw_settle_pop(mp_vec_raw *vec, const mp_element *element) {
    CLAIM(vec->len != 0 && element->size == sizeof(uint32_t));
    vec->high_water = vec->len > vec->high_water ? vec->len : vec->high_water;
    vec->len--;
}

void pop_takes_the_last(void) {
    mp_vec_u32_rw vec = any_u32_vector();
    const size_t len = vec.raw.len;
    const uint32_t last = len != 0 ? *mp_vec_u32_rw_last(&vec) : 0;
    uint32_t out = 0;
    const mp_status status = mp_vec_u32_rw_pop(&vec, any_bool() ? &out : NULL);
    CLAIM((status == MP_OK) == (len != 0));
    CLAIM(vec.raw.len == (len != 0 ? len - 1 : 0));
    CLAIM(out == 0 || out == last);
    CLAIM(vec.raw.high_water >= len);
}

static uint8_t page[8];

static mp_pages_r_w_nx any_bytes(void) {
    for (unsigned i = 0; i < sizeof page; i++) page[i] = any_byte();
    mp_pages_r_w_nx pages = MP_INIT;
    pages.region.data = page;
    pages.region.len = sizeof page;
    return pages;
}

void pages_read_inside_only(void) {
    const mp_pages_r_w_nx pages = any_bytes();
    uint8_t to[sizeof page] = {0};
    const size_t offset = any_size(), n = any_size();
    const mp_status status = mp_pages_r_w_nx_read(&pages, offset, to, n);
    CLAIM((status == MP_OK) == (offset <= sizeof page && n <= sizeof page - offset));
    const size_t i = any_size_in(0, sizeof page - 1);
    CLAIM(to[i] == (status == MP_OK && i < n ? page[offset + i] : 0));
}

void pages_write_inside_only(void) {
    mp_pages_r_w_nx pages = any_bytes();
    uint8_t from[sizeof page];
    for (unsigned i = 0; i < sizeof page; i++) from[i] = any_byte();
    const size_t i = any_size_in(0, sizeof page - 1);
    const uint8_t before = page[i];
    const size_t offset = any_size(), n = any_size();
    const mp_status status = mp_pages_r_w_nx_write(&pages, offset, from, n);
    CLAIM((status == MP_OK) == (offset <= sizeof page && n <= sizeof page - offset));
    const bool written = status == MP_OK && offset <= i && i - offset < n;
    CLAIM(page[i] == (written ? from[i - offset] : before));
}

void pages_at_panics_outside(void) {
    mp_pages_r_w_nx pages = any_bytes();
    const size_t index = any_size();
    may_panic = index >= sizeof page;
    *mp_pages_r_w_nx_at_mut(&pages, index) = any_byte();
    CLAIM(index < sizeof page);
    CLAIM(mp_pages_r_w_nx_at(&pages, index) == page + index);
}
