#include "memory_pages/mp_system.h"

#include "mp_watch.h"
#include "os/mp_os.h"

size_t mp_page_size(void) { return mp_os_page_size(); }

size_t mp_huge_page_size(void) { return mp_os_huge_page_size(); }

unsigned mp_enforced(bool read, bool write, bool exec) {
    mp_watch_pause();
    const unsigned allowed = mp_os_enforced((read ? MP_ACCESS_READ : MP_ACCESS_NONE) |
                                            (write ? MP_ACCESS_WRITE : MP_ACCESS_NONE) |
                                            (exec ? MP_ACCESS_EXEC : MP_ACCESS_NONE));
    mp_watch_resume();
    return allowed;
}
