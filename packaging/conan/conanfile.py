"""The recipe for Conan 2: `conan create packaging/conan`."""

import os
import re

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

GENERATOR = "share/memory_pages/codegen"


class MemoryPages(ConanFile):
    name = "memory_pages"
    description = "Page memory for C whose permissions are types, and vectors for very large data"
    license = "MIT"
    topics = ("memory", "pages", "mmap", "jit", "vector")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": False}

    @property
    def _repository(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        spec = load(self, os.path.join(self._repository, "spec", "memory_pages.yml"))
        self.version = re.search(r"^version: (\S+)$", spec, re.M)[1]

    def export_sources(self):
        for part in ("CMakeLists.txt", "LICENSE", "cmake/*", "codegen/*", "debug/*", "generated/*",
                     "spec/*", "src/*"):
            copy(self, part, self._repository, self.export_sources_folder,
                 excludes="*/__pycache__/*")

    def configure(self):
        self.settings.rm_safe("compiler.cppstd")
        self.settings.rm_safe("compiler.libcxx")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for option in ("BOTH_LIBRARIES", "BUILD_EXAMPLES", "BUILD_TESTS"):
            toolchain.cache_variables[f"MEMORY_PAGES_{option}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        # Conan makes its own files for CMake and pkg-config, of what package_info() says.
        for folder in ("lib/cmake", "lib/pkgconfig", "share/doc", "share/gdb"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.libs = ["memory_pages"]
        self.cpp_info.set_property("cmake_file_name", "memory_pages")
        self.cpp_info.set_property("cmake_target_name", "memory_pages::memory_pages")
        self.cpp_info.set_property("cmake_build_modules", [f"{GENERATOR}/MemoryPagesTypes.cmake"])
        self.cpp_info.set_property("pkg_config_name", "memory_pages")
        mpgen = f"mpgen=${{prefix}}/{GENERATOR}/mpgen.sh"
        self.cpp_info.set_property("pkg_config_custom_content", mpgen)
        if self.options.shared:
            self.cpp_info.defines = ["MP_SHARED"]
