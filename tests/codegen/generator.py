"""Runs the generator as its users do, as a program."""

import os
import subprocess
import sys
from pathlib import Path

from project import ROOT

HERE = Path(__file__).parent
CODEGEN = ROOT / "codegen"
CORE_SPEC = ROOT / "spec/memory_pages.yml"

sys.path.insert(0, str(CODEGEN))


def mpgen(*arguments, wrapper=(), **options):
    """What became of one run of the generator; `wrapper` is a command that runs it."""
    environment = os.environ | {"PYTHONPATH": str(CODEGEN), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= options.pop("env", {})
    command = [*wrapper, sys.executable, "-m", "mpgen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, **options)


def files(folder):
    """The bytes of every file in a folder, by its path within."""
    found = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
