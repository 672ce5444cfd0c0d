"""Runs the benchmark under each allocator; makes results.json, the tables and the plots of it."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
import plots
import results
import tables

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"

# What an allocator has a say in, and with whom each of its peers is compared.
ALLOCATOR_CASES = (
    r"^(fill_fresh\..*|refill\.f64|create_destroy\..*|decommit\.80MB|small\..*)"
    r"\|(raw loop, huge pages$|memory_pages|mmap|malloc|realloc|std|stb|utarray|GArray)"
)

# Enough to see whether a change helped.
QUICK_CASES = (
    r"^(fill_fresh\.(f64|u8)|refill\.f64|refill_given_back|append|create_destroy|decommit"
    r"|permission\.(freeze|exec)|growth\.tail|sum|random_read|together|call|small|sparse|scale\.1)"
)
QUICK_ALLOCATOR_CASES = (
    r"^(fill_fresh\.f64|create_destroy\..*)"
    r"\|(raw loop, huge pages$|memory_pages, (push|vector)|mmap|malloc|realloc|std)"
)

# What the hardened build does otherwise, and what it is compared with in its own run.
HARDENED_CASES = (
    r"^(fill_fresh\.f64|refill\.f64|append_fresh|create_destroy\.touched|decommit\.80MB"
    r"|permission\..*|small\.create|call)"
    r"\|(raw loop|memory_pages|mmap|mprotect|memcpy|madvise|function pointer)"
)

# Shares of the time, for each process.
SHARE, SHARE_OF_ALLOCATOR, SHARE_OF_HARDENED, SHARE_OF_RUST = 0.54, 0.11, 0.05, 0.08
RESERVE = 1 / 8  # of all the time: for drawing, and what processes take beyond their shares


def find_allocators():
    """Returns {name: library} of the allocators that this machine has."""
    known = {"jemalloc": "libjemalloc.so", "mimalloc": "libmimalloc.so",
             "tcmalloc": "libtcmalloc_minimal.so"}
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    found = {}
    for name, soname in known.items():
        match = re.search(rf"^\s*{re.escape(soname)}\S* .*=> (\S+)$", cache, re.MULTILINE)
        if match:
            found[name] = match.group(1)
        else:
            print(f"   {name} is not here and left out", file=sys.stderr)
    return found


def start(command, **options):
    """Runs a command on one processor, so that no move to another is measured. What has threads
    puts each of them where it belongs by itself."""
    last = max(os.sched_getaffinity(0))
    return subprocess.run(command, check=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, {last}), **options)


def run_harness(program, cases, seconds, quick, library=None):
    """Runs the C++ part, which takes so many seconds at most, and returns its JSON."""
    environment = dict(os.environ)
    if library:
        environment["LD_PRELOAD"] = library
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        start([program, f"--only={cases}", f"--seconds={seconds}", *(["--quick"] if quick else []),
               "--benchmark_enable_random_interleaving=true", f"--benchmark_out={out}",
               "--benchmark_out_format=json"], env=environment)
        return json.loads(out.read_text())


def run_all(build, hardened, seconds, quick):
    harness = build / "memory_pages_bench"
    runs = {}
    print("== everything, with the C library's malloc", file=sys.stderr)
    runs[results.GLIBC] = run_harness(harness, QUICK_CASES if quick else "", SHARE * seconds, quick)

    cases = QUICK_ALLOCATOR_CASES if quick else ALLOCATOR_CASES
    for name, library in find_allocators().items():
        print(f"== what uses malloc, with {name}", file=sys.stderr)
        runs[name] = run_harness(harness, cases, SHARE_OF_ALLOCATOR * seconds, quick, library)

    if hardened:
        print("== the hardened build", file=sys.stderr)
        runs[results.HARDENED] = run_harness(hardened / "memory_pages_bench", HARDENED_CASES,
                                             SHARE_OF_HARDENED * seconds, quick)

    rust = build / "rust_bench"
    if rust.exists():
        print("== Rust's Vec", file=sys.stderr)
        output = start([rust, str(SHARE_OF_RUST * seconds)], stdout=subprocess.PIPE).stdout
        runs[results.RUST] = json.loads(output)
    else:
        print("   there is no rustc here; Rust's Vec is left out", file=sys.stderr)
    return runs


def put_into_readme(text):
    """Replaces what stands between the README's marks."""
    readme = ROOT / "README.md"
    marked = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->\n)", re.S)
    readme.write_text(marked.sub(lambda match: match[1] + text + match[2], readme.read_text()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="where CMake built to")
    parser.add_argument("--hardened", type=Path, help="where CMake built the hardened library to")
    parser.add_argument("--quick", action="store_true", help="only what tells most")
    parser.add_argument("--minutes", type=float, default=10,
                        help="how long all of it may take; more minutes measure more")
    parser.add_argument("--spent", type=float, default=0, metavar="SECONDS",
                        help="what installing and building have taken of it")
    parser.add_argument("--only-report", action="store_true",
                        help="make tables and plots of a results.json that is there")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS,
                        help="the folder for results.json, tables.md and the plots")
    arguments = parser.parse_args()

    arguments.output.mkdir(parents=True, exist_ok=True)
    file = arguments.output / "results.json"
    if not arguments.only_report:
        whole = arguments.minutes * 60
        seconds = max(whole / 3, whole * (1 - RESERVE) - arguments.spent)
        runs = run_all(arguments.build, arguments.hardened, seconds, arguments.quick)
        found = results.summarise(runs, machine.describe(runs[results.GLIBC]["context"]))
        file.write_text(json.dumps(found, indent=1) + "\n")
    measured = results.Results(json.loads(file.read_text()))

    text = tables.render(measured)
    (arguments.output / "tables.md").write_text(text)
    print(text)
    for name in plots.draw_all(measured, arguments.output):
        print(f"wrote {arguments.output / name}", file=sys.stderr)
    if arguments.output.resolve() == RESULTS:
        put_into_readme(tables.headlines(measured))


if __name__ == "__main__":
    main()
