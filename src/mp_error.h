/* How the core records that the system failed; mp_fail() is the same for the library's own
 * refusals. */
#ifndef MP_ERROR_H
#define MP_ERROR_H

#include "os/mp_os.h"

/* Records `failure` as the thread's last error and returns its status. */
MP_COLD mp_status mp_fail_os(mp_os_result failure);

/* Makes `error` the last one again: what was tried and then done another way is no failure. */
void mp_error_restore(mp_error error);

#endif
