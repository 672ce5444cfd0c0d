"""Finds what can be changed in a C file, one small change at a time.

The source is parsed by libclang, so that every change hits a whole expression or statement:

    condition   of a branch or loop: always true, always false
    comparison  the other side of the boundary, and the opposite of an equality
    logic       && for || and the reverse
    arithmetic  - for + and the reverse
    constant    one more
    statement   left out
"""

import re
from dataclasses import dataclass

from clang.cindex import Config, CursorKind, Index, TranslationUnit

Config.set_library_file("libclang-14.so.1")

OPERATORS = {
    "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "+=": ["-="], "-=": ["+="],
}
BRANCHES = {CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.CONDITIONAL_OPERATOR}
DROPPED = {CursorKind.CALL_EXPR, CursorKind.BINARY_OPERATOR, CursorKind.UNARY_OPERATOR,
           CursorKind.COMPOUND_ASSIGNMENT_OPERATOR}

# Macros look like functions to the parser under another name of the same length: what stands
# between their parentheses is then part of the tree, with its place in the file.
MACROS = re.compile(r"\b[mM](?=(?:P_TRY|P_UNLIKELY|p_atomic_\w+)\()")


@dataclass(frozen=True)
class Mutant:
    file: str      # from the root of the repository
    function: str
    start: int     # bytes of the file that are replaced
    end: int
    text: str      # by what
    line: str      # the whole line, before
    changed: str   # and after

    @property
    def key(self):
        """What the mutant is called in the list of survivors; other lines may move it."""
        return (self.file, self.function, self.line, self.changed)

    def apply(self, source):
        return source[:self.start] + self.text + source[self.end:]


def parse(path, source, flags):
    text = MACROS.sub(lambda match: "_", source)
    unit = Index.create().parse(str(path), args=[*flags, "-DMP_LAX_TYPES", "-w"],
                                unsaved_files=[(str(path), text)],
                                options=TranslationUnit.PARSE_NONE)
    fatal = [str(d) for d in unit.diagnostics if d.severity >= 4]
    if fatal:
        raise SystemExit("\n".join(fatal))
    return unit


class Finder:
    def __init__(self, name, source):
        self.name = name
        self.source = source
        self.function = ""
        self.found = {}
        self.conditions = set()

    def add(self, start, end, text):
        first = self.source.rfind("\n", 0, start) + 1
        last = self.source.find("\n", end)
        changed = self.source[first:start] + text + self.source[end:last]
        mutant = Mutant(self.name, self.function, start, end, text,
                        " ".join(self.source[first:last].split()), " ".join(changed.split()))
        self.found[(start, end, text)] = mutant

    def span(self, cursor):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        return (start, end) if end > start else None

    def condition(self, cursor):
        span = self.span(cursor)
        if span is None or self.source[span[0]:span[1]] in ("true", "false"):
            return
        self.conditions.add(span)
        self.add(*span, "true")
        self.add(*span, "false")

    def operator(self, cursor):
        left, right = (self.span(child) for child in cursor.get_children())
        if left is None or right is None:
            return
        between = self.source[left[1]:right[0]]
        match = re.search(r"[-+*/<>=!&|%^]+", re.sub(r"/\*.*?\*/", lambda m: " " * len(m[0]),
                                                     between, flags=re.S))
        if match is None or self.is_equality_alone(cursor):
            return
        for text in OPERATORS.get(match[0], []):
            start = left[1] + match.start()
            self.add(start, start + len(match[0]), text)

    def is_equality_alone(self, cursor):
        """Whether a condition is one equality: "always" and "never" try all that can be tried."""
        span = self.span(cursor)
        return span in self.conditions and re.search(r"[=!]=", self.source[span[0]:span[1]]) \
            and cursor.kind == CursorKind.BINARY_OPERATOR \
            and not re.search(r"&&|\|\|", self.source[span[0]:span[1]])

    def constant(self, cursor):
        span = self.span(cursor)
        if span and self.source[span[0]:span[1]].isdigit():
            self.add(*span, str(int(self.source[span[0]:span[1]]) + 1))

    def statement(self, cursor):
        span = self.span(cursor)
        is_result = span and self.source.startswith("(void)", span[0])
        if span and (cursor.kind in DROPPED or is_result):
            self.add(*span, "(void)0")

    def visit(self, cursor, in_body=False, in_equality=False):
        children = list(cursor.get_children())
        kind = cursor.kind
        if kind in BRANCHES:
            self.condition(children[0])
        elif kind == CursorKind.DO_STMT:
            self.condition(children[-1])
        elif kind in (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR):
            self.operator(cursor)
        elif kind == CursorKind.INTEGER_LITERAL and not in_equality:
            self.constant(cursor)
        if in_body:
            self.statement(cursor)
        for child in children:
            runs = kind == CursorKind.COMPOUND_STMT or (
                kind == CursorKind.IF_STMT and child != children[0]) or (
                kind in (CursorKind.WHILE_STMT, CursorKind.FOR_STMT) and child == children[-1])
            self.visit(child, runs, self.is_equality_alone(cursor))


def mutants_of(path, name, flags):
    source = path.read_text()
    assert source.isascii(), f"{name}: offsets are taken for characters"
    finder = Finder(name, source)
    for cursor in parse(path, source, flags).cursor.get_children():
        is_here = cursor.location.file and cursor.location.file.name == str(path)
        if is_here and cursor.kind == CursorKind.FUNCTION_DECL and cursor.is_definition():
            finder.function = cursor.spelling
            finder.visit(cursor)
    return [finder.found[place] for place in sorted(finder.found)]
