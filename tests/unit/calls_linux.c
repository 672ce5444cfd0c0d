#define _GNU_SOURCE
#include "calls_linux.h"
#include "emulator_linux.h"

#include <check.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the linker calls the functions of the C library, and ours in their place. */
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);
int __real_munmap(void *, size_t);
int __wrap_munmap(void *, size_t);
void *__real_mremap(void *, size_t, size_t, int, ...);
void *__wrap_mremap(void *, size_t, size_t, int, ...);
int __real_mprotect(void *, size_t, int);
int __wrap_mprotect(void *, size_t, int);
int __real_madvise(void *, size_t, int);
int __wrap_madvise(void *, size_t, int);
int __real_mlock(const void *, size_t);
int __wrap_mlock(const void *, size_t);
int __real_mincore(void *, size_t, unsigned char *);
int __wrap_mincore(void *, size_t, unsigned char *);
int __real_ioctl(int, unsigned long, ...);
int __wrap_ioctl(int, unsigned long, ...);

/* Emulators keep books of each page of a mapping, which takes them seconds for a large one. */
static const size_t EMULATED_BYTES = (size_t)1 << 30;

static bool is_refused(enum call call) {
    if (call_errors[call] == 0) return false;
    errno = call_errors[call];
    return true;
}

static void check_pages(const char *call, const void *address, size_t bytes) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if ((uintptr_t)address % page == 0 && bytes % page == 0) return;
    ck_abort_msg("%s(%p, %zu): not whole pages of %zu bytes", call, address, bytes, (size_t)page);
}

void *__wrap_mmap(void *address, size_t bytes, int protection, int flags, int file, off_t offset) {
    check_pages("mmap", address, bytes);
    if (is_refused(CALL_OF_MMAP)) return MAP_FAILED;
    if (bytes > EMULATED_BYTES && is_emulated()) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return __real_mmap(address, bytes, protection, flags, file, offset);
}

int __wrap_munmap(void *address, size_t bytes) {
    check_pages("munmap", address, bytes);
    if (before_munmap != NULL) before_munmap();
    return is_refused(CALL_OF_MUNMAP) ? -1 : __real_munmap(address, bytes);
}

void *__wrap_mremap(void *address, size_t bytes, size_t new_bytes, int flags, ...) {
    check_pages("mremap", address, bytes);
    check_pages("mremap", address, new_bytes);
    if (is_refused(CALL_OF_MREMAP)) return MAP_FAILED;
    if (!(flags & MREMAP_FIXED)) return __real_mremap(address, bytes, new_bytes, flags);
    va_list more;
    va_start(more, flags);
    void *place = va_arg(more, void *);
    va_end(more);
    check_pages("mremap", place, new_bytes);
    return __real_mremap(address, bytes, new_bytes, flags, place);
}

int __wrap_mprotect(void *address, size_t bytes, int protection) {
    check_pages("mprotect", address, bytes);
    return is_refused(CALL_OF_MPROTECT) ? -1 : __real_mprotect(address, bytes, protection);
}

int __wrap_madvise(void *address, size_t bytes, int advice) {
    check_pages("madvise", address, bytes);
    return is_refused(CALL_OF_MADVISE) ? -1 : __real_madvise(address, bytes, advice);
}

int __wrap_mlock(const void *address, size_t bytes) {
    check_pages("mlock", address, bytes);
    return is_refused(CALL_OF_MLOCK) ? -1 : __real_mlock(address, bytes);
}

int __wrap_mincore(void *address, size_t bytes, unsigned char *pages) {
    check_pages("mincore", address, bytes);
    return is_refused(CALL_OF_MINCORE) ? -1 : __real_mincore(address, bytes, pages);
}

int __wrap_ioctl(int file, unsigned long request, ...) {
    if (is_refused(CALL_OF_IOCTL)) return -1;
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    return __real_ioctl(file, request, argument);
}
