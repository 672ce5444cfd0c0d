"""The libraries export what the public headers declare, and nothing else."""

import re

import pytest
from project import INCLUDE_FLAGS, PUBLIC_HEADERS, run_well

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


@pytest.mark.parametrize(("library", "table"), [("libmemory_pages.a", "--extern-only"),
                                                ("libmemory_pages.so", "--dynamic")])
def test_exports_are_the_declarations(library, table, build_dir, declared):
    lines = run_well("nm", "--defined-only", table, build_dir / library).splitlines()
    names = {line.split()[-1] for line in lines if len(line.split()) == 3}
    # What begins with an underscore is the compiler's: sanitizers add such symbols.
    exported = {name for name in names if not name.startswith("_")}
    assert exported - declared == set()
    assert declared - exported == set()


def test_the_library_needs_only_libc(build_dir):
    dynamic = run_well("readelf", "--dynamic", build_dir / "libmemory_pages.so")
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    # The dynamic linker is libc's own; sanitizers bring a library each.
    others = [name for name in needed if not re.match(r"libc\.|ld-linux|lib\w+san\.", name)]
    assert others == []
