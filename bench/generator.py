"""What the generator takes of time and memory for 1 to 1,000 elements, and how long a program takes
to compile that includes the header of one of them.

    python3 bench/generator.py [FOLDER]

writes generator.svg and generator.json into the folder, bench/results by default.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

ROOT = Path(__file__).resolve().parent.parent
COUNTS = (1, 250, 500, 1000)
INCLUDES = [f"-I{ROOT / folder}" for folder in ("src/include", "generated/include")]


def measured(*command, **options):
    """The seconds of processor time that a command takes, and its peak memory in MiB."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, **options)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def spec(count):
    entries = "".join(
        f"  - name: e{i}\n    c_type: struct e{i}\n    header: e.h\n    doc: Element {i}.\n"
        for i in range(count)
    )
    return "extends: memory_pages\nprefix: my\nelements:\n" + entries


def measure(count, folder):
    (folder / "types.yml").write_text(spec(count))
    (folder / "e.h").write_text("struct e0 { double x; };\n")
    (folder / "main.c").write_text('#include "my_vec_e0_rw.h"\nint main(void) { return 0; }\n')
    out = folder / "out"
    seconds, memory = measured(
        ROOT / "codegen/mpgen.sh", "generate", folder / "types.yml", "-o", out
    )
    compiles = [
        measured("cc", "-fsyntax-only", *INCLUDES, f"-I{out}", f"-I{folder}", folder / "main.c")[0]
        for _ in range(5)
    ]
    return {"elements": count, "seconds": seconds, "MiB": memory, "compile": min(compiles)}


def draw(results, path):
    pyplot.rcParams["svg.hashsalt"] = "memory_pages"
    figure, axes = pyplot.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
    titles = {
        "seconds": "processor time, s",
        "MiB": "peak memory, MiB",
        "compile": "compiling one header, s",
    }
    counts = [row["elements"] for row in results]
    for axis, (key, title) in zip(axes, titles.items()):
        axis.plot(counts, [row[key] for row in results], "o-")
        highest = max(row[key] for row in results)
        axis.set(title=title, xlabel="elements in the spec", ylim=(0, 1.1 * highest))
        axis.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})
    path.write_text(re.sub(r" +$", "", path.read_text(), flags=re.M))


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as work:
            results.append(measure(count, Path(work)))
            print(json.dumps(results[-1]))
    (folder / "generator.json").write_text(json.dumps(results, indent=1) + "\n")
    draw(results, folder / "generator.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "bench/results")
