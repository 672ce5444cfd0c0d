/* src/mp_region.c over a system of which each call may fail. */
#include "model/seam.h"

#include "memory_pages/mp_code.h"
#include "mp_compiler.h"
#include "mp_region_internal.h"
#include "mp_release.h"

enum { READ_WRITE = MP_ACCESS_READ | MP_ACCESS_WRITE };

static mp_options any_options(void) {
    mp_options options = MP_INIT;
    options.guard_pages = any_bool();
    options.locked = any_bool();
    options.prefault = any_bool();
    options.no_dump = any_bool();
    options.wipe_on_fork = any_bool();
    options.huge_pages = (mp_huge_pages)any_size_in(0, 4);
    options.alignment = any_bool() ? 0 : (size_t)1 << any_size_in(0, 30);
    return options;
}

static unsigned any_access(void) { return (unsigned)any_size_in(0, 7); }

/* Pages of any size, as mp_region_create() makes them. From here on calls may fail. */
static mp_region any_pages(unsigned access) {
    seam_start();
    seam.may_fail = false;
    mp_options options = MP_INIT;
    options.guard_pages = any_bool();
    mp_region region;
    GIVEN(mp_region_create(any_size(), access, &options, &region) == MP_OK);
    seam.may_fail = true;
    seam.access = access;
    return region;
}

/* A vector's: some of its address space is only reserved. */
static mp_region any_reservation(void) {
    seam_start();
    seam.may_fail = false;
    const mp_options options = MP_INIT;
    const size_t len = any_size_in(1, 1000) * seam.page;
    const size_t reserved = any_size_in(0, 1000000) * seam.page;
    GIVEN(len <= reserved);
    mp_region region;
    size_t used;
    GIVEN(mp_region_reserve(len, reserved, false, &options, &region, &used) == MP_OK);
    seam.may_fail = true;
    seam.access = READ_WRITE;
    return region;
}

/* ---- What all of them promise ---------------------------------------------------------------- */

typedef struct moment {
    mp_region region;
    watched_byte byte;
    size_t calls;
} moment;

static moment now(const mp_region *region) { return (moment){*region, seam.byte, seam.calls}; }

static bool is_in(const mp_region *region) { return seam_holds(region->data, region->len); }

/* Memory that there was is as it was; memory that there was not is gone, or waits to go. */
static void claim_memory_as(const watched_byte *before) {
    if (before->mapped) {
        CLAIM(seam.byte.mapped && seam.byte.at == before->at);
        CLAIM(seam.byte.committed == before->committed);
        CLAIM(seam.byte.access == before->access);
        CLAIM(seam.byte.zero || !before->zero);
    } else {
        CLAIM(!seam.byte.mapped || seam.byte.refused);
    }
    CLAIM(!(seam.byte.mapped && seam.byte.refused) || mp_unreleased_bytes() != 0);
}

static void claim_nothing_changed(const mp_region *region, const moment *before) {
    CLAIM(region->data == before->region.data && region->len == before->region.len);
    CLAIM(mp_ticket_check(&region->ticket) == MP_OK);
    claim_memory_as(&before->byte);
}

static void claim_new_ticket(const mp_region *region, const moment *before) {
    CLAIM(mp_ticket_check(&region->ticket) == MP_OK);
    CLAIM(mp_ticket_check(&before->region.ticket) == MP_ERR_STALE);
}

static void claim_empty(const mp_region *region) {
    CLAIM(region->data == NULL && region->len == 0 && region->ticket.slot == NULL);
}

/* The byte of before is at the same offset, if that still exists. */
static void claim_content_kept(const mp_region *region, const moment *before) {
    const watched_byte *byte = &before->byte;
    if (!byte->mapped || !__CPROVER_same_object(byte->at, before->region.data)) return;
    const size_t offset = (size_t)(byte->at - before->region.data);
    if (byte->at < before->region.data || offset >= before->region.len) return;
    if (seam.byte.left) {
        CLAIM(!seam.byte.mapped || seam.byte.refused);
    } else if (offset < region->len) {
        CLAIM(is_in(region) && seam.byte.at == region->data + offset);
        CLAIM(seam.byte.committed && seam.byte.access == byte->access);
        CLAIM(seam.byte.zero == byte->zero);
    }
}

