"""The tables that tell which type has which function."""

from dataclasses import dataclass

AVAILABLE, GATED, UNSAFE, REFUSED = "●", "◐", "◆", ""


@dataclass(frozen=True)
class Row:
    """One operation."""

    name: str
    marks: tuple  # one for each column


@dataclass(frozen=True)
class Table:
    """The types of one kind, side by side."""

    title: str
    columns: tuple
    groups: tuple  # pairs of a heading and its rows


def tables(spec):
    """All tables of a spec."""
    found = [
        ("Pages", {p.name: [p] for p in spec.pages}),
        ("References to code", _by_kind(spec, "fn", spec.references)),
        ("Vectors and slices", _vectors(spec)),
    ]
    there = [(title, {name: h for name, h in columns.items() if h}) for title, columns in found]
    return [_table(title, columns) for title, columns in there if columns]


def _by_kind(spec, kind, handles):
    return {f"{spec.prefix}_{kind}_<name>": list(handles)} if handles else {}


def _vectors(spec):
    if not spec.elements:
        return {}
    growable = [vec for vec in spec.vectors if not vec.frozen]
    frozen = [vec for vec in spec.vectors if vec.frozen]
    return {
        f"{spec.prefix}_vec_<element>_rw": growable,
        f"{spec.prefix}_vec_<element>_ro": frozen,
        f"{spec.prefix}_slice_<element>": list(spec.slices),
        f"{spec.prefix}_vec_<element>_writer": list(spec.writers),
    }


def _table(title, columns):
    groups = {}
    for handles in columns.values():
        for f in handles[0].functions:
            if not any(f.operation in rows for rows in groups.values()):
                groups.setdefault(f.group, {})[f.operation] = None
    made = []
    for heading, operations in groups.items():
        rows = [
            Row(
                o.replace("{function.name}", "<name>"), tuple(_mark(h, o) for h in columns.values())
            )
            for o in operations
        ]
        rows = [row for row in rows if any(row.marks)]
        if rows:
            made.append((heading, rows))
    return Table(title, tuple(columns), tuple(made))


def _mark(handles, operation):
    """What types of one kind have of an operation: it is there if any of them has it."""
    marks = {_mark_of(h, f) for h in handles for f in h.functions if f.operation == operation}
    order = (AVAILABLE, GATED, UNSAFE, REFUSED)
    return next((mark for mark in order if mark in marks), REFUSED)


def _mark_of(handle, f):
    if not f.available:
        return REFUSED
    if f.unsafe:
        return UNSAFE
    return GATED if f.closed or handle.executable else AVAILABLE
