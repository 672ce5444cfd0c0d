# Linux on 32-bit x86, by Debian's gcc-i686-linux-gnu. An x86-64 machine runs it, with libc6-i386,
# unless its kernel runs 64-bit code only.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(triple i686-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake)
