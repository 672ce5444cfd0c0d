"""Puts figures into docs/reliability.md, each set between the marks of its name.

    figures.py NAME "WHAT=FIGURE"...     replaces the figures of NAME by these, in this order

The scripts that measure call this at their end when they are told to --record, so that no figure of
that page is written by hand.
"""

import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"


def table(pairs):
    """A Markdown table of two columns, padded so that it reads well as plain text too."""
    widths = [max(len(pair[i]) for pair in pairs) for i in (0, 1)]
    rule = ("-" * widths[0], "-" * (widths[1] - 1) + ":")
    padded = [(what.ljust(widths[0]), figure.rjust(widths[1])) for what, figure in pairs]
    return "".join(f"| {what} | {figure} |\n" for what, figure in [padded[0], rule, *padded[1:]])


def with_figures(text, name, pairs):
    """The page with the figures of `name` replaced."""
    marks = re.compile(rf"(<!-- figures: {re.escape(name)} -->\n).*?(<!-- /figures -->\n)", re.S)
    if not marks.search(text):
        sys.exit(f"figures.py: {PAGE.name} has no marks for `{name}`")
    made = table([("what", "figure"), *pairs])
    return marks.sub(lambda match: f"{match[1]}{made}{match[2]}", text)


def main(arguments):
    if len(arguments) < 2 or not all("=" in pair for pair in arguments[1:]):
        sys.exit('usage: figures.py NAME "WHAT=FIGURE"...')
    name, *pairs = arguments
    pairs = [tuple(pair.split("=", 1)) for pair in pairs]
    PAGE.write_text(with_figures(PAGE.read_text(), name, pairs))


if __name__ == "__main__":
    main(sys.argv[1:])
