"""Reads what the tests reached, and fails unless that is everything.

    coverage.py EXPORT.json [--record]

The file is llvm-cov's export. Lines, branches (each side of each condition) and MC/DC (each
condition alone decides once) must be reached in all of src/ that is compiled here, and in one
generated header of each kind. What can't be reached stands in unreachable.txt with the reason; one
there that is reached fails as well.
"""

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import reviewed  # noqa: E402

HEADERS = [f"generated/include/memory_pages/{name}.h" for name in (
    "mp_pages_r_w_nx", "mp_pages_r_nw_x", "mp_vec_u64_rw", "mp_vec_u64_ro", "mp_slice_u64",
    "mp_vec_u64_writer", "mp_fn_binary_u64", "mp_fn_void", "mp_unsafe")]
OTHER_SYSTEMS = [f"src/os/mp_os_{name}" for name in ("bsd", "macos", "windows")]
FIELDS = ("text", "gap")
CODE, EXPANSION = 0, 1  # llvm-cov's numbers of regions


def is_measured(path):
    try:
        name = str(Path(path).relative_to(ROOT))
    except ValueError:
        return False
    is_other = any(name.startswith(other) for other in OTHER_SYSTEMS)
    return name in HEADERS or (name.startswith("src/") and not is_other)


@dataclass
class Found:
    """What is known of the functions of one file, over all programs and copies of an inline."""
    regions: dict = field(default_factory=lambda: defaultdict(int))  # place: count
    branches: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    decisions: dict = field(default_factory=dict)  # place: whether each condition decided
    functions: dict = field(default_factory=dict)  # place: name


class Places:
    """Where the code of a function stands: what a macro expands to stands where the macro does."""

    def __init__(self, function):
        self.names = function["filenames"]
        self.expanded = {region[6]: region for region in function["regions"]
                         if region[7] == EXPANSION}

    def of(self, place, file_id):
        """The file, the place in it, and the places within macros that lead there."""
        inside = ()
        while file_id in self.expanded:
            inside = (*inside, tuple(place))
            region = self.expanded[file_id]
            place, file_id = region[:4], region[5]
        return self.names[file_id], (*place, inside)


def read(export):
    files = defaultdict(Found)
    for function in export["functions"]:
        places = Places(function)
        name = function["name"].split(":")[-1]
        for region in function["regions"]:
            if region[7] == CODE:
                path, place = places.of(region[:4], region[5])
                files[path].regions[place] += region[4]
                files[path].functions[place] = name
        for branch in function["branches"]:
            path, place = places.of(branch[:4], branch[6])
            sides = files[path].branches[place]
            sides[0] += branch[4]
            sides[1] += branch[5]
            files[path].functions[place] = name
        for record in function.get("mcdc_records", []):
            path, place = places.of(record[:4], record[4])
            before = files[path].decisions.get(place, [False] * len(record[6]))
            files[path].decisions[place] = [a or b for a, b in zip(before, record[6])]
            files[path].functions[place] = name
    return {path: found for path, found in files.items() if is_measured(path)}


def text_at(lines, place):
    first, start, last, end = place[:4]
    if first == last:
        return lines[first - 1][start - 1:end - 1]
    return " ".join(" ".join([lines[first - 1][start - 1:], *lines[first:last - 1],
                              lines[last - 1][:end - 1]]).split())


def gaps_of(path, found):
    """The keys of everything in a file that was not reached."""
    name, lines = str(Path(path).relative_to(ROOT)), Path(path).read_text().splitlines()

    def gap(place, text, what):
        return name, found.functions[place], text, what

    for place, count in found.regions.items():
        text = text_at(lines, place)
        if count == 0 and text:  # what a macro makes of nothing is no code
            yield gap(place, text if len(text) < 80 else text[:77] + "...", "never runs")
    for place, (yes, no) in found.branches.items():
        if (yes == 0) != (no == 0):
            yield gap(place, text_at(lines, place), "never true" if yes == 0 else "never false")
    for place, decided in found.decisions.items():
        for i, does in enumerate(decided, 1):
            if not does:
                yield gap(place, text_at(lines, place), f"condition {i} never decides alone")


def shares(files):
    """How much of it was reached: lines, branches and conditions, as figures to print."""
    lines, missed = set(), set()
    for path, found in files.items():
        for place, count in found.regions.items():
            (lines if count else missed).add((path, place[0]))
    branches = [side for found in files.values() for pair in found.branches.values()
                for side in pair]
    conditions = [does for found in files.values() for decided in found.decisions.values()
                  for does in decided]
    return {
        "lines that begin a stretch of code": (len(lines), len(lines | missed)),
        "branches": (sum(side != 0 for side in branches), len(branches)),
        "conditions that alone decide (MC/DC)": (sum(conditions), len(conditions)),
    }


def main(export, *options):
    files = read(json.loads(Path(export).read_text())["data"][0])
    found = {gap for path, file in files.items() for gap in gaps_of(path, file)}
    listed = reviewed.read(HERE / "unreachable.txt", FIELDS)
    wrong = reviewed.differences(listed, found, FIELDS)
    figures = [f"{what}={reached} of {total}" for what, (reached, total) in shares(files).items()]
    figures += [f"files={len(files)}", f"gaps, each unreachable and reviewed={len(found)}"]
    print("\n".join(figure.replace("=", ": ") for figure in figures))
    if wrong:
        return 1
    if "--record" in options:
        subprocess.run([ROOT / "scripts/python", "-B", ROOT / "scripts/figures.py", "coverage",
                        *figures], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
