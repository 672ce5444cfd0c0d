"""The typed model: what the spec came to, with every name that a generated file contains.

Templates take names from here and never make one themselves.
"""

import re
from dataclasses import dataclass, field

# ---- Parts of a function ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """A parameter of a generated function."""

    name: str
    c_type: str  # `size_t`, `const void *`
    doc: str  # what it is, without a full stop


@dataclass(frozen=True)
class Failure:
    """A status that a function can return."""

    status: str  # `MP_ERR_STALE`
    condition: str  # when


@dataclass(frozen=True)
class Function:
    """A function of one type, available or refused."""

    name: str  # `mp_pages_r_w_nx_write`
    operation: str  # the operation's name in the spec, such as `write`
    family: str  # what the operation acts on: `pages`, `vec`, `slice` or `function`
    body: str  # the macro that holds its body
    group: str  # the heading under which it stands
    attributes: tuple  # what stands before the type of its result
    returns: str  # a C type
    parameters: tuple
    summary: str  # one sentence
    details: tuple  # paragraphs
    result: str  # what it returns; empty for a status and for nothing
    failures: tuple
    refusal: str  # why it does not exist; empty if it does
    closed: str  # why it does not exist while the exec gate is closed; empty if the gate is no matter
    unsafe: bool  # it stands behind the unsafe gate
    target: "State" = None  # what a transition leads to
    changes: int = 0  # how many facts a transition sets
    signature: "Signature" = None  # of the machine code that it refers to

    @property
    def available(self):
        return not self.refusal


@dataclass(frozen=True)
class Group:
    """Functions under one heading."""

    title: str
    functions: tuple


# ---- Files -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """A generated header."""

    file: str  # `mp_pages_r_w_nx.h`
    include: str  # what stands behind `#include`, with its brackets or quotes
    guard: str  # the macro against a second inclusion


# ---- Types -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """A type as transitions see it."""

    name: str
    facts: dict  # what transitions change: {"read": True, "write": False, "exec": False}
    capabilities: frozenset  # what operations may require
    access: str = ""  # the macro with the permission of pages

    @property
    def executable(self):
        return self.facts.get("exec", False)


@dataclass(frozen=True)
class Handle:
    """A type that programs use, with every function, available or refused."""

    name: str
    header: Header
    doc: str
    functions: tuple
    executable = False  # whether the exec gate guards the whole header

    @property
    def groups(self):
        """What is available whatever the exec gate says."""
        return _grouped(f for f in self.functions if f.available and not f.closed and not f.unsafe)

    @property
    def gated(self):
        """What is available when the exec gate is open."""
        return [f for f in self.functions if f.available and f.closed and not f.unsafe]

    @property
    def refused(self):
        """What is refused, by the sentence that says why."""
        sentences = {}
        for f in self.functions:
            if f.refusal:
                sentences.setdefault(f.refusal, []).append(f)
        return [Group(sentence, tuple(functions)) for sentence, functions in sentences.items()]

    @property
    def unsafe(self):
        """What stands behind the unsafe gate."""
        return [f for f in self.functions if f.available and f.unsafe]


@dataclass(frozen=True)
class Pages(Handle):
    """A combination of permissions."""

    state: State
    permission: str  # the value of the access macro
    label: str  # `r_w_nx`: the name without what all pages share

    @property
    def executable(self):
        return self.state.executable


@dataclass(frozen=True)
class Vec(Handle):
    """A vector of one element, growable or frozen."""

    element: "Element"
    frozen: bool


@dataclass(frozen=True)
class Slice(Handle):
    """A view of elements."""

    element: "Element"


@dataclass(frozen=True)
class CodeReference(Handle):
    """A reference to machine code of one signature."""

    executable = True
    signature: "Signature"


