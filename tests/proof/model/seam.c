#include "seam.h"

#include "mp_compiler.h"
#include "mp_ticket.h"

seam_model seam;

enum { LARGEST_MAPPING_BITS = 47 };

static mp_slot slots[SLOTS_LENT];
static uint64_t state[512];

static const mp_os_result done = {0, NULL};

void seam_lend_slots(void) { seam.lent = slots; }

void seam_lend_state(void) { seam.lent = state; }

void seam_start(void) {
    /* With constants, so that CBMC computes all this while it reads it. */
    seam.page = 4096;
    seam_lend_slots();
    mp_slot *slot;
    CLAIM(mp_slot_take(&slot).code == 0);
    mp_slot_give_back(slot);

    const unsigned page_bits = any_unsigned(), huge_bits = any_unsigned();
    GIVEN(12 <= page_bits && page_bits <= 16);
    GIVEN(page_bits < huge_bits && huge_bits <= 29);
    seam.page = (size_t)1 << page_bits;
    seam.huge = any_bool() ? (size_t)1 << huge_bits : 0;
    seam.calls = 0;
    seam.may_fail = true;
}

bool seam_holds(const void *base, size_t bytes) {
    return seam.byte.mapped && __CPROVER_same_object(seam.byte.at, base) &&
           seam.byte.at >= (const unsigned char *)base &&
           (size_t)(seam.byte.at - (const unsigned char *)base) < bytes;
}

static bool fails(mp_os_result *result) {
    const int code = any_int();
    GIVEN(1 <= code && code <= MP_ERR_SYSTEM);
    *result = (mp_os_result){code, "system"};
    const bool failed = seam.must_fail || (seam.may_fail && any_bool());
    seam.has_failed |= failed;
    return failed;
}

mp_status mp_os_status(mp_os_result failure) {
    CLAIM(failure.code != 0);
    return failure.code == MP_OS_TABLES_FULL ? MP_ERR_OUT_OF_MEMORY : (mp_status)failure.code;
}

size_t mp_os_page_size(void) { return seam.page; }

size_t mp_os_huge_page_size(void) { return seam.huge; }

uint64_t mp_os_milliseconds(void) {
    static uint64_t now;
    const uint64_t later = any_u64();
    GIVEN(later >= now);
    return now = later;
}

static void claim_whole_pages(const void *base, size_t bytes) {
    CLAIM(bytes != 0);
    CLAIM(bytes % seam.page == 0);
    CLAIM(__CPROVER_POINTER_OFFSET(base) % seam.page == 0);
}

/* The pages that a call names; true if the byte is among them. */
static bool names_byte(const void *base, size_t bytes) {
    claim_whole_pages(base, bytes);
    const bool named = seam_holds(base, bytes);
    if (named) CLAIM(seam.byte.mapped);
    return named;
}

static bool names_committed_byte(const void *base, size_t bytes) {
    const bool named = names_byte(base, bytes);
    if (named) CLAIM(seam.byte.committed);
    return named;
}

/* The byte that is watched may be any of the new ones. */
static void appear(unsigned char *base, size_t from, size_t bytes, bool committed,
                   unsigned access) {
    if (seam.byte.mapped || from == bytes || !any_bool()) return;
    const size_t offset = any_size_in(from, bytes - 1);
    seam.byte =
        (watched_byte){true, base + offset, base, bytes, committed, access, true, false, false};
}

