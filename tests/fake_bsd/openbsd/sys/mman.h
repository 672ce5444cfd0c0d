/* OpenBSD's, as far as src/os/ needs it and it differs from Linux's. */
#pragma once
#include_next <sys/mman.h>

#define MAP_INHERIT_ZERO 3
#define mincore openbsd_has_no_mincore

void openbsd_has_no_mincore(void);
int minherit(void *address, size_t bytes, int inherit);
