"""Changes src/ in one place after another, and looks whether a test notices.

    mutate.py BUILD_DIR [--jobs N] [--quick] [--again] [--record] [FILE...]

Each mutant is compiled alone and linked with the other objects to a shared library, which the test
programs load. It is killed by the first program that fails or does not end. One that survives all
must stand in survivors.txt with the reason; one there that no longer survives fails as well.
--again tries only those that survived the last time, and those that are new; --quick leaves the
slow tests out.
"""

import argparse
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from queue import Queue

from mutators import mutants_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SURVIVORS = HERE / "survivors.txt"
INCLUDES = [f"-I{ROOT}/src", f"-I{ROOT}/src/include", f"-I{ROOT}/generated/include"]
FLAGS = ["-std=c11", *INCLUDES]
COMPILE = ["gcc", *FLAGS, "-O1", "-g0", "-w", "-fPIC", "-fno-common", "-c"]
SOURCES = [*sorted((ROOT / "src").glob("*.c")),
           ROOT / "src/os/mp_os_linux.c", ROOT / "src/os/mp_os_posix.c"]
MEMORY = 6 << 30  # bytes that a mutant may take of the machine

# The fast ones first, and those that take limits of the whole process to their end last.
FAST = ["vec", "writer", "vec_elements", "status", "recycler", "watch", "death", "code",
        "vec_memory", "vec_model", "fallbacks", "transitions", "ticket", "pages"]
SLOW = ["hostile"]
# Linked with each mutant: they stand between the mutant's own objects, or between it and libc.
BETWEEN = ["seam", "os_linux"]
# The system calls of all others, which some suites refuse.
CALLS = [f"-Wl,--wrap={call}" for call in re.findall(
    r"^[a-z_]+ \*?__wrap_(\w+)\(.*;$", (ROOT / "tests/unit/calls_linux.c").read_text(), re.M)]


# ---- Building ------------------------------------------------------------------------------------

class Lab:
    """Everything that all mutants share: objects, test programs, and how long each takes."""

    def __init__(self, build, folder, suites):
        self.folder = folder
        self.objects = {source: self.compile(source, folder / f"{source.stem}.o")
                        for source in SOURCES}
        self.objects[None] = self.compile(ROOT / "generated/src/mp_instances.c",
                                          folder / "mp_instances.o")
        self.check = shlex.split(subprocess.run(["pkg-config", "--libs", "check"], check=True,
                                                capture_output=True, text=True).stdout)
        tests = build / "tests"
        self.calls = self.objects_in(tests, "unit_calls")
        self.own = {name: self.own_program(tests, name) for name in BETWEEN}
        self.own["replay"] = [*self.objects_in(tests / "fuzz", "replay"),
                              *self.objects_in(tests / "fuzz", "sequences")]
        self.arguments = {"replay": sorted((ROOT / "tests/fuzz/corpus").glob("*.txt"))}
        self.link_library({}, folder)
        self.programs = list(self.suites(tests, suites))

    @staticmethod
    def compile(source, target):
        subprocess.run([*COMPILE, source, "-o", target], check=True)
        return target

    @staticmethod
    def objects_in(folder, target):
        return sorted((folder / f"CMakeFiles/{target}.dir").rglob("*.o"))

    def own_program(self, tests, suite):
        """What is linked for a suite whose functions stand between the mutant's and the system."""
        text = (ROOT / f"tests/unit/test_{suite}.c").read_text()
        calls = [] if "__real_mmap" in text else self.calls
        wraps = re.findall(r"^(?:STAND_BETWEEN\(|[a-z0-9_]+ \*?__real_)(\w+)", text, re.M)
        return [*(f"-Wl,--wrap={name}" for name in wraps), *(CALLS if calls else []), *calls,
                *self.objects_in(tests, f"test_{suite}"), *self.objects_in(tests, "unit_support")]

    def suites(self, tests, suites):
        for suite in suites:
            program = self.folder / suite
            subprocess.run(["gcc", *CALLS, *self.calls, *self.objects_in(tests, f"test_{suite}"),
                            *self.objects_in(tests, "unit_support"), "-o", program,
                            f"-L{self.folder}", "-lmutant", *self.check], check=True)
            yield program, []

    def link_own(self, changed, folder):
        """The programs that the mutant is linked to for good, one after another."""
        for name, parts in self.own.items():
            subprocess.run(["gcc", *parts, *{**self.objects, **changed}.values(), "-o",
                            folder / name, *self.check], check=True)
            yield folder / name, self.arguments.get(name, [])

    def link_library(self, changed, folder):
        objects = {**self.objects, **changed}.values()
        subprocess.run(["gcc", "-shared", *CALLS, *objects, "-o", folder / "libmutant.so"],
                       check=True)

    def measure(self):
        """Runs the unchanged library, which must pass; keeps how long each program took."""
        self.seconds = {}
        for program in [*self.link_own({}, self.folder), *self.programs]:
            start = time.monotonic()
            if not passes(program, self.folder, self.folder, 300):
                sys.exit(f"{program[0].name} fails without a mutant")
            self.seconds[program[0].name] = time.monotonic() - start


def limit_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Path("/proc/self/oom_score_adj").write_text("1000")


