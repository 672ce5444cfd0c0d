"""AddressSanitizer and Valgrind report a read behind the last element of a vector, although the
memory is there. The library is the one that is shipped, built without either."""

import pathlib
import re

import pytest
from project import C_COMPILERS, INCLUDE_FLAGS, run, run_well

SOURCE = pathlib.Path(__file__).with_name("past_len.c")
MISUSES = re.findall(r'strcmp\(how, "(\w+)"\)', SOURCE.read_text())
MISUSES.remove("none")


@pytest.fixture(scope="module")
def program(tmp_path_factory, build_dir, build_flags):
    """Builds past_len.c with a compiler and flags."""
    if build_flags:
        pytest.skip("the library must be the one that is shipped")
    folder = tmp_path_factory.mktemp("programs")

    def program(compiler, *flags):
        path = folder / "-".join([compiler, *flags])
        if not path.exists():
            run_well(compiler, "-std=c11", "-g", *flags, *INCLUDE_FLAGS, SOURCE,
                     build_dir / "libmemory_pages.a", "-o", path)
        return path

    return program


def test_without_a_checker_nobody_objects(program):
    for how in MISUSES:
        assert run_well(program("gcc", "-O2"), how).startswith("read ")


@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("compiler", C_COMPILERS)
def test_address_sanitizer(program, compiler, level):
    path = program(compiler, "-fsanitize=address", level)
    assert run_well(path, "none") == "read 999\n"
    for how in MISUSES:
        done = run(path, how)
        assert done.returncode != 0 and done.stdout == "", f"{how} was not noticed"
        assert re.search(r"ERROR: AddressSanitizer: use-after-poison on address 0x\w+", done.stderr)
        assert "READ of size 4" in done.stderr
        assert "past_len.c" in done.stderr


def under_valgrind(path, how):
    return run("valgrind", "--quiet", "--error-exitcode=9", path, how)


def test_valgrind_is_content_with_what_is_right(program):
    done = under_valgrind(program("gcc", "-O1"), "none")
    assert (done.returncode, done.stdout, done.stderr) == (0, "read 999\n", "")


@pytest.mark.parametrize("how", MISUSES)
def test_valgrind(program, how):
    done = under_valgrind(program("gcc", "-O1"), how)
    assert done.returncode == 9, f"{how} was not noticed"
    assert len(re.findall("Invalid read of size 4", done.stderr)) == 1
    assert "past_len.c" in done.stderr