@dataclass(frozen=True)
class Element:
    """What a vector holds, and the names that depend on it."""

    name: str
    c_type: str
    const_c_type: str  # the same with `const` at the place where C wants it
    pointer: str  # a pointer to the type
    const_pointer: str  # a pointer to the const type
    doc: str
    include: str  # the header that declares the C type, with brackets or quotes; empty for none
    destructor: str  # ends one element; empty for none
    copy: str  # makes a second element; empty: its bytes do
    equal: str  # compares two; empty: `==`, if that is possible
    comparable: bool
    header: Header  # the types and the description
    slice: str  # the slice type
    rw: str  # the growable vector
    ro: str  # the frozen vector
    description: str  # the constant of type mp_element
    items: str  # the function that gives the elements of an array, to read
    items_mut: str  # the same, to change them
    drop: str  # the function behind `destructor` for the erased core
    drop_frozen: str  # the same for memory that can only be read
    duplicate: str  # the function behind `copy` for the erased core

    @property
    def capabilities(self):
        return {
            *(["copyable"] if self.copy or not self.destructor else []),
            *(["comparable"] if self.comparable else []),
        }


@dataclass(frozen=True)
class Signature:
    """A C signature of machine code, and the names that depend on it."""

    name: str
    type: str  # the reference, such as `mp_fn_binary_u64`
    typedef: str  # the function type, such as `mp_fn_binary_u64_signature`
    verb: str  # what the functions of pages call it; with the prefix if it is not the library's
    returns: str
    arguments: tuple  # parameters with a name each
    arguments_text: str  # their types as C writes them
    doc: str

    @property
    def text(self):
        return f"{self.returns} ({self.arguments_text})"


@dataclass(frozen=True)
class Spec:
    """All that is generated from one spec."""

    prefix: str
    own: bool  # a user's spec, which extends the library's
    pages: tuple
    elements: tuple
    slices: tuple
    vectors: tuple
    signatures: tuple
    references: tuple
    page_types: Header  # the structs of all pages
    signature_types: Header  # the structs of all code references
    unsafe: Header  # everything behind the unsafe gate
    umbrella: Header  # includes the rest
    instances: str  # the source file that compiles every inline function once

    @property
    def handles(self):
        return (*self.pages, *self.references, *self.slices, *self.vectors)

    @property
    def open_handles(self):
        """What can be included whatever the exec gate says."""
        return [handle for handle in self.handles if not handle.executable]

    @property
    def gated_handles(self):
        """What can be included when the exec gate is open."""
        return [handle for handle in self.handles if handle.executable]

    @property
    def unsafe_functions(self):
        return [f for handle in self.handles for f in handle.unsafe]


# ---- Names -----------------------------------------------------------------------------------------

LETTERS = {"read": "r", "write": "w", "exec": "x"}
PERMISSIONS = tuple(LETTERS)
CORE_FOLDER = "memory_pages"


def pages_label(access):
    return "_".join(
        letter if permission in access else "n" + letter for permission, letter in LETTERS.items()
    )


def pages_name(prefix, access):
    return f"{prefix}_pages_{pages_label(access)}"


def permission_value(access):
    bits = [f"MP_ACCESS_{permission.upper()}" for permission in PERMISSIONS if permission in access]
    return " | ".join(bits) or "MP_ACCESS_NONE"


def header(name, own):
    """The header of a type, or of anything else that has a name."""
    file = f"{name}.h"
    if own:
        return Header(file, f'"{file}"', f"{name}_h".upper())
    return Header(file, f"<{CORE_FOLDER}/{file}>", f"{CORE_FOLDER}_{name}_h".upper())


def element_names(prefix, name):
    return {
        "slice": f"{prefix}_slice_{name}",
        "rw": f"{prefix}_vec_{name}_rw",
        "ro": f"{prefix}_vec_{name}_ro",
        "description": f"{prefix}_element_{name}",
        "items": f"{prefix}_element_{name}_items",
        "items_mut": f"{prefix}_element_{name}_items_mut",
        "drop": f"{prefix}_element_{name}_drop",
        "drop_frozen": f"{prefix}_element_{name}_drop_frozen",
        "duplicate": f"{prefix}_element_{name}_copy",
    }


def element_types_name(prefix, name):
    return f"{prefix}_{name}_types"


# Elements whose `…_types` header would have the name of another.
RESERVED_ELEMENTS = ("pages", "fn")


def signature_names(prefix, name, own):
    return {
        "type": f"{prefix}_fn_{name}",
        "typedef": f"{prefix}_fn_{name}_signature",
        "verb": f"{prefix}_{name}" if own else name,
    }


def const_of(c_type):
    return c_type + "const" if c_type.endswith("*") else f"const {c_type}"


def pointer_to(c_type):
    return c_type + "*" if c_type.endswith("*") else f"{c_type} *"


def argument_name(index):
    return "abcdefghijklmnop"[index]


ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth"
).split()


