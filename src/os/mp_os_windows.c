/* Windows. Address space comes and goes in whole allocations; memory is committed and
 * decommitted inside them, page by page. There is no remapping: a mapping grows into what it has
 * reserved or is copied.
 *
 * What Windows 7 lacks is looked up when it is needed. */
#include "mp_os.h"

#define PSAPI_VERSION 2 /* QueryWorkingSetEx() from kernel32: no further library */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <psapi.h>

#include "../mp_compiler.h"

/* From winerror.h, where the toolchain's is older. */
#ifndef ERROR_DYNAMIC_CODE_BLOCKED
#define ERROR_DYNAMIC_CODE_BLOCKED 1655
#endif

/* ---- Results --------------------------------------------------------------------------------- */

static const mp_os_result done = {0, NULL};

/* What a system call gave; `saved` is the caller's last error, which comes back. */
static mp_os_result result_of(bool failed, const char *call, DWORD saved) {
    const mp_os_result result = {failed ? (int)GetLastError() : 0, call};
    SetLastError(saved);
    return failed ? result : done;
}

mp_status mp_os_status(mp_os_result failure) {
    switch (failure.code) {
    case 0:
        return MP_OK;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_COMMITMENT_MINIMUM:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_NOT_ENOUGH_QUOTA:
    case ERROR_PAGEFILE_QUOTA:
    case ERROR_WORKING_SET_QUOTA:
    case MP_OS_TABLES_FULL:
        return MP_ERR_OUT_OF_MEMORY;
    case ERROR_ACCESS_DENIED:
    case ERROR_DYNAMIC_CODE_BLOCKED: /* the process has given up making code */
    case ERROR_PRIVILEGE_NOT_HELD:
        return MP_ERR_DENIED;
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_PARAMETER:
    case ERROR_NOT_SUPPORTED:
        return MP_ERR_UNSUPPORTED;
    default:
        return MP_ERR_SYSTEM;
    }
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static SYSTEM_INFO system_info(void) {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info;
}

size_t mp_os_page_size(void) {
    static size_t known; /* atomic; every thread finds the same */
    size_t size = mp_atomic_load(&known);
    if (size == 0) {
        size = system_info().dwPageSize;
        mp_atomic_store(&known, size);
    }
    return size;
}

/* The right to lock memory, which an administrator grants to a user, and a program has to claim. */
static bool claim_large_pages(void) {
    HANDLE token;
    TOKEN_PRIVILEGES claim = MP_INIT;
    claim.PrivilegeCount = 1;
    claim.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token)) return false;
    const bool is_claimed =
        LookupPrivilegeValueW(NULL, L"SeLockMemoryPrivilege", &claim.Privileges[0].Luid) &&
        AdjustTokenPrivileges(token, FALSE, &claim, 0, NULL, NULL) &&
        GetLastError() == ERROR_SUCCESS; /* the call succeeds also when it does nothing */
    CloseHandle(token);
    return is_claimed;
}

/* For pages only: large ones are committed as they are reserved, all at once, and vectors commit in
 * steps. */
size_t mp_os_huge_page_size(void) {
    static size_t known; /* atomic; one more than the size, 0 when not asked yet */
    size_t size = mp_atomic_load(&known);
    if (size == 0) {
        const DWORD saved = GetLastError();
        size = (claim_large_pages() ? GetLargePageMinimum() : 0) + 1;
        mp_atomic_store(&known, size);
        SetLastError(saved);
    }
    return size - 1;
}

/* Windows has no pages that can be written but not read. */
static DWORD protection_of(unsigned access) {
    switch (access) {
    case MP_ACCESS_NONE:
        return PAGE_NOACCESS;
    case MP_ACCESS_READ:
        return PAGE_READONLY;
    case MP_ACCESS_WRITE:
    case MP_ACCESS_READ | MP_ACCESS_WRITE:
        return PAGE_READWRITE;
    case MP_ACCESS_EXEC:
        return PAGE_EXECUTE;
    case MP_ACCESS_READ | MP_ACCESS_EXEC:
        return PAGE_EXECUTE_READ;
    default:
        return PAGE_EXECUTE_READWRITE;
    }
}

