/* As on macOS, as far as src/os/ needs it. */
#pragma once
#include <stddef.h>

void sys_icache_invalidate(void *start, size_t bytes);
