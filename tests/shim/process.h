/* Tests in processes of their own, one file per family of systems. */
#ifndef TESTS_SHIM_PROCESS_H
#define TESTS_SHIM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* Where a new process starts from the beginning: in one that was started for a test, runs that
 * test and ends. Does nothing anywhere else. */
void run_if_apart(void (*run)(size_t number));

/* Runs test `number` in a new process and waits for its end, at most so many seconds. Returns
 * whether it succeeded; otherwise `end` says how it ended. */
bool run_apart(void (*run)(size_t number), size_t number, double seconds, char *end, size_t size);

#endif
