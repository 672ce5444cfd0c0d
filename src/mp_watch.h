/* Memory checkers: ASan and Valgrind are told which part of a vector's memory holds elements, so
 * that a read past the last one is reported although the page is there.
 *
 * The library need not be built with them: they are found at run time, and cost nothing when
 * absent.
 */
#ifndef MP_WATCH_H
#define MP_WATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a checker runs this process. Never changes. */
bool mp_watch_is_on(void);

/* From here on, access to the bytes is fine; or is to be reported. */
void mp_watch_allow(void *memory, size_t bytes);
void mp_watch_forbid(void *memory, size_t bytes);

/* Between these, the thread tries what may be forbidden, and nothing is to be reported. */
void mp_watch_pause(void);
void mp_watch_resume(void);

#endif
