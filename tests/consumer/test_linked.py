"""Programs that define MP_LINKED call the library's own copies of the typed functions."""

import os

import pytest
from project import C_COMPILERS, CXX_COMPILERS, INCLUDE_FLAGS, WARNING_FLAGS, run_well

PROGRAM = """
#include <memory_pages/memory_pages.h>

int main(void) {
    mp_vec_f64_rw vec = MP_INIT;
    double back = 0.0;
    if (mp_vec_f64_rw_create(4, &vec) != MP_OK) return 1;
    if (mp_vec_f64_rw_push(&vec, 102.5) != MP_OK) return 2;
    if (mp_vec_f64_rw_get(&vec, 0, &back) != MP_OK || back != 102.5) return 3;
    mp_vec_f64_rw_destroy(&vec);
    return 0;
}
"""


@pytest.mark.parametrize("library", ["libmemory_pages.a", "libmemory_pages.so"])
@pytest.mark.parametrize("compiler", C_COMPILERS + CXX_COMPILERS)
def test_linked_programs_call_the_library(compiler, library, build_dir, build_flags, tmp_path):
    built_by_clang = os.environ.get("MEMORY_PAGES_C_COMPILER_ID") == "Clang"
    if build_flags and built_by_clang != compiler.startswith("clang"):
        pytest.skip("each compiler has sanitizers of its own")
    source = tmp_path / ("use.cpp" if compiler in CXX_COMPILERS else "use.c")
    source.write_text(PROGRAM)
    object_file, program = tmp_path / "use.o", tmp_path / "use"
    run_well(compiler, *build_flags, *WARNING_FLAGS, *INCLUDE_FLAGS, "-DMP_LINKED",
             "-c", source, "-o", object_file)
    assert "mp_vec_f64_rw_push" in run_well("nm", "--undefined-only", object_file).split()
    run_well(compiler, *build_flags, object_file, build_dir / library,
             f"-Wl,-rpath,{build_dir}", "-o", program)
    run_well(program)
