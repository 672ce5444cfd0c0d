/* FreeBSD's, as far as src/os/ needs it and it differs from Linux's. */
#pragma once
#include_next <sys/mman.h>

#undef MAP_NORESERVE
#define PROT_MAX(protection) ((protection) << 16)
#define MADV_NOCORE 8
#define INHERIT_ZERO 3
#define mincore bsd_mincore

int mincore(const void *address, size_t bytes, char *pages);
int minherit(void *address, size_t bytes, int inherit);
