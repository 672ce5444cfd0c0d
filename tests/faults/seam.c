#define _GNU_SOURCE
#include "seam.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

/* ---- Counting and refusing ------------------------------------------------------------------- */

enum { REMEMBERED = 512 };

static bool is_open;
static struct fault fault;
static unsigned count;
static const char *calls[REMEMBERED];

static bool is_refused(unsigned number) {
    if (fault.first == 0) return false;
    return number == fault.first || number == fault.second ||
           (fault.persistent && number > fault.first);
}

void seam_open(struct fault wanted) {
    fault = wanted;
    count = 0;
    is_open = true;
}

unsigned seam_close(void) {
    is_open = false;
    return count;
}

const char *seam_call(unsigned number) {
    return number >= 1 && number <= count && number <= REMEMBERED ? calls[number - 1] : NULL;
}

bool seam_refused(const char *call) {
    for (unsigned number = 1; number <= count && number <= REMEMBERED; number++)
        if (is_refused(number) && strcmp(calls[number - 1], call) == 0) return true;
    return false;
}

static bool refuses(const char *call) {
    if (!is_open) return false;
    if (count < REMEMBERED) calls[count] = call;
    count++;
    if (!is_refused(count)) return false;
    errno = fault.error;
    return true;
}

/* ---- The calls ------------------------------------------------------------------------------- */

/* The linker turns the core's calls of `name` into calls of __wrap_name, and __real_name into the
 * true one. */
#define SEAM(type, name, parameters, arguments, failure)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters { return refuses(#name) ? failure : __real_##name arguments; }

SEAM(void *, mmap, (void *base, size_t n, int access, int flags, int file, off_t offset),
     (base, n, access, flags, file, offset), MAP_FAILED)
SEAM(int, munmap, (void *base, size_t n), (base, n), -1)
SEAM(int, mprotect, (void *base, size_t n, int access), (base, n, access), -1)
SEAM(int, madvise, (void *base, size_t n, int advice), (base, n, advice), -1)
SEAM(int, mlock, (const void *base, size_t n), (base, n), -1)
SEAM(int, mlock2, (const void *base, size_t n, unsigned flags), (base, n, flags), -1)
SEAM(int, mincore, (void *base, size_t n, unsigned char *out), (base, n, out), -1)
SEAM(int, pipe2, (int ends[2], int flags), (ends, flags), -1)
SEAM(ssize_t, write, (int file, const void *from, size_t n), (file, from, n), -1)

/* Those that take what they need, and may be given more. */
#define SEAM_OF_MANY(type, name, parameters, last, more, arguments, failure)                       \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters {                                                                \
        va_list rest;                                                                              \
        va_start(rest, last);                                                                      \
        more;                                                                                      \
        va_end(rest);                                                                              \
        return refuses(#name) ? failure : __real_##name arguments;                                 \
    }

SEAM_OF_MANY(void *, mremap, (void *base, size_t n, size_t new_n, int flags, ...), flags,
             void *place = (flags & MREMAP_FIXED) ? va_arg(rest, void *) : NULL,
             (base, n, new_n, flags, place), MAP_FAILED)
SEAM_OF_MANY(int, ioctl, (int file, unsigned long request, ...), request,
             void *argument = va_arg(rest, void *), (file, request, argument), -1)

/* As many as any system call takes; what was not given is not looked at. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
__attribute__((no_sanitize_address)) long __wrap_syscall(long number, ...) {
    long argument[6];
    va_list rest;
    va_start(rest, number);
    for (size_t i = 0; i < 6; i++) argument[i] = va_arg(rest, long);
    va_end(rest);
    if (refuses("syscall")) return -1;
    return __real_syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4],
                          argument[5]);
}

/* Linux closes a file even where it reports an error. */
int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file) {
    const int outcome = __real_close(file);
    return refuses("close") ? -1 : outcome;
}

/* ---- The size of huge pages ------------------------------------------------------------------ */

static char huge_page_size[24];
static int huge_page_file = -1;

void seam_shrink_huge_pages(size_t bytes) {
    snprintf(huge_page_size, sizeof huge_page_size, "%zu\n", bytes);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const unsigned mode = (flags & O_CREAT) ? va_arg(rest, unsigned) : 0;
    va_end(rest);
    if (refuses("open")) return -1;
    const bool is_size = huge_page_size[0] != '\0' && strstr(path, "/hpage_pmd_size") != NULL;
    const int file = __real_open(is_size ? "/dev/null" : path, flags, mode);
    if (is_size) huge_page_file = file;
    return file;
}

ssize_t __real_read(int file, void *to, size_t n);
ssize_t __wrap_read(int file, void *to, size_t n);
ssize_t __wrap_read(int file, void *to, size_t n) {
    if (refuses("read")) return -1;
    if (file < 0 || file != huge_page_file) return __real_read(file, to, n);
    huge_page_file = -1;
    const size_t length = strlen(huge_page_size);
    memcpy(to, huge_page_size, length < n ? length : n);
    return (ssize_t)length;
}
