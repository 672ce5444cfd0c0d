# Runs the portfile for vcpkg without vcpkg, with stand-ins for the functions that it calls. They do
# what vcpkg's own are documented to do, for one build type and as far as the portfile needs it.
#
#     cmake -DPORTFILE=FILE -DCURRENT_PACKAGES_DIR=DIR -DVCPKG_LIBRARY_LINKAGE=KIND -P vcpkg.cmake

set(PORT memory-pages)
set(build_dir "${CURRENT_PACKAGES_DIR}-build")
string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" dynamic BUILD_SHARED_LIBS)

function(run)
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()

function(vcpkg_cmake_configure)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
    run(${CMAKE_COMMAND} -G Ninja -S ${arg_SOURCE_PATH} -B ${build_dir} ${arg_OPTIONS}
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}
        -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=${BUILD_SHARED_LIBS})
endfunction()

function(vcpkg_cmake_install)
    run(${CMAKE_COMMAND} --build ${build_dir} --target install)
endfunction()

# Moves the package's files to where vcpkg wants them, and counts the way to the prefix anew.
function(vcpkg_cmake_config_fixup)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "PACKAGE_NAME;CONFIG_PATH" "")
    set(share "${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME}")
    file(GLOB files "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/*")
    file(COPY ${files} DESTINATION "${share}")
    file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib/cmake")
    foreach(file IN LISTS files)
        get_filename_component(name "${file}" NAME)
        file(READ "${share}/${name}" text)
        string(REPLACE "\${CMAKE_CURRENT_LIST_DIR}/../../../"
            "\${CMAKE_CURRENT_LIST_DIR}/../../" text "${text}")
        set(first "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_FILE}\" PATH)\n")
        set(second "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
        string(REPLACE "${first}${second}" "${first}" text "${text}")
        file(WRITE "${share}/${name}" "${text}")
    endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
    file(INSTALL ${arg_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}"
        RENAME copyright)
endfunction()

include("${PORTFILE}")
