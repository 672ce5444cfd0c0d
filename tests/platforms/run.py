"""Builds and tests the library for other platforms; targets.py says which.

    run.py needs NAME...    prints what the targets need: a command, and the packages that bring it
    run.py test NAME...     tests them, and prints a table
    run.py names            prints the names of all targets
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass

import kernels
from summary import count
from targets import TARGETS

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILDS = ROOT / "build/platforms"

# Check is built for the machine itself; elsewhere the suites run without it.
OPTIONS = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DMEMORY_PAGES_WERROR=ON",
           "-DMEMORY_PAGES_BUILD_TESTS=ON", "-DMEMORY_PAGES_BUILD_EXAMPLES=ON",
           "-DMEMORY_PAGES_CHECK_SHIM=ON"]
SECONDS_FOR_A_TEST = 1200


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0


def builders(name):
    """The target that is built for this one, and this one."""
    target = TARGETS[name]
    return TARGETS[target.build_of or name], target


def needs(names):
    for name in names:
        for target in builders(name):
            yield from target.needs.items()


def logged(log, command, environment={}, cwd=ROOT, timeout=None):
    log.write("$ " + " ".join(map(str, command)) + "\n")
    log.flush()
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, stdin=subprocess.DEVNULL,
                          stdout=log, stderr=subprocess.STDOUT, timeout=timeout)
    return done.returncode == 0


def build(name, target, folder, log):
    options = [*OPTIONS, *target.options]
    if target.toolchain:
        options.append(f"--toolchain=cmake/toolchains/{target.toolchain}.cmake")
    return (logged(log, ["cmake", "-S", ROOT, "-B", folder, *options]) and
            logged(log, ["cmake", "--build", folder]))


def run_tests(target, folder, log):
    environment = {name: value.format(build=folder) for name, value in target.environment.items()}
    if target.before:
        logged(log, target.before, environment)
    logged(log, ["ctest", "--test-dir", folder, "-L", target.tests, "--no-tests=error",
                 "--parallel", str(os.cpu_count()), "--timeout", str(SECONDS_FOR_A_TEST),
                 "--output-on-failure", "--test-output-size-passed", "10000000",
                 "--output-junit", folder / "results/ctest.xml"], environment)


def skips(results):
    """What the tests said that they left out, and why."""
    said = [output.text or "" for output in xml.parse(results / "ctest.xml").iter("system-out")]
    return re.findall(r"^skipped: (.*)", "\n".join(said), re.M)


def test(name, outcome, log):
    built, target = builders(name)
    folder, results = BUILDS / (target.build_of or name), BUILDS / name / "results"
    for old in [folder / "results", results]:
        shutil.rmtree(old, ignore_errors=True)
    if not build(name, built, folder, log):
        outcome.failed = 1
        return
    if not built.tests:
        outcome.passed = 1  # that it builds
        return
    if target.kernel:
        kernels.test(*target.kernel, folder, BUILDS / name, SECONDS_FOR_A_TEST,
                     functools.partial(logged, log))
    else:
        run_tests(target, folder, log)
        if target.build_of:
            (BUILDS / name).mkdir(exist_ok=True)
            (folder / "results").rename(results)
    outcome.passed, outcome.failed = count(results)
    reasons = skips(results)
    outcome.skipped = len(reasons)
    log.writelines(f"skipped {reasons.count(reason)}: {reason}\n" for reason in sorted({*reasons}))


def tried(name):
    outcome = Outcome()
    start = time.monotonic()
    BUILDS.mkdir(parents=True, exist_ok=True)
    with open(BUILDS / f"{name}.log", "w") as log:
        try:
            test(name, outcome, log)
        except (OSError, subprocess.CalledProcessError, xml.ParseError) as error:
            print(error, file=log)
            outcome.failed = 1
    outcome.seconds = time.monotonic() - start
    return outcome


def print_row(name, how, passed, failed, skipped, seconds):
    print(f"{name:<16} {how:<48} {passed:>6} {failed:>6} {skipped:>9} {seconds:>7}", flush=True)


def test_all(names):
    print_row("target", "how", "passed", "failed", "left out", "seconds")
    total = Outcome()
    for name in names:
        outcome = tried(name)
        print_row(name, TARGETS[name].how, outcome.passed, outcome.failed, outcome.skipped,
                  f"{outcome.seconds:.0f}")
        if outcome.failed:
            print(f"    see {(BUILDS / name).relative_to(ROOT)}.log", flush=True)
        total.passed += outcome.passed
        total.failed += outcome.failed
    print(f"{total.passed} passed, {total.failed} failed")
    others = [name for name in TARGETS if name not in names]
    if others:
        print(f"not tried: {' '.join(others)}")
    return 1 if total.failed else 0


def main(command, *names):
    if command == "names":
        print(*TARGETS)
        return 0
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        print(f"no target {', '.join(unknown)}; there are: {' '.join(TARGETS)}", file=sys.stderr)
        return 2
    if command == "needs":
        for executable, packages in needs(names):
            print(executable, packages)
        return 0
    return test_all(names)


sys.exit(main(*sys.argv[1:]))
