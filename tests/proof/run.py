"""Proves what proofs.yml says, and that each proof can fail.

    run.py [--only TEXT] [--jobs N] [--record]

Each harness is proved over the sources as they are, and then over a copy with its seeded fault, of
which CBMC has to find it wrong: a proof that holds of anything proves nothing. Exit status 1 if one
of the two is otherwise. What has not changed since it was proved is not proved again.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from os import sched_getaffinity
from pathlib import Path
from threading import Lock

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "proof"
SECONDS = 300  # after which a proof counts as not proved
COMPILING = Lock()

CBMC = ["cbmc", "--no-malloc-may-fail", "--pointer-overflow-check", "--slice-formula",
        "--drop-unused-functions", "--verbosity", "4"]


@dataclass
class Proof:
    name: str
    file: str
    sources: list  # besides the harness; of the repository
    proves: str
    fault: dict  # {in: FILE, from: TEXT, to: TEXT}
    bound: str = "none: all values"
    unwind: int = 1
    loops: dict = field(default_factory=dict)  # another unwind: {FUNCTION.NUMBER: TIMES}
    wraps: bool = False  # unsigned arithmetic wraps on purpose
    sizes: list = field(default_factory=lambda: [1])  # ELEMENT_SIZE, one run each


@dataclass
class Outcome:
    properties: int
    seconds: float
    verdict: str
    fault: str

    @property
    def good(self):
        return self.verdict == "proved" and self.fault == "found"


def read_proofs():
    for file, subject in YAML(typ="safe").load(HERE / "proofs.yml").items():
        for name, facts in subject["proofs"].items():
            usual = {key: subject[key] for key in ("wraps", "sizes", "loops") if key in subject}
            yield Proof(name, file, subject.get("sources", []), **{**usual, **facts})


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)


def run_well(command):
    done = run(command)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


# ---- Building ------------------------------------------------------------------------------------


def compiled(tree, source, flags, output):
    """An object of goto-cc from a source of `tree`, a copy of the repository or itself."""
    output.parent.mkdir(parents=True, exist_ok=True)
    includes = [f"-I{tree / folder}" for folder in ("src", "src/include", "generated/include")]
    run_well(["goto-cc", "--export-file-local-symbols", "-std=c11", *flags, *includes,
              "-c", tree / source, "-o", output])
    return output


@lru_cache(maxsize=None)
def kept_object(source, flags):
    folder = BUILD / "objects" / "_".join(flag.strip("-").replace("/", "_") for flag in flags)
    return compiled(ROOT, source, flags, folder / f"{source}.gb")


def compiled_once(source, flags):
    """The same for all proofs: none may read an object that another is writing."""
    with COMPILING:
        return kept_object(source, flags)


def sources_and_flags(proof, size):
    flags = ("-include", str(HERE / "model" / "sequential.h"))
    for source in (f"tests/proof/{proof.file}", *proof.sources):
        own = source.startswith("tests/proof/")
        yield source, (*flags, f"-DELEMENT_SIZE={size}") if own else flags


def linked(proof, objects, output):
    run_well(["goto-cc", "--function", proof.name, *objects, "-o", output])
    return output


def faulty_copy(proof):
    """A copy of the sources in which the proof's fault stands."""
    tree = BUILD / "faults" / proof.name
    shutil.rmtree(tree, ignore_errors=True)
    for folder in ("src", "generated/include"):
        shutil.copytree(ROOT / folder, tree / folder)
    (tree / "tests").symlink_to(ROOT / "tests")
    file = tree / proof.fault["in"]
    text = file.read_text()
    if text.count(proof.fault["from"]) != 1:
        sys.exit(f"proofs.yml: {proof.name}: the fault's `from` is not once in {proof.fault['in']}")
    file.write_text(text.replace(proof.fault["from"], proof.fault["to"]))
    return tree


# ---- Proving -------------------------------------------------------------------------------------


def followed_more(proof, program):
    """The loops of the table that the program has, by their names in it, with their numbers."""
    text = run(["cbmc", "--drop-unused-functions", "--show-loops", program]).stdout
    for loop in re.findall(r"^Loop (.*):$", text, re.M):
        times = proof.loops.get(re.sub(r"^__CPROVER_file_local_\w+?_c_", "", loop))
        if times:
            yield f"{loop}:{times}"


def checked(proof, program, *options):
    wraps = [] if proof.wraps else ["--unsigned-overflow-check"]
    loops = [word for loop in followed_more(proof, program) for word in ("--unwindset", loop)]
    try:
        return run([*CBMC, *wraps, "--unwind", str(proof.unwind), *loops, *options, program]).stdout
    except subprocess.TimeoutExpired:
        return ""


def prove_size(proof, size):
    """(properties, verdict) of one element size."""
    objects = [compiled_once(*pair) for pair in sources_and_flags(proof, size)]
    program = linked(proof, objects, BUILD / f"{proof.name}-{size}.gb")
    text = checked(proof, program)
    (BUILD / f"{proof.name}-{size}.txt").write_text(text)
    if "VERIFICATION SUCCESSFUL" in text:
        return len(re.findall(r"^\[.*: SUCCESS$", text, re.M)), "proved"
    failed = re.findall(r"^\[(.*?)\].*: FAILURE$", text, re.M)
    return 0, f"NOT PROVED: {failed[0] if failed else 'no answer'}"


