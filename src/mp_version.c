#include "memory_pages/mp_version.h"

const char *mp_version(void) { return MP_VERSION; }
