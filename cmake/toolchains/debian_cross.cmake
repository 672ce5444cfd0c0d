# What the toolchain files here share, which set CMAKE_SYSTEM_NAME, CMAKE_SYSTEM_PROCESSOR and
# `triple`, the prefix of Debian's cross compiler, and include this.

set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_CXX_COMPILER ${triple}-g++)
set(CMAKE_RC_COMPILER ${triple}-windres)

# Programs are the build machine's, libraries and headers the target's.
set(CMAKE_FIND_ROOT_PATH /usr/${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# What was built is run by an emulator, if there is one.
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    find_program(emulator wine)
else()
    find_program(emulator qemu-${CMAKE_SYSTEM_PROCESSOR}-static)
    set(emulator_options -L /usr/${triple})
endif()
if(emulator)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${emulator} ${emulator_options})
endif()
