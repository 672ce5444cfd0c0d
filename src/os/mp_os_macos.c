/* macOS.
 *
 * Plain memory becomes executable by mprotect() on Intel, and on Apple silicon in programs without
 * the hardened runtime. The hardened runtime refuses that; with the entitlement for it (allow-jit)
 * a program has MAP_JIT memory instead. There the permission is the thread's and not the memory's:
 * a thread can write to all of it or run all of it. mprotect() does not change it, MAP_FIXED puts
 * it nowhere and must not replace it. Typed pages therefore use it for code alone: it is written to
 * once, before anybody knows its address, and each change copies between it and plain memory.
 *
 * That it reads as it runs can't be denied. */
#define _DARWIN_C_SOURCE
#include "mp_os_bsd_family.h"

#include <errno.h>
#include <libkern/OSCacheControl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "../mp_compiler.h"

/* On all processors. */
void mp_os_sync_code(void *base, size_t bytes) { sys_icache_invalidate(base, bytes); }

/* ---- Memory for code ------------------------------------------------------------------------- */

typedef struct copying {
    void *to;
    const void *from;
    size_t bytes;
} copying;

static int copy_code(void *argument) {
    const copying *what = (const copying *)argument;
    memcpy(what->to, what->from, what->bytes);
    return 0;
}

/* A program with the entitlement jit-write-allowlist lets only such functions write. */
PTHREAD_JIT_WRITE_ALLOW_CALLBACKS_NP(copy_code);

/* macOS 11.4 has the call with the list; the one before it ends programs that have the entitlement.
 */
static void write_code(copying *what) {
    if (__builtin_available(macOS 11.4, *)) {
        pthread_jit_write_with_callback_np(copy_code, what);
    } else if (__builtin_available(macOS 11.0, *)) {
        if (!pthread_jit_write_protect_supported_np()) {
            copy_code(what);
            return;
        }
        pthread_jit_write_protect_np(0);
        copy_code(what);
        pthread_jit_write_protect_np(1);
    } else {
        copy_code(what);
    }
}

static mp_os_result copy_to_code(const void *from, size_t bytes, unsigned to, void **out) {
    const int saved = errno;
    void *code = mmap(NULL, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANON | MAP_JIT, -1, 0);
    if (code == MAP_FAILED) return mp_posix_result(true, "mmap", saved);
    copying what = {code, from, bytes};
    write_code(&what);
    mp_os_sync_code(code, bytes);
    /* Intel has no permission of a thread's own, and so lets the memory's be changed; where that is
     * refused it is not needed. */
    (void)mp_os_commit(code, bytes, to);
    *out = code;
    return mp_posix_done;
}

static mp_os_result copy_to_data(const void *from, size_t bytes, unsigned to, void **out) {
    const unsigned writable = MP_ACCESS_READ | MP_ACCESS_WRITE;
    const mp_os_wish wish = {mp_os_page_size(), true, false};
    void *data;
    mp_os_result result = mp_os_map(bytes, writable, wish, &data, NULL);
    if (result.code != 0) return result;
    memcpy(data, from, bytes);
    result = mp_os_protect(data, bytes, writable, to);
    if (result.code == 0)
        *out = data;
    else
        (void)mp_os_release(data, bytes);
    return result;
}

mp_os_result mp_os_copy_as(void *from_base, size_t bytes, unsigned from, unsigned to, void **out) {
    const unsigned both = MP_ACCESS_WRITE | MP_ACCESS_EXEC;
    if ((to & both) == both) return mp_value(mp_os_result, EACCES, "mprotect");
    /* Refused for JIT memory, which can be read anyhow. */
    mp_os_result result = mp_posix_done;
    if (!(from & MP_ACCESS_READ)) result = mp_os_commit(from_base, bytes, MP_ACCESS_READ);
    if (result.code != 0 && !mp_posix_is_readable(from_base)) return result;
    result = (to & MP_ACCESS_EXEC) ? copy_to_code(from_base, bytes, to, out)
                                   : copy_to_data(from_base, bytes, to, out);
    if (result.code != 0 && !(from & MP_ACCESS_READ)) (void)mp_os_commit(from_base, bytes, from);
    return result;
}
