#include "mp_region_internal.h"

#include "mp_compiler.h"
#include "mp_error.h"
#include "mp_recycler_internal.h"
#include "mp_release.h"
#include "mp_ticket.h"
#include "mp_watch.h"

enum { READ_WRITE = MP_ACCESS_READ | MP_ACCESS_WRITE };

/* Set by the build option of that name: what moves or ends leaves a hole behind for a while, so
 * that stale pointers fault; what can move does so at each change; guard pages are the default. */
#ifndef MP_HARDENED
#define MP_HARDENED 0
#endif

static const mp_region empty_region = MP_INIT;

/* ---- Areas: address space with its options --------------------------------------------------- */

typedef struct mp_area {
    unsigned char *base; /* guard pages included */
    size_t bytes;
    unsigned char *data;
} mp_area;

/* The options of memory that comes from elsewhere. */
static const mp_options adopted = MP_INIT;

static void put_options(mp_slot *slot, const mp_options *options) {
    const mp_options defaults = MP_INIT;
    const mp_options *asked = options != NULL ? options : &defaults;
    const size_t page = mp_os_page_size();
    slot->alignment = asked->alignment > page ? asked->alignment : page;
    slot->reservation = asked->reservation;
    slot->huge_pages = (uint8_t)asked->huge_pages;
    slot->prefault = asked->prefault;
    slot->locked = asked->locked;
    slot->no_dump = asked->no_dump;
    slot->wipe_on_fork = asked->wipe_on_fork;
    slot->wipe_on_destroy = asked->wipe_on_destroy;
    slot->guard_pages = asked->guard_pages || (MP_HARDENED && options != &adopted);
    slot->advice = MP_ADVICE_NORMAL;
    slot->address_told = false;
    slot->huge = false;
    slot->recycler = NULL;
}

static mp_os_traits traits_of(const mp_slot *slot) {
    return mp_value(mp_os_traits, slot->access, slot->locked, slot->no_dump, slot->wipe_on_fork);
}

static mp_status check_options(const mp_options *options, unsigned access) {
    if (options == NULL) return MP_OK;
    /* A child would find zeros where its references to code still read as current. */
    if (options->wipe_on_fork && (access & MP_ACCESS_EXEC))
        return mp_fail(MP_ERR_UNSUPPORTED, "wipe_on_fork");
    if (!mp_is_power_of_two_or_zero(options->alignment))
        return mp_fail(MP_ERR_INVALID, "alignment");
    if ((unsigned)options->huge_pages > MP_HUGE_PAGES_ALWAYS)
        return mp_fail(MP_ERR_INVALID, "huge_pages");
    if (options->huge_pages == MP_HUGE_PAGES_ALWAYS && mp_os_huge_page_size() == 0)
        return mp_fail(MP_ERR_UNSUPPORTED, "huge_pages");
    return MP_OK;
}

/* Whether pages (not vectors) of this size are to be huge. */
static bool wants_huge_pages(mp_huge_pages policy, size_t len) {
    const size_t huge = mp_os_huge_page_size();
    return huge != 0 &&
           (policy == MP_HUGE_PAGES_ALWAYS || (policy == MP_HUGE_PAGES_AUTO && len >= huge));
}

/* Rounds a size up to what the policy asks for. */
static bool whole_pages(size_t min_bytes, mp_huge_pages policy, size_t *out) {
    const size_t unit = policy == MP_HUGE_PAGES_ALWAYS ? mp_os_huge_page_size() : mp_os_page_size();
    return mp_round_up(min_bytes, unit, out);
}

/* Pages from `data + from` to `data + to` have just become accessible. */
static mp_os_result populate(const mp_slot *slot, unsigned char *data, size_t from, size_t to) {
    mp_os_result result = {0, NULL};
    if (from == to) return result;
    if (slot->locked) result = mp_os_lock(data + from, to - from, slot->access);
    if (result.code == 0 && slot->prefault && (slot->access & MP_ACCESS_WRITE))
        result = mp_os_prefault(data + from, to - from);
    return result;
}

