#define _GNU_SOURCE
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tour_system.h"
#include "tour_system_posix.h"

void tour_dump_nothing(void) { prctl(PR_SET_DUMPABLE, 0); }

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
    if (length < 0) tour_fail("/proc/self/exe");
    path[length] = '\0';
    return path;
}
