"""Fuzzes for a while, and says how many operations ran and what they found.

    run.py [--seconds N] [--record] ENGINE=BUILD_DIR...

ENGINE is libfuzzer or afl. All engines run at the same time and begin with the corpus, which is
text here and bytes for them, and with some long random sequences. What ended a run is printed as
text, ready to become a file in corpus/.
"""

import argparse
import contextlib
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LONGEST = 4000  # bytes of a sequence
RANDOM_SEQUENCES = 40


def parse(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("engines", nargs="+", metavar="ENGINE=BUILD_DIR")
    parsed = parser.parse_args(arguments)
    parsed.engines = {engine: Path(build).resolve() / "tests/fuzz"
                      for engine, build in (pair.split("=") for pair in parsed.engines)}
    return parsed


def write_seeds(replay, folder):
    folder.mkdir()
    for path in sorted((HERE / "corpus").glob("*.txt")):
        seed = subprocess.run([replay, "--to-bytes", path], check=True, capture_output=True).stdout
        (folder / path.stem).write_bytes(seed)
    for i in range(RANDOM_SEQUENCES):
        (folder / f"random_{i}").write_bytes(random.Random(i).randbytes(LONGEST * 3 // 4))


def libfuzzer(binary, seeds, work, seconds):
    corpus, crashes = work / "corpus", work / "crashes"
    corpus.mkdir(parents=True)
    crashes.mkdir()
    return crashes, [
        binary, f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-len_control=0",
        "-rss_limit_mb=8000", f"-artifact_prefix={crashes}/", corpus, seeds,
    ]


def afl(binary, seeds, work, seconds):
    return work / "default/crashes", [
        "afl-fuzz", "-V", str(seconds), "-G", str(LONGEST), "-m", "none", "-t", "5000+",
        "-i", seeds, "-o", work, "--", binary,
    ]


ENGINES = {"libfuzzer": libfuzzer, "afl": afl}

# AFL++ asks for a machine that is set up for it alone, and for sanitizers that end by abort().
ENVIRONMENT = {
    "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_FAST_CAL": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
}
SANITIZERS = {"ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0",
              "UBSAN_OPTIONS": "abort_on_error=1:symbolize=0:halt_on_error=1"}


def start(engine, command, counter, log):
    environment = {**os.environ, "MEMORY_PAGES_FUZZ_COUNTER": str(counter)}
    if engine == "afl":
        environment.update(ENVIRONMENT, **SANITIZERS)
    return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)


def tell_crash(path, replay):
    text = subprocess.run([replay, "--to-text", path], check=True, capture_output=True).stdout
    print(f"This sequence fails; keep it in {HERE.relative_to(ROOT)}/corpus/:")
    print(text.decode())
    short = path.with_suffix(".txt")
    short.write_bytes(text)
    subprocess.run([replay, short], check=False)


def fuzz(options, work):
    """The number of operations, and the crashes."""
    counter, seeds = work / "counter", work / "seeds"
    replay = next(iter(options.engines.values())) / "replay"
    write_seeds(replay, seeds)
    crashes, failed = [], []
    with contextlib.ExitStack() as stack:
        running = []
        for engine, build in options.engines.items():
            folder, command = ENGINES[engine](build / "fuzzer", seeds, work / engine,
                                              options.seconds)
            log = stack.enter_context((work / f"{engine}.log").open("w"))
            running.append((engine, folder, start(engine, command, counter, log)))
        for engine, folder, process in running:
            status = process.wait()
            found = [path for path in sorted(folder.glob("*")) if path.name != "README.txt"]
            crashes += found
            if status != 0 and not found:
                failed.append(engine)
                print((work / f"{engine}.log").read_text()[-4000:])
    for path in crashes:
        tell_crash(path, replay)
    operations = struct.unpack("<Q", counter.read_bytes())[0] if counter.exists() else 0
    return operations, crashes, failed


def main(arguments):
    options = parse(arguments)
    with tempfile.TemporaryDirectory() as folder:
        operations, crashes, failed = fuzz(options, Path(folder))
    corpus = len(list((HERE / "corpus").glob("*.txt")))
    engines = " and ".join(sorted(options.engines))
    print(f"{operations:,} operations by {engines}, {corpus} sequences in the corpus, "
          f"{len(crashes)} failures")
    if options.record:
        figures = [f"operations compared=at least {operations:,}", f"engines={engines}",
                   "sanitizers=AddressSanitizer, UndefinedBehaviorSanitizer",
                   f"sequences in the regression corpus={corpus}", f"failures={len(crashes)}"]
        subprocess.run([ROOT / "scripts/python", "-B", ROOT / "scripts/figures.py", "fuzz",
                        *figures], check=True)
    return 1 if crashes or failed or operations == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
