#define WIN32_LEAN_AND_MEAN
/* For mitigation policies; a compiler may have said itself from which Windows on programs run. */
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0602
#include <windows.h>

#include "support.h"
#include "system.h"

#include "kernel_view.h"

#include <fcntl.h>
#include <io.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- What it can do -------------------------------------------------------------------------- */

static const char *const lacks[ABILITIES] = {
    [FORK] = "children do not inherit memory",
    [SIGNALS] = "a thread that is interrupted runs nothing",
    [DENIED_RESIDENCY] = "pages without access are in no working set",
    [DUMP_CONTROL] = "dumps are the whole memory or none",
    [ATOMIC_DECOMMIT] = "memory is given back before it is taken anew",
    [CHARGE_ON_WRITABLE] = "memory counts from its commit on",
    [PARTIAL_UNMAP] = "mappings are unmapped whole, and may be many",
    [MOVES] = "pages stay at their address",
};

const char *what_lacks(enum ability ability) { return lacks[ability]; }

bool skips_with_guests(void) { return false; }

bool skips_without_mlock(void) { return false; }

size_t fewer_if_slow(size_t rounds) { return rounds; }

mp_options granted(mp_options wished) {
    wished.no_dump = false;
    return wished;
}

/* ---- Faults ---------------------------------------------------------------------------------- */

static CONTEXT before_access;
static volatile bool faulted;
static void *volatile fault_address;

/* Goes back to where the processor's registers were taken down. */
static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception) {
    const EXCEPTION_RECORD *record = exception->ExceptionRecord;
    if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION) return EXCEPTION_CONTINUE_SEARCH;
    faulted = true;
    fault_address = (void *)record->ExceptionInformation[1];
    *exception->ContextRecord = before_access;
    return EXCEPTION_CONTINUE_EXECUTION;
}

void *fault_of(mp_access access, void *address) {
    fault_address = NULL;
    faulted = false;
    void *volatile handler = AddVectoredExceptionHandler(1, on_exception);
    RtlCaptureContext(&before_access);
    if (!faulted) access_byte(access, address);
    RemoveVectoredExceptionHandler(handler);
    return fault_address;
}

/* ---- Mappings that are not the library's ----------------------------------------------------- */

void *map_foreign(void *address, size_t n, unsigned access) {
    static const DWORD protections[] = {
        [MP_ACCESS_NONE] = PAGE_NOACCESS,
        [MP_ACCESS_READ] = PAGE_READONLY,
        [MP_ACCESS_READ | MP_ACCESS_WRITE] = PAGE_READWRITE,
    };
    /* An allocation starts at a multiple of 64 KiB; another address would be rounded down. */
    void *base = VirtualAlloc(address, n, MEM_RESERVE | MEM_COMMIT, protections[access]);
    if (address != NULL && base != NULL && base != address) {
        VirtualFree(base, 0, MEM_RELEASE);
        return NULL;
    }
    return base;
}

void unmap_foreign(void *base, size_t n) {
    (void)n;
    ck_assert(VirtualFree(base, 0, MEM_RELEASE));
}

void exhaust_mappings(void) { ck_abort_msg("%s", lacks[PARTIAL_UNMAP]); }

void release_mappings(void) { ck_abort_msg("%s", lacks[PARTIAL_UNMAP]); }

bool lock_all_memory(void) {
    printf("skipped: memory is locked range by range\n");
    return false;
}

/* ---- Threads and processes ------------------------------------------------------------------- */

struct thread {
    HANDLE handle;
    void *(*run)(void *);
    void *argument, *result;
};

static DWORD WINAPI run_thread(void *started) {
    thread *self = started;
    self->result = self->run(self->argument);
    return 0;
}

thread *start_thread(void *(*run)(void *), void *argument) {
    thread *started = malloc(sizeof *started);
    *started = (thread){NULL, run, argument, NULL};
    started->handle = CreateThread(NULL, 0, run_thread, started, 0, NULL);
    ck_assert_ptr_nonnull(started->handle);
    return started;
}