def fault_is_found(proof):
    tree, place = faulty_copy(proof), proof.fault["in"]
    for size in proof.sizes:
        # A fault in a header may be compiled into any of them.
        objects = [compiled(tree, source, flags, tree / "objects" / f"{source}.gb")
                   if place.endswith(".h") or source == place else compiled_once(source, flags)
                   for source, flags in sources_and_flags(proof, size)]
        text = checked(proof, linked(proof, objects, tree / "program.gb"), "--stop-on-fail")
        (tree / "cbmc.txt").write_text(text)
        violated = text.partition("Violated property:")[2]
        if violated and "unwinding assertion" not in violated:
            return "found"
    return "NOT FOUND"


def content(proof):
    """A word for all that the outcome of a proof depends on."""
    files = [HERE / "proof.h", *sorted((HERE / "model").iterdir()),
             *sorted((ROOT / "src").rglob("*.[ch]")),
             *sorted((ROOT / "generated" / "include").rglob("*.h"))]
    others = rf"^void (?!{proof.name}\b)\w+\(void\) \{{.*?^\}}\n"
    harness = re.sub(others, "", (HERE / proof.file).read_text(), flags=re.M | re.S)
    word = hashlib.sha256(f"{proof} {CBMC} {harness}".encode())
    for file in files:
        word.update(file.read_bytes())
    return word.hexdigest()


def proved_before(proof):
    """The outcome of an earlier run, if it was good and nothing has changed."""
    try:
        outcome = json.loads((BUILD / f"{proof.name}.json").read_text())
    except FileNotFoundError:
        return None
    return Outcome(**outcome["outcome"]) if outcome["content"] == content(proof) else None


def prove_anew(proof):
    start = time.monotonic()
    results = [prove_size(proof, size) for size in proof.sizes]
    seconds = time.monotonic() - start
    verdict = next((verdict for _, verdict in results if verdict != "proved"), "proved")
    properties = sum(properties for properties, _ in results)
    return Outcome(properties, seconds, verdict, fault_is_found(proof))


def prove(proof):
    outcome = proved_before(proof)
    if outcome is None:
        told = content(proof)
        outcome = prove_anew(proof)
        if outcome.good:
            (BUILD / f"{proof.name}.json").write_text(
                json.dumps({"content": told, "outcome": asdict(outcome)}))
    return outcome


# ---- Reporting -----------------------------------------------------------------------------------


def summary(outcomes):
    """A table of all proofs, for people."""
    rows = [("proof", "proves", "bound", "seconds", "verdict")]
    for proof, outcome in outcomes:
        verdict = outcome.verdict if outcome.good else f"{outcome.verdict}; fault {outcome.fault}"
        rows.append((proof.name, proof.proves, proof.bound, f"{outcome.seconds:.1f}", verdict))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[4]])
                     for row in rows)


def record(outcomes):
    figures = {
        "proofs that hold": f"{sum(o.verdict == 'proved' for o in outcomes)} of {len(outcomes)}",
        "properties checked in them": f"{sum(o.properties for o in outcomes):,}",
        "seeded faults found": f"{sum(o.fault == 'found' for o in outcomes)} of {len(outcomes)}",
    }
    run_well([sys.executable, "-B", ROOT / "scripts" / "figures.py", "proofs",
              *(f"{what}={figure}" for what, figure in figures.items())])


def main():
    parser = argparse.ArgumentParser(prog="scripts/prove", description="Runs the proofs.")
    parser.add_argument("--only", metavar="TEXT", default="",
                        help="proofs whose file or name has TEXT")
    parser.add_argument("--jobs", metavar="N", type=int, default=len(sched_getaffinity(0)))
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    proofs = [proof for proof in read_proofs() if options.only in f"{proof.file} {proof.name}"]
    if not proofs:
        sys.exit(f"no proof has `{options.only}` in its file or name")

    start = time.monotonic()
    BUILD.mkdir(parents=True, exist_ok=True)
    outcomes = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(prove, proof): proof for proof in proofs}
        for future in as_completed(futures):
            proof, outcome = futures[future], future.result()
            outcomes[proof.name] = outcome
            print(f"[{len(outcomes)}/{len(proofs)}] {proof.name}: {outcome.verdict}, "
                  f"{outcome.properties} properties, {outcome.seconds:.1f} s; "
                  f"its fault is {outcome.fault}", flush=True)
    wall = time.monotonic() - start
    ordered = [(proof, outcomes[proof.name]) for proof in proofs]
    print("\n" + summary(ordered))
    good = sum(outcome.good for outcome in outcomes.values())
    print(f"\n{good} proved with their fault found, {len(proofs) - good} not, in {wall:.0f} s")
    if options.record and not options.only:
        record(list(outcomes.values()))
    return 0 if good == len(proofs) else 1


if __name__ == "__main__":
    sys.exit(main())
