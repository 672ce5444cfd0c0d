# The flags that the OpenSSF's guide for C names, as far as the compiler and the linker know them.
#
# They are for the library's own code; nothing of this reaches its users' targets.

include(CheckCCompilerFlag)
include(CheckLinkerFlag)

# _memory_pages_known(<variable> <kind> <flag>...): those of the flags that are known.
function(_memory_pages_known variable kind)
    set(known "")
    foreach(flag IN LISTS ARGN)
        string(MAKE_C_IDENTIFIER "MEMORY_PAGES_HAS${flag}" has)
        if(kind STREQUAL "compile")
            check_c_compiler_flag("${flag}" ${has})
        else()
            check_linker_flag(C "${flag}" ${has})
        endif()
        if(${has})
            list(APPEND known "${flag}")
        endif()
    endforeach()
    set(${variable} "${known}" PARENT_SCOPE)
endfunction()

# memory_pages_harden(<target>...): to compile the targets, and to link those that are linked.
function(memory_pages_harden)
    if(WIN32)
        return() # what they call there stands in a library of its own, and we need none but libc
    endif()
    set(CMAKE_REQUIRED_FLAGS -Werror) # clang only warns of a flag that the processor has no use for
    set(CMAKE_REQUIRED_QUIET ON)
    _memory_pages_known(compile compile
        -fstack-protector-strong
        -fstack-clash-protection
        -fcf-protection=full
        -mbranch-protection=standard)
    _memory_pages_known(optimised compile -ftrivial-auto-var-init=zero)
    _memory_pages_known(link link
        LINKER:-z,relro
        LINKER:-z,now
        LINKER:-z,noexecstack
        LINKER:--as-needed)

    # Fortified calls need an optimiser. Variables that start as zero would hide mistakes from those
    # who look for them: sanitizers, and Valgrind in builds for a debugger.
    list(APPEND optimised -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
    if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
        list(TRANSFORM optimised REPLACE ".+" "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:\\0>")
        list(APPEND compile ${optimised})
    endif()
    foreach(target IN LISTS ARGN)
        target_compile_options(${target} PRIVATE ${compile})
        target_link_options(${target} PRIVATE ${link})
    endforeach()
endfunction()
