"""What a spec of one's own can bring besides elements: pages, signatures, and another spec."""

import itertools
from dataclasses import dataclass

import pytest
from project import INCLUDE_FLAGS, ROOT, WARNING_FLAGS, run, run_well

SPECS = ROOT / "tests/consumer/two_specs"


@dataclass(frozen=True)
class Library:
    """The library as a program gets at it."""

    mpgen: str
    compile: list
    link: list


@pytest.fixture(params=["built", "installed"])
def library(request, build_dir):
    if request.param == "built":
        return Library(ROOT / "codegen/mpgen.sh", INCLUDE_FLAGS, [build_dir / "libmemory_pages.a"])
    pkg_config = request.getfixturevalue("pkg_config")
    run_path = f"-Wl,-rpath,{request.getfixturevalue('library_dir')}"
    [mpgen] = pkg_config("--variable=mpgen")
    return Library(mpgen, pkg_config("--cflags"), [*pkg_config("--libs"), run_path])


@pytest.fixture
def compile_all(library, build_flags, tmp_path):
    """Compiles each source with a compiler of its own, links them, and returns the program."""

    def compile_all(sources, *flags):
        objects = []
        for compiler, source, more in sources:
            objects.append(tmp_path / f"{len(objects)}.o")
            run_well(compiler, *WARNING_FLAGS, "-DMP_ALLOW_EXEC=1", *library.compile, *flags,
                     f"-I{tmp_path}", *more, "-c", source, "-o", objects[-1])
        program = tmp_path / "program"
        run_well("c++", *build_flags, *objects, *library.link, "-o", program)
        return program

    return compile_all


# ---- Several specs -------------------------------------------------------------------------------


@pytest.mark.parametrize("linked", [[], ["-DMP_LINKED"]], ids=["inline", "linked"])
def test_two_specs_in_one_program(linked, library, compile_all, build_flags, tmp_path):
    for spec in ["jit.yml", "jit_trace.yml", "jit.yml"]:
        run_well(library.mpgen, "generate", SPECS / spec, "-o", tmp_path)
    flags = [*build_flags, *linked]
    sources = [("cc", SPECS / "part.c", flags), ("c++", SPECS / "main.cpp", flags)]
    sources += [("cc", tmp_path / f"{spec}_instances.c", build_flags)
                for spec in ["jit", "jit_trace"]]
    run_well(compile_all(sources))


def test_two_specs_found_by_find_package(prefix, build_flags, tmp_path):
    flags = " ".join([*WARNING_FLAGS, *build_flags])
    run_well("cmake", "-G", "Ninja", "-S", SPECS, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}",
             f"-DCMAKE_C_FLAGS={flags}", f"-DCMAKE_CXX_FLAGS={flags}")
    run_well("cmake", "--build", tmp_path)
    run_well(tmp_path / "both")


@pytest.mark.parametrize("compiler", ["gcc", "clang", "g++", "clang++"])
def test_what_a_spec_leaves_out_is_refused_with_its_reason(compiler, library, tmp_path):
    run_well(library.mpgen, "generate", SPECS / "jit.yml", "-o", tmp_path)
    assert not (tmp_path / "jit_vec_entry_ro.h").exists()
    source = tmp_path / ("pop.cpp" if "++" in compiler else "pop.c")
    source.write_text('#include "jit_vec_entry_rw.h"\n'
                      "void f(jit_vec_entry_rw *v) { jit_vec_entry_rw_clear(v); }\n")
    done = run(compiler, *library.compile, "-fsyntax-only", source)
    assert done.returncode != 0
    assert "the spec leaves `clear` out; add it to the `operations` there" in done.stderr


# ---- Signatures ----------------------------------------------------------------------------------

SCALARS = """bool char short int long float double size_t int8_t uint8_t int16_t uint16_t int32_t
uint32_t int64_t uint64_t uintptr_t ptrdiff_t""".split()
SCALARS += ["signed char", "unsigned char", "unsigned int", "unsigned long long", "long long"]
POINTERS = ["const char *", "void *", "struct node *", "double **"]
MIXED = list(itertools.islice(itertools.cycle(
    ["int8_t", "double", "uint64_t", "float", "bool", "const short *", "uint16_t"]), 16))


def spec_of(signatures):
    lines = ["extends: memory_pages", "prefix: my", "functions:"]
    for name, returns, parameters in signatures:
        lines.append(f"  - {{name: {name}, returns: '{returns}', doc: Code.,")
        lines.append(f"     parameters: [{', '.join(parameters)}]}}")
    return "\n".join(lines) + "\n"


def signatures():
    found = [("mixed", "double", MIXED), ("nothing", "void", []), ("most", "void", ["float"] * 16)]
    for index, c_type in enumerate(SCALARS + POINTERS):
        found.append((f"same_{index}", c_type, [c_type]))
    return found


def declared(c_type, name):
    return f"{c_type}{'' if c_type.endswith('*') else ' '}{name}"