void *join_thread(thread *started) {
    ck_assert_uint_eq(WaitForSingleObject(started->handle, INFINITE), WAIT_OBJECT_0);
    CloseHandle(started->handle);
    void *result = started->result;
    free(started);
    return result;
}

void wait_milliseconds(unsigned milliseconds) { Sleep(milliseconds); }

void interrupt_often(void (*handler)(int)) { (void)handler; }

static void stop_refusing(void);

/* In this process, which is the test's own. */
void in_child(void (*body)(void)) {
    body();
    stop_refusing();
}

static jmp_buf abort_return;

static void on_abort(int signal) {
    (void)signal;
    longjmp(abort_return, 1);
}

void check_aborts(void (*body)(void), char *text, size_t size) {
    FILE *log = tmpfile();
    ck_assert_ptr_nonnull(log);
    fflush(stderr);
    const int genuine = _dup(_fileno(stderr));
    _dup2(_fileno(log), _fileno(stderr));
    _setmode(_fileno(stderr), _O_BINARY);
    volatile bool aborted = false;
    ck_assert(signal(SIGABRT, on_abort) != SIG_ERR);
    if (setjmp(abort_return) == 0)
        body();
    else
        aborted = true;
    fflush(stderr);
    _dup2(genuine, _fileno(stderr));
    rewind(log);
    text[fread(text, 1, size - 1, log)] = '\0';
    fclose(log);
    ck_assert(aborted);
}

/* ---- A system that refuses ------------------------------------------------------------------- */

/* The program's import table: the library in this program calls the system through it. */
extern void *import_of_alloc __asm__("__imp_VirtualAlloc");
extern void *import_of_free __asm__("__imp_VirtualFree");
extern void *import_of_lock __asm__("__imp_VirtualLock");
extern void *import_of_protect __asm__("__imp_VirtualProtect");
extern void *import_of_query __asm__("__imp_VirtualQuery");
extern void *import_of_query_set __asm__("__imp_K32QueryWorkingSetEx");

static struct import {
    void **place;
    const char *name;
    void *genuine; /* NULL as long as it stands there */
} imports[] = {
    {&import_of_alloc, "VirtualAlloc", NULL}, {&import_of_free, "VirtualFree", NULL},
    {&import_of_lock, "VirtualLock", NULL},   {&import_of_protect, "VirtualProtect", NULL},
    {&import_of_query, "VirtualQuery", NULL}, {&import_of_query_set, "QueryWorkingSetEx", NULL},
};

enum { ALLOC, FREE, LOCK, PROTECT };

static void set_import(struct import *import, void *call) {
    static BOOL(WINAPI * protect)(void *, SIZE_T, DWORD, DWORD *);
    if (protect == NULL) protect = VirtualProtect;
    DWORD before, ignored;
    ck_assert(protect(import->place, sizeof(void *), PAGE_READWRITE, &before));
    *import->place = call;
    ck_assert(protect(import->place, sizeof(void *), before, &ignored));
}

static void divert(struct import *import, void *call) {
    if (import->genuine == NULL) import->genuine = *import->place;
    set_import(import, call);
}

static void restore(struct import *import) {
    if (import->genuine != NULL) set_import(import, import->genuine);
    import->genuine = NULL;
}

static void stop_refusing(void) {
    for (size_t i = 0; i < COUNT_OF(imports); i++) restore(&imports[i]);
}

static DWORD refusal_code;

/* Stands for any call: 0 means failure for each, and the caller cleans the arguments up. */
static SIZE_T WINAPI fail(void) {
    SetLastError(refusal_code);
    return 0;
}

static void refuse_import(struct import *import, DWORD code) {
    refusal_code = code;
    divert(import, (void *)(uintptr_t)fail);
}