def passes(program, library, work, seconds):
    path, arguments = program
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library), "CK_VERBOSITY": "silent",
                   "CK_TIMEOUT_MULTIPLIER": "0.03"}
    process = subprocess.Popen([path, *arguments], cwd=work, env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, preexec_fn=limit_memory,
                               start_new_session=True)
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        end(process)


def end(process):
    """Ends the program and its tests, which Check gives groups of their own."""
    if process.poll() is not None:
        return
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], check=False,
                              capture_output=True, text=True).stdout.split()
    for pid in [process.pid, *map(int, children)]:
        for kill in (os.kill, os.killpg):
            try:
                kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    process.wait()


# ---- Trying --------------------------------------------------------------------------------------

def attempt(lab, source, mutant, work):
    """What became of it: `no program`, `same program`, `killed` or `survived`."""
    name = ROOT / mutant.file
    changed, target = work / name.name, work / "mutant.o"
    changed.write_text(mutant.apply(source))
    compiled = subprocess.run([*COMPILE, f"-I{name.parent}", changed, "-o", target], check=False,
                              capture_output=True)
    if compiled.returncode != 0:
        return "no program"
    if target.read_bytes() == lab.unchanged[name]:
        return "same program"
    lab.link_library({name: target}, work)
    for program in chain(lab.link_own({name: target}, work), lab.programs):
        if not passes(program, work, work, 3 * lab.seconds[program[0].name] + 10):
            return "killed"
    return "survived"


def keep_unchanged(lab, work):
    """The objects to compare with, compiled as a mutant is: its file name stands in the object."""
    lab.unchanged = {}
    for source in SOURCES:
        copy, target = work / source.name, work / "mutant.o"
        shutil.copy(source, copy)
        subprocess.run([*COMPILE, f"-I{source.parent}", copy, "-o", target], check=True)
        lab.unchanged[source] = target.read_bytes()


def try_all(lab, mutants, jobs, results, path):
    """Adds to `results`, which is kept on disk on the way."""
    workers = Queue()
    for i in range(jobs):
        folder = lab.folder / f"worker_{i}"
        folder.mkdir()
        workers.put(folder)

    def run(item):
        source, mutant = item
        work = workers.get()
        try:
            return mutant, attempt(lab, source, mutant, work)
        finally:
            workers.put(work)

    with ThreadPoolExecutor(jobs) as pool:
        for i, (mutant, outcome) in enumerate(pool.map(run, mutants), 1):
            results["\n".join(mutant.key)] = outcome
            if outcome == "survived":
                print(f"[{i}/{len(mutants)}] survived: {mutant.file}: {mutant.function}\n"
                      f"    line:   {mutant.line}\n    mutant: {mutant.changed}", flush=True)
            if i % 20 == 0:
                path.write_text(json.dumps(results, indent=1))
    path.write_text(json.dumps(results, indent=1))


# ---- Survivors -----------------------------------------------------------------------------------

def reviewed():
    """The keys in survivors.txt, each with its reason."""
    listed = {}
    for paragraph in SURVIVORS.read_text().split("\n\n"):
        lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        place, *rest = lines
        fields = dict(line.strip().split(": ", 1) for line in rest)
        file, function = place.split(": ")
        listed[(file, function, fields["line"], fields["mutant"])] = fields["reason"]
    return listed


def judge(results, names):
    """Prints what is not as the list says; the number of such mutants."""
    listed = reviewed()
    survived = {tuple(key.split("\n")) for key, outcome in results.items()
                if outcome == "survived"}
    unlisted = survived - listed.keys()
    stale = {key for key in listed.keys() - survived if key[0] in names}
    for title, keys in (("no test notices", unlisted), ("listed, but no survivor", stale)):
        for file, function, line, changed in sorted(keys):
            print(f"{title}:\n{file}: {function}\n  line: {line}\n  mutant: {changed}")
    return len(unlisted) + len(stale)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("files", nargs="*", help="of src/; all unless some are named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--quick", action="store_true", help="without the slow tests")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_intermixed_args()

    sources = [path for path in SOURCES if not options.files or path.name in options.files]
    names = {str(path.relative_to(ROOT)) for path in sources}
    path = options.build / "mutants.json"
    before = json.loads(path.read_text()) if options.again and path.exists() else {}
    mutants, results = [], {}
    for source in sources:
        text = source.read_text()
        for mutant in mutants_of(source, str(source.relative_to(ROOT)), FLAGS):
            known = before.get("\n".join(mutant.key))
            if known in (None, "survived"):
                mutants.append((text, mutant))
            else:
                results["\n".join(mutant.key)] = known

    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(options.build.resolve(), Path(folder), FAST if options.quick else FAST + SLOW)
        lab.measure()
        keep_unchanged(lab, Path(folder))
        try_all(lab, mutants, options.jobs, results, path)

    outcomes = list(results.values())
    counts = {outcome: outcomes.count(outcome)
              for outcome in ("killed", "survived", "same program", "no program")}
    wrong = judge(results, names)
    print(f"{counts['killed']} mutants killed, {counts['survived']} survived, of which "
          f"{counts['survived'] - wrong} are reviewed; {counts['same program']} are the same "
          f"program")
    if options.record:
        subprocess.run([ROOT / "scripts/python", "-B", ROOT / "scripts/figures.py", "mutants",
                        f"mutants killed={counts['killed']}",
                        f"survivors, each reviewed={counts['survived']}",
                        f"changes that give the same program={counts['same program']}"],
                       check=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
