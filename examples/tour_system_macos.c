#define _DARWIN_C_SOURCE
#include <mach-o/dyld.h>
#include <mach/mach.h>
#include <sys/resource.h>

#include "tour_system.h"
#include "tour_system_posix.h"

void tour_dump_nothing(void) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

size_t tour_process_bytes(void) {
    mach_task_basic_info_data_t info;
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    const kern_return_t failed =
        task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&info, &count);
    return failed == KERN_SUCCESS ? info.resident_size : 0;
}

const char *tour_own_path(void) {
    static char path[4096];
    uint32_t size = sizeof path;
    if (_NSGetExecutablePath(path, &size) != 0) tour_fail("_NSGetExecutablePath");
    return path;
}
