"""The manual page of mpgen: as man wants it, and with all that the command takes."""

import os
import re

from generator import ROOT
from project import run, run_well

from mpgen import commands

PAGE = ROOT / "generated/man/mpgen.1"


def test_man_shows_it_without_a_warning():
    plain = os.environ | {"MANWIDTH": "1000", "MAN_KEEP_FORMATTING": ""}
    done = run("man", "--warnings", "--encoding=UTF-8", "--local-file", PAGE, env=plain)
    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(done.stdout.split())
    for command in commands.COMMANDS:
        places = "".join(f" [{place.metavar}]" for place in command.places)
        assert f"mpgen {command.name}{places} {command.help.capitalize()}." in shown
        for option in command.options:
            what = f"{', '.join(option.flags)} {option.metavar}".strip()
            assert f" {what} {option.help}" in shown
    for status, meaning in commands.STATUSES:
        assert f" {status} {meaning}" in shown


def test_apropos_finds_it():
    said = run_well("lexgrog", PAGE)
    assert re.search(r': "mpgen - makes typed C headers from a spec of memory_pages"$', said)
