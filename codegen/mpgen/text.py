"""Lays C text out: comments, declarations and string literals within the width of a line.

Nothing here knows what it lays out; the words and the names come from the model.
"""

import functools
import textwrap

WIDTH = 100


@functools.lru_cache(maxsize=4096)  # the same few sentences stand at most functions
def wrapped(text, first, rest):
    """Lines of `text`, the first behind `first` and the others behind `rest`."""
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return tuple(lines)


def indented(text, indent):
    """A paragraph behind an indent."""
    return "\n".join(wrapped(text, indent, indent))


def comment(paragraphs):
    """The inside of a documentation comment: paragraphs behind ` *  `, blank lines between them."""
    blocks = ["\n".join(wrapped(paragraph, " *  ", " *  ")) for paragraph in paragraphs]
    return "\n *\n".join(blocks)


def comment_opening(paragraph):
    """The first paragraph of a documentation comment, which the template goes on with."""
    return "\n".join(wrapped(paragraph, "/** ", " *  "))


def declaration(c_type, name):
    """Declares `name` with a type; the star of a pointer stands with the name."""
    return c_type + name if c_type.endswith("*") else f"{c_type} {name}"


def prototype(function, linkage):
    """The head of a function, without `;` or `{`: on one line, else with aligned parameters, else
    with the parameters on lines of their own."""
    words = [*linkage.split(), *function.attributes, declaration(function.returns, function.name)]
    opening = " ".join(words) + "("
    parameters = [declaration(p.c_type, p.name) for p in function.parameters] or ["void"]
    for start, indent in ((opening, len(opening)), (opening + "\n    ", 4)):
        lines = _filled(start, parameters, " " * indent)
        if all(len(line) <= WIDTH - 2 for line in lines):
            break
    return "\n".join(lines)


def _filled(start, parameters, indent):
    """Parameters behind `start`, as many on a line as fit with the `) {` that may follow."""
    *lines, line = start.split("\n")
    *others, last = parameters
    fresh = True
    for piece in [*(f"{parameter}," for parameter in others), f"{last})"]:
        if not fresh and len(line) + 1 + len(piece) > WIDTH - 2:
            lines.append(line)
            line, fresh = indent, True
        line += piece if fresh else " " + piece
        fresh = False
    return [*lines, line]


def doc_comment(function):
    """The documentation of a function, in the order in which people ask: what, details, parameters,
    result, statuses, threads."""
    lines = [*wrapped(function.summary, "/** ", " *  ")]
    for paragraph in function.details:
        lines += [" *", *wrapped(paragraph, " *  ", " *  ")]
    entries = [(f"@param {p.name}", p.doc) for p in function.parameters]
    if function.result:
        entries.append(("@return", function.result))
    lines += [" *", *_listed(entries)]
    if function.failures:
        lines += _listed([(f"@retval {f.status}", f.condition) for f in function.failures])
    lines += wrapped(f"@note {function.at_once}", " *  ", " *  ")
    return "\n".join([*lines, " */"])


def _listed(entries):
    """Entries of a documentation comment, their texts aligned."""
    column = max(len(tag) for tag, _ in entries)
    lines = []
    for tag, text in entries:
        lines += wrapped(text, f" *  {tag:{column}}  ", " *  " + " " * (column + 2))
    return lines


def literal(text, indent):
    """A C string literal, over several lines if it is long, behind `indent` columns."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    room = WIDTH - indent - 4
    pieces = textwrap.wrap(
        escaped, room, drop_whitespace=False, break_long_words=False, break_on_hyphens=False
    )
    return ("\n" + " " * indent).join(f'"{piece}"' for piece in pieces)
