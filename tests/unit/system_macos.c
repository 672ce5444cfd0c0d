#define _DARWIN_C_SOURCE
#include "support.h"
#include "system.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

/* ---- What it can do -------------------------------------------------------------------------- */

static const char *const lacks[ABILITIES] = {
    [DUMP_CONTROL] = "dumps are the whole memory or none",
    [CHARGE_ON_WRITABLE] = "no limit holds for memory before it is touched",
    [PARTIAL_UNMAP] = "no limit of mappings has a name",
    [MOVES] = "pages stay at their address",
};

const char *what_lacks(enum ability ability) { return lacks[ability]; }

bool skips_with_guests(void) { return false; }

bool skips_without_mlock(void) { return false; }

size_t fewer_if_slow(size_t rounds) { return rounds; }

mp_options granted(mp_options wished) {
    wished.no_dump = false;
    wished.wipe_on_fork = false;
    return wished;
}

void exhaust_mappings(void) { ck_abort_msg("%s", lacks[PARTIAL_UNMAP]); }

void release_mappings(void) { ck_abort_msg("%s", lacks[PARTIAL_UNMAP]); }

/* ---- A system that refuses ------------------------------------------------------------------- */

/* The program's own functions take the place of the system's, and call those. */

static int map_error, renewal_error, protect_error, lock_error;
static void (*before_munmap)(void);

static bool is_refused(int error) {
    if (error != 0) errno = error;
    return error != 0;
}

#define GENUINE(call) ((__typeof__(&(call)))dlsym(RTLD_NEXT, #call))

void *mmap(void *address, size_t n, int protection, int flags, int file, off_t offset) {
    if (is_refused(flags & MAP_FIXED ? renewal_error : map_error)) return MAP_FAILED;
    return GENUINE(mmap)(address, n, protection, flags, file, offset);
}

int munmap(void *address, size_t n) {
    if (before_munmap != NULL) before_munmap();
    return GENUINE(munmap)(address, n);
}

int mprotect(void *address, size_t n, int protection) {
    return is_refused(protect_error) ? -1 : GENUINE(mprotect)(address, n, protection);
}

int mlock(const void *address, size_t n) {
    return is_refused(lock_error) ? -1 : GENUINE(mlock)(address, n);
}

static const struct refusable {
    const char *name;
    int *error;
} calls[] = {
    [CALL_MAP] = {"mmap", &map_error},
    [CALL_PROTECT] = {"mprotect", &protect_error},
    [CALL_DECOMMIT] = {"mmap", &renewal_error},
    [CALL_LOCK] = {"mlock", &lock_error},
};

mp_error system_error(enum system_call call, mp_status status) {
    const int codes[] = {
        [MP_ERR_DENIED] = EACCES, [MP_ERR_OUT_OF_MEMORY] = ENOMEM, [MP_ERR_UNSUPPORTED] = ENOTSUP};
    return (mp_error){status, codes[status], calls[call].name};
}

void refuse(enum system_call call, mp_status status) {
    *calls[call].error = system_error(call, status).system_code;
}

static const int errors[] = {ENOMEM, EPERM, EINVAL, EAGAIN};

int refusal_count(void) { return COUNT_OF(calls) * COUNT_OF(errors); }

void refuse_in_turn(int i) {
    const size_t n = (size_t)i;
    *calls[n / COUNT_OF(errors)].error = errors[n % COUNT_OF(errors)];
}

void look_before_unmap(void (*look)(void)) { before_munmap = look; }

/* The hardened runtime settles that when a program is signed. */
bool forbid_new_code(void) {
    printf("skipped: a process of macOS can't give up making code\n");
    return false;
}

void limit_growth(enum limit limit, size_t bytes) {
    (void)limit, (void)bytes;
    ck_abort_msg("%s", lacks[CHARGE_ON_WRITABLE]);
}

void lift_limit(enum limit limit) { (void)limit; }
