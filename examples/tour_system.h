/* What the tour asks of the system itself: figures of the library alone would prove little. */
#ifndef TOUR_SYSTEM_H
#define TOUR_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

/* What became of a stray store of one byte. */
typedef struct tour_store {
    const char *by; /* "a child process"; "a stray pointer" where no child shares the memory */
    bool faulted;
    char fault[24];      /* such as "SIGSEGV" or "signal 4"; "" if there was none */
    const void *address; /* where the processor says that it faulted; NULL if it did not */
} tour_store;

/* Stores one byte at `address` as a stray pointer would, past every type. Ends the program with a
 * message if that cannot be tried. */
tour_store tour_store_astray(const void *address);

/* The physical memory of this process in bytes, as the kernel counts it; 0 if it does not tell. */
size_t tour_process_bytes(void);

/* The path of the running program, valid to its end. Ends it if the kernel does not tell. */
const char *tour_own_path(void);

/* The system, its release and the processor, such as "Linux 6.1.0 x86_64"; valid to the end. */
const char *tour_machine(void);

/* Seconds since some moment in the past. */
double tour_seconds(void);

/* Whether stdout is a terminal that shows bold text. */
bool tour_is_terminal(void);

#endif
