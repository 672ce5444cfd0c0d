"""The libraries export what the public headers declare, and nothing else."""

import re

import pytest
from project import INCLUDE_FLAGS, PUBLIC_HEADERS, run_well
from symbols import LIBRARIES, exported

EXPORTED = re.compile(r'visibility\("default"\)\)\)[^;{]*?\b(mp_\w+)\s*\(')


@pytest.fixture(scope="module")
def declared():
    """Every function that the public headers promise to programs which link."""
    text = "".join(f"#include <memory_pages/{path.name}>\n" for path in PUBLIC_HEADERS)
    preprocessed = run_well("gcc", "-E", "-P", "-DMP_LINKED", "-DMP_ALLOW_EXEC=1",
                            *INCLUDE_FLAGS, "-x", "c", "-", input=text)
    names = set(EXPORTED.findall(preprocessed))
    assert {"mp_page_size", "mp_region_create", "mp_vec_f64_rw_push"} <= names
    return names


@pytest.mark.parametrize("library", LIBRARIES)
def test_exports_are_the_declarations(library, build_dir, declared):
    names = set(exported(build_dir, library))
    assert names - declared == set()
    assert declared - names == set()


def test_every_symbol_has_the_version_of_the_abi(build_dir):
    dynamic = run_well("readelf", "--dynamic", build_dir / "libmemory_pages.so")
    [abi] = re.findall(r"SONAME.*\[libmemory_pages\.so\.(.*)\]", dynamic)
    versions = set(exported(build_dir, "libmemory_pages.so").values())
    assert versions == {f"@@MEMORY_PAGES_{abi}"}


def test_the_library_needs_only_libc(build_dir):
    dynamic = run_well("readelf", "--dynamic", build_dir / "libmemory_pages.so")
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    # The dynamic linker is libc's own; sanitizers bring a library each.
    others = [name for name in needed if not re.match(r"libc\.|ld-linux|lib\w+san\.", name)]
    assert others == []
