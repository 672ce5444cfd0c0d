"""Programs linked to the recorded ABI go on working, and the gate notices when they would not."""

import platform

import pytest
from abi import RECORD, build, difference, source_tree

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the ABI is recorded for x86-64 only")

HELP = """
If programs should be linked anew, raise the version in the spec: its minor number before 1.0.0.
Then, or if this version was never released, record the ABI: python3 tests/packages/abi.py
"""


@pytest.fixture
def source(tmp_path):
    return source_tree(tmp_path / "source")


def change(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"{old} in {path}"
    path.write_text(text.replace(old, new))


def test_the_abi_is_as_recorded(tmp_path, source):
    found = difference(build(source, tmp_path / "build"))
    assert found == "", found + HELP


def test_a_structure_that_grows_is_noticed(tmp_path, source):
    header = source / "src/include/memory_pages/mp_system.h"
    change(header, "typedef struct mp_range {\n", "typedef struct mp_range {\n    size_t id;\n")
    assert "mp_range" in difference(build(source, tmp_path / "build"))


def test_functions_that_take_or_return_something_else_are_noticed(tmp_path, source):
    header = source / "generated/include/memory_pages/mp_slice_u8.h"
    header.write_text(header.read_text().replace("size_t index", "uint32_t index"))
    change(source / "src/include/memory_pages/mp_system.h", "size_t mp_unreleased_bytes(void)",
           "uint32_t mp_unreleased_bytes(void)")
    change(source / "src/mp_release.c", "size_t mp_unreleased_bytes(void)",
           "uint32_t mp_unreleased_bytes(void)")
    found = difference(build(source, tmp_path / "build"))
    assert "mp_slice_u8_at" in found and "mp_unreleased_bytes" in found


def test_a_function_that_is_gone_is_noticed(tmp_path, source):
    change(source / "src/include/memory_pages/mp_system.h", "MP_API size_t mp_unreleased_bytes",
           "size_t mp_unreleased_bytes")
    assert "mp_unreleased_bytes" in difference(build(source, tmp_path / "build"))


def test_a_new_function_is_not_held_against_it(tmp_path, source):
    header = source / "src/include/memory_pages/mp_system.h"
    change(header, "MP_API size_t mp_page_size(void);",
           "MP_API size_t mp_page_size(void);\nMP_API size_t mp_half_page_size(void);")
    with open(source / "src/mp_system.c", "a") as file:
        file.write("size_t mp_half_page_size(void) { return mp_page_size() / 2; }\n")
    assert difference(build(source, tmp_path / "build")) == ""