/* Whether PAGE_EXECUTE can be read is the processor's affair, so reading is tried: the kernel
 * copies a byte by the page tables that the program uses, and raises no exception when it can't.
 * Writes that were not asked for are always denied. */
unsigned mp_os_enforced(unsigned access) {
    const DWORD saved = GetLastError();
    unsigned allowed = access;
    void *page =
        VirtualAlloc(NULL, mp_os_page_size(), MEM_RESERVE | MEM_COMMIT, protection_of(access));
    HANDLE reader, writer;
    DWORD written;
    if (page != NULL) {
        if (CreatePipe(&reader, &writer, NULL, 0)) {
            if (WriteFile(writer, page, 1, &written, NULL)) allowed |= MP_ACCESS_READ;
            CloseHandle(reader);
            CloseHandle(writer);
        }
        VirtualFree(page, 0, MEM_RELEASE);
    } else if (GetLastError() == ERROR_DYNAMIC_CODE_BLOCKED) {
        allowed = MP_ACCESS_NONE;
    }
    SetLastError(saved);
    return allowed;
}

uint64_t mp_os_milliseconds(void) { return GetTickCount64(); }

/* ---- Address space --------------------------------------------------------------------------- */

/* Allocations start at multiples of the granularity, which is 64 KiB. For a larger alignment,
 * room for the worst case shows where there is space. Only whole allocations can be given back,
 * so what is aligned in it is reserved anew, for which another thread may have been faster. */
static void *reserve(size_t bytes, size_t alignment) {
    enum { ATTEMPTS = 64 };
    const SYSTEM_INFO info = system_info();
    const size_t granularity = info.dwAllocationGranularity;
    const size_t slack = alignment > granularity ? alignment - granularity : 0;
    size_t room;
    if (!mp_checked_add(bytes, slack, &room) ||
        room > (uintptr_t)info.lpMaximumApplicationAddress) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY); /* the system would say "invalid parameter" */
        return NULL;
    }
    if (slack == 0) return VirtualAlloc(NULL, bytes, MEM_RESERVE, PAGE_NOACCESS);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        void *found = VirtualAlloc(NULL, room, MEM_RESERVE, PAGE_NOACCESS);
        if (found == NULL) return NULL;
        VirtualFree(found, 0, MEM_RELEASE);
        const uintptr_t aligned = ((uintptr_t)found + slack) & ~(uintptr_t)(alignment - 1);
        void *base = VirtualAlloc((void *)aligned, bytes, MEM_RESERVE, PAGE_NOACCESS);
        if (base != NULL) return base;
    }
    return NULL;
}

/* NULL if there are no large pages now, of which the system finds fewer the longer it runs. They
 * are aligned to their size. */
static void *map_large(size_t bytes, unsigned access, mp_os_wish wish) {
    const size_t large = mp_os_huge_page_size();
    if (!wish.huge || large == 0 || bytes % large != 0 || wish.alignment > large) return NULL;
    return VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES,
                        protection_of(access));
}

/* Windows promises all that it commits. */
mp_os_result mp_os_map(size_t bytes, unsigned access, mp_os_wish wish, void **out,
                       mp_os_left *left) {
    const DWORD saved = GetLastError();
    if (left != NULL) *left = mp_value(mp_os_left, NULL, 0);
    void *large = map_large(bytes, access, wish);
    if (large != NULL) {
        *out = large;
        SetLastError(saved);
        return done;
    }
    /* What is left of the last granule is lost to everybody else: it is reserved to grow into. */
    size_t granules;
    if (!mp_round_up(bytes, system_info().dwAllocationGranularity, &granules)) granules = bytes;
    void *base = reserve(granules, wish.alignment);
    if (base == NULL) return result_of(true, "VirtualAlloc", saved);
    if (VirtualAlloc(base, bytes, MEM_COMMIT, protection_of(access)) == NULL) {
        const mp_os_result failure = result_of(true, "VirtualAlloc", saved);
        VirtualFree(base, 0, MEM_RELEASE);
        SetLastError(saved);
        return failure;
    }
    *out = base;
    SetLastError(saved);
    return done;
}

