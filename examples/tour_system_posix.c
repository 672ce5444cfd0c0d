#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include "tour_system_posix.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tour_system.h"

_Noreturn void tour_fail(const char *call) {
    perror(call);
    exit(EXIT_FAILURE);
}

/* ---- A child that faults --------------------------------------------------------------------- */

static int report_end; /* the pipe's end that the child's handler writes to */

/* The handler is for one signal only: the store runs again after it and ends the child for good. */
static void report_address(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    if (write(report_end, &info->si_addr, sizeof info->si_addr) < 0) _exit(EXIT_FAILURE);
}

static _Noreturn void store_and_exit(const void *address) {
    const struct sigaction action = {.sa_sigaction = report_address,
                                     .sa_flags = SA_SIGINFO | (int)SA_RESETHAND};
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    tour_dump_nothing();
    *(volatile unsigned char *)(uintptr_t)address = 0xff;
    _exit(EXIT_SUCCESS);
}

static void name_signal(int number, char *name, size_t size) {
    switch (number) {
    case SIGSEGV:
        snprintf(name, size, "SIGSEGV");
        break;
    case SIGBUS:
        snprintf(name, size, "SIGBUS");
        break;
    default:
        snprintf(name, size, "signal %d", number);
    }
}

tour_store tour_store_astray(const void *address) {
    int ends[2];
    if (pipe(ends) != 0) tour_fail("pipe");
    const pid_t child = fork();
    if (child < 0) tour_fail("fork");
    if (child == 0) {
        report_end = ends[1];
        store_and_exit(address);
    }
    close(ends[1]);
    tour_store store = {"a child process", false, "", NULL};
    if (read(ends[0], &store.address, sizeof store.address) < 0) tour_fail("read");
    close(ends[0]);
    int end;
    if (waitpid(child, &end, 0) != child) tour_fail("waitpid");
    store.faulted = WIFSIGNALED(end);
    if (store.faulted) name_signal(WTERMSIG(end), store.fault, sizeof store.fault);
    return store;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

const char *tour_machine(void) {
    static char text[sizeof(struct utsname)];
    struct utsname name;
    if (uname(&name) != 0) tour_fail("uname");
    snprintf(text, sizeof text, "%s %s %s", name.sysname, name.release, name.machine);
    return text;
}

double tour_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool tour_is_terminal(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           getenv("NO_COLOR") == NULL;
}
