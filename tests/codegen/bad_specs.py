"""The bad specs and what the generator prints of each. After a change of the generator, run this
file to update what is expected, and read the difference:

    scripts/python tests/codegen/bad_specs.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generator import HERE, mpgen

BAD = HERE / "bad"
SPECS = sorted(path.name for path in BAD.iterdir() if path.suffix == ".yml")


def expected(spec):
    return (BAD / spec).with_suffix(".txt")


def update():
    for spec in SPECS:
        expected(spec).write_text(mpgen("list", spec, cwd=BAD).stderr)


if __name__ == "__main__":
    update()
