"""Compiles misuses, many in a file, and tells which of them the compiler let pass."""

import concurrent.futures
import os
import re
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from mpgen import text
from project import C_COMPILERS, CXX_COMPILERS, run

# What a user types who has not read a manual.
PLAIN = dict.fromkeys(C_COMPILERS, ["-std=c11", "-c"]) | dict.fromkeys(CXX_COMPILERS, ["-c"])

# How many misuses a file holds. Large files save time, but after twenty errors clang says no more,
# and a user gives no flag to change that; a misuse makes one error as a rule, sometimes two.
FILE_SIZE = 200
CLANG_FILE_SIZE = 18

ERROR = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):\d+: (fatal )?error: (?P<said>.*)", re.M)


@dataclass(frozen=True)
class Program:
    """A file of C and C++: for each misuse a function with the line put right and the misuse."""

    misuses: tuple
    head: tuple  # lines that stand before everything else

    def lines(self, with_misuses):
        yield from self.head
        if self.misuses[0].exec_gate:
            yield "#define MP_ALLOW_EXEC 1"
        for include in dict.fromkeys(i for misuse in self.misuses for i in misuse.includes):
            yield f"#include {include}"
        for number, misuse in enumerate(self.misuses):
            parameters = [text.declaration(*parameter) for parameter in misuse.parameters]
            yield f"void attempt_{number}({', '.join(parameters)}) {{"
            yield f"    {misuse.right}"
            yield f"    {misuse.line}" if with_misuses else ""
            yield "}"

    def halves(self):
        middle = len(self.misuses) // 2
        return [Program(half, self.head) for half in (self.misuses[:middle], self.misuses[middle:])]

    def by_line(self):
        """The misuse on each line that has one."""
        ends = [number for number, line in enumerate(self.lines(True), 1) if line == "}"]
        return {end - 1: misuse for end, misuse in zip(ends, self.misuses)}


def programs(misuses, size, head):
    """Files of at most `size` misuses; those in a file agree about the gates, and share headers as
    far as possible."""
    groups = defaultdict(list)
    for misuse in sorted(misuses, key=lambda m: m.includes):
        groups[misuse.exec_gate, misuse.unsafe_door].append(misuse)
    for group in groups.values():
        for start in range(0, len(group), size):
            yield Program(tuple(group[start:start + size]), tuple(head))


class Checker:
    """A compiler as a user calls it: plainly, unless a test says otherwise."""

    def __init__(self, compiler):
        self.compiler = compiler
        self.file = "attempt.cpp" if compiler in CXX_COMPILERS else "attempt.c"
        self.misuses = self.files = self.seconds = 0

    def complaints(self, misuses, flags, head=()):
        """What is wrong with how the compiler takes the misuses: nothing, if each is an error on
        its own line that says the sentence, and nothing else is one."""
        self.misuses += len(misuses)
        size = CLANG_FILE_SIZE if "clang" in self.compiler else FILE_SIZE
        return self._judged(self._misused, programs(misuses, size, head), flags)

    def complaints_put_right(self, misuses, flags, head=()):
        """What the compiler says of the same without the misuses: nothing, not even a warning."""
        return self._judged(self._put_right, programs(misuses, FILE_SIZE, head), flags)

    def _judged(self, judge, programs, flags):
        started = time.monotonic()
        programs = list(programs)
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            found = list(pool.map(lambda program: judge(program, flags), programs))
        self.files += len(programs)
        self.seconds += time.monotonic() - started
        return [complaint for complaints in found for complaint in complaints]

    def _misused(self, program, flags):
        done, errors = self._compile(program.lines(with_misuses=True), flags)
        if "too many errors" in done.stderr and len(program.misuses) > 1:
            return [c for half in program.halves() for c in self._misused(half, flags)]
        found = []
        misuses = program.by_line()
        for line, misuse in misuses.items():
            if not errors[line]:
                found.append(f"accepted: {misuse.line}")
            elif not any(misuse.sentence in said for said in errors[line]):
                found.append(f"refused without its sentence: {misuse.line}\n{errors[line]}")
        if errors.keys() - misuses.keys():
            found.append(f"more is refused than the misuses:\n{done.stderr}")
        if done.returncode == 0:
            found.append("the compiler reports success")
        return found

    def _put_right(self, program, flags):
        done, _ = self._compile(program.lines(with_misuses=False), flags)
        return [done.stderr] if done.returncode != 0 or done.stderr else []

    def _compile(self, lines, flags):
        """What became of it, and the errors by line; those of other files stand at line 0."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, self.file).write_text("\n".join([*lines, ""]))
            done = run(self.compiler, *flags, self.file, cwd=folder,
                       env={**os.environ, "LC_ALL": "C"})
        errors = defaultdict(list)
        for match in ERROR.finditer(done.stderr):
            line = int(match["line"]) if match["file"] == self.file else 0
            errors[line].append(match["said"])
        return done, errors
