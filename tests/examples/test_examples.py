"""The examples do what they say, and notice when the system does not."""

import os
import pty
import re
import resource
import subprocess

import pytest
from project import run, run_well

ESCAPE = "\033"


@pytest.fixture
def example(build_dir):
    """Finds an example's program; not every processor has all of them."""

    def example(name):
        path = build_dir / "examples" / name
        if not path.exists():
            pytest.skip(f"{name} is not built here")
        return path

    return example


# ---- The tour ------------------------------------------------------------------------------------


def assert_all_held(output):
    assert "WRONG" not in output
    held, checks = map(int, re.search(r"^(\d+) of (\d+) checks held\.$", output, re.M).groups())
    assert held == checks == len(re.findall(r"^  ok ", output, re.M)) >= 17


def test_tour_of_itself(example):
    tour = example("tour")
    output = run_well(tour)
    assert_all_held(output)
    assert str(tour.resolve()) in output
    assert len(re.findall(r"attacked .* at (0x\w+): SIGSEGV at \1$", output, re.M)) == 2
    assert ("add(43, 34) = 77" in output) != ("skipped" in output)
    assert ESCAPE not in output


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 1_000_000])
def test_tour_checks_what_cksum_checks(example, tmp_path, size):
    path = tmp_path / "input"
    path.write_bytes(os.urandom(size))
    output = run_well(example("tour"), path)
    assert_all_held(output)
    checksum = run_well("cksum", path).split()[0]
    assert f"cksum {checksum} in the pages, {checksum} in the file" in output


def test_tour_says_why_it_cannot_load(example, tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    for path, reason in [(tmp_path / "missing", "No such file"), (tmp_path, "Is a directory"),
                         (empty, "is empty")]:
        done = run(example("tour"), path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"{path}: {reason}")


def output_on_terminal(command, **environment):
    terminal, end = pty.openpty()
    process = subprocess.Popen([command], stdout=end, env=os.environ | environment)
    os.close(end)
    output = b""
    try:
        while chunk := os.read(terminal, 65536):
            output += chunk
    except OSError:  # how Linux tells that the other end is closed
        pass
    os.close(terminal)
    assert process.wait() == 0
    return output.decode()


def test_tour_uses_styles_on_a_terminal_only(example):
    tour = example("tour")
    assert ESCAPE in output_on_terminal(tour, TERM="xterm")
    assert ESCAPE not in output_on_terminal(tour, TERM="dumb")
    assert ESCAPE not in output_on_terminal(tour, TERM="xterm", NO_COLOR="1")


def test_tour_describes_a_refusal(example, build_flags):
    if build_flags:
        pytest.skip("sanitizers need the memory that this test denies")
    limit = 8_000_000  # bytes: the program starts, and a million doubles do not fit

    def limit_memory():
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    done = run(example("tour"), preexec_fn=limit_memory)
    assert done.returncode == 1
    assert re.match(r"tour: MP_ERR_OUT_OF_MEMORY: .* failed with system code 12\)$", done.stderr)


PROTECTION_LOST = """
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int mprotect(void *base, size_t bytes, int protection) {
    return protection == PROT_READ ? 0 : (int)syscall(SYS_mprotect, base, bytes, protection);
}
"""


def test_tour_notices_a_system_that_does_not_protect(example, build_flags, tmp_path):
    if build_flags:
        pytest.skip("sanitizers bring a mprotect() of their own")
    library = tmp_path / "liblost.so"
    run_well("cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library, input=PROTECTION_LOST)
    done = run(example("tour"), env=os.environ | {"LD_PRELOAD": str(library)})
    assert done.returncode == 1
    assert done.stderr == ""
    assert len(re.findall(r"^  WRONG  attacked .*: no signal at", done.stdout, re.M)) == 2


# ---- The others ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "result"), [
    (["5", "+3", "x14", "-7"], (5 + 3) * 14 - 7),
    (["7"], 7),
    (["0", "-1"], 2**64 - 1),
    (["3", "x4294967295"], 3 * 4294967295),
])
def test_jit(example, arguments, result):
    assert run_well(example("jit"), *arguments) == f"{result}\n"


def test_jit_compiles_long_programs(example):
    assert run_well(example("jit"), 0, *["+1"] * 5000) == "5000\n"


@pytest.mark.parametrize("arguments", [[], ["5", "/3"], ["5", ""]])
def test_jit_refuses(example, arguments):
    done = run(example("jit"), *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: jit ")


def test_frozen_table(example):
    numbers = "\n".join(map(str, range(1000, 0, -1)))
    assert run_well(example("frozen_table"), input=numbers) == (
        "1000 numbers: median 500, 90% up to 900, 99% up to 990, all up to 1000\n")
    assert run_well(example("frozen_table"), input="7") == (
        "1 numbers: median 7, 90% up to 7, 99% up to 7, all up to 7\n")


@pytest.mark.parametrize("text", ["", "1 2 three"])
def test_frozen_table_refuses(example, text):
    done = run(example("frozen_table"), input=text)
    assert (done.returncode, done.stdout) == (1, "")


def test_give_back(example):
    rows = run_well(example("give_back"), 1000, 2_000_000, 1000).splitlines()[1:]
    (_, small, small_kept), (_, large, large_kept), _ = [map(int, row.split()) for row in rows]
    assert 8_000 <= small == small_kept < 100_000
    assert large >= 16_000_000 and large_kept == 0
