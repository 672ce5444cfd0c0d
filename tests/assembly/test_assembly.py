"""The compilers make of the inline functions what a raw pointer would give, as assembly tells."""

import pathlib
import platform
import re

import pytest
from project import C_COMPILERS, INCLUDE_FLAGS, run_well

LOOPS = pathlib.Path(__file__).with_name("loops.c")

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="reads x86-64 assembly only"
)


@pytest.fixture(scope="module", params=[(cc, level) for cc in C_COMPILERS for level in (2, 3)],
                ids=lambda param: f"{param[0]} -O{param[1]}")
def code(request):
    """The compiler, its level and {function: lines of its assembly}."""
    compiler, level = request.param
    text = run_well(compiler, f"-O{level}", "-std=c11", "-fno-asynchronous-unwind-tables",
                    *INCLUDE_FLAGS, "-S", "-o", "-", LOOPS)
    functions, lines = {}, []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if re.fullmatch(r"[a-z]\w*:", line):
            lines = functions.setdefault(line[:-1], [])
        elif line and (not line.startswith(".") or line.endswith(":")):
            lines.append(line)
    return compiler, level, functions


def vector_instructions(lines):
    return sorted(line.split()[0] for line in lines if re.search(r"%[xyz]mm\d", line))


@pytest.mark.parametrize("way", ["sum_data", "sum_get_unchecked", "sum_slice"])
def test_reading_is_as_vectorised_as_through_a_pointer(code, way):
    compiler, level, functions = code
    expected = vector_instructions(functions["sum_pointer"])
    if compiler == "clang" or level == 3:
        assert any(re.fullmatch("v?paddq", name) for name in expected), "the model is no model"
    assert vector_instructions(functions[way]) == expected


def fast_loop(lines):
    """The shortest piece of code that repeats itself and calls nothing."""
    loops = []
    for end, line in enumerate(lines):
        jump = re.fullmatch(r"j\w+\s+(\.\w+)", line)
        start = lines.index(jump[1] + ":") if jump and jump[1] + ":" in lines[:end] else None
        if start is not None and not any(one.startswith("call") for one in lines[start:end]):
            loops.append(lines[start:end + 1])
    assert loops, "no loop without a call"
    return min(loops, key=len)


def memory_operands(lines):
    return [line for line in lines if "(" in line and not line.startswith(("lea", "nop"))]


@pytest.mark.parametrize("element", ["u8", "u64", "f64"])
def test_push_loads_two_fields_and_stores_two(code, element):
    """The limit and the data are loaded, the element and the length stored. The length stays in a
    register, although a store of a u64 or u8 might have changed it for all that C knows."""
    loop = fast_loop(code[2][f"push_{element}"])
    assert len(memory_operands(loop)) == 4, "\n".join(loop)


@pytest.mark.parametrize("element", ["u8", "u64", "f64"])
def test_writer_only_stores(code, element):
    loop = fast_loop(code[2][f"write_{element}"])
    assert len(memory_operands(loop)) == 1, "\n".join(loop)
