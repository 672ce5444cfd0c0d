"""The typed model: what the spec came to, with every name that a generated file contains.

Templates take names from here and never make one themselves.
"""

import re
from dataclasses import dataclass

# ---- Parts of a function -------------------------------------------------------------------------


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
    family: str  # what the operation acts on, such as `pages` or `vec`
    body: str  # the macro that holds its body
    group: str  # the heading under which it stands
    attributes: tuple  # what stands before the type of its result
    returns: str  # a C type
    parameters: tuple
    summary: str  # one sentence
    details: tuple  # paragraphs
    result: str  # what it returns; empty for a status and for nothing
    failures: tuple
    at_once: str  # what may run at the same time, in one sentence
    refusal: str  # why it does not exist; empty if it does
    closed: str  # why it does not exist while the exec gate is closed; empty if it does
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


# ---- Files ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """A generated header."""

    file: str  # `mp_pages_r_w_nx.h`
    include: str  # what stands behind `#include`, with its brackets or quotes
    guard: str  # the macro against a second inclusion


# ---- Types ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """A type as transitions see it."""

    name: str
    facts: dict  # what transitions change: {"read": True, "write": False, "exec": False}
    capabilities: frozenset  # what operations may require
    access: str = ""  # the macro with the permission of pages
    wanted: frozenset = None  # the operations that the spec wants; None: all

    def wants(self, operation):
        return self.wanted is None or operation_name(operation) in self.wanted

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


def _grouped(functions):
    groups = {}
    for f in functions:
        groups.setdefault(f.group, []).append(f)
    return [Group(title, tuple(members)) for title, members in groups.items()]


@dataclass(frozen=True)
class Pages(Handle):
    """A combination of permissions."""

    state: State
    permission: str  # the value of the access macro

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
class Writer(Handle):
    """What appends to a growable vector from local variables."""

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
    wanted: frozenset  # the operations that the spec wants; None: all
    header: Header  # the types and the description
    slice: str  # the slice type
    rw: str  # the growable vector
    ro: str  # the frozen vector
    writer: str  # what appends to the growable vector
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

    def has(self, operation):
        return self.wanted is None or operation in self.wanted


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
    include: str  # the header that declares the types, with brackets or quotes; empty for none
    doc: str
    wanted: frozenset  # the operations that the spec wants; None: all

    @property
    def text(self):
        space = "" if self.returns.endswith("*") else " "
        return f"{self.returns}{space}({self.arguments_text})"


@dataclass(frozen=True)
class Version:
    """A version, and the header that tells it."""

    text: str
    major: str
    minor: str
    patch: str
    header: Header


@dataclass(frozen=True)
class Spec:
    """All that is generated from one spec."""

    prefix: str
    own: bool  # a user's spec, which extends the library's
    version: Version  # None in a user's spec
    pages: tuple
    elements: tuple
    slices: tuple
    vectors: tuple
    writers: tuple
    signatures: tuple
    references: tuple
    page_types: Header  # the structs of all pages
    signature_types: Header  # the structs of all code references
    library_page_types: Header  # the same of the library that a user's spec extends
    library_signature_types: Header
    unsafe: Header  # everything behind the unsafe gate
    umbrella: Header  # includes the rest
    instances: str  # the source file that compiles every inline function once
    natvis: str  # how debuggers on Windows show the types

    @property
    def mark(self):
        """What every generated file says, by which the generator knows its own. A user's folder may
        hold those of other specs."""
        return OWN_MARK.format(self.prefix) if self.own else MARK

    @property
    def handles(self):
        return (*self.pages, *self.references, *self.slices, *self.vectors, *self.writers)

    @property
    def open_handles(self):
        """What can be included whatever the exec gate says."""
        return [handle for handle in self.handles if not handle.executable]

    @property
    def gated_handles(self):
        """What can be included when the exec gate is open."""
        return [handle for handle in self.handles if handle.executable]

    @property
    def pages_includes(self):
        """What the functions of pages need."""
        wanted = (
            (self.library_signature_types, self.own),
            (self.signature_types, self.signatures),
            (self.page_types, True),
        )
        return [header.include for header, needed in wanted if needed]

    @property
    def signature_includes(self):
        """The headers that the signatures' types need."""
        return sorted({s.include for s in self.signatures if s.include})

    @property
    def signature_tags(self):
        """What the signatures only point to, so that no header need declare it."""
        types = (
            c_type
            for signature in self.signatures
            if not signature.include
            for c_type in (signature.returns, signature.arguments_text)
        )
        return sorted({tag for c_type in types for tag in TAG.findall(c_type)})

    @property
    def unsafe_open(self):
        """What has functions behind the unsafe gate alone."""
        return [handle for handle in self.open_handles if handle.unsafe]

    @property
    def unsafe_gated(self):
        """What has functions behind the unsafe gate and the exec gate."""
        return [handle for handle in self.gated_handles if handle.unsafe]


# ---- Names ---------------------------------------------------------------------------------------

