"""The version is what the spec says, wherever it is told."""

import pytest
from project import INCLUDE_FLAGS, run, run_well
from spec_version import VERSION

MAJOR, MINOR, PATCH = map(int, VERSION.split("."))

PROGRAM = """
#include <memory_pages/memory_pages.h>
#include <stdio.h>

int main(void) {
    printf("%s %s ", mp_version(), MP_VERSION);
    printf("%d.%d.%d\\n", MP_VERSION_MAJOR, MP_VERSION_MINOR, MP_VERSION_PATCH);
    return 0;
}
"""


def test_programs_are_told(tmp_path, build_dir, build_flags):
    run_well("cc", *build_flags, *INCLUDE_FLAGS, "-x", "c", "-", "-x", "none",
             build_dir / "libmemory_pages.a", "-o", tmp_path / "version", input=PROGRAM)
    assert run_well(tmp_path / "version").split() == [VERSION] * 3


@pytest.mark.parametrize(("version", "reached"), [
    ((MAJOR, MINOR, PATCH), True),
    ((MAJOR, MINOR, PATCH + 1), False),
    ((MAJOR, MINOR + 1, 0), False),
    ((MAJOR + 1, 0, 0), False),
    ((MAJOR, MINOR - 1, PATCH + 1), True),
    ((MAJOR - 1, MINOR + 1, PATCH + 1), True),
], ids=str)
def test_the_preprocessor_compares(version, reached):
    text = "#include <memory_pages/mp_version.h>\n#if !MP_VERSION_AT_LEAST(%d, %d, %d)\n#error\n"
    done = run("cc", *INCLUDE_FLAGS, "-E", "-", input=text % version + "#endif\n")
    assert (done.returncode == 0) == reached


def test_cmake_has_it_of_the_spec(build_dir):
    package = (build_dir / "memory_pages-config-version.cmake").read_text()
    assert f'set(PACKAGE_VERSION "{VERSION}")' in package
    assert f"Version: {VERSION}\n" in (build_dir / "memory_pages.pc").read_text()
    assert (build_dir / f"libmemory_pages.so.{VERSION}").exists()