def body_name(operation):
    """The macro that holds an operation's body: its name up to a placeholder. Transitions share
    one."""
    return "transition" if "changes" in operation else operation["name"].split("_{")[0]


# ---- From the spec to the model --------------------------------------------------------------------

# How each family calls its handle as a parameter, and what it says about it.
HANDLES = {
    "pages": ("pages", "the pages", "them"),
    "vec": ("vec", "the vector", "it"),
    "slice": ("slice", "the view", "it"),
    "function": ("fn", "the reference; a zeroed one is stale", "it"),
}


# What the element decides, not the vector, so that no transition can give it.
ELEMENT_CAPABILITIES = {"copyable", "comparable"}

# The keys of an element that name a function of the user's.
ELEMENT_FUNCTIONS = ("destructor", "copy", "equal")

# How the documentation of what gives a value begins; the rest of the sentence is the result.
RESULT_VERBS = ("Returns ", "Tells ")


def handle_names(family, handle):
    """The names of the parameters that take the handle."""
    return {"from": ["from", "to"], "out": ["out"]}.get(handle, [HANDLES[family][0]])


def build(own, core):
    """Makes the model of a spec. `core` is the library's spec; `own` a user's, or None."""
    is_own = own is not None
    spec = own or core
    prefix = spec["prefix"]
    states = _pages_states(core)
    signatures = [_signature(prefix, s, is_own) for s in spec.get("functions", [])]
    elements = [_element(prefix, e, is_own) for e in spec.get("elements", [])]
    maker = _Maker(core, states)
    pages = [] if own else [maker.pages(p, s, signatures) for p, s in _combinations(core, states)]
    return Spec(
        prefix=prefix,
        own=is_own,
        pages=tuple(pages),
        elements=tuple(elements),
        slices=tuple(maker.slice(e, is_own) for e in elements),
        vectors=tuple(maker.vec(e, frozen, is_own) for e in elements for frozen in (False, True)),
        signatures=tuple(signatures),
        references=tuple(maker.reference(s, is_own) for s in signatures),
        page_types=header(f"{core['prefix']}_pages_types", False),
        signature_types=header(f"{prefix}_fn_types", is_own),
        unsafe=header(f"{prefix}_unsafe", is_own),
        umbrella=header(f"{prefix}_types" if is_own else core["library"], is_own),
        instances=f"{prefix}_instances.c",
    )


def _allowed(core, access):
    return core["write_exec"] == "allowed" or not {"write", "exec"} <= set(access)


def _combinations(core, states):
    kept = [p for p in core["pages"] if _allowed(core, p["access"])]
    return zip(kept, states)


def _pages_states(core):
    states = []
    for entry in core["pages"]:
        access = entry["access"]
        if _allowed(core, access):
            name = pages_name(core["prefix"], access)
            facts = {permission: permission in access for permission in PERMISSIONS}
            states.append(State(name, facts, frozenset(access), f"{name}_access".upper()))
    return states


def _vec_states(element):
    return [
        State(element.rw, {"growable": True}, frozenset({"growable"} | element.capabilities)),
        State(element.ro, {"growable": False}, frozenset({"frozen"} | element.capabilities)),
    ]


def _element(prefix, entry, own):
    name, c_type = entry["name"], entry["c_type"]
    include = entry.get("header", "")
    scalar = c_type.endswith("*") or not (include or c_type.startswith(("struct ", "union ")))
    if include and not include.startswith("<"):
        include = f'"{include}"'
    return Element(
        name=name,
        c_type=c_type,
        const_c_type=const_of(c_type),
        pointer=pointer_to(c_type),
        const_pointer=pointer_to(const_of(c_type)),
        doc=entry["doc"],
        include=include,
        destructor=entry.get("destructor", ""),
        copy=entry.get("copy", ""),
        equal=entry.get("equal", ""),
        comparable="equal" in entry or entry.get("scalar", scalar),
        header=header(element_types_name(prefix, name), own),
        **element_names(prefix, name),
    )


def _signature(prefix, entry, own):
    arguments = tuple(
        Parameter(argument_name(i), c_type, f"the {ORDINALS[i]} argument")
        for i, c_type in enumerate(entry["parameters"])
    )
    return Signature(
        name=entry["name"],
        returns=entry["returns"],
        arguments=arguments,
        arguments_text=", ".join(entry["parameters"]) or "void",
        doc=entry["doc"],
        **signature_names(prefix, entry["name"], own),
    )


