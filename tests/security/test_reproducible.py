"""Two builds give the same bytes, wherever they were made."""

import shutil

from project import ROOT, run_well

LIBRARIES = ["libmemory_pages.a", "libmemory_pages.so"]


def built(folder):
    """The libraries, built with debug information in a copy of the sources."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", "build", "__pycache__"))
    build = folder / "out"
    # Distributions make their debug packages so: what is shipped, with debug information.
    run_well("cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_C_FLAGS=-g", "-DMEMORY_PAGES_BUILD_TESTS=OFF",
             "-DMEMORY_PAGES_BUILD_EXAMPLES=OFF")
    run_well("cmake", "--build", build)
    return {name: (build / name).read_bytes() for name in LIBRARIES}


def test_two_builds_give_the_same_bytes(tmp_path):
    here = built(tmp_path / "here")
    there = built(tmp_path / "elsewhere" / "in" / "a" / "longer" / "path")
    for name in LIBRARIES:
        assert here[name] == there[name], name
        assert b".debug_info" in here[name]