static mp_os_result use_huge_pages(const mp_slot *slot, unsigned char *base, size_t bytes,
                                   bool huge) {
    const mp_os_result done = {0, NULL};
    if (!huge && slot->huge_pages != MP_HUGE_PAGES_NEVER) return done;
    const mp_os_result result = mp_os_use_huge_pages(base, bytes, huge);
    /* A hint, unless the program insists: a kernel without huge pages serves as well. */
    return slot->huge_pages == MP_HUGE_PAGES_ALWAYS ? result : done;
}

static mp_os_result set_attributes(const mp_slot *slot, const mp_area *area, bool huge) {
    const mp_advice advice = (mp_advice)mp_atomic_load(&slot->advice);
    if (advice != MP_ADVICE_NORMAL) (void)mp_os_advise(area->base, area->bytes, advice);
    mp_os_result result = use_huge_pages(slot, area->base, area->bytes, huge);
    if (result.code == 0 && slot->no_dump)
        result = mp_os_exclude_from_dumps(area->base, area->bytes);
    if (result.code == 0 && slot->wipe_on_fork)
        result = mp_os_wipe_on_fork(area->base, area->bytes);
    return result;
}

static size_t alignment_of(const mp_slot *slot, bool huge) {
    const size_t huge_page = mp_os_huge_page_size();
    return huge && slot->alignment < huge_page ? huge_page : slot->alignment;
}

/* Bytes that a slot's options put before and behind the data. */
static size_t front_of(const mp_slot *slot, bool huge) {
    /* The data keeps its alignment behind a guard as large as that. */
    return slot->guard_pages ? alignment_of(slot, huge) : 0;
}

static size_t back_of(const mp_slot *slot) { return slot->guard_pages ? mp_os_page_size() : 0; }

/* Maps `reserved` bytes with the options of `slot` and makes those from `from` to `to` accessible.
 * On failure `spare`, a claimed slot (or the same), is used up: the roll-back too may have to wait.
 */
