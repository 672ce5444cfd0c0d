"""What is compiled for systems that are not here, over declarations of what they have."""

import pytest
from project import C_COMPILERS, INCLUDE_FLAGS, ROOT, WARNING_FLAGS, run, run_well

SYSTEMS = {"freebsd": [], "netbsd": [], "openbsd": ["-D__OpenBSD__"]}
SOURCES = ["mp_os_bsd.c", "mp_os_bsd_family.c", "mp_os_posix.c"]


def flags_for(system):
    """Where headers do not tell a difference, the system's own macro does."""
    return ["-std=c11", "-D_DEFAULT_SOURCE", "-U__linux__", *SYSTEMS[system], *WARNING_FLAGS,
            *INCLUDE_FLAGS, "-isystem", ROOT / "tests/fake_bsd" / system]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("compiler", C_COMPILERS)
def test_the_seam_compiles(compiler, system, source):
    run_well(compiler, *flags_for(system), "-fsyntax-only", ROOT / "src/os" / source)


def test_the_declarations_are_those_of_the_system():
    text = "#include <sys/mman.h>\nint call(void *a, char *b) { return mincore(a, 1, b); }\n"
    refused = run("gcc", *flags_for("openbsd"), "-x", "c", "-fsyntax-only", "-", input=text)
    assert "openbsd_has_no_mincore" in refused.stderr


def test_a_compiler_with_intrinsics_has_the_same_atomics(tmp_path):
    """What src/mp_compiler.h takes for Microsoft's compiler, over intrinsics made of gcc's."""
    (tmp_path / "intrin.h").write_text("".join(
        f"static {type} _InterlockedCompareExchange{bits}(volatile void *at, {type} value, "
        f"{type} expected) {{ __atomic_compare_exchange_n((volatile {type} *)at, &expected, value, "
        "0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); return expected; }\n"
        for bits, type in [("8", "char"), ("", "int"), ("64", "long")]))
    source = tmp_path / "atomics.c"
    source.write_text(ATOMICS)
    run_well("gcc", "-std=gnu11", "-D__int64=long", "-DPRETEND_MSVC", "-Wall", "-Wextra", "-Werror",
             "-I", tmp_path, "-I", ROOT / "src", source, "-o", tmp_path / "with_intrinsics")
    run_well("gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "src", source,
             "-o", tmp_path / "with_builtins")
    said = run_well(tmp_path / "with_builtins")
    assert run_well(tmp_path / "with_intrinsics") == said
    assert said.split() == "5 7 6 255 1 3 0 7 1 1 5 3 3 9 0 1 0 1 1".split()


ATOMICS = r"""
#include <stdio.h>
#ifdef PRETEND_MSVC
#include <stdint.h>
#include <stdbool.h>
#include <string.h>
#undef __GNUC__
#define _MSC_VER 1939
#endif
#include "mp_compiler.h"

static uint8_t narrow = 5;
static uint32_t middle = 7;
static uint64_t wide = 6;
static int *pointer;

int main(void) {
    int number = 3, *none = NULL;
    uint32_t expected = 8;
    size_t result;
    printf("%d %u %llu ", mp_atomic_load(&narrow), mp_atomic_load(&middle),
           (unsigned long long)mp_atomic_load(&wide));
    mp_atomic_store(&narrow, 255);
    printf("%d ", narrow);
    printf("%d ", mp_atomic_replace(&pointer, &none, &number));
    printf("%d ", *pointer);
    printf("%d ", mp_atomic_replace(&middle, &expected, 1u));
    printf("%u ", expected);
    printf("%d ", mp_atomic_replace(&middle, &expected, 1u));
    printf("%u ", middle);
    printf("%llu ", (unsigned long long)mp_atomic_add(&wide, UINT64_MAX));
    printf("%llu ", (unsigned long long)mp_atomic_sub(&wide, 2));
    printf("%llu ", (unsigned long long)mp_atomic_swap(&wide, 9));
    printf("%llu ", (unsigned long long)wide);
    printf("%d ", mp_checked_add(SIZE_MAX, 1, &result));
    printf("%d ", mp_checked_add(SIZE_MAX, 0, &result));
    printf("%d ", mp_checked_mul(SIZE_MAX / 2, 3, &result));
    printf("%d ", mp_checked_mul(0, 3, &result));
    printf("%d\n", mp_checked_mul(SIZE_MAX / 3, 3, &result));
    mp_zero_for_good(&wide, sizeof wide);
    mp_flush_code(&wide, sizeof wide);
    return (int)wide;
}
"""
