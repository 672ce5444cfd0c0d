"""What the Python tests know of the project: where things are, which headers there are."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE_DIRS = [ROOT / "src/include", ROOT / "generated/include"]
PUBLIC_HEADERS = sorted(
    path for include_dir in INCLUDE_DIRS for path in include_dir.glob("memory_pages/*.h")
)
C_COMPILERS = os.environ.get("MEMORY_PAGES_CC", "gcc clang").split()
CXX_COMPILERS = os.environ.get("MEMORY_PAGES_CXX", "g++ clang++").split()
C_STANDARDS = ["c99", "c11", "c17", "c2x"]
CXX_STANDARDS = ["c++11", "c++14", "c++17", "c++20", "c++2b"]
INCLUDE_FLAGS = [f"-I{include_dir}" for include_dir in INCLUDE_DIRS]
WARNING_FLAGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def run(*command, **options):
    """Runs a command and returns what became of it, its output as text."""
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)


def run_well(*command, **options):
    """Runs a command that must succeed and returns its output."""
    done = run(*command, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout
