"""The shared library as it is shipped, under a system that refuses: strace makes system calls fail
from outside, in a program that checks what it has after each failure."""

import re
from pathlib import Path

import pytest
from project import INCLUDE_FLAGS, WARNING_FLAGS, run

CALLS = ["mmap", "munmap", "mprotect", "mremap", "madvise"]
ERRORS = ["ENOMEM", "EACCES", "EINVAL"]
SOURCE = Path(__file__).parent / "shipped.c"


@pytest.fixture(scope="module")
def program(build_dir, build_flags, tmp_path_factory):
    if build_flags:
        pytest.skip("a sanitizer's own system calls would fail")
    path = tmp_path_factory.mktemp("faults") / "shipped"
    built = run("gcc", "-O2", *WARNING_FLAGS, *INCLUDE_FLAGS, SOURCE,
                build_dir / "libmemory_pages.so", f"-Wl,-rpath,{build_dir}", "-o", path)
    assert built.returncode == 0, built.stderr
    if run("strace", "-e", "trace=none", path).returncode != 0:
        pytest.skip("strace may not trace here")
    return path


@pytest.fixture(scope="module")
def counts(program):
    """For each call, how often it is made before the library begins, and how often after that."""
    lines = run("strace", "-e", f"trace=write,{','.join(CALLS)}", program).stderr.splitlines()
    begin = next(i for i, line in enumerate(lines) if "the library begins" in line)

    def made(call, part):
        return sum(bool(re.match(rf"{call}\(", line)) for line in part)

    return {call: (made(call, lines[:begin]), made(call, lines[begin:])) for call in CALLS}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CALLS)
def test_nothing_is_lost(program, counts, call, error):
    before, during = counts[call]
    assert during > 0
    for number in range(before + 1, before + during + 1):
        for when in (f"{number}", f"{number}+"):
            fault = f"inject={call}:error={error}:when={when}"
            done = run("strace", "-e", f"trace={call}", "-e", fault, program)
            assert "(INJECTED)" in done.stderr, fault
            assert done.returncode == 0, f"{fault}\n{done.stderr[-2000:]}"
