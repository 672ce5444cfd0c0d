"""The library in two files: complete, in every dialect, for every system."""

import re
import shutil

import pytest
from project import (
    C_COMPILERS, C_STANDARDS, CXX_COMPILERS, CXX_STANDARDS, ROOT, WARNING_FLAGS, run, run_well
)

WINDOWS = {"c11": "x86_64-w64-mingw32-gcc", "c++11": "x86_64-w64-mingw32-g++"}
OPEN = ["-DMP_ALLOW_EXEC=1", "-DMP_UNSAFE=1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the two files are; its own name is that of the folder of installed headers."""
    folder = tmp_path_factory.mktemp("amalgamation") / "memory_pages"
    run_well(ROOT / "codegen/mpgen.sh", "amalgamate", "-o", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["memory_pages.c", "memory_pages.h"]
    return folder


@pytest.mark.parametrize("flags", [[], OPEN], ids=["closed", "open"])
@pytest.mark.parametrize(("compiler", "language", "standard"), [
    *((compiler, "c", standard) for compiler in C_COMPILERS for standard in C_STANDARDS),
    *((compiler, "c++", standard) for compiler in CXX_COMPILERS for standard in CXX_STANDARDS),
])
def test_the_header_in_every_dialect(compiler, language, standard, flags, folder):
    text = '#include "memory_pages.h"\n' * 2 + "typedef int not_empty;\n"
    run_well(compiler, "-x", language, f"-std={standard}", *WARNING_FLAGS, *flags, "-I", folder,
             "-fsyntax-only", "-", input=text)


def test_doors_stay_closed_until_they_are_opened(folder):
    text = """#include "memory_pages.h"
    void *look(mp_pages_nr_nw_nx *pages) { return mp_pages_nr_nw_nx_unsafe_ptr(pages); }
    """
    def compile(*flags):
        return run("cc", "-x", "c", "-I", folder, "-fsyntax-only", *flags, "-", input=text)

    assert compile("-DMP_UNSAFE").returncode == 0
    assert "mp_pages_nr_nw_nx_unsafe_ptr" in compile().stderr


@pytest.mark.parametrize("flags", [[], ["-DMP_LINKED"]], ids=["inline", "linked"])
@pytest.mark.parametrize(("compiler", "language", "standard"), [
    *((compiler, "c", standard) for compiler in C_COMPILERS for standard in C_STANDARDS[1:]),
    *((compiler, "c++", standard) for compiler in CXX_COMPILERS for standard in CXX_STANDARDS),
])
def test_the_source_in_every_dialect(compiler, language, standard, flags, folder):
    run_well(compiler, "-x", language, f"-std={standard}", *WARNING_FLAGS, *flags,
             "-fsyntax-only", folder / "memory_pages.c")


@pytest.mark.parametrize("standard", WINDOWS)
def test_the_source_for_windows(standard, folder, tmp_path):
    compiler = WINDOWS[standard]
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    language = standard.rstrip("1")
    run_well(compiler, "-x", language, f"-std={standard}", *WARNING_FLAGS, "-c",
             folder / "memory_pages.c", "-o", tmp_path / "memory_pages.o")


def test_no_file_is_missing(folder):
    """Neither of those that belong to this system, as CMake picks them, nor of another's."""
    part = re.compile(r"^/\* ==== (\w+\.c) ==== \*/$", re.M)
    text = (folder / "memory_pages.c").read_text()
    assert set(part.findall(text)) == {path.name for path in (ROOT / "src").rglob("*.c")}


def test_this_system_has_the_files_that_cmake_picks(folder, build_dir):
    commands = run_well("ninja", "-C", build_dir, "-t", "commands", "memory_pages_core")
    picked = set(re.findall(rf"-c {ROOT}/src/(?:os/)?(\w+\.c)\b", commands))
    assert "mp_region.c" in picked
    compiled = run_well("cc", "-E", "-C", folder / "memory_pages.c")
    assert set(re.findall(r"^/\* ==== (\w+\.c) ==== \*/$", compiled, re.M)) == picked


def test_linked_it_has_what_the_library_has(folder, build_dir, tmp_path):
    run_well("cc", "-DMP_LINKED", "-c", folder / "memory_pages.c", "-o", tmp_path / "all.o")

    def functions(file):
        lines = run_well("nm", "--defined-only", "--extern-only", file).splitlines()
        return {line.split()[-1] for line in lines if " T mp_" in line}

    missing = functions(build_dir / "libmemory_pages.a") - functions(tmp_path / "all.o")
    assert missing == set()


@pytest.mark.parametrize(("compiler", "source_compiler", "language"), [
    *((compiler, compiler, "c") for compiler in C_COMPILERS),
    *(("cc", compiler, "c++") for compiler in CXX_COMPILERS),
])
@pytest.mark.parametrize("flags", [[], ["-DMP_LINKED"]], ids=["inline", "linked"])
def test_the_tour_needs_no_more(compiler, source_compiler, language, flags, folder, tmp_path):
    """Whichever language the library's source is taken for."""
    sources = [ROOT / "examples" / name
               for name in ("tour.c", "tour_system_linux.c", "tour_system_posix.c")]
    library = tmp_path / "memory_pages.o"
    run_well(source_compiler, "-x", language, "-O2", *WARNING_FLAGS, *flags, "-c",
             folder / "memory_pages.c", "-o", library)
    run_well(compiler, "-std=c11", "-O2", *WARNING_FLAGS, *flags, "-I", folder.parent, *sources,
             library, "-o", tmp_path / "tour")
    said = run_well(tmp_path / "tour")
    held, checks = re.search(r"^(\d+) of (\d+) checks held\.$", said, re.M).groups()
    assert held == checks


def test_the_same_spec_gives_the_same_bytes(folder, tmp_path):
    run_well(ROOT / "codegen/mpgen.sh", "amalgamate", "-o", tmp_path, cwd="/")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_an_installed_generator_says_what_it_lacks(tmp_path):
    for part in ("codegen", "spec"):
        shutil.copytree(ROOT / part, tmp_path / part,
                        ignore=shutil.ignore_patterns("__pycache__"))
    done = run(tmp_path / "codegen/mpgen.sh", "amalgamate", "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"mpgen: error: {tmp_path} holds no sources of the library; amalgamate in its repository\n")
    assert not (tmp_path / "out").exists()
