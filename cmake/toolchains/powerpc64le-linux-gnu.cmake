# Linux on little-endian 64-bit Power, by Debian's gcc-powerpc64le-linux-gnu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ppc64le)
set(triple powerpc64le-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake)
