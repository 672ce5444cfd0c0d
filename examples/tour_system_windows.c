#define WIN32_LEAN_AND_MEAN
#define PSAPI_VERSION 2
#include <windows.h>

#include <io.h>
#include <psapi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tour_system.h"

static _Noreturn void fail(const char *call) {
    fprintf(stderr, "%s: error %lu\n", call, (unsigned long)GetLastError());
    exit(EXIT_FAILURE);
}

/* ---- A store that faults --------------------------------------------------------------------- */

static CONTEXT before_store;
static volatile bool faulted;
static const void *volatile fault_address;

/* Goes back to where the processor's registers were taken down. */
static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception) {
    const EXCEPTION_RECORD *record = exception->ExceptionRecord;
    if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION) return EXCEPTION_CONTINUE_SEARCH;
    faulted = true;
    fault_address = (const void *)record->ExceptionInformation[1];
    *exception->ContextRecord = before_store;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* There is no fork(): the store is this process's own, and changes the content if it succeeds. */
tour_store tour_store_astray(const void *address) {
    faulted = false;
    fault_address = NULL;
    void *volatile handler = AddVectoredExceptionHandler(1, on_exception);
    if (handler == NULL) fail("AddVectoredExceptionHandler");
    RtlCaptureContext(&before_store);
    if (!faulted) *(volatile unsigned char *)(uintptr_t)address = 0xff;
    RemoveVectoredExceptionHandler(handler);

    tour_store store = {"a stray pointer", faulted, "", fault_address};
    if (faulted) snprintf(store.fault, sizeof store.fault, "access violation");
    return store;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

size_t tour_process_bytes(void) {
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    if (!GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)) return 0;
    return counters.WorkingSetSize;
}

const char *tour_own_path(void) {
    static char path[MAX_PATH];
    const DWORD length = GetModuleFileNameA(NULL, path, sizeof path);
    if (length == 0 || length == sizeof path) fail("GetModuleFileNameA");
    return path;
}

static const char *processor_name(WORD architecture) {
    switch (architecture) {
    case PROCESSOR_ARCHITECTURE_AMD64:
        return "x86_64";
    case PROCESSOR_ARCHITECTURE_ARM64:
        return "aarch64";
    default:
        return "on another processor";
    }
}

const char *tour_machine(void) {
    static char text[64];
    SYSTEM_INFO info;
    GetNativeSystemInfo(&info);
    snprintf(text, sizeof text, "Windows %s", processor_name(info.wProcessorArchitecture));
    return text;
}

double tour_seconds(void) {
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}

bool tour_is_terminal(void) {
    DWORD mode;
    return _isatty(_fileno(stdout)) && getenv("NO_COLOR") == NULL &&
           GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) &&
           (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}
