/** @file
 *  What system_posix.c and the file of a POSIX system tell each other.
 */
#ifndef TESTS_UNIT_SYSTEM_POSIX_H
#define TESTS_UNIT_SYSTEM_POSIX_H

/** Called before a child process ends, if not NULL. */
extern void (*before_child_ends)(void);

#endif
