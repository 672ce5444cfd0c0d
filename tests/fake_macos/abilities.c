/* What the suites are told of the system that is played, where it is not Linux's. */
#include "fake_macos.h"
#include "kernel_view.h"
#include "system.h"

#include <stdio.h>
#include <string.h>

bool __real_system_has(enum ability ability);
bool __wrap_system_has(enum ability ability);
bool __wrap_skips_without(enum ability ability);
bool __real_kernel_has_flag(const void *address, const char *flag);
bool __wrap_kernel_has_flag(const void *address, const char *flag);
void __real_refuse(enum system_call call, mp_status status);
void __wrap_refuse(enum system_call call, mp_status status);

/* macOS has no limit of mappings that it would name. */
bool __wrap_system_has(enum ability ability) {
    return ability != PARTIAL_UNMAP && __real_system_has(ability);
}

bool __wrap_skips_without(enum ability ability) {
    if (__wrap_system_has(ability)) return false;
    printf("skipped: macOS has no counterpart\n");
    return true;
}

/* Memory is given back by mapping other pages over it; advice is what it is on Linux. */
void __wrap_refuse(enum system_call call, mp_status status) {
    if (call == CALL_DECOMMIT) fake_macos.renewal_error = system_error(call, status).system_code;
    __real_refuse(call, status);
}

/* It has no huge pages to ask for, and so keeps no record of who wants none. */
bool __wrap_kernel_has_flag(const void *address, const char *flag) {
    return strcmp(flag, "nh") == 0 || __real_kernel_has_flag(address, flag);
}
