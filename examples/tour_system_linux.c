#define _GNU_SOURCE
#include "tour_system.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void fail(const char *call) {
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
    prctl(PR_SET_DUMPABLE, 0); /* a fault that is expected leaves no core file */
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
    if (pipe(ends) != 0) fail("pipe");
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        report_end = ends[1];
        store_and_exit(address);
    }
    close(ends[1]);
    tour_store store = {"a child process", false, "", NULL};
    if (read(ends[0], &store.address, sizeof store.address) < 0) fail("read");
    close(ends[0]);
    int end;
    if (waitpid(child, &end, 0) != child) fail("waitpid");
    store.faulted = WIFSIGNALED(end);
    if (store.faulted) name_signal(WTERMSIG(end), store.fault, sizeof store.fault);
    return store;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

/* Not /proc/self/statm, whose figures may lag by megabytes on a machine with many processors. */
size_t tour_process_bytes(void) {
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    if (file == NULL) return 0;
    char line[128];
    size_t kib = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Rss: %zu kB", &kib) == 1) break;
    fclose(file);
    return kib * 1024;
}

const char *tour_own_path(void) {
    static char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) fail("/proc/self/exe");
    path[length] = '\0';
    return path;
}

const char *tour_machine(void) {
    static char text[sizeof(struct utsname)];
    struct utsname name;
    if (uname(&name) != 0) fail("uname");
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
