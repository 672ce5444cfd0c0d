"""Changes src/ in one place after another, and looks whether a test notices.

    mutate.py BUILD_DIR [--jobs N] [--seconds N] [--again | --new] [--record] [FILE...]

Each mutant is compiled alone and put into one test program after another, in which only those tests
run that reach the changed statement: first those that killed its neighbours, then the short ones,
as many as compute for the seconds given.
Both cores join, the plain and the hardened one. A mutant is killed by the first test that fails or
does not end. One that survives all must stand in survivors.txt with
the reason; one there that no longer survives fails as well.

What became of each is kept in BUILD_DIR/mutants.json. --again tries only those that survived the
last time, and those that are new; --new only the latter.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from lab import FILES, HERE, ROOT, SRC, Lab, flags, run
from mutators import mutants_of

sys.path.insert(0, str(HERE.parent))

import reviewed  # noqa: E402

FIELDS = ("line", "mutant")
KILLED, SURVIVED = "killed", "survived"
SAME, NONE = "same program", "no program"
HINTS = 4  # tests that are tried first because they killed a neighbour


# ---- Trying --------------------------------------------------------------------------------------

class Results:
    """What became of each mutant, on disk on the way: whoever stops a run goes on with --new."""

    def __init__(self, path):
        self.path = path
        self.found = json.loads(path.read_text()) if path.exists() else {}
        self.saved = time.monotonic()

    def outcome(self, mutant):
        return self.found.get("\n".join(mutant.key), [None])[0]

    def put(self, mutant, outcome, by=None):
        self.found["\n".join(mutant.key)] = [outcome, by]
        if time.monotonic() > self.saved + 10:
            self.save()

    def save(self):
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.found, indent=1))
        part.replace(self.path)
        self.saved = time.monotonic()

    def keep_only(self, mutants):
        """Forgets those that the sources have no place for any more."""
        known = {"\n".join(mutant.key) for mutant in mutants}
        self.found = {key: found for key, found in self.found.items() if key in known}

    def killers(self, mutant):
        """The tests that killed others of its function, those of its line first, then by number."""
        counts = Counter()
        for key, (outcome, by) in list(self.found.items()):
            file, function, line, _ = key.split("\n")
            if outcome == KILLED and (file, function) == (mutant.file, mutant.function):
                counts[tuple(by)] += 1000 if line == mutant.line else 1
        return [tuple(by) for by, _ in counts.most_common()]

    def kills_of_programs(self, file):
        return Counter(by[0] for key, (outcome, by) in list(self.found.items())
                       if outcome == KILLED and key.startswith(f"{file}\n"))


def plan(lab, mutant, hardened, seconds, results):
    """What to run, in this order: pairs of a program and some of its tests. First what has killed
    most in this function; then those programs that have killed most in this file. The time is
    shared out among the programs, which begin with their short tests."""
    reaching = {program.name: (program, sorted(tests, key=program.seconds.get))
                for program, tests in lab.tests_that_reach(ROOT / mutant.file, mutant.mark)
                if program.hardened == hardened}
    hints = [by for by in results.killers(mutant)
             if by[0] in reaching and by[1] in reaching[by[0]][1]][:HINTS]
    for name, test in hints:
        yield reaching[name][0], [test]

    taken = {name: [] for name in reaching}
    used = dict.fromkeys(reaching, 0)
    while used and sum(used.values()) < seconds:
        name = min(used, key=used.get)
        program, tests = reaching[name]
        if len(taken[name]) == len(tests):
            seconds -= used.pop(name)
        else:
            taken[name].append(tests[len(taken[name])])
            used[name] += program.seconds[taken[name][-1]]
    kills = results.kills_of_programs(mutant.file)
    for name in sorted(taken, key=lambda name: -kills[name]):
        if tests := [test for test in taken[name] if (name, test) not in hints]:
            yield reaching[name][0], tests


def attempt(lab, mutant, tree, seconds, results):
    """What became of it, and the test that killed it."""
    file = ROOT / mutant.file
    text = tree.read(file)
    outcome = SAME
    for hardened in (False, True):
        tree.write(file, mutant.apply(text))
        different = lab.objects(tree, file, hardened)
        tree.write(file, text)
        if different is None:
            return NONE, None
        if not different:
            continue
        if outcome == SURVIVED and "MP_HARDENED" not in text:
            seconds /= 4  # little is different there
        outcome = SURVIVED
        linked = {}
        for program, tests in plan(lab, mutant, hardened, seconds, results):
            if program.name not in linked:
                linked[program.name] = lab.link(program, different, tree.out / program.name)
            if failed := run(program, linked[program.name], tree.out, tests):
                return KILLED, [program.name, failed]
    return outcome, None


def try_all(lab, mutants, options, results):
    workers = Queue()
    for i in range(options.jobs):
        workers.put(lab.new_tree(f"worker_{i}"))

    def work_on(mutant):
        tree = workers.get()
        try:
            return mutant, *attempt(lab, mutant, tree, options.seconds, results)
        finally:
            workers.put(tree)

    with ThreadPoolExecutor(options.jobs) as pool:
        for i, (mutant, outcome, by) in enumerate(pool.map(work_on, mutants), 1):
            results.put(mutant, outcome, by)
            if outcome == SURVIVED:
                print(f"[{i}/{len(mutants)}] no test notices:\n"
                      f"{reviewed.write(mutant.key, FIELDS)}", flush=True)
    results.save()


# ---- Judging -------------------------------------------------------------------------------------

def judge(results, mutants):
    """Prints what is not as survivors.txt says; the number of such mutants."""
    names = {mutant.file for mutant in mutants if results.outcome(mutant) is not None}
    listed = {key: reason
              for key, reason in reviewed.read(HERE / "survivors.txt", FIELDS).items()
              if key[0] in names}
    survived = {mutant.key for mutant in mutants if results.outcome(mutant) == SURVIVED}
    return reviewed.differences(listed, survived, FIELDS)


def whole_files(results, mutants):
    """The files of whose mutants all were tried."""
    missing = {mutant.file for mutant in mutants if results.outcome(mutant) is None}
    return [name for name in dict.fromkeys(mutant.file for mutant in mutants)
            if name not in missing]


def record(results, mutants):
    """Figures of each file, so that the page says of which there are none."""
    whole = whole_files(results, mutants)
    if judge(results, [mutant for mutant in mutants if mutant.file in whole]):
        print("nothing is recorded until the list of survivors is right")
        return 1
    figures = []
    for name in dict.fromkeys(mutant.file for mutant in mutants):
        outcomes = Counter(results.outcome(mutant) for mutant in mutants if mutant.file == name)
        figures.append(f"{name}={outcomes[KILLED]:,} killed, {outcomes[SURVIVED]:,} live"
                       if name in whole else f"{name}=not run")
    outcomes = Counter(results.outcome(mutant) for mutant in mutants if mutant.file in whole)
    subprocess.run([ROOT / "scripts/python", "-B", ROOT / "scripts/figures.py", "mutants",
                    *figures, f"mutants killed={outcomes[KILLED]:,}",
                    f"mutants that live, each reviewed={outcomes[SURVIVED]:,}",
                    f"changes that give the same program={outcomes[SAME]:,}",
                    f"changes that give none={outcomes[NONE]:,}"], check=True)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("files", nargs="*", help="of src/; all unless some are named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=int, default=25,
                        help="that tests of a core may compute for a mutant")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--new", action="store_true")
    options = parser.parse_intermixed_args()
    names = [file.name for file in FILES]
    for name in options.files:
        if name not in names:
            parser.error(f"no {name} in src/; there are {', '.join(names)}")

    build = options.build.resolve()
    results = Results(build / "mutants.json")
    known = (KILLED, SAME, NONE, *((SURVIVED,) if options.new else ()))
    mutants, wanted = [], []
    for file in FILES:
        found = mutants_of(file, str(file.relative_to(ROOT)), flags(SRC))
        mutants += found
        if not options.files or file.name in options.files:
            wanted += found
    results.keep_only(mutants)
    tried = [mutant for mutant in wanted
             if not (options.again or options.new) or results.outcome(mutant) not in known]

    if tried:
        with tempfile.TemporaryDirectory() as folder:
            lab = Lab(build, Path(folder))
            lab.survey(build / "mutants_reach.json")
            try_all(lab, tried, options, results)

    wrong = judge(results, wanted)
    outcomes = Counter(map(results.outcome, wanted))
    print(f"{outcomes[KILLED]} mutants killed, {outcomes[SURVIVED]} survived; {outcomes[SAME]} are "
          f"the same program, {outcomes[NONE]} none")
    if options.record:
        wrong += record(results, mutants)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
