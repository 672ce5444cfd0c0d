/* What POSIX systems have in common, for the files of these systems only.
 *
 * mp_os_posix.c implements the part of mp_os.h that is the same on all of them: results, facts,
 * release, commit, permissions and locks. mp_os_bsd_family.c adds what is the same on systems that
 * descend from BSD, macOS among them. What remains is in one file per system.
 */
#ifndef MP_OS_POSIX_H
#define MP_OS_POSIX_H

#include "mp_os.h"

static const mp_os_result mp_posix_done = {0, NULL};

/* What a system call gave; `saved` is the caller's errno, which comes back. */
mp_os_result mp_posix_result(bool failed, const char *call, int saved);

/* The PROT_ bits for a set of mp_access bits. */
int mp_posix_protection(unsigned access);

/* Maps anonymous private memory with further MAP_ flags. */
mp_os_result mp_posix_map(size_t bytes, size_t alignment, int protection, int flags, void **out,
                          mp_os_left *left);

/* madvise(), with some patience if the system is busy. */
mp_os_result mp_posix_advise(void *base, size_t bytes, int advice);

/* Writes to each page the value that it has. */
void mp_posix_touch(void *base, size_t bytes);

/* Whether the page can be read. */
bool mp_posix_is_readable(void *page);

/* Counts resident bytes by mincore(). A page of zeros that was only read may count. */
mp_os_result mp_posix_count_resident(const void *base, size_t bytes, size_t *out);

/* ---- What the system's own file has to add --------------------------------------------------- */

/* ENOMEM says "no memory" and "too many mappings" alike: whether it is the latter. */
bool mp_posix_at_mapping_limit(void);

#endif
