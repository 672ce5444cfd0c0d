/* FreeBSD, NetBSD and OpenBSD. What they differ in shows in their headers; mp_os_bsd_family.c and
 * mp_os_posix.c ask those. */
#include "mp_os_bsd_family.h"

#include <errno.h>

#include "../mp_compiler.h"

void mp_os_sync_code(void *base, size_t bytes) { mp_flush_code(base, bytes); }

/* Rules are the same for all memory: who forbids new code does so on purpose. */
mp_os_result mp_os_copy_as(void *from_base, size_t bytes, unsigned from, unsigned to, void **out) {
    (void)from_base, (void)bytes, (void)from, (void)to, (void)out;
    return mp_value(mp_os_result, ENOTSUP, "mprotect");
}