class _Maker:
    """Makes types with their functions from the library's table of operations."""

    def __init__(self, core, states):
        self.core = core
        self.states = states

    # -- types --

    def pages(self, entry, state, signatures):
        functions = []
        for operation in self._operations("pages"):
            each = signatures if operation.get("for_each") else [None]
            functions += [self._function(operation, state, self.states, s) for s in each]
        return Pages(
            name=state.name,
            header=header(state.name, False),
            doc=entry["doc"],
            functions=tuple(functions),
            state=state,
            permission=permission_value(entry["access"]),
            label=pages_label(entry["access"]),
        )

    def vec(self, element, frozen, own):
        states = _vec_states(element)
        state = states[frozen]
        functions = [
            self._function(o, state, states, element=element) for o in self._operations("vec")
        ]
        kind = "frozen" if frozen else "growable"
        doc = f"A {kind} vector. {element.doc}"
        return Vec(state.name, header(state.name, own), doc, tuple(functions), element, frozen)

    def slice(self, element, own):
        state = State(element.slice, {}, frozenset(element.capabilities))
        functions = [
            self._function(o, state, [state], element=element) for o in self._operations("slice")
        ]
        doc = f"A view of elements, to read them. {element.doc}"
        return Slice(element.slice, header(element.slice, own), doc, tuple(functions), element)

    def reference(self, signature, own):
        state = State(signature.type, {}, frozenset())
        functions = [
            self._function(o, state, [state], signature) for o in self._operations("function")
        ]
        if own:
            makers = [o for o in self._operations("pages") if o.get("for_each")]
            functions = [
                self._function(o, s, self.states, signature) for s in self.states for o in makers
            ] + functions
        return CodeReference(
            signature.type, header(signature.type, own), signature.doc, tuple(functions), signature
        )

    def _operations(self, family):
        return [o for o in self.core["operations"] if o["on"] == family]

    # -- functions --

    def _function(self, operation, state, states, signature=None, element=None):
        values = self._values(state, signature, element)
        target, refusal, closed = self._verdict(operation, state, states, values)
        values["to"] = (target or state).name
        parameters = self._parameters(operation, state, values, signature)
        returns = _filled(operation["returns"], values)
        status = returns == "status"
        jumps = any(p["name"] == "..." for p in operation.get("parameters", []))
        summary, details = _documentation(operation["doc"], values)
        return Function(
            name=f"{state.name}_{_filled(operation['name'], values)}",
            operation=operation["name"],
            family=operation["on"],
            body=body_name(operation),
            group=operation["group"],
            attributes=(
                *(["MP_CALLS_MACHINE_CODE"] if jumps else []),
                *(["MP_MUST_USE"] if status else []),
            ),
            returns="mp_status" if status else _type(returns),
            parameters=tuple(parameters),
            summary=summary,
            details=details,
            result="" if returns in ("status", "void") else _result(summary),
            failures=self._failures(operation, values) if status else (),
            refusal=refusal,
            closed=closed,
            unsafe=operation.get("gate") == "unsafe",
            target=target,
            changes=len(operation.get("changes", ())),
            signature=signature,
        )

    def _values(self, state, signature, element):
        """What stands for the placeholders in types and texts."""
        values = {"type": state.name}
        if element:
            values |= {
                "c_type": element.c_type,
                "const_c_type": element.const_c_type,
                "slice": element.slice,
                "element": element.name,
            }
        if signature:
            values |= {
                "function": signature.type,
                "function.name": signature.verb,
                "function.returns": signature.returns,
                "function.pointer": f"{signature.typedef} *",
                "function.doc_type": f"`{signature.text}`",
            }
        return values

    def _verdict(self, operation, state, states, values):
        """The target of a transition, why the operation is refused, and why the gate refuses it."""
        capabilities = self.core["capabilities"]
        missing = [c for c in operation.get("requires", []) if c not in state.capabilities]
        if missing:
            fixed = [c for c in missing if c in ELEMENT_CAPABILITIES]
            sentence = operation.get("refused", capabilities[(fixed or missing)[0]])
            return None, self._sentence(sentence, operation, state, states, values), ""
        if "changes" not in operation:
            return None, "", ""
        said = self.core["transitions"]
        target = self._target(operation, state, states)
        if target == state:
            return None, said["already"], ""
        if target is None:
            facts = _changed(operation, state)
            both = facts.get("write") and facts.get("exec")
            return None, said["missing" if both else "absent"], ""
        if target.executable and not state.executable:
            return target, "", said["gated"]
        return target, "", ""

    def _sentence(self, sentence, operation, state, states, values):
        chain = self._remedy(operation, state, states)
        if not chain:
            sentence = re.sub(r"[;,]? *\{remedy\}", "", sentence)
        calls = [f"{name}()" for name in chain]
        remedy = f"call {' and then '.join(calls)} first"
        return _filled(sentence, values | {"remedy": remedy})

    def _remedy(self, operation, state, states):
        """The shortest chain of transitions to a type that may have the operation."""
        required = set(operation["requires"])
        family = [o for o in self._operations(operation["on"]) if "changes" in o]
        reached, queue = {state.name}, [(state, [])]
        for current, chain in queue:
            if required <= current.capabilities:
                return chain
            for o in family:
                target = self._target(o, current, states)
                if target and target.name not in reached:
                    if set(o.get("requires", [])) <= current.capabilities:
                        reached.add(target.name)
                        queue.append((target, [*chain, f"{current.name}_{o['name']}"]))
        return []

    def _target(self, operation, state, states):
        facts = _changed(operation, state)
        return next((s for s in states if s.facts == facts), None)

    # -- their documentation --

    def _parameters(self, operation, state, values, signature):
        own = []
        for p in operation.get("parameters", []):
            if p["name"] == "...":
                own += signature.arguments
            elif not ("{function.returns}" in p["type"] and signature.returns == "void"):
                c_type, doc = _type(_filled(p["type"], values)), _filled(p["doc"], values)
                own.append(Parameter(p["name"], c_type, doc))
        name, what, it = HANDLES[operation["on"]]
        maybe_empty = f"{what}, or an empty handle" if operation["on"] in ("pages", "vec") else what
        pointer = f"{state.name} *"
        handle = operation["handle"]
        if handle == "const":
            return [Parameter(name, f"const {pointer}", maybe_empty), *own]
        if handle == "mut":
            return [Parameter(name, pointer, maybe_empty), *own]
        if handle == "value":
            return [Parameter(name, state.name, what), *own]
        fails = operation["returns"] == "status"
        if handle == "from":
            given = f"{what}; empty afterwards" + (", untouched on failure" if fails else "")
            taken = f"owns {it} " + ("on success, empty on failure" if fails else "afterwards")
            taken += "; what it held before is not looked at"
            return [Parameter("from", pointer, given), Parameter("to", f"{values['to']} *", taken), *own]
        made = f"owns {it} on success, empty on failure; what it held before is not looked at"
        return [*own, Parameter("out", pointer, made)]

    def _failures(self, operation, values):
        failures = [Failure("MP_OK", "on success")]
        for entry in operation.get("fails", []):
            code, condition = (
                next(iter(entry.items()))
                if isinstance(entry, dict)
                else (entry, self.core["conditions"][entry])
            )
            failures.append(Failure(f"MP_ERR_{code}", _filled(condition, values)))
        return tuple(failures)


def _changed(operation, state):
    """What would be true of a type after a transition. Frozen is another word for not growable."""
    changes = dict(operation["changes"])
    if "frozen" in changes:
        changes["growable"] = not changes.pop("frozen")
    return state.facts | changes


PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")


def _filled(text, values):
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _type(text):
    """A C type as it is usually written: the stars together."""
    return text.replace("* *", "**")


def _documentation(doc, values):
    """The summary, which is the first line, and the paragraphs of details behind it."""
    summary, _, rest = _filled(doc, values).strip().partition("\n")
    paragraphs = [" ".join(p.split()) for p in rest.split("\n\n")]
    return summary, tuple(p for p in paragraphs if p)


def _result(summary):
    """What a function returns, as its summary says: "Returns …" or "Tells whether …"."""
    return summary.split(" ", 1)[1].rstrip(".")


def _grouped(functions):
    groups = {}
    for f in functions:
        groups.setdefault(f.group, []).append(f)
    return [Group(title, tuple(members)) for title, members in groups.items()]