def machine_code():
    """C functions that need nothing outside of their own section, so that it can be copied. The
    mixed one makes a number that depends on the value and the place of each argument."""
    code = '__attribute__((section("code"))) '
    names = [f"a{i}" for i in range(len(MIXED))]
    parameters = ", ".join(map(declared, MIXED, names))
    stars = ["*" if "*" in c_type else "" for c_type in MIXED]
    terms = [f"    r = r + r + (double){star}{name};" for star, name in zip(stars, names)]
    lines = ["#include <stdbool.h>", "#include <stddef.h>", "#include <stdint.h>",
             f"double mixed({parameters});", f"{code}double mixed({parameters}) {{",
             "    double r = (double)a0;", *terms[1:], "    return r;", "}"]
    for name, returns, [c_type] in signatures()[3:]:
        head = f"{declared(returns, name)}({declared(c_type, 'a')})"
        lines += [f"{head};", f"{code}{head} {{ return a; }}"]
    return "\n".join(lines) + "\n"


def values():
    """For each mixed parameter an expression, and the number that it stands for."""
    for i, c_type in enumerate(MIXED):
        number = {"int8_t": -i - 1, "double": i + 0.5, "uint64_t": 2**40 + i, "float": i + 0.25,
                  "bool": i % 2, "const short *": 300 + i, "uint16_t": 60000 + i}[c_type]
        yield (f"&shorts[{i}]" if "*" in c_type else f"({c_type}){number}"), number


def program():
    expected = 0.0
    for _, number in values():
        expected = expected + expected + number
    arguments = ", ".join(text for text, _ in values())
    shorts = ", ".join(str(300 + i) for i in range(16))
    lines = [
        '#include "my_types.h"', "#include <memory_pages/memory_pages.h>",
        "extern const char __start_code[], __stop_code[];",
        f"static const short shorts[] = {{{shorts}}};",
        "static mp_status calls(void) {",
        "    MP_AUTO(mp_pages_r_w_nx) pages = MP_INIT;",
        "    MP_AUTO(mp_pages_r_nw_x) code = MP_INIT;",
        "    const size_t size = (size_t)(__stop_code - __start_code);",
        "    MP_TRY(mp_pages_r_w_nx_create(size, &pages));",
        "    MP_TRY(mp_pages_r_w_nx_write(&pages, 0, __start_code, size));",
        "    MP_TRY(mp_pages_r_w_nx_set_protected_exec(&pages, &code));",
        "    my_fn_mixed mixed_fn;", "    double sum = 0.0;",
        "    extern char mixed[];",
        "    const size_t start = (size_t)(mixed - __start_code);",
        "    MP_TRY(mp_pages_r_nw_x_fn_my_mixed(&code, start, &mixed_fn));",
        f"    MP_TRY(my_fn_mixed_call(&mixed_fn, {arguments}, &sum));",
        f"    if (sum != {expected!r}) return MP_ERR_INVALID;",
    ]
    for name, returns, [c_type] in signatures()[3:]:
        value = "(void *)&sum" if "*" in c_type else f"({c_type})-77"
        lines += [
            f"    extern char {name}[];", f"    my_fn_{name} fn_{name};",
            f"    {declared(c_type, f'in_{name}')} = {value};",
            f"    {declared(c_type, f'out_{name}')} = 0;",
            f"    MP_TRY(mp_pages_r_nw_x_fn_my_{name}("
            f"&code, (size_t)({name} - __start_code), &fn_{name}));",
            f"    MP_TRY(my_fn_{name}_call(&fn_{name}, in_{name}, &out_{name}));",
            f"    if (out_{name} != in_{name}) return MP_ERR_INVALID;",
        ]
    return "\n".join([*lines, "    return MP_OK;", "}",
                      "int main(void) { return calls() == MP_OK ? 0 : 1; }"]) + "\n"


@pytest.fixture
def signature_headers(library, tmp_path):
    (tmp_path / "my_types.yml").write_text(spec_of(signatures()))
    run_well(library.mpgen, "generate", "my_types.yml", "-o", ".", cwd=tmp_path)
    return tmp_path


def test_every_signature_calls_machine_code(signature_headers, compile_all, build_flags):
    code, main = signature_headers / "code.c", signature_headers / "main.c"
    code.write_text(machine_code())
    main.write_text(program())
    # Sanitizers would put calls into the code that is copied.
    plain = ["-O1", "-fno-stack-protector"]
    run_well(compile_all([("cc", code, plain), ("cc", main, build_flags)]))


@pytest.mark.parametrize("target", ["aarch64-linux-gnu", "riscv64-linux-gnu", "i686-linux-gnu"])
def test_every_signature_compiles_elsewhere(target, library, signature_headers):
    """The C library's headers of this system serve for all, but for what they say of its ABI."""
    system = run_well("gcc", "-print-multiarch").strip()
    (signature_headers / "gnu").mkdir()
    (signature_headers / "gnu/stubs.h").write_text("")
    done = run("clang", f"--target={target}", "-isystem", signature_headers,
               "-isystem", f"/usr/include/{system}", *WARNING_FLAGS, *library.compile,
               "-DMP_ALLOW_EXEC=1", "-fsyntax-only", "-x", "c", signature_headers / "my_types.h")
    assert (done.returncode, done.stderr) == (0, "")
