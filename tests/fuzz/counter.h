/** @file
 *  How many operations ran, in all processes of a campaign.
 */
#ifndef TESTS_FUZZ_COUNTER_H
#define TESTS_FUZZ_COUNTER_H

#include <stdint.h>

/** Adds to the number in the file that MEMORY_PAGES_FUZZ_COUNTER names: 8 bytes, shared by all that
 *  run, so that it survives a crash. Nothing happens if there is none. */
void count_operations(uint64_t n);

#endif
