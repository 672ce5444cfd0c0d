# A static library can't hide a symbol that its own objects share: to the linker, hidden means
# hidden from other shared objects only. So the objects become one, in which such symbols are local.

include(CheckLinkerFlag)

# memory_pages_relocatable_object(<variable> <object library>)
#
# Sets <variable> to what a static library should hold: one relocatable object in which every hidden
# symbol is local, or, where the tools for that are missing, the objects as they are.
function(memory_pages_relocatable_object variable objects)
    # Apple's linker makes hidden symbols local by itself in a relocatable link, for which zig's own
    # takes no more than one object.
    if(APPLE)
        set(two ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/two)
        file(WRITE ${two}/a.c "int a(void);\nint a(void) { return 0; }\n")
        file(WRITE ${two}/b.c "int b(void);\nint b(void) { return 0; }\n")
        try_compile(MEMORY_PAGES_JOINS_OBJECTS ${two} SOURCES ${two}/a.c ${two}/b.c
            LINK_OPTIONS -nostdlib -r)
    endif()
    if(NOT UNIX OR (APPLE AND NOT MEMORY_PAGES_JOINS_OBJECTS) OR (NOT APPLE AND NOT CMAKE_OBJCOPY))
        message(STATUS "Nothing joins objects: internal symbols stay visible in the static library")
        set(${variable} $<TARGET_OBJECTS:${objects}> PARENT_SCOPE)
        return()
    endif()

    # Of the user's flags those that choose the target; others would link run-time libraries in.
    separate_arguments(flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
    list(FILTER flags INCLUDE REGEX "^(-m|--target=|-fuse-ld=)")
    if(CMAKE_C_COMPILER_TARGET)
        list(APPEND flags ${CMAKE_C_COMPILE_OPTIONS_TARGET}${CMAKE_C_COMPILER_TARGET})
    endif()
    # Functions that the compiler itself adds, such as i686's for the program counter, stand in
    # groups of which a program's linker would keep one; what is local must not go with them.
    check_linker_flag(C LINKER:--force-group-allocation has_force_group_allocation)
    if(has_force_group_allocation)
        list(APPEND flags -Wl,--force-group-allocation)
    endif()
    if(CMAKE_OBJCOPY AND NOT APPLE)
        set(localise COMMAND ${CMAKE_OBJCOPY} --localize-hidden)
    endif()

    set(object ${CMAKE_CURRENT_BINARY_DIR}/${objects}.$<CONFIG>${CMAKE_C_OUTPUT_EXTENSION})
    add_custom_command(
        OUTPUT ${object}
        COMMAND ${CMAKE_C_COMPILER} ${flags} -nostdlib -r
            -o ${object} $<TARGET_OBJECTS:${objects}>
        ${localise} ${object}
        DEPENDS ${objects} $<TARGET_OBJECTS:${objects}>
        COMMENT "Joining the objects of ${objects}"
        COMMAND_EXPAND_LISTS VERBATIM)
    # Link-time optimisation would leave the compiler's own form, which has no symbols to hide.
    target_compile_options(${objects} PRIVATE -fno-lto)
    set(${variable} ${object} PARENT_SCOPE)
endfunction()
