"""Finds what can be changed in a C file, one small change at a time.

The source is parsed by libclang, so that every change hits a whole expression or statement:

    condition   of a branch or loop, or a whole chain of && and ||: always true, always false
    clause      of such a chain: left out
    comparison  the other side of the boundary, and the opposite of an equality
    case        of a switch: never taken
    arithmetic  - for + and the reverse
    constant    one more
    statement   left out

It also finds where to put a mark into each statement, by which a test tells what it reaches.
"""

import re
from dataclasses import dataclass

from clang.cindex import Config, CursorKind, Index, TranslationUnit

Config.set_library_file("libclang-14.so.1")

OPERATORS = {
    "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="],
    "+": ["-"], "-": ["+"], "+=": ["-="], "-=": ["+="],
}
LEFT_OUT = {"&&": "true", "||": "false"}  # what a clause becomes so that the others decide
NEVER = "1000003"  # no value of what a switch is about
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
    mark: int      # of the statement: what does not reach it, is not changed by the mutant

    @property
    def key(self):
        """What the mutant is called in the list of survivors; other lines may move it."""
        return (self.file, self.function, self.line, self.changed)

    def apply(self, source):
        return source[:self.start] + self.text + source[self.end:]


def parse(path, source, flags):
    text = MACROS.sub(lambda match: "_", source)
    unit = Index.create().parse(str(path), args=[*flags, "-xc", "-std=c11", "-DMP_LAX_TYPES", "-w"],
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
        self.mark = 0
        self.marks = []     # of each statement: where it begins, where it ends, whether alone
        self.found = {}
        self.keys = set()
        self.conditions = set()

    def add(self, start, end, text):
        if (start, end, text) in self.found:
            return
        first = self.source.rfind("\n", 0, start) + 1
        last = self.source.find("\n", end)
        line = " ".join(self.source[first:last].split())
        plain = changed = " ".join(
            (self.source[first:start] + text + self.source[end:last]).split())
        count = 1
        while (self.function, line, changed) in self.keys:
            count += 1
            changed = f"{plain} [line {count} of these]"
        self.keys.add((self.function, line, changed))
        self.found[start, end, text] = Mutant(self.name, self.function, start, end, text, line,
                                              changed, self.mark)

    def span(self, cursor):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        return (start, end) if end > start else None

    def text(self, cursor):
        span = self.span(cursor)
        return self.source[slice(*span)] if span else ""

    def between(self, cursor):
        """The operator of a binary expression, and where it stands; None within a macro."""
        left, right = (self.span(child) for child in cursor.get_children())
        if left is None or right is None:
            return None
        between = re.sub(r"/\*.*?\*/", lambda m: " " * len(m[0]),
                         self.source[left[1]:right[0]], flags=re.S)
        match = re.search(r"[-+*/<>=!&|%^]+", between)
        return match and (match[0], left[1] + match.start())

    # ---- One function for each kind of change

    def condition(self, cursor):
        span = self.span(cursor)
        if span is None or self.text(cursor) in ("true", "false"):
            return
        self.conditions.add(span)
        self.add(*span, "true")
        self.add(*span, "false")

    def clauses(self, cursor, operator):
        for child in cursor.get_children():
            if self.span(child) and not self.is_chain(child, operator):
                self.conditions.add(self.span(child))
                self.add(*self.span(child), LEFT_OUT[operator])

    def is_chain(self, cursor, operator):
        """Whether it is more clauses of the same chain."""
        return cursor.kind == CursorKind.BINARY_OPERATOR \
            and (self.between(cursor) or "")[:1] == (operator,)

    def operator(self, cursor, in_chain):
        operator = self.between(cursor)
        if operator is None or self.is_equality_alone(cursor):
            return
        if operator[0] in LEFT_OUT:
            if not in_chain:
                self.condition(cursor)
            self.clauses(cursor, operator[0])
        for text in OPERATORS.get(operator[0], []):
            self.add(operator[1], operator[1] + len(operator[0]), text)

    def is_equality_alone(self, cursor):
        """Whether a condition is one equality: "always" and "never" try all that can be tried; so
        does the chain, if it is a clause."""
        return self.span(cursor) in self.conditions and cursor.kind == CursorKind.BINARY_OPERATOR \
            and (self.between(cursor) or "")[:1] in (("==",), ("!=",))

    def constant(self, cursor):
        if self.text(cursor).isdigit():
            self.add(*self.span(cursor), str(int(self.text(cursor)) + 1))

    def case(self, cursor):
        start = self.span(cursor)[0] + len("case ")
        self.add(start, self.source.index(":", start), NEVER)

    def statement(self, cursor):
        if cursor.kind in DROPPED or self.text(cursor).startswith("(void)"):
            self.add(*self.span(cursor), "(void)0")

    # ---- The way through a function

    def begin(self, cursor, in_block):
        """Notes a statement; returns the mark that was valid around it."""
        around = self.mark
        start, end = self.span(cursor)
        if self.source[end - 1] not in ";}":
            end = self.source.index(";", end) + 1
        self.mark = len(self.marks)
        self.marks.append((start, end, not in_block))
        return around

    def visit(self, cursor, parent=None, in_equality=False, in_chain=False):
        children = list(cursor.get_children())
        kind = cursor.kind
        if kind == CursorKind.StmtExpr or (
                kind == CursorKind.CASE_STMT and not self.text(cursor).startswith("case ")):
            return  # a macro makes it
        around = self.mark
        runs = parent is not None and runs_as_statement(cursor, parent)
        if runs and self.span(cursor):
            if kind not in (CursorKind.COMPOUND_STMT, CursorKind.CASE_STMT,
                            CursorKind.DEFAULT_STMT):
                around = self.begin(cursor, parent.kind == CursorKind.COMPOUND_STMT)
            self.statement(cursor)
        operator = None
        if kind in BRANCHES:
            self.condition(children[0])
        elif kind == CursorKind.DO_STMT:
            self.condition(children[-1])
        elif kind in (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR):
            operator = self.between(cursor)
            self.operator(cursor, in_chain)
        elif kind == CursorKind.INTEGER_LITERAL and not in_equality:
            self.constant(cursor)
        elif kind == CursorKind.CASE_STMT:
            self.case(cursor)
        chain = operator is not None and operator[0] in LEFT_OUT or (
            in_chain and kind in (CursorKind.PAREN_EXPR, CursorKind.UNEXPOSED_EXPR))
        for child in children:
            self.visit(child, cursor, self.is_equality_alone(cursor), chain)
        self.mark = around


def runs_as_statement(cursor, parent):
    children = list(parent.get_children())
    return parent.kind == CursorKind.COMPOUND_STMT or (
        parent.kind == CursorKind.IF_STMT and cursor != children[0]) or (
        parent.kind in (CursorKind.WHILE_STMT, CursorKind.FOR_STMT, CursorKind.CASE_STMT,
                        CursorKind.DEFAULT_STMT) and cursor == children[-1])


def find(path, name, flags):
    source = path.read_text()
    assert source.isascii(), f"{name}: offsets are taken for characters"
    finder = Finder(name, source)
    for cursor in parse(path, source, flags).cursor.get_children():
        is_here = cursor.location.file and cursor.location.file.name == str(path)
        if is_here and cursor.kind == CursorKind.FUNCTION_DECL and cursor.is_definition():
            finder.function = cursor.spelling
            finder.visit(cursor)
    return finder


def mutants_of(path, name, flags):
    finder = find(path, name, flags)
    return [finder.found[place] for place in sorted(finder.found)]


def marked(path, name, flags, mark):
    """The source with `mark(number)`, which is C, before each statement; and how many there are."""
    finder = find(path, name, flags)
    inserted = []
    for number, (start, end, alone) in enumerate(finder.marks):
        inserted.append((start, number, ("{ " if alone else "") + mark(number) + " "))
        if alone:
            inserted.append((end, -number, " }"))
    text = finder.source
    for place, _, added in sorted(inserted, reverse=True):
        text = text[:place] + added + text[place:]
    return text, len(finder.marks)
