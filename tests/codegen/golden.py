"""What the generator makes of the tiny specs. Run this file to update the golden files:

    python3 tests/codegen/golden.py
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generator import HERE

from mpgen import __main__ as mpgen
from mpgen import emit, plan

GOLDEN = HERE / "golden"
SPECS = {"library": "tiny.yml", "own": "tiny_own.yml"}


def made(spec, folder):
    """The files of a tiny spec. A user's takes its operations from the tiny library."""
    renders = plan.plan(mpgen.read(HERE / spec, core=HERE / "tiny.yml"))
    return emit.render(renders, folder)


def update():
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for name, spec in SPECS.items():
        emit.write(made(spec, GOLDEN / name), stale=[])


if __name__ == "__main__":
    update()
