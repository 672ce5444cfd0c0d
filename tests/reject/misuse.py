"""What must not compile, derived from the model of a spec: lines of C, each misusing one function.

Every kind of misuse is a function that takes Types and gives a list of Misuse.
"""

import re
from dataclasses import dataclass

from mpgen import model

HANDLE = re.compile(r"(const )?(?P<type>\w+)(?P<pointer> \*)?")


@dataclass(frozen=True)
class Misuse:
    """A line that the compiler must refuse."""

    line: str
    right: str  # the same put right, which must compile; empty if there is no right way
    parameters: tuple  # of the C function around both: (C type, name)
    includes: tuple  # what stands behind `#include`
    sentence: str = ""  # what the compiler must say; empty leaves it to the compiler
    exec_gate: bool = True  # whether the program allows execution
    unsafe_door: bool = False  # whether it includes the unsafe header


@dataclass(frozen=True)
class Argument:
    """A parameter that takes a handle."""

    owner: model.Handle  # the type that the function belongs to
    function: model.Function
    index: int
    c_type: str
    handle: model.Handle  # the type that it takes


class Types:
    """Types to misuse, by default all of a spec. Mistaken for them are those of the spec and, if it
    extends the library, of that."""

    def __init__(self, spec, core=None, handles=None):
        self.spec = spec
        self.handles = handles or spec.handles
        self.known = {h.name: (h, s) for s in (spec, core) if s for h in s.handles}

    def named(self, name):
        return self.known[name][0] if name in self.known else None

    def struct_header(self, handle):
        """What to include for the struct and no function."""
        spec = self.known[handle.name][1]
        if isinstance(handle, model.Pages):
            return spec.page_types.include
        if isinstance(handle, model.CodeReference):
            return spec.signature_types.include
        return handle.element.header.include

    def others(self, handle):
        return [other for other, _ in self.known.values() if other.name != handle.name]

    def nearest(self, handle):
        """The type that is most easily taken for another."""
        return min(self.others(handle), key=lambda other: _difference(handle, other))

    def strangers(self, handle):
        """One type of each other kind."""
        firsts = {}
        for other in self.others(handle):
            firsts.setdefault(type(other), other)
        return [other for kind, other in firsts.items() if kind is not type(handle)]

    def available(self):
        """Every function that there is, with its type."""
        return [(h, f) for h in self.handles for f in h.functions if f.available]

    def arguments(self):
        """Every parameter of them that takes a handle."""
        return [
            Argument(owner, f, index, parameter.c_type, self.named(match["type"]))
            for owner, f in self.available()
            for index, parameter in enumerate(f.parameters)
            if (match := HANDLE.fullmatch(parameter.c_type)) and self.named(match["type"])
        ]


def _difference(a, b):
    """How far two types are from each other. Kinds are further apart than any types of a kind."""
    if type(a) is not type(b):
        return 9
    if isinstance(a, model.Pages):
        return sum(a.state.facts[fact] != b.state.facts[fact] for fact in a.state.facts)
    if isinstance(a, model.Vec):
        return 1 + (a.element.name != b.element.name)
    return 1


# ---- What the headers refuse by name, with a sentence --------------------------------------------


def refused_operations(types):
    """Operations that a type may not have."""
    return [
        _misuse(types, handle, f, _call(f), sentence=f.refusal)
        for handle in types.handles
        for f in handle.functions
        if f.refusal
    ]


def transitions_through_the_closed_gate(types):
    """Transitions to executable pages where the program has not allowed execution."""
    return [
        _misuse(types, handle, f, _call(f), sentence=f.closed, exec_gate=False)
        for handle, f in types.available()
        if f.closed and not handle.executable
    ]


# ---- What the compiler refuses by the types ------------------------------------------------------


def nearest_siblings(types):
    """For each handle argument, the type that is most easily taken for the right one."""
    return [_wrong(types, a, types.nearest(a.handle)) for a in types.arguments()]


def all_other_types(types):
    """For each handle argument, every other type."""
    return [_wrong(types, a, wrong) for a in types.arguments() for wrong in types.others(a.handle)]


def strangers(types):
    """For a handle argument of each type, a type of each other kind, such as pages for a vector."""
    firsts = {}
    for argument in types.arguments():
        firsts.setdefault(argument.owner.name, argument)
    return [_wrong(types, a, wrong) for a in firsts.values() for wrong in types.strangers(a.handle)]


