/** @file
 *  The fault seam: every call that the library makes to the C library can be made to fail.
 *
 *  The linker puts it between the core and libc (`--wrap`), so that the core is the one that is
 *  shipped. Nothing fails and nothing is counted until seam_open().
 */
#ifndef TESTS_FAULTS_SEAM_H
#define TESTS_FAULTS_SEAM_H

#include <stdbool.h>
#include <stddef.h>

/** Which calls fail, counted from 1, and how. All zero: none. */
struct fault {
    unsigned first;
    unsigned second; /**< another one; 0 for none */
    bool persistent; /**< all calls behind the first as well */
    int error;
};

/** Counts calls from here on, and lets those fail that `fault` names. */
void seam_open(struct fault fault);

/** Stops that; returns how many calls there were. */
unsigned seam_close(void);

/** Returns the name of a counted call; NULL if there was none, or far too many. */
const char *seam_call(unsigned number);

/** Tells whether a call of this name was made to fail. */
bool seam_refused(const char *call);

/** What the system says is the size of its huge pages, from now on. Small ones make small vectors
 *  do what large ones do. */
void seam_shrink_huge_pages(size_t bytes);

#endif
