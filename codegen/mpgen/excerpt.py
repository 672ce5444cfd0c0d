"""A line of a file with a caret below a place in it, as a terminal shows it."""

import unicodedata

WIDTH = 100
TAB = 8
CUT = "…"


def excerpt(number, line, column, length, paint):
    """Two lines: the line `number` of a file, and below it a caret for the `length` characters from
    `column` on, which counts from 1. What has no room is cut off on both sides of the caret."""
    pieces = [*_pieces(line), (" ", 1)]  # a place can be the end of the line
    start = min(column, len(pieces)) - 1
    margin = f"{number:5} | "
    first, last = _window(pieces, start, WIDTH - len(margin) - 2 * len(CUT))
    before = CUT if first > 0 else ""
    behind = CUT if last < len(pieces) - 1 else ""
    shown = before + "".join(text for text, _ in pieces[first:last]) + behind
    indent = len(before) + _width(pieces[first:start])
    mark = "^".ljust(_width(pieces[start : min(start + length, last)]), "~")
    below = margin.translate({ord(c): " " for c in str(number)}) + " " * indent
    return f"{(margin + shown).rstrip()}\n{below}{paint('caret', mark)}"


def visible(text):
    """A text without characters that move the cursor, or that nobody sees."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(c):
    return c.encode("unicode_escape").decode()


def _width(pieces):
    return sum(width for _, width in pieces)


def _pieces(line):
    """What a terminal shows for each character of a line, and over how many columns."""
    column = 0
    for c in line:
        text, width = c, _columns(c)
        if c == "\t":
            width = TAB - column % TAB
            text = " " * width
        elif not c.isprintable():
            text = _escaped(c)
            width = len(text)
        column += width
        yield text, width


def _columns(c):
    # A mark on the character before it, or the second and third letter of a Korean syllable.
    if unicodedata.category(c) in ("Mn", "Me") or "\u1160" <= c <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def _window(pieces, start, room):
    """The pieces around `start` that have room: as many columns on the left as on the right, unless
    one side needs less."""
    first, last = start, start + 1
    room -= pieces[start][1]
    grown = True
    while grown:
        grown = False
        if last < len(pieces) and pieces[last][1] <= room:
            room -= pieces[last][1]
            last, grown = last + 1, True
        if first > 0 and pieces[first - 1][1] <= room:
            room -= pieces[first - 1][1]
            first, grown = first - 1, True
    return first, last
