"""Lays the types of pages and their transitions out as a picture.

Columns are what may be done besides reading, rows are whether reading is allowed; so every
transition that changes one permission is a short straight line. Units are those of the picture.
"""

import math
from dataclasses import dataclass

NODE_WIDTH, NODE_HEIGHT = 196, 64
COLUMN_STEP, ROW_STEP = 372, 268
MARGIN, LEGEND_HEIGHT = 24, 44
ARC_HEIGHT = 58  # of an arc over one column; one over more is higher
LABEL_GAP = 7  # between a line and the words at it

# Writable on the left, executable on the right, both at the far right.
COLUMNS = ((True, False), (False, False), (False, True), (True, True))


@dataclass(frozen=True)
class Node:
    """A type of pages."""

    name: str
    words: str  # its permissions, for people
    kind: str  # what its colour tells: `write`, `read`, `exec` or `none`
    column: int
    top: bool  # in the upper row
    x: float  # the centre
    y: float


@dataclass(frozen=True)
class Label:
    """The name of a transition at its line."""

    text: str
    x: float
    y: float
    angle: float
    anchor: str


@dataclass(frozen=True)
class Edge:
    """The transitions between two types, in one direction or both."""

    path: str
    forward: bool
    backward: bool
    gated: bool  # one of the types is executable
    labels: tuple


@dataclass(frozen=True)
class Graph:
    """The whole picture."""

    width: int
    height: int
    node_width: int
    node_height: int
    nodes: tuple
    edges: tuple


def layout(pages):
    """The picture of all types of pages."""
    shape = [(p.state.facts["write"], p.state.facts["exec"]) for p in pages]
    columns = [column for column in COLUMNS if column in shape]
    transitions = _transitions(pages)
    reach = max((b - a for a, b in _arcs(pages, columns, transitions)), default=1)
    overhead = _arc_height(reach) if reach > 1 else 0
    top = MARGIN + overhead + NODE_HEIGHT / 2
    nodes = {p.name: _node(p, columns, top) for p in pages}
    pairs = sorted({tuple(sorted(pair, key=list(nodes).index)) for pair in transitions})
    edges = [_edge(nodes[a], nodes[b], transitions) for a, b in pairs]
    width = 2 * MARGIN + NODE_WIDTH + (len(columns) - 1) * COLUMN_STEP
    height = 2 * top + ROW_STEP + LEGEND_HEIGHT
    return Graph(width, round(height), NODE_WIDTH, NODE_HEIGHT, tuple(nodes.values()), tuple(edges))


def _transitions(pages):
    """For each pair of types the simplest transition from the first to the second: the one that
    sets the fewest permissions."""
    found = {}
    for p in pages:
        for f in p.functions:
            if f.available and f.target:
                pair = (p.name, f.target.name)
                if pair not in found or f.changes < found[pair].changes:
                    found[pair] = f
    return found


def _node(p, columns, top):
    facts = p.state.facts
    column = columns.index((facts["write"], facts["exec"]))
    kind = next((k for k in ("exec", "write", "read") if facts[k]), "none")
    words = ", ".join(k for k, allowed in facts.items() if allowed) or "no access"
    return Node(
        name=p.name,
        words=words.replace("exec", "execute"),
        kind=kind,
        column=column,
        top=facts["read"],
        x=MARGIN + NODE_WIDTH / 2 + column * COLUMN_STEP,
        y=top + (0 if facts["read"] else ROW_STEP),
    )


def _arcs(pages, columns, transitions):
    """The columns at the ends of each transition that passes over another type."""
    place = {p.name: columns.index((p.state.facts["write"], p.state.facts["exec"])) for p in pages}
    row = {p.name: p.state.facts["read"] for p in pages}
    for a, b in transitions:
        if row[a] == row[b] and place[b] - place[a] > 1:
            yield place[a], place[b]


def _arc_height(span):
    return ARC_HEIGHT * (span - 1) + 30


# ---- Lines ---------------------------------------------------------------------------------------


def _edge(a, b, transitions):
    """The line between two types, from left to right or from the upper to the lower."""
    if (a.column, not a.top) > (b.column, not b.top):
        a, b = b, a
    there, back = transitions.get((a.name, b.name)), transitions.get((b.name, a.name))
    if a.column == b.column:
        path, labels = _vertical(a, b, there, back)
    elif a.top == b.top and b.column - a.column > 1:
        path, labels = _arc(a, b, there, back)
    else:
        path, labels = _straight(a, b, there, back)
    gated = "exec" in (a.kind, b.kind)
    return Edge(path, bool(there), bool(back), gated, tuple(labels))


def _vertical(a, b, there, back):
    y1, y2 = a.y + NODE_HEIGHT / 2, b.y - NODE_HEIGHT / 2
    middle = (y1 + y2) / 2
    labels = []
    if there:
        labels.append(Label(f"{there.operation} ↓", a.x - LABEL_GAP, middle - 4, 0, "end"))
    if back:
        labels.append(Label(f"↑ {back.operation}", a.x + LABEL_GAP, middle + 14, 0, "start"))
    return _line(a.x, y1, a.x, y2), labels


def _arc(a, b, there, back):
    """An arc outside of the row, over the types between."""
    up = -1 if a.top else 1
    span = b.column - a.column
    x1, x2 = a.x - 14 * (span - 2), b.x + 14 * (span - 2)
    edge = a.y + up * NODE_HEIGHT / 2
    height = _arc_height(span)
    control = edge + up * height * 4 / 3
    start, bend = _point(x1, edge), _point(x1 + 60, control)
    bend_back, end = _point(x2 - 60, control), _point(x2, edge)
    path = f"M {start} C {bend} {bend_back} {end}"
    return path, _along((x1 + x2) / 2, edge + up * height, 0, there, back)


def _straight(a, b, there, back):
    """A straight line between the sides of two types: along a row, or from row to row."""
    if a.top == b.top:
        x1, y1, x2, y2 = a.x + NODE_WIDTH / 2, a.y, b.x - NODE_WIDTH / 2, b.y
    else:
        down = 1 if a.top else -1
        x1, y1 = a.x + NODE_WIDTH / 4, a.y + down * NODE_HEIGHT / 2
        x2, y2 = b.x - NODE_WIDTH / 4, b.y - down * NODE_HEIGHT / 2
    angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
    # The words stand between the last two columns, where no other line crosses.
    part = 1 - 1 / (2 * (b.column - a.column))
    x, y = x1 + part * (x2 - x1), y1 + part * (y2 - y1)
    return _line(x1, y1, x2, y2), _along(x, y, angle, there, back)


def _along(x, y, angle, there, back):
    """Words on both sides of the middle of a line that runs to the right."""
    labels = []
    for f, text, offset in ((there, "{} →", -LABEL_GAP), (back, "← {}", LABEL_GAP + 11)):
        if f:
            turn = math.radians(angle)
            dx, dy = -offset * math.sin(turn), offset * math.cos(turn)
            label = Label(text.format(f.operation), x + dx, y + dy, angle, "middle")
            labels.append(label)
    return labels


def _line(x1, y1, x2, y2):
    return f"M {_point(x1, y1)} L {_point(x2, y2)}"


def _point(x, y):
    return f"{coordinate(x)} {coordinate(y)}"


def coordinate(number):
    """A coordinate, short and the same everywhere."""
    return f"{number:.1f}".removesuffix(".0")