mp_os_result mp_os_reserve(size_t bytes, size_t alignment, void **out, mp_os_left *left) {
    const DWORD saved = GetLastError();
    *left = mp_value(mp_os_left, NULL, 0);
    void *base = reserve(bytes, alignment);
    if (base == NULL) return result_of(true, "VirtualAlloc", saved);
    *out = base;
    SetLastError(saved);
    return done;
}

mp_os_result mp_os_reserve_at(void *base, size_t bytes) {
    const DWORD saved = GetLastError();
    return result_of(VirtualAlloc(base, bytes, MEM_RESERVE, PAGE_NOACCESS) == NULL, "VirtualAlloc",
                     saved);
}

/* The pages from `page` on that have all in common. */
static mp_os_result look_at(const void *page, MEMORY_BASIC_INFORMATION *out) {
    const DWORD saved = GetLastError();
    return result_of(VirtualQuery(page, out, sizeof *out) == 0, "VirtualQuery", saved);
}

/* The system takes an allocation back only whole, and with it what is in use behind a part. What a
 * smaller size has left over is not in use. */
mp_os_result mp_os_release(void *base, size_t bytes) {
    MEMORY_BASIC_INFORMATION behind;
    if (look_at((unsigned char *)base + bytes, &behind).code == 0 &&
        behind.AllocationBase == base && behind.State == MEM_COMMIT)
        return mp_value(mp_os_result, ERROR_NOT_SUPPORTED, "VirtualFree");
    const DWORD saved = GetLastError();
    return result_of(!VirtualFree(base, 0, MEM_RELEASE), "VirtualFree", saved);
}

mp_os_result mp_os_commit(void *base, size_t bytes, unsigned access) {
    const DWORD saved = GetLastError();
    void *committed = VirtualAlloc(base, bytes, MEM_COMMIT, protection_of(access));
    return result_of(committed == NULL, "VirtualAlloc", saved);
}

mp_os_result mp_os_uncommit(void *base, size_t bytes, const mp_os_traits *traits) {
    (void)traits;
    const DWORD saved = GetLastError();
    return result_of(!VirtualFree(base, bytes, MEM_DECOMMIT), "VirtualFree", saved);
}

/* Only into address space of the same allocation: behind it may be a reservation of another's,
 * in which a commit would succeed. */
static mp_os_result extend(void *base, size_t bytes, size_t more, unsigned access) {
    void *end = (unsigned char *)base + bytes;
    MEMORY_BASIC_INFORMATION behind;
    const mp_os_result result = look_at(end, &behind);
    if (result.code != 0) return result;
    if (behind.AllocationBase != base || behind.State != MEM_RESERVE || behind.RegionSize < more)
        return mp_value(mp_os_result, ERROR_NOT_SUPPORTED, "resize");
    return mp_os_commit(end, more, access);
}

/* A mapping that was shrunk keeps its address space, and may grow into it again. */
mp_os_result mp_os_resize(void *base, size_t bytes, size_t new_bytes, bool may_move,
                          const mp_os_traits *traits, void **out) {
    (void)may_move; /* nothing moves without copying */
    const mp_os_result result =
        new_bytes < bytes
            ? mp_os_uncommit((unsigned char *)base + new_bytes, bytes - new_bytes, traits)
            : extend(base, bytes, new_bytes - bytes, traits->access);
    if (result.code == 0) *out = base;
    return result;
}

/* How a page is kept; all zero if it is not resident. */
static PSAPI_WORKING_SET_EX_BLOCK kept_as(const void *page) {
    const DWORD saved = GetLastError();
    PSAPI_WORKING_SET_EX_INFORMATION info = MP_INIT;
    info.VirtualAddress = (void *)(uintptr_t)page;
    if (!QueryWorkingSetEx(GetCurrentProcess(), &info, sizeof info) ||
        !info.VirtualAttributes.Valid)
        info.VirtualAttributes.Flags = 0;
    SetLastError(saved);
    return info.VirtualAttributes;
}