/* All that the handle says is there is accessible, in a mapping of the slot. */
static void claim_region(const mp_region *region, unsigned access) {
    CLAIM(region->len != 0 && region->len % seam.page == 0);
    CLAIM(mp_region_room(region) >= region->len);
    if (is_in(region) && !seam.byte.left) CLAIM(seam.byte.committed && seam.byte.access == access);
}

/* ---- Life ------------------------------------------------------------------------------------ */

void create_or_nothing(void) {
    seam_start();
    mp_region region;
    const unsigned access = any_access();
    const size_t min_bytes = any_size();
    mp_options options = MP_INIT;
    options.guard_pages = any_bool();
    options.no_dump = any_bool();
    const mp_status status = mp_region_create(min_bytes, access, &options, &region);
    if (status == MP_OK) {
        CLAIM(region.len >= min_bytes && region.len - min_bytes < seam.page);
        CLAIM(mp_ticket_check(&region.ticket) == MP_OK);
        claim_region(&region, access);
        if (is_in(&region)) CLAIM(seam.byte.zero);
    } else {
        const watched_byte none = {0};
        claim_empty(&region);
        claim_memory_as(&none);
    }
}

void options_are_checked_first(void) {
    seam_start();
    seam.may_fail = false;
    const mp_options options = any_options();
    const unsigned access = any_access();
    const bool bad = (options.wipe_on_fork && (access & MP_ACCESS_EXEC)) ||
                     !mp_is_power_of_two_or_zero(options.alignment) ||
                     options.huge_pages > MP_HUGE_PAGES_ALWAYS ||
                     (options.huge_pages == MP_HUGE_PAGES_ALWAYS && seam.huge == 0);
    mp_region region;
    const mp_status status = mp_region_create(1, access, &options, &region);
    CLAIM((status == MP_OK) == !bad);
    if (bad) {
        CLAIM(seam.calls == 0);
        claim_empty(&region);
    }
}

void guards_are_inaccessible(void) {
    const mp_region region = any_pages(any_access());
    if (!seam.byte.mapped || is_in(&region)) return;
    CLAIM(!seam.byte.committed);
    CLAIM(__CPROVER_same_object(seam.byte.at, region.data));
    CLAIM(seam.byte.at < region.data || seam.byte.at >= region.data + region.len);
}

void into_raw_parts(void) {
    mp_region region = any_pages(READ_WRITE);
    const moment before = now(&region);
    void *base = NULL;
    size_t bytes = 0;
    const mp_status status = mp_region_into_raw_parts(&region, &base, &bytes);
    if (status == MP_OK) {
        claim_empty(&region);
        CLAIM(base == before.region.data && bytes == before.region.len);
        CLAIM(mp_ticket_check(&before.region.ticket) == MP_ERR_STALE);
        if (seam.byte.mapped && !seam_holds(base, bytes)) /* a guard */
            CLAIM(seam.byte.refused && mp_unreleased_bytes() != 0);
    } else {
        seam.byte.refused = false; /* still the handle's */
        claim_nothing_changed(&region, &before);
        CLAIM(base == NULL && bytes == 0);
    }
}

void from_raw_parts(void) {
    seam_start();
    const size_t bytes = any_size_in(0, (size_t)1 << 40), offset = any_size_in(0, 4096);
    unsigned char *base = __CPROVER_allocate(((size_t)1 << 40) + 4096, 1);
    void *given = any_bool() ? base + offset : NULL;
    mp_region region;
    const mp_status status = mp_region_from_raw_parts(given, bytes, any_access(), &region);
    if (status == MP_OK) {
        CLAIM(given != NULL && bytes != 0);
        CLAIM(offset % seam.page == 0 && bytes % seam.page == 0);
        CLAIM(region.data == given && region.len == bytes);
        CLAIM(mp_region_room(&region) == bytes);
    } else {
        claim_empty(&region);
    }
}

/* ---- Permission ------------------------------------------------------------------------------ */

