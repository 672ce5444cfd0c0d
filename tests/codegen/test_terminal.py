"""What the generator shows on a terminal, and only there."""

import io
import os
import subprocess
import sys
import time

import pytest
from bad_specs import BAD, expected
from generator import CODEGEN

from mpgen import terminal

SPEC = "unknown_key.yml"
COLOURED = (
    "\x1b[1munknown_key.yml:5:5:\x1b[m \x1b[1;31merror:\x1b[m "
    "unknown key `c_typ`; did you mean `c_type`?\n"
    "    5 |     c_typ: struct particle\n"
    "      |     \x1b[1;32m^~~~~\x1b[m\n"
)


def on_terminal(*arguments, cwd, **variables):
    """What a run of the generator writes to a terminal that is its standard error."""
    ours, theirs = os.openpty()
    environment = {"PYTHONPATH": str(CODEGEN), "PYTHONDONTWRITEBYTECODE": "1", "TERM": "xterm"}
    environment |= variables
    command = [sys.executable, "-m", "mpgen", *map(str, arguments)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with subprocess.Popen(command, stderr=theirs, env=environment, cwd=cwd, **quiet):
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 4096):
                written += piece
        except OSError:  # how Linux tells that the other side is closed
            pass
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_mistakes_are_coloured():
    assert on_terminal("list", SPEC, cwd=BAD) == COLOURED


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(variable):
    assert on_terminal("list", SPEC, cwd=BAD, **variable) == expected(SPEC).read_text()


def test_an_empty_variable_refuses_nothing():
    assert on_terminal("list", SPEC, cwd=BAD, NO_COLOR="") == COLOURED


class Stream(io.StringIO):
    """A standard error that may be a terminal."""

    def __init__(self, is_terminal):
        super().__init__()
        self.isatty = lambda: is_terminal


@pytest.mark.parametrize(
    "is_terminal, running_for, written",
    [
        (True, 3600, "\rmpgen: writing 1 of 2\r\x1b[K"),
        (True, -3600, ""),
        (False, 3600, ""),
    ],
)
def test_progress_of_long_work(is_terminal, running_for, written, monkeypatch):
    stream = Stream(is_terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(terminal, "STARTED", time.monotonic() - running_for)
    monkeypatch.setattr(terminal, "REFRESH", 3600)
    assert list(terminal.watched(["a", "b"], "writing")) == ["a", "b"]
    assert stream.getvalue() == written
