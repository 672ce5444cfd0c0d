"""No page is writable and executable at any moment: the unit tests, as strace sees them.

A mapping has one permission at a time, and each call that gives one is seen, whether it succeeds or
not. So there is such a moment only if a call asks for both, or if the same memory is mapped twice.
"""

import os
import re

import pytest
from project import ROOT, run

CALLS = ["mmap", "mprotect", "pkey_mprotect", "mremap", "shmat", "memfd_create"]
CALL = re.compile(rf"^({'|'.join(CALLS)})\((.*)", re.M)
SUITES = sorted(path.stem for path in (ROOT / "tests/unit").glob("test_*.c")
                if "run_tests(" in path.read_text())


def program_of(suite, build_dir):
    """The program of a suite, also of the one that is there for the hardened core only."""
    name = f"{suite}_on_hardened" if suite == "test_hardened" else suite
    return build_dir / "tests" / name


@pytest.fixture(scope="module")
def calls(build_dir, build_flags, tmp_path_factory):
    """Each call of the unit tests that maps memory or protects it, as (suite, name, arguments)."""
    if build_flags:
        pytest.skip("a sanitizer's own mappings would be seen as well")
    if run("strace", "true").returncode != 0:
        pytest.skip("strace may not trace here")
    made = []
    for suite in SUITES:
        folder = tmp_path_factory.mktemp(suite)
        # A file for each process, so that no call is torn in two by another's.
        done = run("strace", "--follow-forks", "--output-separately", "--seccomp-bpf", "-o",
                   folder / "log", "-e", f"trace={','.join(CALLS)}",
                   program_of(suite, build_dir))
        assert done.returncode == 0, f"{suite}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        for log in folder.iterdir():
            made += [(suite, *call) for call in CALL.findall(log.read_text())]
    return made


def test_what_is_looked_for_would_be_seen(calls):
    protected = [arguments for _, name, arguments in calls if name == "mprotect"]
    for permission in ("PROT_EXEC", "PROT_WRITE", "PROT_NONE"):
        assert any(permission in arguments for arguments in protected), permission


def test_nothing_is_writable_and_executable_at_once(calls):
    both = [call for call in calls if "PROT_WRITE" in call[2] and "PROT_EXEC" in call[2]]
    # mp_enforced() tries what it is asked about, on an empty page of its own; test_death asks about
    # all permissions.
    page = os.sysconf("SC_PAGE_SIZE")
    asked = [rf"0x\w+, {page}, {rights}\)" for rights in
             ("PROT_WRITE|PROT_EXEC", "PROT_READ|PROT_WRITE|PROT_EXEC")]
    assert [(suite, name) for suite, name, _ in both] == [("test_death", "mprotect")] * len(asked)
    for (_, _, arguments), pattern in zip(sorted(both, key=lambda call: len(call[2])), asked):
        assert re.match(pattern.replace("|", r"\|"), arguments)


def test_executable_memory_has_no_second_address(calls):
    """Only shared memory can have one, and mremap makes one only of a length of 0."""
    shared = [call for call in calls if call[1] == "mmap" and "MAP_SHARED" in call[2]]
    assert [call for call in shared if "PROT_EXEC" in call[2]] == []
    moved = [call[2].split(", ") for call in calls if call[1] == "mremap"]
    assert [arguments for arguments in moved if arguments[1] == "0"] == []
    assert [call for call in calls if call[1] in ("shmat", "memfd_create")] == []