/* Locks belong to pages, not to address space, and end with them. Large pages are never swapped,
 * and not given back in parts. */
static bool is_resident_for_ever(const void *page) {
    const PSAPI_WORKING_SET_EX_BLOCK kept = kept_as(page);
    return kept.Locked || kept.LargePage;
}

/* By copying. */
mp_os_result mp_os_move(void *from, size_t bytes, void *to, size_t accessible, size_t reserved) {
    (void)from, (void)bytes, (void)to, (void)accessible, (void)reserved;
    return mp_value(mp_os_result, ERROR_NOT_SUPPORTED, "move");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

void mp_os_sync_code(void *base, size_t bytes) {
    const DWORD saved = GetLastError();
    FlushInstructionCache(GetCurrentProcess(), base, bytes);
    SetLastError(saved);
}

/* Control Flow Guard lets calls into the pages pass: a change to an executable protection makes
 * all of them valid targets. */
mp_os_result mp_os_protect(void *base, size_t bytes, unsigned from, unsigned to) {
    const DWORD saved = GetLastError();
    DWORD before;
    if ((to & MP_ACCESS_EXEC) && !(from & MP_ACCESS_EXEC)) {
        /* The caches of AArch64 are cleaned by address, which must be readable. */
        if (!(from & MP_ACCESS_READ) && !VirtualProtect(base, bytes, PAGE_READONLY, &before))
            return result_of(true, "VirtualProtect", saved);
        mp_os_sync_code(base, bytes);
    }
    return result_of(!VirtualProtect(base, bytes, protection_of(to), &before), "VirtualProtect",
                     saved);
}

mp_os_result mp_os_copy_as(void *from_base, size_t bytes, unsigned from, unsigned to, void **out) {
    (void)from_base, (void)bytes, (void)from, (void)to, (void)out;
    return mp_value(mp_os_result, ERROR_NOT_SUPPORTED, "VirtualProtect");
}

/* Not by MEM_RESET or DiscardVirtualMemory(), which leave any content. The pages are committed
 * again with memory that the process has just given back; should the system lack it at that very
 * moment, they stay inaccessible. */
static mp_os_result replace(void *base, size_t bytes, DWORD protection) {
    const DWORD saved = GetLastError();
    if (!VirtualFree(base, bytes, MEM_DECOMMIT)) return result_of(true, "VirtualFree", saved);
    void *committed = VirtualAlloc(base, bytes, MEM_COMMIT, protection);
    return result_of(committed == NULL, "VirtualAlloc", saved);
}

static mp_os_result decommit(void *base, size_t bytes) {
    unsigned char *at = (unsigned char *)base;
    unsigned char *end = at + bytes;
    while (at < end) {
        MEMORY_BASIC_INFORMATION pages;
        mp_os_result result = look_at(at, &pages);
        if (result.code != 0) return result;
        const size_t left = (size_t)(end - at);
        const size_t piece = pages.RegionSize < left ? pages.RegionSize : left;
        if (pages.State == MEM_COMMIT && is_resident_for_ever(at))
            memset(at, 0, piece); /* new pages would not be locked */
        else if (pages.State == MEM_COMMIT)
            result = replace(at, piece, pages.Protect);
        if (result.code != 0) return result;
        at += piece;
    }
    return done;
}

mp_os_result mp_os_decommit_ranges(void *base, const mp_range *ranges, size_t count,
                                   const mp_os_traits *traits) {
    (void)traits; /* the system tells */
    mp_os_result result = done;
    for (size_t i = 0; i < count && result.code == 0; i++)
        result = decommit((unsigned char *)base + ranges[i].offset, ranges[i].n);
    return result;
}

void mp_os_discard(void *base, size_t bytes) { VirtualFree(base, bytes, MEM_DECOMMIT); }

/* By a write to each page, of the value that it has. */
mp_os_result mp_os_prefault(void *base, size_t bytes) {
    const size_t page = mp_os_page_size();
    volatile unsigned char *at = (volatile unsigned char *)base;
    for (size_t offset = 0; offset < bytes; offset += page) at[offset] = at[offset];
    return done;
}

/* A process may lock a little less than its smallest working set, which is 200 KiB until it asks
 * for more. Several threads may ask at once and take each other's for their own, hence the
 * attempts. */
mp_os_result mp_os_lock(void *base, size_t bytes, unsigned access) {
    (void)access;
    enum { ATTEMPTS = 16 };
    const DWORD saved = GetLastError();
    const HANDLE process = GetCurrentProcess();
    bool failed = !VirtualLock(base, bytes);
    for (int i = 0; i < ATTEMPTS && failed && GetLastError() == ERROR_WORKING_SET_QUOTA; i++) {
        SIZE_T smallest, largest;
        if (!GetProcessWorkingSetSize(process, &smallest, &largest) ||
            !SetProcessWorkingSetSize(process, smallest + bytes, largest + bytes))
            return result_of(true, "SetProcessWorkingSetSize", saved);
        failed = !VirtualLock(base, bytes);
    }
    return result_of(failed, "VirtualLock", saved);
}

/* Since Windows 8. (From memoryapi.h, which toolchains for older systems hide.) */
typedef struct memory_range {
    void *base;
    SIZE_T bytes;
} memory_range;
typedef BOOL(WINAPI *prefetch_call)(HANDLE process, ULONG_PTR count, memory_range *ranges,
                                    ULONG flags);

/* A hint may go unheard: Windows takes none about the order of accesses, and older ones take
 * none at all. */
mp_os_result mp_os_advise(void *base, size_t bytes, mp_advice advice) {
    if (advice != MP_ADVICE_SOON) return done;
    const DWORD saved = GetLastError();
    const HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    const prefetch_call prefetch =
        (prefetch_call)(uintptr_t)GetProcAddress(kernel32, "PrefetchVirtualMemory");
    memory_range range = {base, bytes};
    if (prefetch != NULL) prefetch(GetCurrentProcess(), 1, &range, 0);
    SetLastError(saved);
    return done;
}

/* Decided when they were mapped. */
mp_os_result mp_os_use_huge_pages(void *base, size_t bytes, bool use) {
    (void)bytes;
    const bool refused = use && !kept_as(base).LargePage;
    return refused ? mp_value(mp_os_result, ERROR_NOT_SUPPORTED, "huge_pages") : done;
}

/* A full dump holds all of a process's memory. */
mp_os_result mp_os_exclude_from_dumps(void *base, size_t bytes) {
    (void)base, (void)bytes;
    return mp_value(mp_os_result, ERROR_NOT_SUPPORTED, "no_dump");
}

/* No process inherits memory. */
mp_os_result mp_os_wipe_on_fork(void *base, size_t bytes) {
    (void)base, (void)bytes;
    return done;
}

/* ---- Residency ------------------------------------------------------------------------------- */

/* A record a page, so in pieces. */
mp_os_result mp_os_resident(const void *base, size_t bytes, size_t *out) {
    enum { PIECE = 256 };
    PSAPI_WORKING_SET_EX_INFORMATION pages[PIECE];
    const DWORD saved = GetLastError();
    const size_t page = mp_os_page_size();
    const uintptr_t start = (uintptr_t)base;
    size_t resident = 0;
    for (size_t offset = 0; offset < bytes;) {
        DWORD n = 0;
        for (; n < PIECE && offset < bytes; n++, offset += page)
            pages[n].VirtualAddress = (void *)(start + offset);
        if (!QueryWorkingSetEx(GetCurrentProcess(), pages, n * (DWORD)sizeof pages[0]))
            return result_of(true, "QueryWorkingSetEx", saved);
        for (DWORD i = 0; i < n; i++) resident += pages[i].VirtualAttributes.Valid ? page : 0;
    }
    *out = resident;
    SetLastError(saved);
    return done;
}