void transition_or_nothing(void) {
    const unsigned access = any_access(), wanted = any_access();
    mp_region region = any_pages(access), to;
    const moment before = now(&region);
    const mp_status status = mp_region_transition(&region, &to, wanted);
    if (status == MP_OK) {
        claim_empty(&region);
        CLAIM(to.data == before.region.data && to.len == before.region.len);
        claim_new_ticket(&to, &before);
        claim_region(&to, wanted);
    } else {
        claim_empty(&to);
        claim_nothing_changed(&region, &before);
    }
}

void code_ends_with_a_transition(void) {
    mp_region region = any_pages(MP_ACCESS_READ | MP_ACCESS_EXEC), to;
    const size_t offset = any_size();
    mp_code code;
    const mp_status status = mp_code_at(&region, offset, &code);
    CLAIM((status == MP_OK) == (offset < region.len));
    if (status != MP_OK) {
        CLAIM(!mp_ticket_is_current(&code.ticket));
        return;
    }
    CLAIM((uintptr_t)code.entry == (uintptr_t)region.data + offset);
    CLAIM(mp_ticket_is_current(&code.ticket));
    const bool moved = mp_region_transition(&region, &to, any_access()) == MP_OK;
    CLAIM(mp_ticket_is_current(&code.ticket) == !moved);
}

/* ---- Size ------------------------------------------------------------------------------------ */

void commit_or_nothing(void) {
    mp_region region = any_reservation();
    const moment before = now(&region);
    const size_t room = mp_region_room(&region);
    const size_t len = any_size_in(1, 1000000) * seam.page;
    GIVEN(region.len <= len && len <= room);
    const mp_status status = mp_region_commit(&region, len);
    CLAIM(mp_region_room(&region) == room);
    if (status == MP_OK) {
        CLAIM(region.len == len);
        claim_new_ticket(&region, &before);
        claim_region(&region, READ_WRITE);
        claim_content_kept(&region, &before);
        if (seam.byte.mapped && !is_in(&region)) CLAIM(!seam.byte.committed);
    } else {
        claim_nothing_changed(&region, &before);
    }
}

void uncommit_or_nothing(void) {
    mp_region region = any_reservation();
    const moment before = now(&region);
    const size_t len = any_size_in(0, 1000000) * seam.page;
    GIVEN(len <= region.len);
    const mp_status status = mp_region_uncommit(&region, len);
    if (status == MP_OK) {
        CLAIM(region.len == len);
        claim_new_ticket(&region, &before);
        claim_content_kept(&region, &before);
        if (seam.byte.mapped && !is_in(&region)) CLAIM(!seam.byte.committed);
    } else {
        claim_nothing_changed(&region, &before);
    }
}

/* ---- Physical memory ------------------------------------------------------------------------- */

void decommit_checks_all_ranges_first(void) {
    mp_region region = any_pages(READ_WRITE);
    const moment before = now(&region);
    enum { RANGES = 2 };
    mp_range ranges[RANGES];
    bool good = true;
    for (unsigned i = 0; i < RANGES; i++) {
        ranges[i] = (mp_range){any_size(), any_size()};
        good = good && ranges[i].offset <= region.len &&
               ranges[i].n <= region.len - ranges[i].offset && ranges[i].offset % seam.page == 0 &&
               ranges[i].n % seam.page == 0;
    }
    const mp_status status = mp_region_decommit_ranges(&region, ranges, RANGES);
    CLAIM(good || status == MP_ERR_OUT_OF_RANGE || status == MP_ERR_MISALIGNED);
    CLAIM(good || seam.calls == before.calls);
    if (status == MP_OK)
        claim_new_ticket(&region, &before);
    else
        claim_nothing_changed(&region, &before);
}

void advise_soon_stays_inside(void) {
    mp_region region = any_pages(MP_ACCESS_READ);
    const moment before = now(&region);
    const size_t offset = any_size(), n = any_size();
    const mp_status status = mp_region_advise_soon(&region, offset, n);
    CLAIM(status != MP_OK || (offset <= region.len && n <= region.len - offset));
    claim_nothing_changed(&region, &before);
}

void resident_bytes_or_nothing(void) {
    const mp_region region = any_pages(MP_ACCESS_READ);
    const moment before = now(&region);
    size_t bytes = 7;
    const mp_status status = mp_region_resident_bytes(&region, &bytes);
    CLAIM(status == MP_OK ? bytes <= region.len : bytes == 7);
    claim_nothing_changed(&region, &before);
}
