#include "vectors.h"

#include "mp_compiler.h"
#include "mp_region_internal.h"
#include "mp_ticket.h"

const mp_element element = {ELEMENT_SIZE, NULL, NULL, NULL};

static bool content_matters;

/* Where a region goes when it moves; once in a proof is enough. */
static unsigned char *elsewhere;

enum { TINY = 64 };

static struct {
    uint64_t epoch;
    size_t room;
    mp_options options;
} owner;

void machine_of_any_size(void) {
    seam_start();
    content_matters = false;
    elsewhere = __CPROVER_allocate((size_t)1 << 47, 1);
}

void tiny_machine(void) {
    seam_start();
    seam.page = 8;
    seam.huge = 16;
    content_matters = true;
    static unsigned char tiny[TINY];
    elsewhere = tiny;
}

static bool is_whole_pages(size_t bytes) { return bytes % seam.page == 0; }

/* ---- Memory: a few bytes one by one, which CBMC follows sooner than copies of any size ------- */

void *memmove(void *to, const void *from, size_t n) {
    CLAIM(n == 0 || (__CPROVER_r_ok(from, n) && __CPROVER_w_ok(to, n)));
    unsigned char between[TINY];
    for (size_t i = 0; i < n; i++) between[i] = ((const unsigned char *)from)[i];
    for (size_t i = 0; i < n; i++) ((unsigned char *)to)[i] = between[i];
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    CLAIM(n == 0 || !__CPROVER_same_object(to, from) ||
          (const unsigned char *)to + n <= (const unsigned char *)from ||
          (const unsigned char *)from + n <= (const unsigned char *)to);
    return memmove(to, from, n);
}

void *memset(void *to, int value, size_t n) {
    CLAIM(n == 0 || __CPROVER_w_ok(to, n));
    for (size_t i = 0; i < n; i++) ((unsigned char *)to)[i] = (unsigned char)value;
    return to;
}

/* ---- Vectors --------------------------------------------------------------------------------- */

bool is_vector(const mp_vec_raw *vec) {
    const size_t fitting = vec->region.len / element.size;
    return is_whole_pages(vec->region.len) && vec->region.len <= owner.room &&
           vec->capacity <= owner.room / element.size && vec->len <= vec->capacity &&
           vec->len <= fitting && vec->limit == (fitting < vec->capacity ? fitting : vec->capacity);
}

mp_vec_raw any_vector(size_t most) {
    owner.room = any_size_in(seam.page, most);
    GIVEN(is_whole_pages(owner.room));
    /* A reservation of nothing is one of 64 GiB. */
    owner.options.reservation = content_matters ? 2 * seam.huge : any_size();
    if (!content_matters)
        owner.options.huge_pages = (mp_huge_pages)any_size_in(0, MP_HUGE_PAGES_ALWAYS);
    owner.epoch = 2;
    mp_vec_raw vec;
    static unsigned char content[TINY];
    __CPROVER_havoc_object(content);
    vec.region.data = content_matters ? content : __CPROVER_allocate(owner.room, 0);
    vec.region.ticket = (mp_ticket){&owner.epoch, owner.epoch};
    GIVEN(is_vector(&vec));
    return vec;
}

bool is_unchanged(const mp_vec_raw *vec, const mp_vec_raw *before) {
    return vec->region.data == before->region.data && vec->len == before->len &&
           vec->capacity == before->capacity && mp_ticket_check(&vec->region.ticket) == MP_OK;
}

/* ---- Regions --------------------------------------------------------------------------------- */

unsigned refusals_left = 2;

static bool fails(mp_status *status) {
    *status = (mp_status)any_size_in(MP_ERR_DENIED, MP_ERR_SYSTEM);
    if (!seam.may_fail || !any_bool()) return false;
    mp_record_failure(*status, "region");
    GIVEN(refusals_left > 0);
    refusals_left--;
    return true;
}

static void renew(mp_region *region) {
    owner.epoch += 2;
    region->ticket = (mp_ticket){&owner.epoch, owner.epoch};
}

static void move_to(mp_region *region, size_t content, size_t len, size_t room) {
    GIVEN(room <= (content_matters ? TINY : (size_t)1 << 47));
    if (content_matters && content != 0) memcpy(elsewhere, region->data, content);
    region->data = elsewhere;
    region->len = len;
    owner.room = room;
}

