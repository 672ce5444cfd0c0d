"""Mistakes in a spec, and how they are told."""

import difflib
from dataclasses import dataclass, field
from typing import NamedTuple

from mpgen.excerpt import excerpt, visible


class Place(NamedTuple):
    """A piece of one line of a file. Lines and columns count from 1, lengths in characters."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake, at a place in a file."""

    file: str
    place: Place
    sentence: str
    text: str = field(default=None, compare=False)  # the line; None: nothing to show of the file

    def told(self, paint):
        """The mistake as people and editors read it: `file:line:column: error: …`, and below it the
        line with a caret."""
        line, column, length = self.place
        place = paint("place", f"{visible(self.file)}:{line}:{column}:")
        headline = f"{place} {paint('error', 'error:')} {self.sentence}"
        if self.text is None:
            return headline
        return f"{headline}\n{excerpt(line, self.text, column, length, paint)}"


class Mistakes(Exception):
    """All mistakes of one run."""

    def __init__(self, mistakes):
        super().__init__()
        self.mistakes = sorted(set(mistakes))

    def told(self, paint):
        return "\n".join(mistake.told(paint) for mistake in self.mistakes)


def suggestion(word, known):
    """`; did you mean …?` if a known word is near, else nothing."""
    words = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)
    return f"; did you mean `{words[near[0]]}`?" if near else ""


def shown(text):
    """A piece of the spec as a message shows it: on one line, and not endless."""
    if not text:
        return "an empty string"
    line = visible(text)
    return f"`{line if len(line) <= 60 else line[:60] + '…'}`"


def listed(words):
    """Words in the order given, as a sentence has them: `a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))
