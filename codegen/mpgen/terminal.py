"""What a terminal gets and a file does not: colour, and how far long work has come."""

import os
import sys
import time

STARTED = time.monotonic()
PATIENCE = 1.0  # seconds from the start until somebody wants to know
REFRESH = 0.1

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


def watched(items, doing):
    """Yields the items of a list. If the program has been running for some time, a line on the
    terminal tells how many are done; it is gone at the end."""
    stream = sys.stderr
    if not is_terminal(stream):
        yield from items
        return
    told = STARTED + PATIENCE
    try:
        for done, item in enumerate(items):
            if time.monotonic() > told:
                stream.write(f"\rmpgen: {doing} {done + 1} of {len(items)}")
                stream.flush()
                told = time.monotonic() + REFRESH
            yield item
    finally:
        if told > STARTED + PATIENCE:
            stream.write("\r\x1b[K")
            stream.flush()
