#define _GNU_SOURCE
#include "fake_macos.h"

#include <errno.h>
#include <libkern/OSCacheControl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Behind the fake's names stand Linux's calls. */
#undef mmap
#undef munmap
#undef mprotect
#undef madvise
#undef minherit

struct fake_macos fake_macos = {.version = 14.0, .apple_silicon = true, .allow_jit = true};

static _Noreturn void kill_program(const char *why) {
    fprintf(stderr, "macOS would end this program: %s\n", why);
    abort();
}

bool fake_macos_is_at_least(const char *platforms) {
    double version;
    if (sscanf(platforms, "macOS %lf", &version) != 1) kill_program("not a version of macOS");
    return fake_macos.version >= version;
}

/* ---- JIT memory ------------------------------------------------------------------------------ */

/* Linux has no permission of a thread's own. What a thread has mapped and nobody could call yet is
 * what it may write to; afterwards it runs for ever. */
struct jit {
    char *base; /* NULL: none */
    size_t bytes;
    pthread_t owner;
    bool runs;
};

enum { JITS = 4096 };
static struct jit jits[JITS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }

__attribute__((constructor)) static void survive_fork(void) {
    pthread_atfork(before_fork, after_fork, after_fork);
}

static bool overlaps(const struct jit *jit, const void *address, size_t bytes) {
    const char *start = address;
    return jit->base != NULL && start < jit->base + jit->bytes && jit->base < start + bytes;
}

static bool holds_jit(const void *address, size_t bytes) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < JITS; i++) found |= overlaps(&jits[i], address, bytes);
    pthread_mutex_unlock(&lock);
    return found;
}

size_t fake_macos_jit_mappings(void) {
    size_t count = 0;
    for (int i = 0; i < JITS; i++) count += jits[i].base != NULL;
    return count;
}

static void *map_jit(size_t bytes, int flags) {
    char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0);
    if (base == MAP_FAILED) return base;
    if (fake_macos.apple_silicon && mprotect(base, bytes, PROT_READ) != 0) {
        munmap(base, bytes);
        errno = EACCES;
        return MAP_FAILED;
    }
    pthread_mutex_lock(&lock);
    int i = 0;
    while (i < JITS && jits[i].base != NULL) i++;
    if (i == JITS) kill_program("more JIT memory than the fake can hold");
    jits[i] = (struct jit){base, bytes, pthread_self(), false};
    pthread_mutex_unlock(&lock);
    return base;
}

static void forget_jit(const void *address, size_t bytes) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < JITS; i++) {
        if (overlaps(&jits[i], address, bytes)) jits[i].base = NULL;
    }
    pthread_mutex_unlock(&lock);
}

static void set_own_jits(int protection, bool runs) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < JITS; i++) {
        struct jit *jit = &jits[i];
        if (jit->base == NULL || jit->runs || !pthread_equal(jit->owner, pthread_self())) continue;
        if (mprotect(jit->base, jit->bytes, protection) != 0) kill_program("mprotect");
        jit->runs = runs;
    }
    pthread_mutex_unlock(&lock);
}

int pthread_jit_write_protect_supported_np(void) { return fake_macos.apple_silicon; }

static void write_protect(bool enabled) {
    if (!fake_macos.apple_silicon) return;
    set_own_jits(enabled ? PROT_READ | PROT_EXEC : PROT_READ | PROT_WRITE, enabled);
}

void pthread_jit_write_protect_np(int enabled) {
    if (fake_macos.version < 11.0) kill_program("no such call: pthread_jit_write_protect_np");
    if (fake_macos.allowlist) kill_program("pthread_jit_write_protect_np with an allow list");
    write_protect(enabled != 0);
}

int pthread_jit_write_with_callback_np(pthread_jit_write_callback_t callback, void *argument) {
    if (fake_macos.version < 11.4) kill_program("no such call: pthread_jit_write_with_callback_np");
    const pthread_jit_write_callback_t *allowed = fake_macos_allowed;
    while (*allowed != NULL && *allowed != callback) allowed++;
    if (fake_macos.allowlist && *allowed == NULL) kill_program("a callback that is not listed");
    write_protect(false);
    const int result = callback(argument);
    write_protect(true);
    return result;
}

void sys_icache_invalidate(void *start, size_t bytes) {
    __builtin___clear_cache((char *)start, (char *)start + bytes);
}

/* ---- Mappings -------------------------------------------------------------------------------- */

static int refuse(int error) {
    errno = error;
    return -1;
}

void *fake_macos_mmap(void *address, size_t bytes, int protection, int flags, int file,
                      off_t offset) {
    const int linux_flags = flags & ~(MAP_JIT | MAP_NORESERVE); /* the latter has no effect */
    if (flags & MAP_JIT) {
        if ((flags & (MAP_FIXED | MAP_SHARED)) || !(flags & MAP_ANONYMOUS) ||
            protection != (PROT_READ | PROT_WRITE | PROT_EXEC)) {
            errno = EINVAL;
            return MAP_FAILED;
        }
        if (fake_macos.hardened && !fake_macos.allow_jit) {
            errno = EPERM;
            return MAP_FAILED;
        }
        return map_jit(bytes, linux_flags);
    }
    if ((protection & PROT_EXEC) && fake_macos.hardened) {
        errno = EACCES;
        return MAP_FAILED;
    }
    if ((flags & MAP_FIXED) && fake_macos.renewal_error != 0) {
        errno = fake_macos.renewal_error;
        return MAP_FAILED;
    }
    if ((flags & MAP_FIXED) && holds_jit(address, bytes)) kill_program("MAP_FIXED over JIT memory");
    return mmap(address, bytes, protection, linux_flags, file, offset);
}

int fake_macos_munmap(void *address, size_t bytes) {
    const int failed = munmap(address, bytes);
    if (failed == 0) forget_jit(address, bytes);
    return failed;
}

int fake_macos_mprotect(void *address, size_t bytes, int protection) {
    const int both = PROT_WRITE | PROT_EXEC;
    const bool is_jit = holds_jit(address, bytes);
    if (is_jit && fake_macos.apple_silicon) return refuse(EACCES);
    if ((protection & both) == both && fake_macos.apple_silicon) return refuse(EACCES);
    if ((protection & PROT_EXEC) && fake_macos.hardened && !is_jit) return refuse(EACCES);
    return mprotect(address, bytes, protection);
}

/* No advice frees memory for certain; the fake's never does. */
int fake_macos_madvise(void *address, size_t bytes, int advice) {
    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
        return madvise(address, bytes, advice);
    case MADV_DONTNEED:
        return 0;
    case MADV_NOCORE:
        return madvise(address, bytes, MADV_DONTDUMP);
    default:
        return refuse(EINVAL);
    }
}

int fake_macos_minherit(void *address, size_t bytes, int inherit) {
    return inherit == INHERIT_ZERO ? madvise(address, bytes, MADV_WIPEONFORK) : refuse(EINVAL);
}
