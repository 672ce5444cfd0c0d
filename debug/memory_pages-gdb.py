"""Shows the types of memory_pages in gdb as what they mean: pages, vectors with their elements, slices,
references to code, tickets. It knows types by the form of their names, and so those of a user's spec.

gdb loads it along with the shared library. Into a program that is linked to the static one:

    (gdb) source /usr/share/memory_pages/debug/memory_pages-gdb.py
"""

import re

import gdb
import gdb.printing

# ---- What a handle holds -------------------------------------------------------------------------


def state_of(ticket):
    """`empty`, `current` or `stale`; `unreadable` where the slot is none, as in a handle that nobody
    has initialised."""
    if int(ticket["slot"]) == 0:
        return "empty"
    try:
        epoch = int(ticket["slot"].dereference())
    except gdb.MemoryError:
        return "unreadable"
    return "current" if epoch == int(ticket["epoch"]) else "stale"


class Ticket:
    def __init__(self, value, name):
        self.value, self.name = value, name

    def to_string(self):
        return f"{self.name} of epoch {int(self.value['epoch'])}, {state_of(self.value)}"


class Pages:
    def __init__(self, value, name):
        self.name, self.region = name, value["region"]

    def to_string(self):
        state = state_of(self.region["ticket"])
        if state != "current":
            return f"{self.name}, {state}"
        return f"{self.name} of {int(self.region['len'])} bytes at {int(self.region['data']):#x}"


class CodeReference:
    def __init__(self, value, name):
        self.name, self.code = name, value["code"]

    def to_string(self):
        state = state_of(self.code["ticket"])
        if state in ("empty", "unreadable"):
            return f"{self.name}, {state}"
        return f"{self.name} to {int(self.code['entry']):#x}, {state}"


# ---- Elements ------------------------------------------------------------------------------------


def elements(data, n):
    """The children of an array, as gdb asks for them: it stops asking when it has shown enough."""
    for index in range(n):
        yield f"[{index}]", (data + index).dereference()


class Slice:
    def __init__(self, value, name):
        self.value, self.name = value, name

    def to_string(self):
        return f"{self.name} of length {int(self.value['len'])}"

    def children(self):
        return elements(self.value["data"], int(self.value["len"]))

    def display_hint(self):
        return "array"


class Vector:
    def __init__(self, value, name, prefix, element):
        self.name, self.raw = name, value["raw"]
        self.state = state_of(self.raw["region"]["ticket"])
        self.type = element_type(prefix, element) if self.state == "current" else None

    def to_string(self):
        if self.state != "current":
            return f"{self.name}, {self.state}"
        text = f"{self.name} of length {int(self.raw['len'])}, capacity {int(self.raw['capacity'])}"
        return text if self.type else f"{text}, of a type that the debug information does not tell"

    def children(self):
        if self.type is None:
            return iter(())
        data = self.raw["region"]["data"].reinterpret_cast(self.type.pointer())
        return elements(data, int(self.raw["len"]))

    def display_hint(self):
        return "array"


class Writer:
    def __init__(self, value, name):
        self.value, self.name = value, name

    def to_string(self):
        room = int(self.value["end"] - self.value["at"])
        return f"{self.name} with room for {room} until it asks for more"


# ---- The type of an element ----------------------------------------------------------------------

# A handle does not name it. The debug information does, wherever the program uses a type or a
# function that deals in elements; which of them it uses is not known.

SCALARS = {
    "i8": "signed char", "i16": "short", "i32": "int", "i64": "long long",
    "u8": "unsigned char", "u16": "unsigned short", "u32": "unsigned int", "u64": "unsigned long long",
    "f32": "float", "f64": "double",
}
RETURNS_POINTER = ("at", "at_mut", "first", "first_mut", "last", "last_mut", "data", "data_mut")
TAKES_POINTER = ("append", "get", "pop", "remove", "write", "insert_n", "swap_remove")
TAKES_VALUE = ("push", "push_within_capacity")


def element_type(prefix, element):
    if prefix == "mp" and element in SCALARS:
        return gdb.lookup_type(SCALARS[element])
    if prefix == "mp" and element == "ptr":
        return gdb.lookup_type("void").pointer()
    return (type_of_slice(prefix, element) or type_of_functions(prefix, element)
            or type_of_that_name(prefix, element))


def type_of_slice(prefix, element):
    try:
        return gdb.lookup_type(f"{prefix}_slice_{element}")["data"].type.target().unqualified()
    except gdb.error:
        return None


def type_of_functions(prefix, element):
    for name in ("items", "items_mut"):
        function = function_type(f"{prefix}_element_{element}_{name}")
        if function:
            return function.target().target().unqualified()
    for permission in ("rw", "ro"):
        vec = f"{prefix}_vec_{element}_{permission}"
        for verb in (*RETURNS_POINTER, *TAKES_POINTER, *TAKES_VALUE):
            function = function_type(f"{vec}_{verb}")
            if function is None:
                continue
            if verb in RETURNS_POINTER:
                return function.target().target().unqualified()
            # The compiler may have changed the order of the parameters.
            for parameter in (field.type.unqualified() for field in function.fields()):
                is_pointer = parameter.code == gdb.TYPE_CODE_PTR
                if is_pointer and parameter.target().unqualified().name == vec:
                    continue
                if verb in TAKES_VALUE:
                    return parameter
                if is_pointer:
                    return parameter.target().unqualified()
    return None


def function_type(name):
    """The type of a function, be it inlined everywhere; None if the program does not use it."""
    symbol = gdb.lookup_static_symbol(name) or gdb.lookup_global_symbol(name)
    if symbol:
        return symbol.type
    try:
        _, places = gdb.decode_line(name)
    except gdb.error:
        return None
    for place in places or ():
        block = gdb.block_for_pc(place.pc)
        while block:
            if block.function and block.function.name == name:
                return block.function.type
            block = block.superblock
    return None


def type_of_that_name(prefix, element):
    """A type with the name of the element, if its size is right."""
    description = gdb.lookup_static_symbol(f"{prefix}_element_{element}")
    if description is None:
        return None
    for name in (f"struct {element}", f"union {element}", f"enum {element}", element):
        try:
            found = gdb.lookup_type(name)
            if found.sizeof == int(description.value()["size"]):
                return found
        except gdb.error:
            pass
    return None


# ---- Which type is shown how ---------------------------------------------------------------------

PRINTERS = [
    (r"mp_ticket", {"slot", "epoch"}, Ticket),
    (r"\w+_pages_n?r_n?w_n?x", {"region"}, Pages),
    (r"\w+_fn_\w+", {"code"}, CodeReference),
    (r"\w+_slice_\w+", {"data", "len"}, Slice),
    (r"\w+_vec_\w+_writer", {"raw", "at", "end", "high_water"}, Writer),
    (r"(\w+?)_vec_(\w+)_r[wo]", {"raw"}, Vector),
]


class Lookup(gdb.printing.PrettyPrinter):
    def __call__(self, value):
        struct = value.type.strip_typedefs().unqualified()
        name = struct.name or value.type.name
        if struct.code != gdb.TYPE_CODE_STRUCT or name is None:
            return None
        for pattern, fields, printer in PRINTERS:
            match = re.fullmatch(pattern, name)
            if match and {field.name for field in struct.fields()} == fields:
                return printer(value, name, *match.groups())
        return None


gdb.printing.register_pretty_printer(gdb.current_objfile(), Lookup("memory_pages"), replace=True)
