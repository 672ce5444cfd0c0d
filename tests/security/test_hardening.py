"""The libraries are compiled and linked with the flags of cmake/HardeningFlags.cmake, and users of
the libraries are not."""

import platform
import re

import pytest
from project import ROOT, run_well

FLAGS = re.findall(r"-(?:f|mb|D_F|z,|-as)[\w=,-]+",
                   (ROOT / "cmake/HardeningFlags.cmake").read_text())


@pytest.fixture(scope="module")
def shared(build_dir):
    return build_dir / "libmemory_pages.so"


@pytest.fixture(scope="module")
def compiled(build_dir):
    """How each file of the core is compiled."""
    commands = run_well("ninja", "-C", build_dir, "-t", "commands", "libmemory_pages.so")
    return [line for line in commands.splitlines() if re.search(r" -c \S+/src/(os/)?mp_", line)]


def test_there_is_no_executable_stack(shared):
    [stack] = re.findall(r"GNU_STACK.*\n.*", run_well("readelf", "--segments", shared))
    assert " RW " in stack


def test_what_the_linker_fills_in_is_read_only_afterwards(shared):
    assert "GNU_RELRO" in run_well("readelf", "--segments", shared)
    assert "BIND_NOW" in run_well("readelf", "--dynamic", shared)


def test_the_stack_is_watched_and_calls_are_fortified(shared):
    wanted = run_well("nm", "--dynamic", "--undefined-only", shared)
    assert "__stack_chk_fail" in wanted
    assert re.search(r"__\w+_chk@", wanted)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors have other marks")
@pytest.mark.parametrize("library", ["memory_pages_core.Release.o", "libmemory_pages.a"])
def test_jumps_and_returns_are_marked_for_the_processor(build_dir, library):
    notes = run_well("readelf", "--notes", build_dir / library)
    features = re.findall(r"x86 feature: (.*)", notes)
    assert features
    assert all({"IBT", "SHSTK"} <= set(line.split(", ")) for line in features)


def test_every_file_is_compiled_so(compiled):
    assert len(compiled) > 5
    for flag in ("-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=3"):
        assert all(flag in command.split() for command in compiled), flag


def test_nothing_of_it_reaches_users(build_dir, tmp_path):
    run_well("cmake", "--install", build_dir, "--prefix", tmp_path)
    told = [path for pattern in ("*.cmake", "*.pc") for path in tmp_path.rglob(pattern)]
    assert len(told) > 2
    for path in told:
        text = path.read_text()
        assert [flag for flag in FLAGS if flag in text] == [], path
