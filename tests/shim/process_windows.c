#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "process.h"

/* There is no fork(): the program is started anew and told by the environment which test it is
 * for. */
static const char variable[] = "SHIM_TEST";

/* A crash ends the process, and asks nobody what to do about it. */
static LONG WINAPI end_process(EXCEPTION_POINTERS *exception) {
    TerminateProcess(GetCurrentProcess(), exception->ExceptionRecord->ExceptionCode);
    return EXCEPTION_CONTINUE_SEARCH;
}

void run_if_apart(void (*run)(size_t number)) {
    const char *number = getenv(variable);
    if (number == NULL) return;
    SetUnhandledExceptionFilter(end_process);
    run((size_t)strtoull(number, NULL, 10));
    exit(EXIT_SUCCESS);
}

bool run_apart(void (*run)(size_t number), size_t number, double seconds, char *end, size_t size) {
    (void)run;
    char text[24], program[MAX_PATH];
    snprintf(text, sizeof text, "%lu", (unsigned long)number);
    SetEnvironmentVariableA(variable, text);
    GetModuleFileNameA(NULL, program, sizeof program);

    fflush(NULL);
    STARTUPINFOA start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    const BOOL inherits_output = TRUE;
    if (!CreateProcessA(program, NULL, NULL, NULL, inherits_output, 0, NULL, NULL, &start,
                        &process)) {
        snprintf(end, size, "there is no process for it");
        return false;
    }
    DWORD status = EXIT_FAILURE;
    const bool ended =
        WaitForSingleObject(process.hProcess, (DWORD)(seconds * 1000)) == WAIT_OBJECT_0;
    if (!ended) TerminateProcess(process.hProcess, EXIT_FAILURE);
    GetExitCodeProcess(process.hProcess, &status);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    snprintf(end, size, ended ? "exit status 0x%lx" : "out of time", (unsigned long)status);
    return ended && status == EXIT_SUCCESS;
}
