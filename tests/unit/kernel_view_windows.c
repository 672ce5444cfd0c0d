#define PSAPI_VERSION 2 /* QueryWorkingSetEx() from kernel32: no further library */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <psapi.h>

#include "kernel_view.h"

#include <check.h>
#include <memory_pages/mp_system.h>
#include <stdint.h>
#include <string.h>

/* Around the import table, in which a test may have put calls that fail. */
static FARPROC genuine(const char *name) {
    const FARPROC call = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), name);
    ck_assert_msg(call != NULL, "kernel32.dll has no %s", name);
    return call;
}

/* The pages from `address` on that have all in common. */
static MEMORY_BASIC_INFORMATION region_at(const void *address) {
    typedef SIZE_T(WINAPI * query_call)(const void *, MEMORY_BASIC_INFORMATION *, SIZE_T);
    const query_call query = (query_call)(uintptr_t)genuine("VirtualQuery");
    MEMORY_BASIC_INFORMATION region;
    if (query(address, &region, sizeof region) == 0) memset(&region, 0, sizeof region);
    return region;
}

static const unsigned char *end_of(MEMORY_BASIC_INFORMATION region) {
    return (const unsigned char *)region.BaseAddress + region.RegionSize;
}

/* Address space without memory counts as nothing: nobody can touch it. */
static unsigned access_of(MEMORY_BASIC_INFORMATION region) {
    if (region.State != MEM_COMMIT) return KERNEL_UNMAPPED;
    switch (region.Protect) {
    case PAGE_NOACCESS:
        return MP_ACCESS_NONE;
    case PAGE_READONLY:
        return MP_ACCESS_READ;
    case PAGE_READWRITE:
        return MP_ACCESS_READ | MP_ACCESS_WRITE;
    case PAGE_EXECUTE:
        return MP_ACCESS_EXEC;
    case PAGE_EXECUTE_READ:
        return MP_ACCESS_READ | MP_ACCESS_EXEC;
    case PAGE_EXECUTE_READWRITE:
        return MP_ACCESS_READ | MP_ACCESS_WRITE | MP_ACCESS_EXEC;
    default:
        ck_abort_msg("the protection is 0x%lx", (unsigned long)region.Protect);
    }
}

unsigned kernel_access(const void *address, size_t n) {
    const unsigned char *end = (const unsigned char *)address + n;
    const unsigned access = access_of(region_at(address));
    for (const unsigned char *at = address; at < end; at = end_of(region_at(at))) {
        if (access_of(region_at(at)) != access) return KERNEL_MIXED;
    }
    return access;
}

/* Windows has no pages that can be written but not read. */
unsigned kernel_form(unsigned access) {
    return access & MP_ACCESS_WRITE ? access | MP_ACCESS_READ : access;
}

unsigned kernel_reserved(void) { return KERNEL_UNMAPPED; }

bool kernel_keeps_flags(void) { return false; }

bool kernel_has_flag(const void *address, const char *flag) {
    (void)address, (void)flag;
    return false;
}

size_t kernel_page_size(void) {
    SYSTEM_INFO info;
    GetNativeSystemInfo(&info);
    return info.dwPageSize;
}

/* The library asks the same question: there is no other that tells about single pages. */
static size_t resident_of(const unsigned char *pages, size_t n) {
    typedef BOOL(WINAPI * query_call)(HANDLE, void *, DWORD);
    const query_call query = (query_call)(uintptr_t)genuine("K32QueryWorkingSetEx");
    static PSAPI_WORKING_SET_EX_INFORMATION asked[4096];
    const size_t page = kernel_page_size();
    size_t resident = 0;
    for (size_t done = 0; done < n;) {
        DWORD count = 0;
        for (; count < 4096 && done < n; count++, done += page) {
            asked[count].VirtualAddress = (unsigned char *)(uintptr_t)pages + done;
        }
        ck_assert(query(GetCurrentProcess(), asked, count * (DWORD)sizeof asked[0]));
        for (DWORD i = 0; i < count; i++) resident += asked[i].VirtualAttributes.Valid ? page : 0;
    }
    return resident;
}

/* Only memory can be resident: for address space alone wine would take minutes to say so. */
size_t kernel_resident_bytes(const void *address, size_t n) {
    const unsigned char *at = address;
    const unsigned char *const end = at + n;
    size_t resident = 0;
    while (at < end) {
        const MEMORY_BASIC_INFORMATION region = region_at(at);
        const unsigned char *next = end_of(region) < end ? end_of(region) : end;
        if (region.State == MEM_COMMIT) resident += resident_of(at, (size_t)(next - at));
        at = next;
    }
    return resident;
}

size_t kernel_address_space(void) {
    size_t bytes = 0;
    for (const unsigned char *at = NULL; region_at(at).RegionSize != 0;
         at = end_of(region_at(at))) {
        bytes += region_at(at).State != MEM_FREE ? region_at(at).RegionSize : 0;
    }
    return bytes;
}

size_t kernel_mappings_in(const void *address, size_t n) {
    const unsigned char *end = (const unsigned char *)address + n;
    size_t count = 0;
    for (const unsigned char *at = address; at < end; at = end_of(region_at(at))) count++;
    return count;
}

/* Copies page by page, each made accessible for the moment. */
static void copy(unsigned char *pages, unsigned char *other, size_t n, bool into_pages) {
    typedef BOOL(WINAPI * protect_call)(void *, SIZE_T, DWORD, DWORD *);
    const protect_call protect = (protect_call)(uintptr_t)genuine("VirtualProtect");
    const size_t page = kernel_page_size();
    while (n != 0) {
        const size_t rest = page - (uintptr_t)pages % page;
        const size_t piece = n < rest ? n : rest;
        DWORD before, ignored;
        ck_assert(protect(pages, piece, PAGE_READWRITE, &before));
        memcpy(into_pages ? pages : other, into_pages ? other : pages, piece);
        ck_assert(protect(pages, piece, before, &ignored));
        FlushInstructionCache(GetCurrentProcess(), pages, piece);
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
