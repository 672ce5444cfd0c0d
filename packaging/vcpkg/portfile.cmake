# An overlay port: it builds the tree in which it lies.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

# A triplet has one kind of library, which vcpkg tells by BUILD_SHARED_LIBS.
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DMEMORY_PAGES_BOTH_LIBRARIES=OFF
        -DMEMORY_PAGES_BUILD_EXAMPLES=OFF
        -DMEMORY_PAGES_BUILD_TESTS=OFF)
vcpkg_cmake_install()

vcpkg_cmake_config_fixup(PACKAGE_NAME memory_pages CONFIG_PATH lib/cmake/memory_pages)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")

# What gdb loads by itself it looks for by the path of the installed library, which changes yet.
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/gdb")

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