static mp_status map_area(const mp_slot *slot, mp_slot *spare, size_t from, size_t to,
                          size_t reserved, bool huge, bool promise, mp_area *out) {
    const size_t alignment = alignment_of(slot, huge);
    const size_t front = front_of(slot, huge);
    size_t bytes;
    if (!mp_checked_add(reserved, front + back_of(slot), &bytes)) {
        mp_slot_give_back(spare);
        return mp_fail(MP_ERR_OVERFLOW, "create");
    }

    const mp_os_wish wish = {alignment, promise, huge};
    const bool all_accessible = from == 0 && to == bytes;
    void *base;
    mp_os_left left = {NULL, 0};
    mp_os_result result;
    do {
        result = all_accessible ? mp_os_map(bytes, slot->access, wish, &base, &left)
                                : mp_os_reserve(bytes, alignment, &base, &left);
    } while (result.code != 0 && left.bytes == 0 && mp_quarantine_end());
    if (result.code != 0) {
        const mp_status status = mp_fail_os(result);
        mp_release_range(spare, left.base, left.bytes);
        return status;
    }

    *out = mp_value(mp_area, (unsigned char *)base, bytes, (unsigned char *)base + front);
    result = set_attributes(slot, out, huge);
    if (result.code == 0 && !all_accessible && to > from)
        result = mp_os_commit(out->data + from, to - from, slot->access);
    if (result.code == 0) result = populate(slot, out->data, from, to);
    if (result.code == 0) return MP_OK;

    /* What failed is classified before the roll-back frees what was lacking. */
    const mp_status status = mp_fail_os(result);
    mp_release_range(spare, base, bytes);
    return status;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static mp_status commit(mp_region *region, mp_slot *slot, size_t len);

/* Makes a region of what the recycler has kept, if it has something like `slot`. */
static mp_slot *reuse(mp_recycler_state *recycler, const mp_slot *slot, size_t len, size_t reserved,
                      bool huge, mp_region *out) {
    mp_slot like = *slot;
    if (!mp_checked_add(reserved, front_of(slot, huge) + back_of(slot), &like.bytes)) return NULL;
    mp_slot *kept = mp_recycler_take(recycler, &like);
    if (kept == NULL) return NULL;
    out->data = kept->base + front_of(slot, huge);
    out->len = kept->kept_len;
    kept->access = READ_WRITE;
    kept->reservation = slot->reservation;
    kept->wipe_on_destroy = slot->wipe_on_destroy;
    kept->huge = huge;
    /* What the last owner advised or gave back is not for the next to bear. */
    (void)mp_os_advise(kept->base, kept->bytes, MP_ADVICE_NORMAL);
    kept->advice = MP_ADVICE_NORMAL;
    kept->address_told = false;
    if (populate(kept, out->data, 0, out->len).code == 0 &&
        (out->len >= len || commit(out, kept, len) == MP_OK))
        return kept;
    mp_release(kept);
    return NULL;
}

/* Creates a region whose slot stays claimed. Fresh pages have `access`; the first `*used` bytes
 * come from a recycler, hold anything, and can be read and written. */
static mp_status create(size_t len, size_t reserved, bool huge, bool promise, unsigned access,
                        const mp_options *options, mp_region *out, mp_slot **owner, size_t *used) {
    *out = empty_region;
    *used = 0;
    MP_TRY(check_options(options, access));
    mp_release_retry();

    mp_slot *slot;
    const mp_os_result taken = mp_slot_take(&slot);
    if (taken.code != 0) return mp_fail_os(taken);
    put_options(slot, options);
    slot->promised = promise;
    slot->access = (uint8_t)access;

    mp_recycler_state *recycler = mp_recycler_join(options != NULL ? options->recycler : NULL);
    if (recycler != NULL) {
        const mp_error before = mp_last_error();
        mp_slot *kept = reuse(recycler, slot, len, reserved, huge, out);
        mp_error_restore(before);
        if (kept != NULL) {
            mp_slot_give_back(slot);
            kept->recycler = recycler;
            *used = out->len;
            *owner = kept;
            return MP_OK;
        }
    }

    mp_area area;
    const mp_status status = map_area(slot, slot, 0, len, reserved, huge, promise, &area);
    if (status != MP_OK) {
        mp_recycler_leave(recycler);
        *out = empty_region;
        return status;
    }
    slot->huge = huge;
    slot->recycler = recycler;
    slot->base = area.base;
    slot->bytes = area.bytes;
    out->data = area.data;
    out->len = len;
    *owner = slot;
    return MP_OK;
}

mp_status mp_region_reserve(size_t len, size_t reserved, bool huge, const mp_options *options,
                            mp_region *out, size_t *used) {
    mp_slot *slot;
    huge = huge && mp_os_huge_page_size() != 0;
    MP_TRY(create(len, reserved, huge, false, READ_WRITE, options, out, &slot, used));
    mp_ticket_renew(slot, &out->ticket);
    return MP_OK;
}

static mp_os_result forget_ranges(const mp_slot *slot, unsigned char *data, const mp_range *ranges,
                                  size_t count) {
    const mp_os_traits traits = traits_of(slot);
    return mp_os_decommit_ranges(data, ranges, count, &traits);
}

/* Zeroes used pages: where few are resident, it is cheaper to have the system forget them. */
static mp_os_result blank(const mp_slot *slot, const mp_region *region) {
    const mp_range all = {0, region->len};
    size_t resident;
    if (mp_os_resident(region->data, region->len, &resident).code == 0 &&
        resident < region->len / 2)
        return forget_ranges(slot, region->data, &all, 1);
    memset(region->data, 0, region->len);
    return mp_value(mp_os_result, 0, NULL);
}

mp_status mp_region_create(size_t min_bytes, unsigned access, const mp_options *options,
                           mp_region *out) {
    *out = empty_region;
    if (min_bytes == 0) return mp_fail(MP_ERR_ZERO_SIZE, "create");
    MP_TRY(check_options(options, access));
    const mp_huge_pages policy = options != NULL ? options->huge_pages : MP_HUGE_PAGES_DEFAULT;
    size_t len, used;
    if (!whole_pages(min_bytes, policy, &len)) return mp_fail(MP_ERR_OVERFLOW, "create");
    mp_slot *slot;
    MP_TRY(
        create(len, len, wants_huge_pages(policy, len), true, access, options, out, &slot, &used));

    if (used != 0) {
        mp_os_result result = blank(slot, out);
        if (result.code == 0 && access != READ_WRITE)
            result = mp_os_protect(out->data, out->len, READ_WRITE, access);
        if (result.code != 0) {
            const mp_status status = mp_fail_os(result);
            mp_recycler_leave(slot->recycler);
            mp_release(slot);
            *out = empty_region;
            return status;
        }
        slot->access = (uint8_t)access;
    }
    mp_ticket_renew(slot, &out->ticket);
    return MP_OK;
}

/* Releases a mapping, of which the region's pages are accessible. */
static void end_mapping(mp_slot *slot, const mp_region *region) {
    const mp_os_traits traits = traits_of(slot);
    if (MP_HARDENED && region->len != 0 &&
        mp_os_uncommit(region->data, region->len, &traits).code == 0)
        mp_quarantine(slot);
    else
        mp_release(slot);
}

void mp_region_destroy(mp_region *region) {
    const mp_region old = *region;
    *region = empty_region;
    mp_slot *slot;
    if (mp_ticket_claim(&old.ticket, &slot) != MP_OK) return;
    mp_recycler_state *recycler = slot->recycler;
    const bool needs_access = old.len != 0 && (slot->wipe_on_destroy || recycler != NULL);
    const bool has_access =
        needs_access && (slot->access == READ_WRITE ||
                         mp_os_protect(old.data, old.len, slot->access, READ_WRITE).code == 0);
    if (has_access && slot->wipe_on_destroy) mp_zero_for_good(old.data, old.len);
    if (!has_access || recycler == NULL || !mp_recycler_keep(recycler, slot, old.len))
        end_mapping(slot, &old);
    mp_recycler_leave(recycler);
    mp_release_retry();
}

mp_status mp_region_into_raw_parts(mp_region *region, void **base, size_t *bytes) {
    mp_slot *slot;
    const mp_status status = mp_ticket_claim(&region->ticket, &slot);
    if (status != MP_OK) return mp_fail(status, "into_raw_parts");
    /* Guard pages are not handed out. Some systems take a mapping back only whole. */
    const size_t front = (size_t)(region->data - slot->base);
    const mp_os_result done = {0, NULL};
    const mp_os_result released = front != 0 ? mp_os_release(slot->base, front) : done;
    if (released.code != 0) {
        mp_ticket_restore(slot);
        return mp_fail_os(released);
    }
    *base = region->data;
    *bytes = region->len;
    *region = empty_region;
    mp_recycler_leave(slot->recycler);
    unsigned char *end = (unsigned char *)*base + *bytes;
    mp_release_range(slot, end, slot->bytes - front - *bytes);
    return MP_OK;
}

mp_status mp_region_from_raw_parts(void *base, size_t bytes, unsigned access, mp_region *out) {
    *out = empty_region;
    const size_t page = mp_os_page_size();
    if (base == NULL) return mp_fail(MP_ERR_INVALID, "from_raw_parts");
    if (bytes == 0) return mp_fail(MP_ERR_ZERO_SIZE, "from_raw_parts");
    if (((uintptr_t)base | bytes) % page != 0) return mp_fail(MP_ERR_MISALIGNED, "from_raw_parts");
    if (bytes > UINTPTR_MAX - (uintptr_t)base) return mp_fail(MP_ERR_INVALID, "from_raw_parts");

    mp_slot *slot;
    const mp_os_result taken = mp_slot_take(&slot);
    if (taken.code != 0) return mp_fail_os(taken);
    put_options(slot, &adopted);
    slot->access = (uint8_t)access;
    slot->base = out->data = (unsigned char *)base;
    slot->bytes = bytes;
    out->len = bytes;
    mp_ticket_renew(slot, &out->ticket);
    return MP_OK;
}

/* ---- Moving ---------------------------------------------------------------------------------- */

/* Whether content is better copied into a huge page than moved on the small pages that it has: the
 * huge page that it begins could never form then. */
static bool is_worth_a_huge_page(size_t content) {
    return content >= mp_os_huge_page_size() / 2;
}

/* Makes the place that moved pages had inaccessible like the rest of their mapping. */
static bool close_place(const mp_slot *slot, const mp_region *region, bool mapped) {
    const mp_os_traits traits = traits_of(slot);
    const mp_os_result closed = mapped ? mp_os_uncommit(region->data, region->len, &traits)
                                       : mp_os_reserve_at(region->data, region->len);
    return closed.code == 0;
}

/* Releases the place that moved pages had; `before` and `behind` are claimed slots for it. Pages
 * that were copied are still `mapped` there. */
static void leave(const mp_slot *slot, const mp_region *region, bool mapped, mp_slot *before,
                  mp_slot *behind) {
    unsigned char *end = region->data + region->len;
    if (MP_HARDENED && region->len != 0 && close_place(slot, region, mapped)) {
        before->base = slot->base;
        before->bytes = slot->bytes;
        mp_quarantine(before);
        mp_slot_give_back(behind);
    } else if (mapped) {
        mp_release_range(before, slot->base, slot->bytes);
        mp_slot_give_back(behind);
    } else {
        mp_release_range(before, slot->base, (size_t)(region->data - slot->base));
        mp_release_range(behind, end, (size_t)(slot->base + slot->bytes - end));
    }
}

/* Copies readable pages to a place that is reserved. */
static mp_os_result copy_pages(const mp_slot *slot, const mp_region *region, unsigned char *to) {
    mp_os_result result = mp_os_commit(to, region->len, READ_WRITE);
    if (result.code != 0) return result;
    memcpy(to, region->data, region->len);
    if (slot->access != READ_WRITE)
        result = mp_os_protect(to, region->len, READ_WRITE, slot->access);
    return result.code == 0 ? populate(slot, to, 0, region->len) : result;
}

/* Moves a claimed slot's pages to a new mapping, and the slot along with them. `content` as in
 * mp_region_relocate(). */
static mp_status relocate(mp_region *region, mp_slot *slot, size_t content, size_t len,
                          size_t reserved, bool huge) {
    mp_slot *before, *behind; /* for what the move leaves on either side of the old place */
    mp_os_result result = mp_slot_take(&before);
    if (result.code != 0) return mp_fail_os(result);
    result = mp_slot_take(&behind);
    if (result.code != 0) {
        mp_slot_give_back(before);
        return mp_fail_os(result);
    }

    const bool copies = huge && is_worth_a_huge_page(content);
    const size_t from = copies ? 0 : region->len;
    mp_area area;
    mp_status status = map_area(slot, before, from, len, reserved, huge, false, &area);
    if (status != MP_OK) {
        mp_slot_give_back(behind);
        return status;
    }
    bool mapped = true;
    if (copies) {
        memcpy(area.data, region->data, content);
    } else if (region->len != 0) {
        /* Pages that have been made resident must not be mapped over, and a memory checker would go
         * through every byte of the reservation. */
        const bool grows = !slot->prefault && !mp_watch_is_on();
        result = mp_os_move(region->data, region->len, area.data, len,
                            grows ? reserved : region->len);
        mapped = result.code != 0;
        if ((slot->access & MP_ACCESS_READ) && mp_os_status(result) == MP_ERR_UNSUPPORTED)
            result = copy_pages(slot, region, area.data);
        if (result.code != 0) {
            status = mp_fail_os(result);
            mp_release_range(before, area.base, area.bytes);
            mp_slot_give_back(behind);
            return status;
        }
    }

    /* The moved pages brought the advice of their old place along. */
    if (huge && !copies) (void)use_huge_pages(slot, area.base, area.bytes, true);
    leave(slot, region, mapped, before, behind);
    slot->huge = huge;
    slot->base = area.base;
    slot->bytes = area.bytes;
    region->data = area.data;
    region->len = len;
    return MP_OK;
}

static size_t room_of(const mp_slot *slot, const mp_region *region) {
    return (size_t)(slot->base + slot->bytes - region->data) - back_of(slot);
}

/* For a hardened build: gives data another address. Code keeps its own. Where the system refuses,
 * data does as well. */
static void move_away(mp_region *region, mp_slot *slot) {
    if (!MP_HARDENED || region->len == 0 || (slot->access & MP_ACCESS_EXEC) ||
        mp_atomic_load(&slot->address_told))
        return;
    const mp_error before = mp_last_error();
    (void)relocate(region, slot, 0, region->len, room_of(slot, region), slot->huge);
    mp_error_restore(before);
}

/* ---- Permission ------------------------------------------------------------------------------ */

/* Some systems tell memory for code from memory for data, and let neither become the other: a copy
 * can. Not of a mapping with options, which the copy would not have, nor of code that counts on its
 * address. */
static bool replace_by_copy(mp_region *region, mp_slot *slot, unsigned access) {
    const bool is_bare = slot->bytes == region->len && slot->alignment == mp_os_page_size() &&
                         !slot->locked && !slot->no_dump && !slot->wipe_on_destroy;
    mp_slot *old;
    if (!is_bare || mp_atomic_load(&slot->address_told) || mp_slot_take(&old).code != 0)
        return false;
    void *copy;
    if (mp_os_copy_as(region->data, region->len, slot->access, access, &copy).code != 0) {
        mp_slot_give_back(old);
        return false;
    }
    mp_release_range(old, slot->base, slot->bytes);
    slot->base = region->data = (unsigned char *)copy;
    return true;
}

mp_status mp_region_transition(mp_region *from, mp_region *to, unsigned access) {
    if (from == to) return mp_fail(MP_ERR_INVALID, "transition");
    *to = empty_region;
    mp_slot *slot;
    const mp_status owned = mp_ticket_claim(&from->ticket, &slot);
    if (owned != MP_OK) return mp_fail(owned, "transition");
    if (slot->wipe_on_fork && (access & MP_ACCESS_EXEC)) {
        mp_ticket_restore(slot); /* as in check_options() */
        return mp_fail(MP_ERR_UNSUPPORTED, "wipe_on_fork");
    }
    const unsigned before = slot->access;
    if (from->len != 0) {
        const mp_error error = mp_last_error();
        const mp_os_result result = mp_os_protect(from->data, from->len, before, access);
        if (result.code != 0) {
            const mp_status status = mp_fail_os(result);
            (void)mp_os_protect(from->data, from->len, access, before);
            if (status != MP_ERR_DENIED || !replace_by_copy(from, slot, access)) {
                mp_ticket_restore(slot);
                return status;
            }
            mp_error_restore(error);
        }
    }
    slot->access = (uint8_t)access;
    if (!(before & MP_ACCESS_EXEC)) move_away(from, slot);
    mp_region_move(from, to);
    mp_ticket_renew(slot, &to->ticket);
    return MP_OK;
}

uintptr_t mp_region_exec_address(const mp_region *region, size_t offset, const char *function) {
    if (offset > region->len) mp_panic_index(function, offset, region->len);
    if (mp_ticket_is_current(&region->ticket)) {
        mp_slot *shared = (mp_slot *)(uintptr_t)region->ticket.slot;
        mp_atomic_store(&shared->address_told, true);
    }
    return (uintptr_t)region->data + offset;
}

void mp_region_sync_code(const mp_region *region, size_t offset, size_t n) {
    if (n != 0) mp_os_sync_code(region->data + offset, n);
}

/* ---- Size ------------------------------------------------------------------------------------ */

static mp_status end_change(mp_region *region, mp_slot *slot, mp_status status) {
    if (status == MP_OK)
        mp_ticket_renew(slot, &region->ticket);
    else
        mp_ticket_restore(slot);
    return status;
}

static mp_status commit(mp_region *region, mp_slot *slot, size_t len) {
    unsigned char *end = region->data + region->len;
    const size_t more = len - region->len;
    mp_os_result result = mp_os_commit(end, more, slot->access);
    if (result.code == 0) {
        result = populate(slot, region->data, region->len, len);
        if (result.code == 0) {
            region->len = len;
            return MP_OK;
        }
    }
    const mp_status status = mp_fail_os(result);
    const mp_os_traits traits = traits_of(slot);
    (void)mp_os_uncommit(end, more, &traits);
    return status;
}

static mp_status uncommit(mp_region *region, mp_slot *slot, size_t len) {
    const mp_os_traits traits = traits_of(slot);
    const mp_os_result result = mp_os_uncommit(region->data + len, region->len - len, &traits);
    if (result.code != 0) return mp_fail_os(result);
    region->len = len;
    return MP_OK;
}

static mp_status shrink(mp_region *region, mp_slot *slot, size_t len) {
    if (slot->bytes != region->len)
        return uncommit(region, slot, len); /* a guard stays behind the end */
    void *base;
    const mp_os_traits traits = traits_of(slot);
    const mp_os_result result = mp_os_resize(region->data, region->len, len, false, &traits, &base);
    if (result.code != 0) return mp_fail_os(result);
    slot->bytes = region->len = len;
    return MP_OK;
}

static mp_status grow(mp_region *region, mp_slot *slot, size_t len) {
    if (slot->bytes != region->len && len <= room_of(slot, region))
        return commit(region, slot, len);

    /* The system's own resizing knows nothing of options. */
    const bool huge = wants_huge_pages((mp_huge_pages)slot->huge_pages, len);
    const bool plain = !MP_HARDENED && slot->bytes == region->len && !huge && !slot->locked &&
                       !slot->prefault && slot->alignment == mp_os_page_size();
    const mp_os_traits traits = traits_of(slot);
    void *base = NULL; /* as a compiler sees it that looks into the seam too */
    if (plain && mp_os_resize(region->data, region->len, len, true, &traits, &base).code == 0) {
        slot->base = region->data = (unsigned char *)base;
        slot->bytes = region->len = len;
        return MP_OK;
    }
    return relocate(region, slot, 0, len, len, huge);
}

mp_status mp_region_resize(mp_region *region, size_t min_bytes) {
    mp_slot *slot;
    const mp_status owned = mp_ticket_claim(&region->ticket, &slot);
    if (owned != MP_OK) return mp_fail(owned, "resize");
    const mp_region before = *region;
    size_t len;
    mp_status status = MP_OK;
    if (min_bytes == 0)
        status = mp_fail(MP_ERR_ZERO_SIZE, "resize");
    else if (!whole_pages(min_bytes, (mp_huge_pages)slot->huge_pages, &len))
        status = mp_fail(MP_ERR_OVERFLOW, "resize");
    else if (len < region->len)
        status = shrink(region, slot, len);
    else if (len > region->len)
        status = grow(region, slot, len);
    if (region->len != before.len && region->data == before.data) move_away(region, slot);
    return end_change(region, slot, status);
}

mp_status mp_region_relocate(mp_region *region, size_t content, size_t len, size_t reserved,
                             bool huge) {
    mp_slot *slot;
    const mp_status owned = mp_ticket_claim(&region->ticket, &slot);
    if (owned != MP_OK) return mp_fail(owned, "grow");
    huge = huge && mp_os_huge_page_size() != 0;
    return end_change(region, slot, relocate(region, slot, content, len, reserved, huge));
}

mp_status mp_region_commit(mp_region *region, size_t len) {
    mp_slot *slot;
    const mp_status owned = mp_ticket_claim(&region->ticket, &slot);
    if (owned != MP_OK) return mp_fail(owned, "commit");
    const bool changes = len != region->len;
    return end_change(region, slot, changes ? commit(region, slot, len) : MP_OK);
}

mp_status mp_region_uncommit(mp_region *region, size_t len) {
    mp_slot *slot;
    const mp_status owned = mp_ticket_claim(&region->ticket, &slot);
    if (owned != MP_OK) return mp_fail(owned, "shrink");
    const bool changes = len != region->len;
    return end_change(region, slot, changes ? uncommit(region, slot, len) : MP_OK);
}

/* What a slot says may be read by a copy of a handle while the original changes it; the second look
 * at the ticket tells whether that was so. */
static bool read_slot(const mp_region *region, mp_slot *out) {
    if (!mp_ticket_is_current(&region->ticket)) return false;
    *out = *(const mp_slot *)(const void *)region->ticket.slot;
    return mp_ticket_is_current(&region->ticket);
}

size_t mp_region_room(const mp_region *region) {
    mp_slot slot;
    return read_slot(region, &slot) ? room_of(&slot, region) : 0;
}

void mp_region_options(const mp_region *region, mp_options *out) {
    const mp_options defaults = MP_INIT;
    *out = defaults;
    mp_slot slot;
    if (!read_slot(region, &slot)) return;
    out->reservation = slot.reservation;
    out->huge_pages = (mp_huge_pages)slot.huge_pages;
}

/* ---- Physical memory ------------------------------------------------------------------------- */

static mp_status check_range(const mp_region *region, mp_range range) {
    if (!mp_range_is_inside(range.offset, range.n, region->len))
        return mp_fail(MP_ERR_OUT_OF_RANGE, "decommit");
    if ((range.offset | range.n) % mp_os_page_size() != 0)
        return mp_fail(MP_ERR_MISALIGNED, "decommit");
    return MP_OK;
}

static mp_status decommit_ranges(const mp_region *region, const mp_slot *slot,
                                 const mp_range *ranges, size_t count) {
    if (ranges == NULL && count != 0) return mp_fail(MP_ERR_INVALID, "decommit");
    for (size_t i = 0; i < count; i++) MP_TRY(check_range(region, ranges[i]));
    const mp_os_result result = forget_ranges(slot, region->data, ranges, count);
    return result.code == 0 ? MP_OK : mp_fail_os(result);
}

mp_status mp_region_decommit_ranges(mp_region *region, const mp_range *ranges, size_t count) {
    mp_slot *slot;
    const mp_status owned = mp_ticket_claim(&region->ticket, &slot);
    if (owned != MP_OK) return mp_fail(owned, "decommit");
    return end_change(region, slot, decommit_ranges(region, slot, ranges, count));
}

mp_status mp_region_decommit(mp_region *region, size_t offset, size_t n) {
    const mp_range range = {offset, n};
    return mp_region_decommit_ranges(region, &range, 1);
}

mp_status mp_region_resident_bytes(const mp_region *region, size_t *out) {
    const mp_status owned = mp_ticket_check(&region->ticket);
    if (owned != MP_OK) return mp_fail(owned, "resident_bytes");
    if (region->len == 0) {
        *out = 0;
        return MP_OK;
    }
    const mp_os_result result = mp_os_resident(region->data, region->len, out);
    return result.code == 0 ? MP_OK : mp_fail_os(result);
}

void mp_region_wipe(mp_region *region) {
    if (region->len != 0) mp_zero_for_good(region->data, region->len);
}

/* ---- Hints ----------------------------------------------------------------------------------- */

mp_status mp_region_advise_soon(const mp_region *region, size_t offset, size_t n) {
    const mp_status owned = mp_ticket_check(&region->ticket);
    if (owned != MP_OK) return mp_fail(owned, "advise_use_soon");
    if (!mp_range_is_inside(offset, n, region->len))
        return mp_fail(MP_ERR_OUT_OF_RANGE, "advise_use_soon");
    if (n == 0) return MP_OK;
    const size_t page = mp_os_page_size();
    const size_t first = mp_round_down(offset, page);
    const size_t end = mp_round_down(offset + n - 1, page) + page;
    const mp_os_result result = mp_os_advise(region->data + first, end - first, MP_ADVICE_SOON);
    return result.code == 0 ? MP_OK : mp_fail_os(result);
}

mp_status mp_region_advise(const mp_region *region, size_t n, mp_advice advice) {
    if (advice == MP_ADVICE_SOON) return mp_region_advise_soon(region, 0, n);
    const mp_status owned = mp_ticket_check(&region->ticket);
    if (owned != MP_OK) return mp_fail(owned, "advise");
    mp_slot slot;
    if (!read_slot(region, &slot)) return mp_fail(MP_ERR_STALE, "advise");
    const mp_os_result result = mp_os_advise(slot.base, slot.bytes, advice);
    if (result.code != 0) return mp_fail_os(result);
    /* Many threads may give hints through one handle, so that nobody can claim the slot for it. */
    mp_slot *shared = (mp_slot *)(uintptr_t)region->ticket.slot;
    mp_atomic_store(&shared->advice, (uint8_t)advice);
    return MP_OK;
}
