/* Linux's, and what macOS adds or does otherwise, as far as src/os/ needs it. */
#pragma once
#include_next <sys/mman.h>
#include <fake_macos.h>

#define MAP_JIT 0x0800

/* Of FreeBSD, and not of macOS: so what the systems share is run with them too. */
#define MADV_NOCORE 8
#define INHERIT_ZERO 3
#define minherit fake_macos_minherit

#define mmap fake_macos_mmap
#define munmap fake_macos_munmap
#define mprotect fake_macos_mprotect
#define madvise fake_macos_madvise