LETTERS = {"read": "r", "write": "w", "exec": "x"}
PERMISSIONS = tuple(LETTERS)
CORE_FOLDER = "memory_pages"

MARK = "Generated by mpgen: change the spec instead."
OWN_MARK = "Generated by mpgen for the prefix `{}`: change the spec instead."


def pages_name(prefix, access):
    letters = (x if permission in access else f"n{x}" for permission, x in LETTERS.items())
    return f"{prefix}_pages_{'_'.join(letters)}"


def access_macro(name):
    return f"{name}_access".upper()


def permission_value(access):
    bits = [f"MP_ACCESS_{permission.upper()}" for permission in PERMISSIONS if permission in access]
    return " | ".join(bits) or "MP_ACCESS_NONE"


def header(name, own):
    """The header of a type, or of anything else that has a name."""
    file = f"{name}.h"
    if own:
        return Header(file, f'"{file}"', f"{name}_h".upper())
    return Header(file, f"<{CORE_FOLDER}/{file}>", f"{CORE_FOLDER}_{name}_h".upper())


def include(header):
    """What stands behind `#include` for a header of the user's."""
    return header if not header or header.startswith("<") else f'"{header}"'


def element_names(prefix, name):
    return {
        "slice": f"{prefix}_slice_{name}",
        "rw": f"{prefix}_vec_{name}_rw",
        "ro": f"{prefix}_vec_{name}_ro",
        "writer": f"{prefix}_vec_{name}_writer",
        "description": f"{prefix}_element_{name}",
        "items": f"{prefix}_element_{name}_items",
        "items_mut": f"{prefix}_element_{name}_items_mut",
        "drop": f"{prefix}_element_{name}_drop",
        "drop_frozen": f"{prefix}_element_{name}_drop_frozen",
        "duplicate": f"{prefix}_element_{name}_copy",
    }


def element_types_name(prefix, name):
    return f"{prefix}_{name}_types"


def signature_names(prefix, name, own):
    return {
        "type": f"{prefix}_fn_{name}",
        "typedef": f"{prefix}_fn_{name}_signature",
        "verb": own_verb(prefix, name) if own else name,
    }


def own_verb(prefix, verb):
    """What a user's spec adds to the types of the library carries its prefix."""
    return f"{prefix}_{verb}"


def function_name(type, verb):
    return f"{type}_{verb}"


def status_name(status):
    return f"MP_ERR_{status}"


TAG = re.compile(r"\b(?:struct|union) \w+")


def tidy(c_type):
    """A C type as it is usually written: a space before the stars, none among them."""
    words = c_type.replace("*", " * ").split()
    return " ".join(words).replace("* *", "**").replace("* *", "**").replace("* const", "*const")


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


def operation_name(operation):
    """How a spec names an operation that it wants: without a placeholder."""
    return operation["name"].split("_{")[0]


def body_name(operation):
    """The macro that holds an operation's body. Transitions share one."""
    return "transition" if "changes" in operation else operation_name(operation)


# ---- What the spec may say, as the model understands it ------------------------------------------


@dataclass(frozen=True)
class HandleWords:
    """How functions of a family call their handle."""

    name: str  # the parameter
    what: str  # what it is
    it: str  # the pronoun
    doc: str  # what it is, and may be


HANDLES = {
    "pages": HandleWords("pages", "the pages", "them", "the pages, or an empty handle"),
    "vec": HandleWords("vec", "the vector", "it", "the vector, or an empty handle"),
    "slice": HandleWords("slice", "the view", "it", "the view"),
    "writer": HandleWords("writer", "the writer", "it", "the writer"),
    "function": HandleWords("fn", "the reference", "it", "the reference; a zeroed one is stale"),
}

# What may run at the same time, by how a function takes its handle. The library takes no lock and
# allocates nothing, so that a signal handler is like another thread.
AT_ONCE = {
    "const": "any number at once, while none changes {what}",
    "value": "any number at once, while none changes the elements",
    "mut": "one at a time on {what}",
    "from": "one at a time on {what}",
    "out": "any number at once",
}

# Without it memory would be lost, so that it is always there.
ALWAYS_WANTED = "destroy"

# What is said of an operation that the spec does not want.
LEFT_OUT = "the spec leaves `{}` out; add it to the `operations` there"

# The families of the types that an entry of a section gives.
SECTIONS = {
    "pages": ("pages",),
    "elements": ("vec", "slice", "writer"),
    "functions": ("function",),
}

# The types that have no `==` in C.
AGGREGATES = ("struct ", "union ")

# What the element decides, not the vector, so that no transition can give it.
ELEMENT_CAPABILITIES = {"copyable", "comparable"}

# The keys of an element that name a function of the user's.
ELEMENT_FUNCTIONS = ("destructor", "copy", "equal")

# How the documentation of what gives a value begins; the rest of the sentence is the result.
RESULT_VERBS = ("Returns ", "Tells ")


def handle_names(family, handle):
    """The names of the parameters that take the handle."""
    return {"from": ["from", "to"], "out": ["out"]}.get(handle, [HANDLES[family].name])
