/* What tour_system_posix.c and the file of a POSIX system tell each other. */
#ifndef TOUR_SYSTEM_POSIX_H
#define TOUR_SYSTEM_POSIX_H

/* From now on a fault of this process leaves no core file. */
void tour_dump_nothing(void);

/* Says why the call failed, and ends the program. */
_Noreturn void tour_fail(const char *call);

#endif
