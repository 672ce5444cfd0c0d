#define _GNU_SOURCE
#include "kernel_view.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <memory_pages/mp_system.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/** One line of /proc/self/maps, which is also the first line of an entry of /proc/self/smaps. */
struct mapping {
    uintptr_t first, end;
    unsigned access;
};

static FILE *open_proc(const char *path) {
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    return file;
}

static bool parse_mapping(const char *line, struct mapping *out) {
    char access[5];
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &out->first, &out->end, access) != 3) {
        return false;
    }
    out->access = (access[0] == 'r' ? MP_ACCESS_READ : 0u) |
                  (access[1] == 'w' ? MP_ACCESS_WRITE : 0u) |
                  (access[2] == 'x' ? MP_ACCESS_EXEC : 0u);
    return true;
}

unsigned kernel_access(const void *address, size_t n) {
    const uintptr_t end = (uintptr_t)address + n;
    uintptr_t next = (uintptr_t)address;
    unsigned access = KERNEL_UNMAPPED;
    FILE *maps = open_proc("/proc/self/maps");
    char line[4096];
    while (next < end && fgets(line, sizeof line, maps) != NULL) {
        struct mapping mapping;
        ck_assert(parse_mapping(line, &mapping));
        if (mapping.end <= next) continue;
        if (mapping.first > next) break;
        if (access == KERNEL_UNMAPPED) access = mapping.access;
        if (access != mapping.access) access = KERNEL_MIXED;
        next = mapping.end;
    }
    fclose(maps);
    if (next < end && access != KERNEL_UNMAPPED) return KERNEL_MIXED;
    return access;
}

unsigned kernel_form(unsigned access) { return access; }

bool kernel_keeps_flags(void) { return true; }

bool kernel_has_flag(const void *address, const char *flag) {
    static const char title[] = "VmFlags:";
    bool is_here = false, has_flag = false;
    FILE *smaps = open_proc("/proc/self/smaps");
    char line[4096];
    while (fgets(line, sizeof line, smaps) != NULL) {
        struct mapping mapping;
        if (parse_mapping(line, &mapping)) {
            is_here = mapping.first <= (uintptr_t)address && (uintptr_t)address < mapping.end;
        } else if (is_here && strncmp(line, title, sizeof title - 1) == 0) {
            char *rest = NULL;
            for (char *word = strtok_r(line + sizeof title - 1, " \n", &rest); word != NULL;
                 word = strtok_r(NULL, " \n", &rest)) {
                has_flag = has_flag || strcmp(word, flag) == 0;
            }
            break;
        }
    }
    fclose(smaps);
    return has_flag;
}

size_t kernel_resident_bytes(const void *address, size_t n) {
    const size_t page = mp_page_size();
    unsigned char is_resident[512];
    size_t pages = 0;
    for (size_t done = 0; done < n;) {
        const size_t left = (n - done) / page;
        const size_t step = left < sizeof is_resident ? left : sizeof is_resident;
        ck_assert_int_eq(mincore((char *)(uintptr_t)address + done, step * page, is_resident), 0);
        for (size_t i = 0; i < step; i++) pages += is_resident[i] & 1u;
        done += step * page;
    }
    return pages * page;
}

size_t kernel_page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

size_t kernel_address_space(void) {
    size_t pages = 0;
    FILE *statm = open_proc("/proc/self/statm");
    ck_assert_int_eq(fscanf(statm, "%zu", &pages), 1);
    fclose(statm);
    return pages * mp_page_size();
}

size_t kernel_mappings_in(const void *address, size_t n) {
    const uintptr_t first = (uintptr_t)address, end = first + n;
    size_t count = 0;
    FILE *maps = open_proc("/proc/self/maps");
    char line[4096];
    while (fgets(line, sizeof line, maps) != NULL) {
        struct mapping mapping;
        ck_assert(parse_mapping(line, &mapping));
        count += mapping.first < end && first < mapping.end;
    }
    fclose(maps);
    return count;
}

/* The kernel lets a process write its own memory through this file whatever the permission.
 * mprotect(2) would do too, but leaves the mapping split. */
static int open_memory(void) {
    const int memory = open("/proc/self/mem", O_RDWR);
    ck_assert_msg(memory >= 0, "/proc/self/mem: %s", strerror(errno));
    return memory;
}

void kernel_peek(const void *address, void *to, size_t n) {
    const int memory = open_memory();
    ck_assert_int_eq(pread(memory, to, n, (off_t)(uintptr_t)address), n);
    close(memory);
}

void kernel_poke(void *address, const void *from, size_t n) {
    const int memory = open_memory();
    ck_assert_int_eq(pwrite(memory, from, n, (off_t)(uintptr_t)address), n);
    close(memory);
}