mp_status mp_region_reserve(size_t len, size_t reserved, bool huge, const mp_options *options,
                            mp_region *out, size_t *used) {
    (void)huge;
    CLAIM(is_whole_pages(len) && is_whole_pages(reserved));
    CLAIM(len <= reserved && reserved != 0);
    const mp_region none = {0};
    *out = none;
    *used = 0;
    mp_status status;
    if (fails(&status)) return status;
    move_to(out, 0, len, reserved);
    if (options != NULL) owner.options = *options;
    if (any_bool()) { /* from a recycler: perhaps more than asked for */
        out->len = any_size_in(len, reserved);
        GIVEN(is_whole_pages(out->len));
        *used = out->len;
    }
    renew(out);
    return MP_OK;
}

mp_status mp_region_relocate(mp_region *region, size_t content, size_t len, size_t reserved,
                             bool huge) {
    (void)huge;
    CLAIM(is_whole_pages(len) && is_whole_pages(reserved));
    CLAIM(content <= region->len && region->len <= len && len <= reserved && reserved != 0);
    mp_status status;
    if (fails(&status)) return status;
    const bool copies = content != 0 && any_bool();
    move_to(region, copies ? content : region->len, len, reserved);
    renew(region);
    return MP_OK;
}

mp_status mp_region_resize(mp_region *region, size_t min_bytes) {
    CLAIM(min_bytes != 0);
    CLAIM(region->len == owner.room); /* a small one */
    mp_status status;
    size_t len;
    if (!mp_round_up(min_bytes, seam.page, &len)) return mp_fail(MP_ERR_OVERFLOW, "resize");
    if (fails(&status)) return status;
    move_to(region, region->len < len ? region->len : len, len, len);
    renew(region);
    return MP_OK;
}

mp_status mp_region_commit(mp_region *region, size_t len) {
    CLAIM(is_whole_pages(len));
    CLAIM(region->len <= len && len <= owner.room);
    mp_status status;
    if (fails(&status)) return status;
    if (content_matters) memset(region->data + region->len, 0, len - region->len);
    region->len = len;
    renew(region);
    return MP_OK;
}

mp_status mp_region_uncommit(mp_region *region, size_t len) {
    CLAIM(is_whole_pages(len) && len <= region->len);
    mp_status status;
    if (fails(&status)) return status;
    region->len = len;
    renew(region);
    return MP_OK;
}

mp_status mp_region_decommit(mp_region *region, size_t offset, size_t n) {
    CLAIM(is_whole_pages(offset) && is_whole_pages(n));
    CLAIM(mp_range_is_inside(offset, n, region->len));
    mp_status status;
    if (fails(&status)) return status;
    if (content_matters && n != 0) memset(region->data + offset, 0, n);
    renew(region);
    return MP_OK;
}

size_t mp_region_room(const mp_region *region) {
    return mp_ticket_check(&region->ticket) == MP_OK ? owner.room : 0;
}

void mp_region_options(const mp_region *region, mp_options *out) {
    const mp_options defaults = MP_INIT;
    *out = mp_ticket_check(&region->ticket) == MP_OK ? owner.options : defaults;
}

void mp_region_destroy(mp_region *region) {
    const mp_region none = {0};
    if (mp_ticket_check(&region->ticket) == MP_OK) owner.epoch++;
    *region = none;
}

mp_status mp_region_transition(mp_region *from, mp_region *to, unsigned access) {
    (void)access;
    const mp_region none = {0};
    *to = none;
    mp_status status;
    if (fails(&status)) return status;
    mp_region_move(from, to);
    renew(to);
    return MP_OK;
}

mp_status mp_region_resident_bytes(const mp_region *region, size_t *out) {
    mp_status status;
    if (fails(&status)) return status;
    *out = any_size_in(0, region->len);
    return MP_OK;
}

mp_status mp_region_advise(const mp_region *region, size_t n, mp_advice advice) {
    (void)advice;
    CLAIM(n <= region->len);
    mp_status status;
    return fails(&status) ? status : MP_OK;
}

mp_status mp_region_advise_soon(const mp_region *region, size_t offset, size_t n) {
    CLAIM(mp_range_is_inside(offset, n, region->len));
    mp_status status;
    return fails(&status) ? status : MP_OK;
}

/* ---- No checker runs ------------------------------------------------------------------------- */

bool mp_watch_is_on(void) { return false; }
void mp_watch_allow(void *memory, size_t bytes) { CLAIM(memory == NULL && bytes == 0); }
void mp_watch_forbid(void *memory, size_t bytes) { CLAIM(memory == NULL && bytes == 0); }
