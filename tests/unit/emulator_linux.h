#ifndef TESTS_UNIT_EMULATOR_LINUX_H
#define TESTS_UNIT_EMULATOR_LINUX_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/** Tells whether system calls are answered by an emulator, such as qemu-user: it takes advice that
 *  it does not know for given. */
static inline bool is_emulated(void) {
    const int saved = errno, unknown_advice = 0x7fff;
    const bool is_taken = syscall(SYS_madvise, NULL, (size_t)0, unknown_advice) == 0;
    errno = saved;
    return is_taken;
}

#endif
