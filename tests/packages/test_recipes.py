"""The recipes for vcpkg and Conan, as far as they can be followed without either.

vcpkg's functions and Conan's classes have stand-ins here that do what the recipes expect of them.
"""

import importlib.util
import json
import re
import shutil
import sys
import types
from pathlib import Path

import pytest
from project import ROOT, run_well
from spec_version import VERSION

VCPKG = ROOT / "packaging/vcpkg"
CONAN = ROOT / "packaging/conan"
CONSUMER = ROOT / "tests/consumer"
KINDS = {"static": "libmemory_pages.a", "shared": "libmemory_pages.so"}


def libraries(package):
    """The library that a linker finds; there must be one kind only."""
    return [path.name for path in sorted(package.glob("lib/libmemory_pages.*"))
            if path.suffix in (".a", ".so")]


# ---- vcpkg ---------------------------------------------------------------------------------------


def test_vcpkg_has_the_version():
    port = json.loads((VCPKG / "vcpkg.json").read_text())
    assert port["version"] == VERSION


@pytest.mark.parametrize("kind", KINDS)
def test_vcpkg(kind, tmp_path):
    package = tmp_path / "package"
    run_well("cmake", f"-DPORTFILE={VCPKG / 'portfile.cmake'}", f"-DCURRENT_PACKAGES_DIR={package}",
             f"-DVCPKG_LIBRARY_LINKAGE={kind.replace('shared', 'dynamic')}",
             "-P", ROOT / "tests/packages/vcpkg.cmake")
    assert libraries(package) == [KINDS[kind]]
    assert (package / "share/memory-pages/copyright").read_text() == (ROOT / "LICENSE").read_text()
    assert not (package / "lib/cmake").exists()

    run_well("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", tmp_path / "build",
             f"-DCMAKE_PREFIX_PATH={package}")
    run_well("cmake", "--build", tmp_path / "build")
    assert run_well(tmp_path / "build/simulate") == "50000.0 kg\n"


def test_vcpkg_tells_what_to_write():
    usage = (VCPKG / "usage").read_text()
    targets = re.findall(r"memory_pages::\w+", usage)
    assert targets == ["memory_pages::memory_pages"]
    assert "memory_pages_add_types(my_types SPEC my_types.yml)" in usage


# ---- Conan ---------------------------------------------------------------------------------------


class CppInfo:
    def __init__(self):
        self.libs, self.defines, self.properties = [], [], {}

    def set_property(self, name, value):
        self.properties[name] = value


class Recipe:
    """What Conan gives a recipe: its folders, settings and options."""

    def __init__(self, folder, kind):
        self.folder = folder
        self.recipe_folder = str(CONAN)
        self.export_sources_folder = self.source_folder = str(folder / "source")
        self.build_folder, self.package_folder = str(folder / "build"), str(folder / "package")
        self.cpp_info = CppInfo()
        self.settings = types.SimpleNamespace(rm_safe=lambda name: None)
        self.options = types.SimpleNamespace(shared=kind == "shared")


class Toolchain:
    def __init__(self, recipe):
        self.recipe, self.cache_variables = recipe, {}

    def generate(self):
        self.recipe.variables = {**self.cache_variables,
                                 "BUILD_SHARED_LIBS": self.recipe.options.shared,
                                 "CMAKE_BUILD_TYPE": "Release", "CMAKE_INSTALL_LIBDIR": "lib"}


class CMake:
    def __init__(self, recipe):
        self.recipe = recipe

    def configure(self):
        variables = (f"-D{name}={value}" for name, value in self.recipe.variables.items())
        run_well("cmake", "-G", "Ninja", "-S", self.recipe.source_folder, "-B",
                 self.recipe.build_folder, *variables)

    def build(self):
        run_well("cmake", "--build", self.recipe.build_folder)

    def install(self):
        run_well("cmake", "--install", self.recipe.build_folder, "--prefix",
                 self.recipe.package_folder)


def copy(recipe, pattern, source, target, excludes=None):
    for path in sorted(Path(source).glob(pattern)):
        destination = Path(target, path.relative_to(source))
        destination.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, destination, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, destination)


def stand_ins():
    """The modules that the recipe imports."""
    content = {
        "conan": {"ConanFile": Recipe},
        "conan.tools": {},
        "conan.tools.cmake": {"CMake": CMake, "CMakeToolchain": Toolchain,
                              "cmake_layout": lambda recipe: None},
        "conan.tools.files": {"copy": copy, "load": lambda recipe, path: Path(path).read_text(),
                              "rmdir": lambda recipe, path: shutil.rmtree(path, True)},
    }
    modules = {}
    for name, members in content.items():
        modules[name] = types.ModuleType(name)
        vars(modules[name]).update(members)
    return modules


@pytest.fixture
def recipe_class(monkeypatch):
    for name, module in stand_ins().items():
        monkeypatch.setitem(sys.modules, name, module)
    described = importlib.util.spec_from_file_location("memory_pages_recipe",
                                                       CONAN / "conanfile.py")
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module.MemoryPages


@pytest.mark.parametrize("kind", KINDS)
def test_conan(kind, recipe_class, tmp_path):
    recipe = recipe_class(tmp_path, kind)
    recipe.set_version()
    assert recipe.version == VERSION
    for step in ("export_sources", "configure", "layout", "generate", "build", "package",
                 "package_info"):
        getattr(recipe, step)()
    package = Path(recipe.package_folder)

    assert libraries(package) == [KINDS[kind]]
    assert [f"lib{name}" for name in recipe.cpp_info.libs] == [Path(KINDS[kind]).stem]
    assert ("MP_SHARED" in recipe.cpp_info.defines) == (kind == "shared")
    [module] = recipe.cpp_info.properties["cmake_build_modules"]
    assert "function(memory_pages_add_types" in (package / module).read_text()
    content = recipe.cpp_info.properties["pkg_config_custom_content"]
    mpgen = content.removeprefix("mpgen=").replace("${prefix}", str(package))
    run_well(mpgen, "list", CONSUMER / "my_types.yml")

    program = tmp_path / "use"
    run_well("cc", f"-I{package}/include", CONAN / "test_package/use.c", f"-L{package}/lib",
             "-lmemory_pages", f"-Wl,-rpath,{package}/lib", "-o", program)
    assert run_well(program) == f"memory_pages {VERSION}: 1000 samples\n"


def test_conan_tests_its_package_with_a_recipe_that_compiles():
    path = CONAN / "test_package/conanfile.py"
    compile(path.read_text(), path, "exec")