/* A larger alignment is cut out of a larger mapping, of which a failure may leave a part. */
static mp_os_result new_mapping(size_t bytes, size_t alignment, bool committed, unsigned access,
                                void **out, mp_os_left *left) {
    CLAIM(bytes != 0 && bytes % seam.page == 0);
    CLAIM(mp_is_power_of_two_or_zero(alignment) && alignment >= seam.page);
    CLAIM(left != NULL || alignment == seam.page);
    const mp_os_left nothing = {NULL, 0};
    if (left != NULL) *left = nothing;
    mp_os_result result;
    if (fails(&result)) {
        if (left != NULL && alignment > seam.page && any_bool()) {
            GIVEN(bytes <= (size_t)1 << LARGEST_MAPPING_BITS);
            left->bytes = bytes;
            left->base = __CPROVER_allocate(bytes, 1);
            appear(left->base, 0, bytes, committed, access);
        }
        return result;
    }
    seam.calls++;
    if (seam.lent != NULL) {
        *out = seam.lent;
        seam.lent = NULL;
        return done;
    }
    GIVEN(bytes <= (size_t)1 << LARGEST_MAPPING_BITS);
    unsigned char *base = __CPROVER_allocate(bytes, 1);
    appear(base, 0, bytes, committed, access);
    *out = base;
    return done;
}

mp_os_result mp_os_map(size_t bytes, unsigned access, mp_os_wish wish, void **out,
                       mp_os_left *left) {
    return new_mapping(bytes, wish.alignment, true, access, out, left);
}

mp_os_result mp_os_reserve(size_t bytes, size_t alignment, void **out, mp_os_left *left) {
    return new_mapping(bytes, alignment, false, MP_ACCESS_NONE, out, left);
}

/* Of the hardened build, which these proofs are not about. */
mp_os_result mp_os_reserve_at(void *base, size_t bytes) {
    CLAIM(base == NULL && bytes == 0);
    return (mp_os_result){MP_ERR_UNSUPPORTED, "reserve_at"};
}

mp_os_result mp_os_release(void *base, size_t bytes) {
    const bool named = names_byte(base, bytes);
    mp_os_result result;
    if (fails(&result)) {
        if (named) seam.byte.refused = true;
        return result;
    }
    seam.calls++;
    if (named) seam.byte.mapped = false;
    return done;
}

mp_os_result mp_os_commit(void *base, size_t bytes, unsigned access) {
    const bool named = names_byte(base, bytes);
    if (named) CLAIM(!seam.byte.committed);
    mp_os_result result;
    if (fails(&result)) return result;
    seam.calls++;
    if (named) {
        seam.byte.committed = true;
        seam.byte.access = access;
        CLAIM(seam.byte.zero);
    }
    return done;
}

/* The way back of a commit that failed half-way also names pages that were not committed. */
mp_os_result mp_os_uncommit(void *base, size_t bytes, const mp_os_traits *traits) {
    const bool named = names_byte(base, bytes);
    if (named && seam.byte.committed) CLAIM(seam.byte.access == traits->access);
    mp_os_result result;
    if (!seam.has_failed && fails(&result)) return result;
    seam.calls++;
    if (named) {
        seam.byte.committed = false;
        seam.byte.access = MP_ACCESS_NONE;
        seam.byte.zero = true;
    }
    return done;
}

mp_os_result mp_os_resize(void *base, size_t bytes, size_t new_bytes, bool may_move,
                          const mp_os_traits *traits, void **out) {
    claim_whole_pages(base, new_bytes);
    const bool named = names_committed_byte(base, bytes);
    if (named) CLAIM(seam.byte.base == base && seam.byte.bytes == bytes);
    mp_os_result result;
    if (fails(&result)) return result;
    GIVEN(new_bytes <= (size_t)1 << LARGEST_MAPPING_BITS);
    /* CBMC's objects don't grow in place; a move is the harder case. */
    GIVEN(may_move || new_bytes <= bytes);
    seam.calls++;
    unsigned char *place = base;
    if (may_move) place = __CPROVER_allocate(new_bytes, 1);
    if (named) {
        const size_t offset = (size_t)(seam.byte.at - (unsigned char *)base);
        seam.byte.mapped = offset < new_bytes;
        if (seam.byte.mapped) seam.byte.at = place + offset;
        seam.byte.base = place;
        seam.byte.bytes = new_bytes;
    }
    if (new_bytes > bytes) appear(place, bytes, new_bytes, true, traits->access);
    *out = place;
    return done;
}

