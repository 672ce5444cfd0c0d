"""Mistakes in a spec, and how they are told."""

import difflib
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake, at a place in a file. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    sentence: str

    def __str__(self):
        return f"{self.file}:{self.line}:{self.column}: error: {self.sentence}"


class Mistakes(Exception):
    """All mistakes of one run."""

    def __init__(self, mistakes):
        super().__init__()
        self.mistakes = sorted(set(mistakes))

    def __str__(self):
        return "\n".join(str(mistake) for mistake in self.mistakes)


def suggestion(word, known):
    """`; did you mean …?` if a known word is near, else nothing."""
    words = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)
    return f"; did you mean `{words[near[0]]}`?" if near else ""


def shown(text):
    """A piece of the spec as a message shows it: on one line, and not endless."""
    if not text:
        return "an empty string"
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f"`{line if len(line) <= 60 else line[:60] + '…'}`"


def listed(words):
    """Words in the order given, as a sentence has them: `a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))
