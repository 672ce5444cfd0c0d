# What `cmake --install` puts where. share/memory_pages mirrors the repository, so that the
# generator finds its parts at the same relative paths in both.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/memory_pages)
set(share_dir ${CMAKE_INSTALL_DATADIR}/memory_pages)

# ---- Headers and libraries -----------------------------------------------------------------------

install(DIRECTORY src/include/ generated/include/
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h")
install(TARGETS memory_pages_headers ${libraries}
    EXPORT memory_pages
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
set_target_properties(memory_pages_headers PROPERTIES EXPORT_NAME headers)

# ---- The generator -------------------------------------------------------------------------------

install(DIRECTORY codegen spec
    DESTINATION ${share_dir}
    USE_SOURCE_PERMISSIONS
    PATTERN __pycache__ EXCLUDE)
if(NOT WIN32)
    # The command: a link, which the launcher follows to find its parts.
    file(RELATIVE_PATH launcher
        ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/memory_pages/codegen/mpgen.sh)
    file(CREATE_LINK ${launcher} ${PROJECT_BINARY_DIR}/mpgen SYMBOLIC)
    install(PROGRAMS ${PROJECT_BINARY_DIR}/mpgen DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES generated/man/mpgen.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES generated/completions/mpgen.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME mpgen)
    install(FILES generated/completions/mpgen.zsh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _mpgen)
    install(FILES generated/completions/mpgen.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# ---- Debuggers -----------------------------------------------------------------------------------

install(FILES debug/memory_pages-gdb.py generated/debug/memory_pages.natvis
    DESTINATION ${share_dir}/debug)
if(NOT WIN32)
    # gdb looks for it there by the path of the library, which `--prefix` has a say in.
    install(FILES debug/memory_pages-gdb.py
        DESTINATION
            ${CMAKE_INSTALL_DATADIR}/gdb/auto-load\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}
        RENAME $<TARGET_FILE_NAME:memory_pages_shared>-gdb.py)
endif()

# ---- find_package --------------------------------------------------------------------------------

install(EXPORT memory_pages
    NAMESPACE memory_pages::
    FILE memory_pages-targets.cmake
    DESTINATION ${package_dir})
configure_package_config_file(
    cmake/memory_pages-config.cmake.in ${PROJECT_BINARY_DIR}/memory_pages-config.cmake
    INSTALL_DESTINATION ${package_dir}
    PATH_VARS share_dir)
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/memory_pages-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(
    FILES
        ${PROJECT_BINARY_DIR}/memory_pages-config.cmake
        ${PROJECT_BINARY_DIR}/memory_pages-config-version.cmake
    DESTINATION ${package_dir})

# ---- pkg-config ----------------------------------------------------------------------------------

# Every path is relative to the file itself, so that it is right wherever `--prefix` puts it.
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH to_prefix ${pc_dir} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH to_include ${pc_dir} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
file(RELATIVE_PATH to_share ${pc_dir} ${CMAKE_INSTALL_FULL_DATADIR}/memory_pages)
set(pc_definitions)
if(memory_pages_shared IN_LIST libraries)
    set(pc_definitions -DMP_SHARED)
endif()
if(MEMORY_PAGES_ALLOW_EXEC)
    string(APPEND pc_definitions " -DMP_ALLOW_EXEC=1")
endif()
configure_file(cmake/memory_pages.pc.in ${PROJECT_BINARY_DIR}/memory_pages.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/memory_pages.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
