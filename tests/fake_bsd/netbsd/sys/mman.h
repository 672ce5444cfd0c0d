/* NetBSD's, as far as src/os/ needs it and it differs from Linux's. */
#pragma once
#include_next <sys/mman.h>

#define PROT_MPROTECT(protection) ((protection) << 3)
#define MAP_INHERIT_ZERO 4
#define mincore bsd_mincore

int mincore(void *address, size_t bytes, char *pages);
int minherit(void *address, size_t bytes, int inherit);
