"""The launcher finds a Python that has what the generator imports, from anywhere."""

import os
import shutil
import subprocess
import sys

import pytest
from generator import CODEGEN, HERE, files

LAUNCHER = CODEGEN / "mpgen.sh"


def launch(*arguments, launcher=LAUNCHER, **options):
    return subprocess.run([launcher, *arguments], capture_output=True, text=True, **options)


def test_works_from_any_folder(tmp_path):
    done = launch("list", HERE / "tiny_own.yml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "my_types.h" in done.stdout.splitlines()


def test_imports_nothing_from_the_folder_it_is_called_in(tmp_path):
    for name in ["json", "jinja2", "mpgen", "text"]:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')\n")
    done = launch("list", HERE / "tiny_own.yml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_leaves_nothing_beside_the_sources(tmp_path):
    shutil.copytree(CODEGEN, tmp_path / "codegen", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(CODEGEN.parent / "spec", tmp_path / "spec")
    before = files(tmp_path)
    launcher = tmp_path / "codegen/mpgen.sh"
    assert launch("list", HERE / "tiny_own.yml", launcher=launcher).returncode == 0
    assert files(tmp_path) == before


def test_works_through_links(tmp_path):
    (tmp_path / "first").symlink_to(LAUNCHER)
    (tmp_path / "second").symlink_to("first")
    done = launch("list", HERE / "tiny_own.yml", launcher=tmp_path / "second")
    assert done.returncode == 0


def test_passes_words_and_the_exit_status_on(tmp_path):
    spec = tmp_path / "my types.yml"
    spec.write_text("extends: memory_pages\n")
    done = launch("check", spec)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{spec}:1:1: error: ")
    assert launch("frobnicate").returncode == 2


@pytest.fixture
def bare(tmp_path):
    """A folder of programs without a Python that has the packages."""
    for program in ["cat", "dirname", "readlink"]:
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    return tmp_path


def test_skips_a_python_that_lacks_the_packages(bare):
    done = launch("--help", env={"PATH": str(bare), "MPGEN_PYTHON": str(bare / "python3")})
    assert done.returncode == 0


def test_takes_the_python_that_is_named(bare):
    python = bare / "mine"
    python.write_text(f'#!/bin/sh\necho mine >&2\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    done = launch("--help", env={"PATH": str(bare), "MPGEN_PYTHON": str(python)})
    assert (done.returncode, "mine" in done.stderr) == (0, True)


def test_says_what_to_install(bare):
    # The launcher tries some absolute paths too: those are taken out of a copy of it.
    launcher = bare / "mpgen.sh"
    launcher.write_text(LAUNCHER.read_text().replace("/usr/bin/python3 /usr/local/bin/python3", ""))
    launcher.chmod(0o755)
    done = launch("list", launcher=launcher, env=os.environ | {"PATH": str(bare)})
    assert (done.returncode, done.stdout) == (2, "")
    assert "apt install python3-jinja2 python3-ruamel.yaml python3-jsonschema" in done.stderr
    assert "requirements.txt" in done.stderr
