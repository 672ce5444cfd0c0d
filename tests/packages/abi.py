"""The recorded ABI of the shared library. Run this file to record it anew:

    python3 tests/packages/abi.py

Before 1.0.0 that goes with a new minor version in the spec, later with a new major one; until the
first release of a version it is done as needed. What is only added needs no record.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from project import ROOT, run, run_well

RECORD = Path(__file__).with_name("x86_64.abi")

# The elements differ in names only, so one stands for all. That the others have the same functions
# is tests/structure's matter.
RECORDED_ELEMENT = "u8"


def source_tree(folder):
    """A copy of what the library is built of, to be changed at will."""
    ignore = shutil.ignore_patterns(".git", "build", "__pycache__", "tests")
    return Path(shutil.copytree(ROOT, folder, ignore=ignore))


def build(source, folder):
    """Builds the shared library as it is shipped, with the debug information that describes it.

    By clang, because gcc also describes functions where they are called, and then abidiff takes no
    more than their names.
    """
    run_well("cmake", "-G", "Ninja", "-S", source, "-B", folder, "-DCMAKE_C_COMPILER=clang",
             "-DCMAKE_BUILD_TYPE=Debug", "-DMEMORY_PAGES_BUILD_TESTS=OFF",
             "-DMEMORY_PAGES_BUILD_EXAMPLES=OFF")
    run_well("cmake", "--build", folder, "--target", "memory_pages_shared")
    return folder / "libmemory_pages.so"


def difference(library):
    """What programs would notice, in abidiff's words; empty if all is as recorded."""
    done = run("abidiff", "--no-added-syms", RECORD, library)
    assert done.returncode & 3 == 0, done.stderr  # abidiff itself failed
    return done.stdout if done.returncode else ""


def recorded(symbols):
    """Those symbols that the record describes."""
    elements = set(re.findall(r"^mp_slice_(\w+)_sub$", "\n".join(symbols), re.M))
    others = "|".join(elements - {RECORDED_ELEMENT})
    return [name for name in symbols if not re.match(rf"mp_(vec|slice)_({others})_", name)]


def record(library):
    symbols = run_well("nm", "--dynamic", "--defined-only", "--without-symbol-versions", library)
    names = recorded(re.findall(r" T (\w+)$", symbols, re.M))
    wanted = library.with_name("wanted")
    wanted.write_text("\n  ".join(["[abi_whitelist]", *names]) + "\n")
    run_well("abidw", "--kmi-whitelist", wanted, "--no-corpus-path", "--no-comp-dir-path",
             "--no-show-locs", "--no-elf-needed", "--no-parameter-names", "--type-id-style", "hash",
             "--out-file", RECORD, library)
    RECORD.write_text(RECORD.read_text().replace(f"{ROOT}/", ""))
    described = re.findall(r" elf-symbol-id='(\w+)@@", RECORD.read_text())
    assert sorted(described) == sorted(names)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        record(build(ROOT, Path(folder)))
