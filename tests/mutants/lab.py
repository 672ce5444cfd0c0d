"""What mutants are tried in: the test programs, what each test reaches, and how long it takes.

The programs are those of ctest, linked as Ninja links them, but for the one object that a mutant
takes the place of. So a new suite joins by itself.
"""

import hashlib
import json
import os
import re
import resource
import select
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from mutators import marked

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SRC = ROOT / "src"
SOURCES = [*sorted(SRC.glob("*.c")), SRC / "os/mp_os_linux.c", SRC / "os/mp_os_posix.c"]
FILES = [*SOURCES, *sorted(SRC.rglob("*.h"))]  # those in which functions are looked for
COMPILE = ["gcc", "-std=c11", "-O0", "-g0", "-w", "-fPIC", "-fno-common", "-c"]
LINK = ["-fuse-ld=gold", "-fno-use-linker-plugin"]  # the fastest
LABELS = {"unit", "fuzz"}  # of ctest, whose programs are linked to the library's objects
CORES = {False: "memory_pages_core.dir", True: "core_hardened.dir"}
MEMORY = 6 << 30  # bytes that a mutant may take of the machine
LONG = 0.5       # seconds that a test may take before it counts which rounds are of use
PATIENCE = 8      # rounds
WHOLE = "*"       # the one test of a program that is not of Check


def flags(src):
    """Where the headers are, of which those of src/ may be a copy."""
    return [f"-I{src}", f"-I{src}/include", f"-I{ROOT}/generated/include"]


# ---- Programs ------------------------------------------------------------------------------------

@dataclass
class Program:
    name: str
    arguments: list
    environment: dict
    folder: Path                 # where it is linked
    link: list                   # the command
    objects: dict                # of the command: which stands for which source
    hardened: bool
    is_check: bool
    seconds: dict = field(default_factory=dict)  # test: how long it computes
    reached: dict = field(default_factory=dict)  # test: marks


def of_ctest(build):
    """The programs that are linked to the core's objects, plain or hardened."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True,
                            capture_output=True, text=True).stdout
    for test in json.loads(listed)["tests"]:
        given = {one["name"]: one["value"] for one in test["properties"]}
        path = Path(test.get("command", ["/"])[0])
        if not LABELS & set(given.get("LABELS", [])) or build not in path.parents:
            continue
        linked = subprocess.run(["ninja", "-t", "commands", "-s", path.relative_to(build)],
                                cwd=build, check=True, capture_output=True, text=True).stdout
        command = shlex.split(re.sub(r"^: && | && :$", "", linked.strip()))
        hardened = any(CORES[True] in argument for argument in command)
        objects = {argument: source for argument in command for source in SOURCES
                   if CORES[hardened] in argument
                   and argument.endswith(f"/{source.relative_to(ROOT)}.o")}
        environment = dict(pair.split("=", 1) for pair in given.get("ENVIRONMENT", []))
        yield Program(test["name"], test["command"][1:], environment, build, command, objects,
                      hardened, any("libcheck" in argument for argument in command))


def limit(seconds):
    """What each process of a test may take: time that it computes, for others may be at work."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Path("/proc/self/oom_score_adj").write_text("1000")


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


