"""What a terminal gets and a file does not: colour."""

import os

COLOURS = {"place": "1", "error": "1;31", "caret": "1;32"}


def is_terminal(stream):
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def painter(stream):
    """A function that colours a text for a stream: `paint("error", text)`. Only a terminal gets
    colour, and only if NO_COLOR is not set (https://no-color.org)."""
    if not is_terminal(stream) or os.environ.get("NO_COLOR"):
        return plain
    return lambda colour, text: f"\x1b[{COLOURS[colour]}m{text}\x1b[m"


def plain(colour, text):
    return text
