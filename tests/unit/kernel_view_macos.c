#define _DARWIN_C_SOURCE
#include "kernel_view.h"

#include <check.h>
#include <libkern/OSCacheControl.h>
#include <mach/mach.h>
#include <memory_pages/mp_system.h>
#include <stdint.h>
#include <string.h>

struct region {
    uintptr_t first, end;
    vm_prot_t protection;
};

/* The first mapping that ends behind `address`; empty, at the end of all, if there is none. */
static struct region region_from(uintptr_t address) {
    vm_address_t first = address;
    vm_size_t bytes = 0;
    vm_region_basic_info_data_64_t info;
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_port_t object = MACH_PORT_NULL;
    const kern_return_t failed =
        vm_region_64(mach_task_self(), &first, &bytes, VM_REGION_BASIC_INFO_64,
                     (vm_region_info_t)&info, &count, &object);
    if (failed != KERN_SUCCESS) return (struct region){UINTPTR_MAX, UINTPTR_MAX, VM_PROT_NONE};
    return (struct region){first, first + bytes, info.protection};
}

static unsigned access_of(vm_prot_t protection) {
    return (protection & VM_PROT_READ ? MP_ACCESS_READ : 0u) |
           (protection & VM_PROT_WRITE ? MP_ACCESS_WRITE : 0u) |
           (protection & VM_PROT_EXECUTE ? MP_ACCESS_EXEC : 0u);
}

unsigned kernel_access(const void *address, size_t n) {
    const uintptr_t end = (uintptr_t)address + n;
    const struct region start = region_from((uintptr_t)address);
    const bool is_mapped = start.first <= (uintptr_t)address;
    if (!is_mapped) return start.first < end ? KERNEL_MIXED : KERNEL_UNMAPPED;
    for (uintptr_t next = start.end; next < end;) {
        const struct region region = region_from(next);
        if (region.first > next || region.protection != start.protection) return KERNEL_MIXED;
        next = region.end;
    }
    return access_of(start.protection);
}

unsigned kernel_form(unsigned access) { return access; }

unsigned kernel_reserved(void) { return MP_ACCESS_NONE; }

bool kernel_keeps_flags(void) { return false; }

bool kernel_has_flag(const void *address, const char *flag) {
    (void)address, (void)flag;
    return false;
}

size_t kernel_page_size(void) { return vm_page_size; }

size_t kernel_resident_bytes(const void *address, size_t n) {
    size_t resident = 0;
    for (size_t done = 0; done < n; done += vm_page_size) {
        integer_t state = 0, references = 0;
        const vm_offset_t page = (vm_offset_t)address + done;
        ck_assert_int_eq(vm_map_page_query(mach_task_self(), page, &state, &references),
                         KERN_SUCCESS);
        resident += state & VM_PAGE_QUERY_PAGE_PRESENT ? vm_page_size : 0;
    }
    return resident;
}

size_t kernel_address_space(void) {
    mach_task_basic_info_data_t info;
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    ck_assert_int_eq(task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&info, &count),
                     KERN_SUCCESS);
    return info.virtual_size;
}

size_t kernel_mappings_in(const void *address, size_t n) {
    const uintptr_t end = (uintptr_t)address + n;
    size_t count = 0;
    for (uintptr_t next = (uintptr_t)address; region_from(next).first < end;
         next = region_from(next).end) {
        count++;
    }
    return count;
}

static void protect(uintptr_t page, vm_prot_t protection) {
    ck_assert_int_eq(vm_protect(mach_task_self(), page, vm_page_size, FALSE, protection),
                     KERN_SUCCESS);
}

/* Copies page by page, each made accessible for the moment. */
static void copy(unsigned char *pages, unsigned char *other, size_t n, bool into_pages) {
    while (n != 0) {
        const uintptr_t page = (uintptr_t)pages / vm_page_size * vm_page_size;
        const size_t rest = page + vm_page_size - (uintptr_t)pages;
        const size_t piece = n < rest ? n : rest;
        const vm_prot_t before = region_from(page).protection;
        protect(page, VM_PROT_READ | VM_PROT_WRITE);
        memcpy(into_pages ? pages : other, into_pages ? other : pages, piece);
        protect(page, before);
        sys_icache_invalidate(pages, piece);
        pages += piece;
        other += piece;
        n -= piece;
    }
}

void kernel_peek(const void *address, void *to, size_t n) {
    copy((unsigned char *)(uintptr_t)address, to, n, false);
}

void kernel_poke(void *address, const void *from, size_t n) {
    copy(address, (unsigned char *)(uintptr_t)from, n, true);
}
