"""The tables of the documents: which type has which function, and what a spec may say."""

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


# ---- What a spec may say -------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A key of a spec."""

    name: str
    required: str
    description: str


@dataclass(frozen=True)
class KeyTable:
    """The keys of a user's spec, or of the entries of one of its lists."""

    section: str  # the key of the list; empty for the spec itself
    keys: tuple


def key_tables(rules):
    """The keys that the schema allows in a user's spec."""
    parts = rules["$defs"]
    found = [KeyTable("", _keys(parts["own"], parts))]
    for section in ("pages", "elements", "functions"):
        of_list = _referred(parts["own"]["properties"][section], parts)
        found.append(KeyTable(section, _keys(_referred(of_list["items"], parts), parts)))
    return found


def _keys(part, parts):
    return tuple(
        Key(name, "required" if name in part["required"] else "", _description(value, parts))
        for name, value in part["properties"].items()
    )


def _description(value, parts):
    return value.get("description") or _referred(value, parts)["description"]


def _referred(value, parts):
    """The part of the schema that a part refers to, or the part itself."""
    name = value.get("$ref", "").removeprefix("#/$defs/")
    return parts[name] if name else value
