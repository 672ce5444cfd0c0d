# macOS on Intel, by zig.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(triple x86_64-macos.10.15) # before, asking for the version takes a framework that zig has not
include(${CMAKE_CURRENT_LIST_DIR}/zig.cmake)