def time_of_children():
    """Seconds for which the processes that have ended so far have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lines_of(process, seconds):
    """What it prints, line by line; ends in TimeoutError if it does not end."""
    deadline = time.monotonic() + seconds
    rest = b""
    while True:
        if time.monotonic() > deadline:
            raise TimeoutError
        if not select.select([process.stdout], [], [], 1)[0]:
            continue
        found = os.read(process.stdout.fileno(), 65536)
        if not found:
            process.wait(max(1, deadline - time.monotonic()))
            return
        *whole, rest = (rest + found).split(b"\n")
        yield from (line.decode(errors="replace") for line in whole)


RESULT = re.compile(r"(not )?ok \d+ - [^:]*:[^:]*:(\w+): ")
LISTED = re.compile(r"\w+ \d+ \d+")


def run(program, path, work, tests, environment=()):
    """Runs tests of a program; the first that fails, or None. A test that does not end fails."""
    seconds = sum(program.seconds.get(test, 60) for test in tests)
    given = {**os.environ, **program.environment, **dict(environment), "CK_VERBOSITY": "silent",
             "CK_TAP_LOG_FILE_NAME": "-", "CK_DEFAULT_TIMEOUT": "300"}
    if program.is_check:
        given["MUTANT_TESTS"] = f":{':'.join(tests)}:"
    process = subprocess.Popen([path, *program.arguments], cwd=work, env=given,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, start_new_session=True,
                               preexec_fn=lambda: limit(5 + 2 * int(seconds)))
    last = WHOLE
    try:
        for line in lines_of(process, 60 + 20 * seconds):
            if found := RESULT.match(line):
                last = next(test for test in tests if test.split("#")[0] == found[2])
                if found[1]:
                    return last
        return None if process.returncode == 0 else last
    except (TimeoutError, subprocess.TimeoutExpired):
        return "does not end"
    finally:
        end(process)
        process.stdout.close()


# ---- The lab -------------------------------------------------------------------------------------

class Tree:
    """A copy of src/, to be changed."""

    def __init__(self, folder):
        self.src = folder / "src"
        self.out = folder
        shutil.copytree(SRC, self.src)

    def read(self, file):
        return (self.src / file.relative_to(SRC)).read_text()

    def write(self, file, text):
        (self.src / file.relative_to(SRC)).write_text(text)

    def compile(self, source, hardened):
        """The object that a source gives, or None. What it is called is the same in all trees."""
        target = self.out / f"{source.stem}_{int(hardened)}.o"
        done = subprocess.run([*COMPILE, *flags(self.src), f"-DMP_HARDENED={int(hardened)}",
                               self.src / source.relative_to(SRC), "-o", target], check=False,
                              capture_output=True)
        return target if done.returncode == 0 else None


def builds(source):
    """The cores for which a source is another: whether they are hardened."""
    return (False, True) if "MP_HARDENED" in source.read_text() else (False,)


class Lab:
    def __init__(self, build, folder):
        self.folder = folder
        self.programs = list(of_ctest(build))
        self.only = folder / "only.o"
        subprocess.run([*COMPILE, HERE / "only.c", "-o", self.only], check=True)
        self.marks = {}  # file: its first mark
        tree = self.new_tree("unchanged")
        self.unchanged = {(source, hardened): tree.compile(source, hardened).read_bytes()
                          for source in SOURCES for hardened in builds(source)}

    def new_tree(self, name):
        (self.folder / name).mkdir()
        return Tree(self.folder / name)

    def objects(self, tree, file, hardened):
        """What a changed file makes different: sources and their objects, for one of the cores.
        None if it is no program."""
        different = {}
        for source in [file] if file in SOURCES else SOURCES:
            build = hardened and hardened in builds(source)
            compiled = tree.compile(source, build)
            if compiled is None:
                return None
            if compiled.read_bytes() != self.unchanged[source, build]:
                different[source] = compiled
        return different

    def link(self, program, changed, target, *more):
        """Links a program with other objects in the place of those of `changed`."""
        command = [str(changed.get(program.objects.get(argument), argument))
                   for argument in program.link]
        command[command.index("-o") + 1] = str(target)
        if program.is_check:
            more = (*more, self.only, "-Wl,--wrap=_tcase_add_test")
        subprocess.run([*command, *LINK, *more], cwd=program.folder, check=True)
        return target

    # ---- What each test reaches

    def survey(self, path):
        """Runs each test alone on a copy of the library that notes what is reached. What is known
        from the last time is taken from `path`, if neither src/ nor the program has changed."""
        tree = self.marked_tree()
        link = None
        kept = json.loads(path.read_text()) if path.exists() else {}
        for program in self.programs:
            key, seconds, reached = kept.get(program.name, ("", {}, {}))
            if key == self.key_of(program):
                program.seconds = seconds
                program.reached = {test: set(marks) for test, marks in reached.items()}
                continue
            link = link or self.linker_of_marked(tree)
            linked = link(program)
            for rounds in self.tests_of(program, linked):
                self.look_at_all(program, linked, rounds)
            kept[program.name] = (self.key_of(program), program.seconds,
                                  {test: sorted(marks) for test, marks in program.reached.items()})
            path.write_text(json.dumps(kept))

    @staticmethod
    def key_of(program):
        """Changes with whatever may change what its tests reach."""
        parts = [program.folder / part for part in [*program.link, *program.arguments]
                 if part not in program.objects]
        times = [part.stat().st_mtime for part in parts if part.is_file()]
        texts = [file.read_text() for file in FILES]
        return hashlib.sha256(json.dumps([times, texts]).encode()).hexdigest()

    def look_at_all(self, program, path, rounds):
        """Of a test that computes long, leaves out the rounds that reach nothing new, and gives up
        after some of these."""
        reached, spent, in_vain, useless = set(), 0, 0, []
        for one in rounds:
            self.look(program, path, one)
            spent += program.seconds[one]
            in_vain = in_vain + 1 if program.reached[one] <= reached else 0
            useless += [one] if in_vain else []
            reached |= program.reached[one]
            if in_vain >= PATIENCE and spent > LONG:
                break
        for one in useless if spent > LONG else []:
            del program.reached[one]

    def marked_tree(self):
        tree = self.new_tree("marked")
        self.count = 0
        for file in FILES:
            self.marks[file] = first = self.count
            text, count = marked(
                file, str(file), flags(SRC),
                lambda n, first=first: "{ extern unsigned char *mutant_reached; "
                                       f"mutant_reached[{first + n}] = 1; }}")
            self.count += count
            tree.write(file, text)
        return tree

    def linker_of_marked(self, tree):
        objects = {hardened: {source: tree.compile(source, hardened) for source in SOURCES}
                   for hardened in CORES}
        library = self.folder / "libreached.so"
        subprocess.run(["gcc", "-shared", "-fPIC", f"-DMARKS={self.count}", HERE / "reached.c",
                        "-o", library], check=True)
        return lambda program: self.link(program, objects[program.hardened],
                                         self.folder / program.name, library,
                                         f"-Wl,-rpath,{self.folder}")

    def tests_of(self, program, path):
        """Groups of tests: the rounds of one, or one alone."""
        if not program.is_check:
            return [[WHOLE]]
        printed = subprocess.run([path], cwd=self.folder, capture_output=True, text=True,
                                 check=True, env={**os.environ, "CK_VERBOSITY": "silent"}).stdout
        listed = [(name, range(int(start), int(end))) for name, start, end in
                  map(str.split, filter(LISTED.fullmatch, printed.splitlines()))]
        return [[f"{name}#{i}" for i in rounds] if len(rounds) > 1 else [name]
                for name, rounds in listed]

    def look(self, program, path, test):
        file = self.folder / "reached"
        file.write_bytes(bytes(self.count))
        start = time_of_children()
        failed = run(program, path, self.folder, [test], {"MUTANT_REACHED": str(file)})
        if failed:
            raise SystemExit(f"{program.name}: {failed} fails without a mutant")
        program.seconds[test] = time_of_children() - start
        program.reached[test] = {i for i, byte in enumerate(file.read_bytes()) if byte}

    def tests_that_reach(self, file, mark):
        """Programs with those of their tests that a mutant there can change."""
        place = self.marks[file] + mark
        for program in self.programs:
            tests = [test for test, reached in program.reached.items() if place in reached]
            if tests:
                yield program, tests
