#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 /* addresses are offsets in /proc/self/mem */
#include "kernel_view.h"
#include "emulator_linux.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <memory_pages/mp_system.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* PROCMAP_QUERY of Linux 6.11 (include/uapi/linux/fs.h), which the C library's headers may lack.
 * What it says of access are the bits of mp_access. */
struct procmap_query {
    uint64_t size, flags, address, first, end, access, page_size, offset, inode;
    uint32_t device_major, device_minor, name_size, build_id_size;
    uint64_t name, build_id;
};

#define PROCMAP_QUERY_CALL _IOWR('f', 17, struct procmap_query)
enum { COVERING_OR_NEXT = 0x10, ACCESS_BITS = 7 };

/* False where the kernel has no such call. */
static bool query_mapping(uintptr_t address, struct mapping *out) {
    static int maps = -1; /* stays open; a child needs its own */
    static pid_t owner;
    if (owner != getpid()) {
        owner = getpid();
        maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    }
    struct procmap_query query = {
        .size = sizeof query, .flags = COVERING_OR_NEXT, .address = address};
    const int saved = errno;
    const bool found = ioctl(maps, (int)PROCMAP_QUERY_CALL, &query) == 0;
    const bool is_known = found || errno == ENOENT;
    errno = saved;
    if (found)
        *out = (struct mapping){query.first, query.end, (unsigned)query.access & ACCESS_BITS};
    return is_known;
}

/* The first mapping that ends behind `address`; empty, at the end of all, if there is none. */
static struct mapping mapping_from(uintptr_t address) {
    struct mapping mapping = {UINTPTR_MAX, UINTPTR_MAX, 0};
    if (query_mapping(address, &mapping)) return mapping;
    FILE *maps = open_proc("/proc/self/maps");
    char line[4096];
    while (fgets(line, sizeof line, maps) != NULL) {
        ck_assert(parse_mapping(line, &mapping));
        if (mapping.end > address) break;
        mapping = (struct mapping){UINTPTR_MAX, UINTPTR_MAX, 0};
    }
    fclose(maps);
    return mapping;
}

unsigned kernel_access(const void *address, size_t n) {
    const uintptr_t end = (uintptr_t)address + n;
    uintptr_t next = (uintptr_t)address;
    unsigned access = KERNEL_UNMAPPED;
    while (next < end) {
        const struct mapping mapping = mapping_from(next);
        if (mapping.first > next) break;
        if (access == KERNEL_UNMAPPED) access = mapping.access;
        if (access != mapping.access) access = KERNEL_MIXED;
        next = mapping.end;
    }
    if (next < end && access != KERNEL_UNMAPPED) return KERNEL_MIXED;
    return access;
}

unsigned kernel_form(unsigned access) { return access; }

unsigned kernel_reserved(void) { return MP_ACCESS_NONE; }

bool kernel_keeps_flags(void) {
    return !is_emulated(); /* else they are the emulator's own */
}

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
    /* An emulator plays larger pages, and answers for those of the machine. */
    const size_t page = mp_page_size(), part = is_emulated() ? 4096 : page;
    unsigned char is_resident[512];
    size_t pages = 0;
    for (size_t done = 0; done < n;) {
        const size_t left = n - done, most = part * sizeof is_resident;
        const size_t step = left < most ? left : most;
        ck_assert_int_eq(mincore((char *)(uintptr_t)address + done, step, is_resident), 0);
        bool any = false;
        for (size_t i = 0; i < step / part; i++) {
            if (i % (page / part) == 0) any = false;
            if (!any && (is_resident[i] & 1u)) pages++;
            any = any || (is_resident[i] & 1u);
        }
        done += step;
    }
    return pages * page;
}

size_t kernel_page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

size_t kernel_address_space(void) {
    size_t kibibytes = 0;
    FILE *status = open_proc("/proc/self/status");
    char line[4096];
    while (fgets(line, sizeof line, status) != NULL && kibibytes == 0)
        (void)sscanf(line, "VmSize: %zu kB", &kibibytes);
    fclose(status);
    ck_assert_uint_ne(kibibytes, 0);
    return kibibytes * 1024;
}

size_t kernel_mappings_in(const void *address, size_t n) {
    const uintptr_t end = (uintptr_t)address + n;
    uintptr_t next = (uintptr_t)address;
    size_t count = 0;
    for (;;) {
        const struct mapping mapping = mapping_from(next);
        if (mapping.first >= end) return count;
        count++;
        next = mapping.end;
    }
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
