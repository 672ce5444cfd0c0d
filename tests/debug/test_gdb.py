"""gdb shows handles as what they mean."""

import re

import pytest
from project import C_COMPILERS, INCLUDE_FLAGS, ROOT, run_well

HERE = ROOT / "tests/debug"
SCRIPT = ROOT / "debug/memory_pages-gdb.py"


def gdb(program, *commands, first=()):
    """What gdb prints for each command, once the program has stopped."""
    marks = [argument for i, command in enumerate(commands)
             for argument in ("-ex", f"echo <{i}>", "-ex", command)]
    said = run_well("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", *first,
                    "-ex", "break stop", "-ex", "run", "-ex", "up", *marks, program)
    return [part.strip() for part in re.split(r"<\d+>", said)[1:]]


@pytest.fixture(scope="module")
def types(tmp_path_factory):
    folder = tmp_path_factory.mktemp("types")
    run_well(ROOT / "codegen/mpgen.sh", "generate", HERE / "own_types.yml", "-o", folder)
    return folder


@pytest.fixture(scope="module",
                params=[(cc, level) for cc in C_COMPILERS for level in ("-O0", "-O2")],
                ids=lambda param: " ".join(param))
def shown(request, types, tmp_path_factory, build_dir, build_flags):
    """Shows one variable of handles.c, by each compiler at each level."""
    if build_flags:
        pytest.skip("what gdb shows is the same with and without sanitizers")
    compiler, level = request.param
    program = tmp_path_factory.mktemp("handles") / "handles"
    run_well(compiler, "-std=c11", "-g", level, *INCLUDE_FLAGS, "-I", types, "-I", HERE,
             HERE / "handles.c", build_dir / "libmemory_pages.a", "-o", program)
    names = re.findall(r"&(\w+)", (HERE / "handles.c").read_text().split("handles[]")[1])
    said = gdb(program, *(f"output {name}" for name in names), first=["-ix", SCRIPT])
    return dict(zip(names, said, strict=True))


def test_vectors(shown):
    assert shown["numbers"] == "mp_vec_u32_rw of length 5, capacity 1024 = {0, 1, 4, 9, 16}"
    assert shown["frozen"] == "mp_vec_f64_ro of length 2, capacity 512 = {1, 2.5}"
    assert shown["pointers"] == "mp_vec_ptr_rw of length 1, capacity 512 = {0x0}"


def test_vectors_without_memory(shown):
    assert shown["empty"] == "mp_vec_u32_rw, empty"
    assert shown["growing"] == "mp_vec_f64_rw, empty"
    assert shown["twin"] == "mp_vec_f64_rw, stale"
    assert shown["nowhere"] == "mp_vec_u32_rw, unreadable"


def test_vectors_of_own_types(shown):
    assert shown["particles"] == (
        "my_vec_particle_rw of length 1, capacity 256 = {{x = 1.5, mass = 2}}")
    assert shown["edges"] == (
        "my_vec_edge_rw of length 2, capacity 512 = {{from = 1, to = 2}, {from = 2, to = 3}}")
    expected = r"my_vec_node_rw of length 1, capacity 512 = \{0x\w+ <node>\}"
    assert re.fullmatch(expected, shown["nodes"])


def test_slices_and_writers(shown):
    assert shown["slice"] == "mp_slice_f64 of length 2 = {1, 2.5}"
    assert shown["writer"] == "mp_vec_u8_writer with room for 4095 until it asks for more"


def test_pages(shown):
    assert shown["pages"] == "mp_pages_r_w_nx, empty"
    assert re.fullmatch(r"mp_pages_r_nw_x of 4096 bytes at 0x\w+", shown["code"])


def test_code_references(shown):
    start = int(re.search(r"0x\w+", shown["code"])[0], 16)
    assert shown["function"] == f"mp_fn_void to {start + 16:#x}, current"
    assert re.fullmatch(r"mp_fn_void to 0x\w+, stale", shown["ended"])


def test_pages_and_code_of_own_types(shown):
    start = re.fullmatch(r"my_pages_r_w_x of 4096 bytes at (0x\w+)", shown["own_pages"])[1]
    assert shown["step"] == f"my_fn_step to {int(start, 16) + 32:#x}, current"
    assert shown["gone_pages"] == "my_pages_r_w_x, empty"
    assert shown["own_twin"] == "my_pages_r_w_x, stale"


def test_gdb_loads_it_along_with_the_library(types, tmp_path, build_dir, build_flags):
    if build_flags:
        pytest.skip("what gdb loads is the same with and without sanitizers")
    run_well("cmake", "--install", build_dir, "--prefix", tmp_path)
    [library] = tmp_path.glob("lib*/**/libmemory_pages.so")
    program = tmp_path / "handles"
    run_well("cc", "-g", *INCLUDE_FLAGS, "-I", types, "-I", HERE, HERE / "handles.c", library,
             f"-Wl,-rpath,{library.parent}", "-o", program)
    scripts = tmp_path / "share/gdb/auto-load"
    said = gdb(program, "output numbers", first=[
        "-iex", f"set auto-load scripts-directory {scripts}",
        "-iex", f"set auto-load safe-path {scripts}"])
    assert said == ["mp_vec_u32_rw of length 5, capacity 1024 = {0, 1, 4, 9, 16}"]
