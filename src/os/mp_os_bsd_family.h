/* What FreeBSD, NetBSD, OpenBSD and macOS have in common beyond POSIX, for the files of these
 * systems only. Each of them has to add mp_os_sync_code() and mp_os_copy_as(). */
#ifndef MP_OS_BSD_FAMILY_H
#define MP_OS_BSD_FAMILY_H

#include "mp_os_posix.h"

#endif
