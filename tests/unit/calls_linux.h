/** @file
 *  The system calls of the library and of the tests, which pass through here by the linker's
 *  `--wrap`. What the C library calls for itself does not.
 *
 *  Each address and size must be whole pages: emulators take others too.
 */
#ifndef TESTS_UNIT_CALLS_LINUX_H
#define TESTS_UNIT_CALLS_LINUX_H

enum call {
    CALL_OF_MMAP,
    CALL_OF_MUNMAP,
    CALL_OF_MREMAP,
    CALL_OF_MPROTECT,
    CALL_OF_MADVISE,
    CALL_OF_MLOCK,
    CALL_OF_MINCORE,
    CALL_OF_IOCTL,
    CALLS
};

/** The errno with which each call fails from now on; 0 lets it pass. */
extern int call_errors[CALLS];

/** Called before each munmap(), if not NULL. */
extern void (*before_munmap)(void);

#endif
