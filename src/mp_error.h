/* How the core records that the system failed; mp_fail() is the same for the library's own
 * refusals. */
#ifndef MP_ERROR_H
#define MP_ERROR_H

#include "os/mp_os.h"

/* Records `failure` as the thread's last error and returns its status. */
MP_COLD mp_status mp_record_os_failure(mp_os_result failure);

/* The same; compilers can see that it is no success. */
static inline mp_status mp_fail_os(mp_os_result failure) {
    const mp_status status = mp_record_os_failure(failure);
    return status != MP_OK ? status : MP_ERR_SYSTEM;
}

/* Makes `error` the last one again: what was tried and then done another way is no failure. */
void mp_error_restore(mp_error error);

#endif