mp_os_result mp_os_move(void *from, size_t bytes, void *to, size_t accessible, size_t reserved) {
    CLAIM(bytes <= accessible && accessible <= reserved);
    const bool source = names_committed_byte(from, bytes);
    const bool target = names_byte(to, reserved);
    size_t offset = 0;
    if (target) {
        offset = (size_t)(seam.byte.at - (unsigned char *)to);
        CLAIM(seam.byte.zero);
        CLAIM(seam.byte.committed == (bytes <= offset && offset < accessible));
    }
    mp_os_result result;
    if (fails(&result)) return result;
    seam.calls++;
    if (source) {
        seam.byte.at = (unsigned char *)to + (seam.byte.at - (unsigned char *)from);
        seam.byte.base = to;
        seam.byte.bytes = reserved;
    }
    if (target && offset < bytes) {
        seam.byte.committed = true;
        seam.byte.access = (unsigned)any_size_in(0, 7);
        seam.byte.zero = false;
    }
    return done;
}

mp_os_result mp_os_protect(void *base, size_t bytes, unsigned from, unsigned to) {
    const bool named = names_committed_byte(base, bytes);
    if (named) CLAIM(seam.byte.access == from || seam.byte.access == to);
    const bool half_way = any_bool();
    mp_os_result result;
    const bool failed = !seam.has_failed && fails(&result);
    seam.calls++;
    if (named && (!failed || half_way)) seam.byte.access = to;
    return failed ? result : done;
}

mp_os_result mp_os_decommit_ranges(void *base, const mp_range *ranges, size_t count,
                                   const mp_os_traits *traits) {
    (void)traits;
    bool named = false;
    for (size_t i = 0; i < count; i++)
        if (ranges[i].n != 0)
            named |= names_committed_byte((unsigned char *)base + ranges[i].offset, ranges[i].n);
    const bool half_way = any_bool();
    mp_os_result result;
    const bool failed = fails(&result);
    seam.calls++;
    if (named && (!failed || half_way)) seam.byte.zero = true;
    return failed ? result : done;
}

static mp_os_result merely_asked(void) {
    mp_os_result result;
    return fails(&result) ? result : done;
}

mp_os_result mp_os_prefault(void *base, size_t bytes) {
    if (names_committed_byte(base, bytes)) CLAIM(seam.byte.access & MP_ACCESS_WRITE);
    return merely_asked();
}

mp_os_result mp_os_lock(void *base, size_t bytes, unsigned access) {
    if (names_byte(base, bytes)) CLAIM(seam.byte.access == access);
    return merely_asked();
}

mp_os_result mp_os_advise(void *base, size_t bytes, mp_advice advice) {
    (void)advice;
    (void)names_byte(base, bytes);
    return merely_asked();
}

mp_os_result mp_os_use_huge_pages(void *base, size_t bytes, bool use) {
    CLAIM(!use || seam.huge != 0);
    (void)names_byte(base, bytes);
    return merely_asked();
}

mp_os_result mp_os_exclude_from_dumps(void *base, size_t bytes) {
    (void)names_byte(base, bytes);
    return merely_asked();
}

mp_os_result mp_os_wipe_on_fork(void *base, size_t bytes) {
    (void)names_byte(base, bytes);
    return merely_asked();
}

mp_os_result mp_os_resident(const void *base, size_t bytes, size_t *out) {
    (void)names_committed_byte(base, bytes);
    mp_os_result result;
    if (fails(&result)) return result;
    *out = any_size_in(0, bytes);
    return done;
}

void mp_os_sync_code(void *base, size_t bytes) { CLAIM(base != NULL && bytes != 0); }

unsigned mp_os_enforced(unsigned access) { return access | any_unsigned(); }

void mp_os_discard(void *base, size_t bytes) { (void)names_byte(base, bytes); }

/* As on most systems; where pages have to be copied, `from` is left to its owner. */
mp_os_result mp_os_copy_as(void *from_base, size_t bytes, unsigned from, unsigned to, void **out) {
    (void)from;
    (void)to;
    (void)out;
    (void)names_byte(from_base, bytes);
    return (mp_os_result){MP_ERR_UNSUPPORTED, "copy"};
}