def constant_handles(types):
    """A constant handle for each handle argument that the function changes."""
    return [
        _put(types, a, f"const {a.c_type}")
        for a in types.arguments()
        if a.c_type.endswith("*") and not a.c_type.startswith("const ")
    ]


def one_type_as_another(types):
    """A handle that is initialised with one of another type."""
    misuses = []
    for handle in types.handles:
        wrong = types.nearest(handle)
        misuses.append(
            Misuse(
                line=f"{handle.name} a = wrong; (void)a;",
                right=f"{handle.name} b = right; (void)b;",
                parameters=((handle.name, "right"), (wrong.name, "wrong")),
                includes=(handle.header.include, types.struct_header(wrong)),
            )
        )
    return misuses


def writing_through_what_reads(types):
    """A pointer to constant elements, kept as one that writes."""
    return [
        _misuse(
            types, handle, f,
            f"{_without_const(f.returns)}a = {_expression(f)}; (void)a;",
            f"{f.returns}b = {_expression(f)}; (void)b;",
        )
        for handle, f in types.available()
        if _without_const(f.returns) != f.returns
    ]


# ---- What was never declared ---------------------------------------------------------------------


def typing_errors(types):
    """The name of a function with a letter too many."""
    firsts = {}
    for handle, f in types.available():
        firsts.setdefault(handle.name, (handle, f))
    return [
        _misuse(types, handle, f, _call(f).replace(f.name, f.name + "s"), _call(f))
        for handle, f in firsts.values()
    ]


def unsafe_functions_without_their_header(types):
    """What stands behind the unsafe door, without going through it."""
    return [
        Misuse(_call(f), "", _parameters(f), includes=(handle.header.include,))
        for handle in types.handles
        for f in handle.unsafe
    ]


def executable_types_behind_the_closed_gate(types):
    """Functions of executable types where the program has not allowed execution."""
    spec = types.spec
    return [
        Misuse(
            line=_call(f),
            right="",
            parameters=_parameters(f),
            includes=(
                spec.umbrella.include, spec.page_types.include, spec.signature_types.include
            ),
            exec_gate=False,
        )
        for handle, f in types.available()
        if handle.executable and not f.unsafe
    ]


WITH_A_SENTENCE = (refused_operations, transitions_through_the_closed_gate)
BY_THE_TYPES = (
    nearest_siblings, strangers, constant_handles, one_type_as_another, writing_through_what_reads
)
UNDECLARED = (
    typing_errors, unsafe_functions_without_their_header, executable_types_behind_the_closed_gate
)
EVERY_KIND = (*WITH_A_SENTENCE, *BY_THE_TYPES, *UNDECLARED)


# ---- Making them ---------------------------------------------------------------------------------


def _wrong(types, argument, wrong):
    c_type = argument.c_type.replace(argument.handle.name, wrong.name)
    return _put(types, argument, c_type, types.struct_header(wrong))


def _put(types, argument, c_type, *includes):
    """A call with something of another C type in the argument's place."""
    f = argument.function
    names = [p.name for p in f.parameters]
    names[argument.index] = "wrong"
    return _misuse(
        types, argument.owner, f, _statement(f, names), _call(f), ((c_type, "wrong"),), includes
    )


def _misuse(types, handle, f, line, right="", parameters=(), includes=(), **facts):
    door = [types.spec.unsafe.include] if f.unsafe else []
    return Misuse(
        line=line,
        right=right,
        parameters=(*_parameters(f), *parameters),
        includes=(handle.header.include, *includes, *door),
        unsafe_door=f.unsafe,
        **facts,
    )


def _parameters(f):
    return tuple((p.c_type, p.name) for p in f.parameters)


def _call(f):
    return _statement(f, [p.name for p in f.parameters])


def _statement(f, arguments):
    """A call whose result is not needed, so that no compiler warns of that."""
    call = f"{f.name}({', '.join(arguments)})"
    if f.returns == "mp_status":
        return f"mp_ignore({call});"
    return f"{call};" if f.returns == "void" else f"(void){call};"


def _expression(f):
    return f"{f.name}({', '.join(p.name for p in f.parameters)})"


def _without_const(c_type):
    return re.sub(r"^const (?=.*\*$)|const (?=\*$)", "", c_type)
