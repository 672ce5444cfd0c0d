"""The core passes what finds mistakes by reading: gcc's and clang's analyzers, clang-tidy, cppcheck
and include-what-you-use. What is left out stands in /.clang-tidy and cppcheck.txt, with reasons."""

import os
import shutil
from pathlib import Path

import pytest
from project import ROOT, run

SYSTEMS = ("posix", "linux")  # of the seam, what compiles here
SOURCES = [*sorted((ROOT / "src").glob("*.c")),
           *(path for path in sorted((ROOT / "src" / "os").glob("*.c"))
             if path.stem.endswith(SYSTEMS))]
FLAGS = ["-std=c11", f"-I{ROOT / 'src'}", f"-I{ROOT / 'src/include'}",
         f"-I{ROOT / 'generated/include'}"]


def needs(tool):
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not here")


def names(path):
    return path.stem


@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_gcc_analyzer(source):
    result = run("gcc", *FLAGS, "-O2", "-Wall", "-Wextra", "-fanalyzer", "-Werror", "-c", source,
                 "-o", os.devnull)
    assert result.returncode == 0, result.stderr


@needs("clang-tidy")
def test_clang_tidy():
    result = run("clang-tidy", "--quiet", *SOURCES, "--", *FLAGS, cwd=ROOT)
    assert result.returncode == 0, result.stdout


@needs("cppcheck")
def test_cppcheck():
    result = run("cppcheck", "--enable=all", "--std=c11", "--quiet", "--error-exitcode=1",
                 "--template=gcc", "-D__GNUC__=12",
                 f"--suppressions-list={Path(__file__).parent}/cppcheck.txt", "-Isrc",
                 "-Isrc/include", "-Igenerated/include",
                 *(source.relative_to(ROOT) for source in SOURCES), cwd=ROOT)
    assert result.returncode == 0, result.stderr


@needs("iwyu")
@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_includes_are_used(source):
    """What comes through another header is as good as included. Where iwyu looks for what <sys/…>
    declares, it does not find it."""
    said = run("iwyu", "-Xiwyu", "--transitive_includes_only", *FLAGS, source).stderr
    removals = said.partition(f"{source} should remove these lines:\n")[2]
    removals = removals.partition("\nThe full")[0]
    assert "fatal error" not in said
    assert [line for line in removals.splitlines() if "<sys/" not in line] == []