static struct import *import_for(enum system_call call) {
    static const int of_call[] = {
        [CALL_MAP] = ALLOC, [CALL_PROTECT] = PROTECT, [CALL_DECOMMIT] = FREE, [CALL_LOCK] = LOCK};
    return &imports[of_call[call]];
}

mp_error system_error(enum system_call call, mp_status status) {
    const int codes[] = {[MP_ERR_DENIED] = ERROR_ACCESS_DENIED,
                         [MP_ERR_OUT_OF_MEMORY] = ERROR_NOT_ENOUGH_MEMORY,
                         [MP_ERR_UNSUPPORTED] = ERROR_NOT_SUPPORTED};
    return (mp_error){status, codes[status], import_for(call)->name};
}

void refuse(enum system_call call, mp_status status) {
    refuse_import(import_for(call), (DWORD)system_error(call, status).system_code);
}

static const DWORD codes[] = {ERROR_NOT_ENOUGH_MEMORY, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER,
                              ERROR_WORKING_SET_QUOTA};

int refusal_count(void) { return COUNT_OF(imports) * COUNT_OF(codes); }

void refuse_in_turn(int i) {
    const size_t n = (size_t)i;
    refuse_import(&imports[n / COUNT_OF(codes)], codes[n % COUNT_OF(codes)]);
}

static void (*look_first)(void);

static BOOL WINAPI look_and_fail(void *base, SIZE_T bytes, DWORD type) {
    (void)base, (void)bytes, (void)type;
    look_first();
    return FALSE;
}

void look_before_unmap(void (*look)(void)) {
    look_first = look;
    divert(&imports[FREE], (void *)(uintptr_t)look_and_fail);
}

/* Wine takes the policy and does not keep it, so the proof is in trying. */
bool forbid_new_code(void) {
    PROCESS_MITIGATION_DYNAMIC_CODE_POLICY policy = {.ProhibitDynamicCode = 1};
    if (SetProcessMitigationPolicy(ProcessDynamicCodePolicy, &policy, sizeof policy)) {
        void *code = VirtualAlloc(NULL, mp_page_size(), MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE);
        if (code == NULL) return true;
        VirtualFree(code, 0, MEM_RELEASE);
    }
    printf("skipped: no policy against dynamic code\n");
    return false;
}

/* A job object could limit memory, but not address space, and wine limits neither. */
static size_t committed_bytes(void) {
    size_t bytes = 0;
    MEMORY_BASIC_INFORMATION region;
    for (unsigned char *at = NULL; VirtualQuery(at, &region, sizeof region) != 0;
         at = (unsigned char *)region.BaseAddress + region.RegionSize) {
        bytes += region.State == MEM_COMMIT ? region.RegionSize : 0;
    }
    return bytes;
}

static enum limit limited;
static size_t most;

static void *WINAPI alloc_within_limit(void *base, SIZE_T bytes, DWORD type, DWORD protection) {
    const bool counts = type & (limited == LIMIT_MEMORY ? MEM_COMMIT : MEM_RESERVE);
    const size_t used = limited == LIMIT_MEMORY ? committed_bytes() : kernel_address_space();
    if (counts && (used > most || bytes > most - used)) {
        SetLastError(limited == LIMIT_MEMORY ? ERROR_COMMITMENT_LIMIT : ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    void *(WINAPI * genuine)(void *, SIZE_T, DWORD, DWORD);
    memcpy(&genuine, &imports[ALLOC].genuine, sizeof genuine);
    return genuine(base, bytes, type, protection);
}

void limit_growth(enum limit limit, size_t bytes) {
    limited = limit;
    most = bytes + (limit == LIMIT_MEMORY ? committed_bytes() : kernel_address_space());
    divert(&imports[ALLOC], (void *)(uintptr_t)alloc_within_limit);
}

void lift_limit(enum limit limit) {
    (void)limit;
    restore(&imports[ALLOC]);
}
