"""What the generator makes of the tiny specs compiles without a warning, in every dialect.

The tiny specs have what the library's own has not: elements with functions, headers of the user's.
"""

import pytest
from generator import HERE
from golden import GOLDEN
from project import INCLUDE_FLAGS, WARNING_FLAGS, run

TINY = [f"-I{GOLDEN / 'library/include'}", f"-I{HERE / 'include'}"]
OWN = [f"-I{GOLDEN / 'own'}", *TINY]
DIALECTS = [
    *(("gcc", standard, "c") for standard in ("c99", "c11", "c2x")),
    *(("clang", standard, "c") for standard in ("c99", "c11", "c2x")),
    *(("g++", standard, "c++") for standard in ("c++11", "c++2b")),
    *(("clang++", standard, "c++") for standard in ("c++11", "c++2b")),
]


def compile(compiler, standard, language, folders, text, *flags):
    command = [compiler, f"-std={standard}", "-x", language, *WARNING_FLAGS, *folders]
    return run(*command, *INCLUDE_FLAGS, *flags, "-fsyntax-only", "-", input=text)


@pytest.mark.parametrize("compiler, standard, language", DIALECTS)
@pytest.mark.parametrize("exec", [0, 1])
@pytest.mark.parametrize(
    "folders, headers",
    [
        (TINY, ["memory_pages/tiny_pages.h", "memory_pages/tp_unsafe.h"]),
        (OWN, ["my_types.h", "my_unsafe.h"]),
    ],
    ids=["library", "own"],
)
def test_headers_compile(compiler, standard, language, exec, folders, headers):
    lines = [f"#include <{header}>\n" for header in headers] * 2
    text = "".join(lines) + "int something;\n"
    done = compile(compiler, standard, language, folders, text, f"-DMP_ALLOW_EXEC={exec}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "folders, source", [(TINY, "library/src/tp_instances.c"), (OWN, "own/my_instances.c")]
)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_instances_compile(compiler, folders, source):
    done = compile(compiler, "c11", "c", folders, (GOLDEN / source).read_text())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_closed_gate_says_what_opens_it(compiler):
    text = "#include <memory_pages/tp_pages_r_nw_x.h>\n"
    done = compile(compiler, "c11", "c", TINY, text)
    assert done.returncode != 0
    assert "define MP_ALLOW_EXEC as 1 before the first include" in done.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize(
    "c_type, sentence",
    [
        ("struct unknown", "incomplete type"),
        ("struct empty", "its header defines this type, with a size"),
        ("struct wide", "an element aligns to a page at most"),
    ],
)
def test_elements_are_checked_at_compile_time(compiler, c_type, sentence):
    """A type that is incomplete, one without a size, and one that aligns to more than a page."""
    types = (GOLDEN / "own/my_particle_types.h").read_text().replace("struct particle", c_type)
    text = "struct wide { _Alignas(8192) char c[8192]; };\n__extension__ struct empty {};\n" + types
    done = compile(compiler, "c11", "c", OWN, text)
    assert done.returncode != 0
    assert sentence in done.stderr
