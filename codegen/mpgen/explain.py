"""Says what a type or a function is: what can be done with it, what is refused, and why."""

from mpgen import emit
from mpgen.diagnostics import suggestion


class Unknown(Exception):
    """There is nothing of that name."""


def names(specs):
    """The names of all types."""
    return [handle.name for spec in specs for handle in spec.handles]


def explained(name, specs):
    """A text about the type or the function of that name in any of the specs."""
    for spec in specs:
        for handle in spec.handles:
            if handle.name == name:
                return emit.text_of("explain_type.jinja", type=handle, spec=spec)
            for f in handle.functions:
                if f.name == name:
                    return emit.text_of("explain_function.jinja", f=f, type=handle, spec=spec)
    near = suggestion(name, names(specs)) or "; `mpgen explain` prints the names of all types"
    raise Unknown(f"there is no type or function `{name}`{near}")
