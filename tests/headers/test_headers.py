"""Every public header stands alone, in every dialect, under both compilers, without a warning."""

import concurrent.futures
import re

import pytest
from project import (
    C_COMPILERS, C_STANDARDS, CXX_COMPILERS, CXX_STANDARDS, INCLUDE_FLAGS, PUBLIC_HEADERS,
    WARNING_FLAGS, run
)

DIALECTS = [(compiler, "c", std) for compiler in C_COMPILERS for std in C_STANDARDS] + [
    (compiler, "c++", std) for compiler in CXX_COMPILERS for std in CXX_STANDARDS
]
OLDEST_DIALECTS = [
    dialect for dialect in DIALECTS if dialect[2] in (C_STANDARDS[0], CXX_STANDARDS[0])
]

HEADER_NAMES = [path.name for path in PUBLIC_HEADERS]
EXEC_HEADER = re.compile(r"mp_pages_n?r_n?w_x\.h|mp_fn_(?!types)\w+\.h")
EXEC_HEADERS = [name for name in HEADER_NAMES if EXEC_HEADER.fullmatch(name)]
OTHER_HEADERS = [name for name in HEADER_NAMES if name not in EXEC_HEADERS]


def compile_text(text, compiler, language, std, *flags):
    """Asks a compiler about a program's text, without making an object."""
    return run(compiler, "-x", language, f"-std={std}", *WARNING_FLAGS, "-fsyntax-only",
               *INCLUDE_FLAGS, *flags, "-", input=text)


def include(name):
    """A translation unit with one header and nothing before it; the second inclusion tells that the
    first one guards itself."""
    return f"#include <memory_pages/{name}>\n" * 2 + "typedef int not_empty;\n"


def refusals(names, dialect, *flags):
    """Compiles each header in a translation unit of its own; returns {name: what was said} of those
    that the compiler refuses."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda name: compile_text(include(name), *dialect, *flags), names)
    return {name: done.stderr for name, done in zip(names, results) if done.returncode != 0}


def check_accepted(names, dialect, *flags):
    refused = refusals(names, dialect, *flags)
    assert not refused, f"{len(refused)} refused; the first:\n{next(iter(refused.values()))}"


def dialect_name(dialect):
    compiler, _, std = dialect
    return f"{compiler}-{std}"


in_every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=dialect_name)


def test_there_are_headers():
    assert "memory_pages.h" in HEADER_NAMES
    assert len(EXEC_HEADERS) > 1 and len(OTHER_HEADERS) > len(EXEC_HEADERS)


@in_every_dialect
def test_each_header_stands_alone_and_twice(dialect):
    check_accepted(HEADER_NAMES, dialect, "-DMP_ALLOW_EXEC=1")


@in_every_dialect
def test_without_the_gate_exec_headers_refuse(dialect):
    refused = refusals(EXEC_HEADERS, dialect)
    assert sorted(refused) == EXEC_HEADERS
    for name, said in refused.items():
        assert re.search(r"#error.*MP_ALLOW_EXEC", said), f"{name}:\n{said}"


@pytest.mark.parametrize("dialect", OLDEST_DIALECTS, ids=dialect_name)
def test_without_the_gate_the_others_compile(dialect):
    check_accepted(OTHER_HEADERS, dialect)


@in_every_dialect
def test_a_foreign_macro_is_met_by_an_error(dialect):
    done = compile_text("#define MP_OK 0\n" + include("mp_status.h"), *dialect)
    assert done.returncode != 0
    assert re.search(r"#error.*MP_OK", done.stderr)


WRONG_HANDLE = """
#include <memory_pages/mp_pages_r_w_nx.h>
#include <memory_pages/mp_pages_r_nw_nx.h>
size_t wrong(const mp_pages_r_nw_nx *pages);
size_t wrong(const mp_pages_r_nw_nx *pages) { return mp_pages_r_w_nx_len(pages); }
"""


@pytest.mark.parametrize("compiler", C_COMPILERS)
def test_lax_types_leave_the_compiler_its_own_settings(compiler):
    def compile_wrong(*flags):
        return run(compiler, "-std=c11", "-fsyntax-only", "-x", "c", *INCLUDE_FLAGS, *flags, "-",
                   input=WRONG_HANDLE)

    strict, lax = compile_wrong(), compile_wrong("-DMP_LAX_TYPES")
    assert strict.returncode != 0 and "error: " in strict.stderr
    assert lax.returncode == 0 and "warning: " in lax.stderr
