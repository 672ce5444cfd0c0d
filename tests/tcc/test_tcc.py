"""tcc, which has neither attributes for a refusal nor atomics: it takes all headers, and a program
that it compiles runs. It refuses no misuse, as the README says."""

import shutil

import pytest
from project import INCLUDE_FLAGS, PUBLIC_HEADERS, ROOT, run, run_well

pytestmark = pytest.mark.skipif(not shutil.which("tcc"), reason="there is no tcc")

WARNING_FLAGS = ["-Wall", "-Wunsupported", "-Werror"]
OPEN = "-DMP_ALLOW_EXEC=1"


def compile_text(text, folder, *flags):
    (folder / "text.c").write_text(text)
    return run("tcc", *flags, *INCLUDE_FLAGS, "-c", folder / "text.c", "-o", folder / "text.o")


def include(name):
    return f"#include <memory_pages/{name}>\n" * 2 + "typedef int not_empty;\n"


def test_each_header_stands_alone_and_twice(tmp_path):
    refused = {}
    for name in [path.name for path in PUBLIC_HEADERS]:
        done = compile_text(include(name), tmp_path, *WARNING_FLAGS, OPEN)
        if done.returncode != 0 or done.stderr:
            refused[name] = done.stderr
    assert not refused


def test_without_the_gate_an_exec_header_refuses(tmp_path):
    assert compile_text(include("mp_pages_r_nw_x.h"), tmp_path).returncode != 0
    assert compile_text(include("mp_pages_r_nw_nx.h"), tmp_path).returncode == 0


PROGRAM = r"""
#include "my_vec_particle_ro.h"
#include "my_vec_particle_rw.h"
#include <memory_pages/memory_pages.h>
#include <stdio.h>
#include <string.h>

static mp_status total_mass(double *out) {
    my_vec_particle_rw growing = MP_INIT;
    my_vec_particle_ro particles = MP_INIT;
    size_t i;
    MP_TRY(my_vec_particle_rw_create(0, &growing));
    for (i = 0; i < 100000; i++) {
        struct particle next = {0.0, 0.0, 0.0, 0.5};
        MP_TRY(my_vec_particle_rw_push(&growing, next));
    }
    MP_TRY(my_vec_particle_rw_freeze(&growing, &particles));
    *out = 0.0;
    for (i = 0; i < my_vec_particle_ro_len(&particles); i++)
        *out += my_vec_particle_ro_at(&particles, i)->mass;
    my_vec_particle_ro_destroy(&particles);
    return MP_OK;
}

static mp_status sum(uint64_t a, uint64_t b, uint64_t *out) {
    static const uint8_t add[] = {0x48, 0x8d, 0x04, 0x37, 0xc3}; /* lea rax, [rdi + rsi]; ret */
    mp_pages_r_w_nx memory = MP_INIT;
    mp_pages_r_nw_x code = MP_INIT;
    mp_fn_binary_u64 call;
    mp_status stale;
    MP_TRY(mp_pages_r_w_nx_create(sizeof add, &memory));
    MP_TRY(mp_pages_r_w_nx_write(&memory, 0, add, sizeof add));
    MP_TRY(mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    MP_TRY(mp_pages_r_nw_x_fn_binary_u64(&code, 0, &call));
    MP_TRY(mp_fn_binary_u64_call(&call, a, b, out));
    mp_pages_r_nw_x_destroy(&code);
    stale = mp_fn_binary_u64_call(&call, a, b, out);
    return stale == MP_ERR_STALE ? MP_OK : stale == MP_OK ? MP_ERR_INVALID : stale;
}

int main(void) {
    double mass = 0.0;
    uint64_t n = 77;
    mp_expect(total_mass(&mass));
#if defined(__x86_64__)
    mp_expect(sum(43, 34, &n));
#endif
    printf("%.1f kg, %d\n", mass, (int)n);
    return 0;
}
"""


@pytest.fixture
def types(tmp_path):
    """The flags that show the consumer's own types."""
    run_well(ROOT / "codegen/mpgen.sh", "generate", ROOT / "tests/consumer/my_types.yml",
             "-o", tmp_path / "types")
    return [f"-I{tmp_path / 'types'}", f"-I{ROOT / 'tests/consumer'}"]


# tcc's own linker does not know how a thread finds its last error in the static library.
@pytest.mark.parametrize(("linker", "library"), [("tcc", "so"), ("cc", "so"), ("cc", "a")])
def test_a_program_runs(linker, library, build_dir, types, tmp_path):
    done = compile_text(PROGRAM, tmp_path, *WARNING_FLAGS, OPEN, *types)
    assert done.returncode == 0 and not done.stderr, done.stderr
    run_well(linker, tmp_path / "text.o", build_dir / f"libmemory_pages.{library}",
             f"-Wl,-rpath,{build_dir}", "-o", tmp_path / "program")
    assert run_well(tmp_path / "program") == "50000.0 kg, 77\n"


@pytest.mark.parametrize("misuse", [
    "void f(mp_pages_r_nw_nx *p) { mp_pages_r_nw_nx_allow_write(p, p); }",
    "size_t f(const mp_pages_r_nw_nx *p) { return mp_pages_r_w_nx_len(p); }",
    "void f(mp_pages_r_nw_nx *p) { mp_pages_r_nw_nx_set(p, 0, 42); }",
])
def test_it_refuses_no_misuse(misuse, tmp_path):
    """A limit that is written down. Should tcc ever learn it, the README has to know."""
    assert compile_text("#include <memory_pages/memory_pages.h>\n" + misuse,
                        tmp_path).returncode == 0


def test_what_needs_an_attribute_is_not_there(tmp_path):
    """Not silently without effect: a handle that is never destroyed would be lost memory."""
    text = "#include <memory_pages/memory_pages.h>\n" \
           "void f(void) { MP_AUTO(mp_pages_r_w_nx) pages = MP_INIT; }\n"
    assert compile_text(text, tmp_path).returncode != 0
