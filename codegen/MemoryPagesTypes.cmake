# memory_pages_add_types(<target> SPEC <file>)
#
# Makes an INTERFACE library <target> of the types that <file> adds to memory_pages. Link to it and
# include the headers by name, as in #include "my_vec_particle_rw.h". It brings memory_pages along.
#
# The headers are made at build time and lie in the build tree. They are made again when the spec,
# the templates or the generator change; those whose text stays the same recompile nothing.
function(memory_pages_add_types target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "SPEC" "")
    if(NOT arg_SPEC OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "Usage: memory_pages_add_types(<target> SPEC <file>)")
    endif()

    # Packages may bring the generator separately, as those of Debian do.
    if(NOT EXISTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/mpgen.sh)
        message(FATAL_ERROR "memory_pages_add_types() needs the generator of memory_pages, which "
            "is not installed. On Debian it is the package memory-pages-generator.")
    endif()

    # Python must not leave its compiled modules in a source tree.
    set(mpgen ${CMAKE_COMMAND} -E env PYTHONDONTWRITEBYTECODE=1
        ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/mpgen.sh)
    set(directory ${CMAKE_CURRENT_BINARY_DIR}/${target})
    get_filename_component(spec ${arg_SPEC} ABSOLUTE)

    # Which headers there are is the generator's to say; when the spec changes it is asked again.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${spec})
    execute_process(
        COMMAND ${mpgen} list ${spec} -o ${directory}
        OUTPUT_VARIABLE headers
        ERROR_VARIABLE mistakes
        RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "mpgen can't make types of ${arg_SPEC}:\n${mistakes}")
    endif()
    string(STRIP "${headers}" headers)
    string(REPLACE "\n" ";" headers "${headers}")

    add_custom_command(
        OUTPUT ${headers}
        COMMAND ${mpgen} generate --quiet ${spec} -o ${directory} --depfile ${directory}.d
        DEPENDS ${spec}
        DEPFILE ${directory}.d
        COMMENT "Making the types of ${arg_SPEC}"
        VERBATIM)

    add_library(${target} INTERFACE ${headers})
    target_include_directories(${target} INTERFACE ${directory})
    target_link_libraries(${target} INTERFACE memory_pages::memory_pages)
endfunction()
