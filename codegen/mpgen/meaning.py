"""What the schema cannot say of a spec: names that clash, types that C does not have, texts with
holes that nothing fills.

Each check takes a tree (load.Tree) and yields the mistakes that it finds.
"""

import re
from itertools import chain

from mpgen import model
from mpgen.diagnostics import listed, suggestion

# Words that C or C++ keeps for itself, in any version that the library supports.
KEYWORDS = set(
    """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
    char32_t class compl concept const const_cast consteval constexpr constinit continue co_await
    co_return co_yield decltype default delete do double dynamic_cast else enum explicit export
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq
    nullptr operator or or_eq private protected public register reinterpret_cast requires restrict
    return short signed sizeof static static_assert static_cast struct switch template this
    thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using
    virtual void volatile wchar_t while xor xor_eq
    _Alignas _Alignof _Atomic _BitInt _Bool _Complex _Decimal128 _Decimal32 _Decimal64 _Generic
    _Imaginary _Noreturn _Static_assert _Thread_local""".split()
)

# The types that a generated header knows without a header of the user's: words that make one
# together, in any order, and names.
C_WORDS = {
    tuple(sorted(words.split()))
    for words in """void, char, signed char, unsigned char, short, short int, signed short,
    signed short int, unsigned short, unsigned short int, int, signed, signed int, unsigned,
    unsigned int, long, long int, signed long, signed long int, unsigned long, unsigned long int,
    long long, long long int, signed long long, signed long long int, unsigned long long,
    unsigned long long int, float, double, long double, bool, _Bool, wchar_t""".split(",")
}
C_NAMES = {
    *(f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *"intptr_t uintptr_t intmax_t uintmax_t size_t ptrdiff_t".split(),
    *(f"{sign}int_{kind}{bits}_t" for sign in ("", "u") for kind in ("fast", "least")
      for bits in (8, 16, 32, 64)),
}  # fmt: skip
C_TYPES = {*chain(*C_WORDS), *C_NAMES}
LIBRARY_NAMES = {"mp_options", "mp_range"}  # which operations may name besides
QUALIFIERS = {"const", "volatile"}
STORAGE = {"auto", "extern", "inline", "register", "restrict", "static", "thread_local", "typedef"}
TAGS = {"struct", "union", "enum"}

# What operations of each family may require and change, and the names that their texts may use.
FAMILIES = {
    "pages": ({"read", "write", "exec"}, {"type", "to"}),
    "vec": (
        {"growable", "frozen", "copyable", "comparable"},
        {"type", "to", "c_type", "const_c_type", "slice", "writer", "element"},
    ),
    "slice": ({"copyable", "comparable"}, {"type", "c_type", "const_c_type", "slice", "element"}),
    "writer": (set(), {"type", "c_type", "const_c_type", "element"}),
    "function": (set(), {"type"}),
}
OF_SIGNATURES = {
    "function",
    "function.name",
    "function.returns",
    "function.pointer",
    "function.doc_type",
}


def mistakes(tree, core, bodies):
    """All mistakes in the meaning of a spec. `core` is the library's spec, which may be the same
    tree; `bodies` tells for each family which operations have a body in the templates."""
    checks = [
        _prefix(tree, core),
        _elements(tree),
        _signatures(tree),
        _tags(tree),
        _clashes(tree, core),
        _pages(tree),
        _wanted(tree, core),
        _comments(tree),
    ]
    if tree is core:
        checks += [_sentences(tree), _operations(tree, bodies)]
    else:
        checks += [_purpose(tree), _write_exec(tree)]
    return list(chain(*checks))


# ---- Names ---------------------------------------------------------------------------------------


def _prefix(tree, core):
    prefix = tree.get("prefix")
    if prefix is None:
        return
    if prefix in KEYWORDS:
        yield tree.mistake(("prefix",), f"the prefix `{prefix}` is a word of C or C++")
    library = core.get("prefix")
    for taken in (library, model.CORE_FOLDER) if tree is not core else ():
        if f"{prefix}_".startswith(f"{taken}_"):
            sentence = f"names that begin with `{taken}_` are the library's; choose another prefix"
            yield tree.mistake(("prefix",), sentence)


def _purpose(tree):
    if () not in tree.broken and not any(tree.data.get(section) for section in model.SECTIONS):
        sentence = f"the spec has no {listed(model.SECTIONS)}: it makes nothing"
        yield tree.mistake((), sentence)


def _clashes(tree, core):
    """Names that the generated files would contain twice."""
    prefix = tree.get("prefix", "")
    operations = [operation for _, operation in core.entries("operations")]
    taken = dict.fromkeys(_common_names(tree), "which the generated files have for themselves")
    for section, names_of in (("elements", _element_names), ("functions", _signature_names)):
        for path, entry in tree.entries(section):
            where = (*path, "name")
            what = f"the {section[:-1]} `{entry['name']}`"
            if (section, entry["name"]) in taken:
                line = taken[section, entry["name"]]
                yield tree.mistake(where, f"{what} is already defined on line {line}")
                continue
            taken[section, entry["name"]] = tree.values[where].line
            for name in names_of(prefix, entry, operations):
                if name in taken:
                    yield tree.mistake(where, f"{what} would get the name `{name}`, {taken[name]}")
                    break
                taken[name] = f"which {what} has on line {tree.values[where].line}"
    for path, entry in tree.entries("elements"):
        for key in entry.keys() & model.ELEMENT_FUNCTIONS:
            if entry[key] in taken:
                sentence = f"`{key}`: `{entry[key]}` is the name of something generated"
                yield tree.mistake((*path, key), sentence)


def _common_names(tree):
    """Names that a spec gives to things that are no element and no function."""
    prefix = tree.get("prefix", "")
    yield from (f"{prefix}_{name}" for name in ("pages_types", "fn_types", "unsafe", "instances"))
    for _, entry in tree.entries("pages"):
        yield model.pages_name(prefix, entry["access"])


def _element_names(prefix, entry, operations):
    names = model.element_names(prefix, entry["name"])
    yield from names.values()
    yield model.element_types_name(prefix, entry["name"])
    for family, types in (("vec", ("rw", "ro")), ("slice", ("slice",)), ("writer", ("writer",))):
        for type in types:
            yield from (f"{names[type]}_{o['name']}" for o in operations if o["on"] == family)


def _signature_names(prefix, entry, operations):
    names = model.signature_names(prefix, entry["name"], False)
    yield from (names["type"], names["typedef"])
    yield from (f"{names['type']}_{o['name']}" for o in operations if o["on"] == "function")


# ---- Operations that the spec wants --------------------------------------------------------------


def _wanted(tree, core):
    """Operations that there are not, and types that nothing could make."""
    known = {}
    for _, operation in core.entries("operations"):
        known.setdefault(operation["on"], set()).add(model.operation_name(operation))
    if tree is not core:
        everywhere = set().union(*known.values())
        yield from _known(tree, ("operations",), tree.get("operations", []), everywhere, "types")
    for section, families in model.SECTIONS.items():
        there = set().union(*(known.get(family, ()) for family in families))
        for path, entry in tree.entries(section):
            where = (*path, "operations")
            yield from _known(tree, where, entry.get("operations", []), there, section)
            if section == "elements":
                yield from _makers(tree, core, path, entry)


def _known(tree, where, names, known, section):
    for index, name in enumerate(names):
        if name not in known:
            sentence = f"no operation of {section} is called `{name}`{suggestion(name, known)}"
            yield tree.mistake((*where, index), sentence)


def _makers(tree, core, path, entry):
    """A vector that has operations, but none that makes one."""
    makers = ("create", "create_with")
    own = "operations" in entry
    names = entry["operations"] if own else tree is not core and tree.get("operations")
    if names and not set(makers) & set(names):
        where = (*path, "operations") if own else ("operations",)
        sentence = f"nothing makes a vector of `{entry['name']}`: add {listed(makers)}"
        yield tree.mistake(where, sentence)


def _write_exec(tree):
    allowed = tree.get("write_exec") == "allowed"
    both = [p for p, entry in tree.entries("pages") if {"write", "exec"} <= set(entry["access"])]
    for path in both if not allowed else []:
        sentence = "pages that are writable and executable at once need `write_exec: allowed`"
        yield tree.mistake((*path, "access"), sentence)
    if allowed and not both and ("pages",) not in tree.broken:
        sentence = "no `pages` of this spec are writable and executable at once: add their `access`"
        yield tree.mistake(("write_exec",), sentence)


# ---- Elements and signatures ---------------------------------------------------------------------


def _elements(tree):
    for path, entry in tree.entries("elements"):
        c_type = model.tidy(entry["c_type"])
        yield from _c_type(tree, (*path, "c_type"), c_type, "header" in entry)
        words = c_type.split()
        if not c_type.endswith("*"):
            if c_type.endswith("const") or words[0] in ("const", "volatile"):
                sentence = "an element can't be const or volatile: vectors write it"
                yield tree.mistake((*path, "c_type"), sentence)
            elif words == ["void"]:
                yield tree.mistake((*path, "c_type"), "an element needs a size, and void has none")
        if entry.get("scalar") and words[0] in ("struct", "union") and not c_type.endswith("*"):
            sentence = f"C has no `==` for a {words[0]}; name a function as `equal` instead"
            yield tree.mistake((*path, "scalar"), sentence)
        for key in model.ELEMENT_FUNCTIONS:
            if entry.get(key) in KEYWORDS:
                sentence = f"`{key}`: `{entry[key]}` is a word of C or C++, not a function"
                yield tree.mistake((*path, key), sentence)
            elif key in entry and "header" not in entry:
                sentence = f"nothing declares `{entry[key]}`: name its header as `header`"
                yield tree.mistake((*path, key), sentence)


def _signatures(tree):
    for path, entry in tree.entries("functions"):
        [returns, *places] = _signature_places(path, entry)
        for where in [returns, *places]:
            c_type = model.tidy(tree.at(where))
            yield from _c_type(tree, where, c_type, "header" in entry)
            last = c_type.rpartition("*")[2].split()
            for qualifier in sorted(QUALIFIERS.intersection(last)):
                sentence = f"`{c_type}`: `{qualifier}` tells a caller nothing; leave it out"
                yield tree.mistake(where, sentence)
            if c_type == "void" and where in places:
                sentence = "a parameter can't be void; an empty list says that there is none"
                yield tree.mistake(where, sentence)


def _signature_places(path, entry):
    """Where the types of a signature stand, the result's first."""
    parameters = range(len(entry["parameters"]))
    return [(*path, "returns"), *((*path, "parameters", index) for index in parameters)]


def _c_type(tree, where, c_type, has_header):
    """A C type that a header can use: known to C, or declared in a header of the user's."""
    words = re.findall(r"\w+", c_type)
    for word in words:
        if word in STORAGE:
            yield tree.mistake(where, f"`{c_type}` is no type: `{word}` has no place here")
            return
        if word in KEYWORDS - C_TYPES - TAGS - QUALIFIERS:
            yield tree.mistake(where, f"`{c_type}` is no type: `{word}` is a word of C or C++")
            return
    base = [word for word in words if word not in QUALIFIERS]
    tagged = base[:1] and base[0] in TAGS
    name = base[1:] if tagged else base
    if tuple(sorted(base)) in C_WORDS:
        return
    if len(name) != 1 or name[0] in KEYWORDS:
        yield tree.mistake(where, f"`{c_type}` is no type of C")
    elif tagged and not has_header and (base[0] == "enum" or not c_type.endswith("*")):
        sentence = f"nothing declares `{' '.join(base)}`: name its header as `header`"
        yield tree.mistake(where, sentence)
    elif not tagged and not has_header and name[0] not in C_NAMES:
        near = suggestion(name[0], sorted(C_TYPES))
        sentence = f"nothing declares the type `{name[0]}`: name its header as `header`{near}"
        yield tree.mistake(where, sentence)


def _tags(tree):
    """A name that is a struct here and a union there."""
    seen = {}
    elements = ((*path, "c_type") for path, _ in tree.entries("elements"))
    signatures = (_signature_places(path, entry) for path, entry in tree.entries("functions"))
    for where in chain(elements, *signatures):
        for kind, name in re.findall(r"\b(struct|union|enum) (\w+)", tree.at(where)):
            first, line = seen.setdefault(name, (kind, tree.values[where].line))
            if kind != first:
                sentence = f"`{kind} {name}` is called `{first} {name}` on line {line}"
                yield tree.mistake(where, sentence)


# ---- Pages ---------------------------------------------------------------------------------------


def _pages(tree):
    lines = {}
    for path, entry in tree.entries("pages"):
        access = frozenset(entry["access"])
        where = (*path, "access")
        if access in lines:
            sentence = f"this combination of permissions is already defined on line {lines[access]}"
            yield tree.mistake(where, sentence)
        lines.setdefault(access, tree.values[where].line)


# ---- The library's own part ----------------------------------------------------------------------


def _sentences(tree):
    for capability in tree.get("capabilities", {}):
        known = {"remedy"} | ({"element"} if capability in model.ELEMENT_CAPABILITIES else set())
        yield from _placeholders(tree, ("capabilities", capability), known)
    for section in ("transitions", "conditions"):
        for key in tree.get(section, {}):
            yield from _placeholders(tree, (section, key), set())


def _operations(tree, bodies):
    lines = {}
    for path, entry in tree.entries("operations"):
        family, name = entry["on"], entry["name"]
        where = (*path, "name")
        if (family, name) in lines:
            what, line = f"the operation `{name}` on {family}", lines[family, name]
            yield tree.mistake(where, f"{what} is already defined on line {line}")
        lines.setdefault((family, name), tree.values[where].line)
        body = model.body_name(entry)
        if body not in bodies[family]:
            near = suggestion(body, bodies[family])
            sentence = f"the templates have no body `{body}` for operations on {family}{near}"
            yield tree.mistake(where, sentence)
        yield from _requirements(tree, path, entry)
        yield from _parameters(tree, path, entry)
        yield from _types(tree, path, entry)
        yield from _wording(tree, path, entry)
        yield from _holes(tree, path, entry)


def _requirements(tree, path, entry):
    family = entry["on"]
    capabilities = FAMILIES[family][0]
    for index, capability in enumerate(entry.get("requires", [])):
        if capability not in capabilities:
            sentence = f"no type of the family `{family}` has the capability `{capability}`"
            yield tree.mistake((*path, "requires", index), sentence)
    for capability in entry.get("changes", {}):
        if capability not in capabilities - model.ELEMENT_CAPABILITIES:
            sentence = f"no operation on `{family}` can change the capability `{capability}`"
            yield tree.mistake_at_key((*path, "changes", capability), sentence)
    if "changes" in entry and entry["handle"] != "from":
        sentence = "an operation with `changes` takes its handle as `from`"
        yield tree.mistake((*path, "handle"), sentence)
    if "changes" in entry and entry["returns"] != "status":
        sentence = "an operation with `changes` can fail: it returns `status`"
        yield tree.mistake((*path, "returns"), sentence)
    if "refused" in entry and not entry.get("requires"):
        sentence = "`refused` is never said: the operation has no `requires`"
        yield tree.mistake_at_key((*path, "refused"), sentence)
    for index, failure in enumerate(entry.get("fails", [])):
        if isinstance(failure, str) and failure not in tree.get("conditions", {failure: ""}):
            sentence = f"`{failure}` has no condition, here or among the `conditions`"
            yield tree.mistake((*path, "fails", index), sentence)
    if "fails" in entry and entry["returns"] != "status":
        sentence = "`fails` is for operations that return a status"
        yield tree.mistake_at_key((*path, "fails"), sentence)


def _parameters(tree, path, entry):
    taken = set(model.handle_names(entry["on"], entry["handle"]))
    for index, parameter in enumerate(entry.get("parameters", [])):
        where = (*path, "parameters", index, "name")
        name = parameter["name"]
        if name in KEYWORDS:
            yield tree.mistake(where, f"the parameter `{name}` is a word of C or C++")
        elif name in taken:
            yield tree.mistake(where, f"the operation already has a parameter `{name}`")
        elif name == "..." and entry["on"] != "function":
            yield tree.mistake(where, "only operations on functions have a signature to pass on")
        taken.add(name)


def _types(tree, path, entry):
    """Types of C and of the library; what stands for a placeholder is one."""
    parameters = enumerate(entry.get("parameters", []))
    places = [(*path, "parameters", index, "type") for index, p in parameters if "type" in p]
    if entry["returns"] != "status":
        places.append((*path, "returns"))
    for where in places:
        c_type = model.tidy(tree.at(where))
        names = [word for word in re.findall(r"[\w{}.]+", c_type) if word not in QUALIFIERS]
        if "{" in c_type or tuple(sorted(names)) in C_WORDS:
            continue
        near = suggestion(c_type, sorted({*C_TYPES, *LIBRARY_NAMES, "status"}))
        if len(names) != 1 or names[0] not in C_NAMES | LIBRARY_NAMES:
            yield tree.mistake(where, f"operations know no type `{c_type}`{near}")


def _wording(tree, path, entry):
    summary = entry["doc"].strip().split("\n")[0]
    where = (*path, "doc")
    if not summary.endswith("."):
        yield tree.mistake(where, "`doc`: the first line is one sentence, with a full stop")
    if entry["returns"] not in ("status", "void") and not summary.startswith(model.RESULT_VERBS):
        verbs = listed(verb.strip() for verb in model.RESULT_VERBS)
        yield tree.mistake(where, f"`doc`: what gives a value begins with {verbs}")


def _holes(tree, path, entry):
    """Placeholders that nothing fills."""
    known = set(FAMILIES[entry["on"]][1])
    if "for_each" in entry or entry["on"] == "function":
        known |= OF_SIGNATURES
    for key in ("name", "returns", "doc"):
        yield from _placeholders(tree, (*path, key), known)
    if "for_each" in entry and "{function.name}" not in entry["name"]:
        sentence = "one function for each signature needs `{function.name}` in its name"
        yield tree.mistake((*path, "name"), sentence)
    if "refused" in entry:
        yield from _placeholders(tree, (*path, "refused"), known | {"remedy"})
    for index, parameter in enumerate(entry.get("parameters", [])):
        for key in parameter.keys() & {"type", "doc"}:
            yield from _placeholders(tree, (*path, "parameters", index, key), known)
    for index, failure in enumerate(entry.get("fails", [])):
        for status in failure if isinstance(failure, dict) else []:
            yield from _placeholders(tree, (*path, "fails", index, status), known)


def _placeholders(tree, where, known):
    text = tree.at(where)
    for name in re.findall(r"\{([^}]*)\}", text):
        if name not in known:
            help = suggestion(name, known) or (
                f"; known here: {listed(sorted(known))}" if known else ""
            )
            yield tree.mistake(where, f"nothing fills the placeholder `{{{name}}}`{help}")


# ---- All texts -----------------------------------------------------------------------------------


def _comments(tree):
    """Every text of a spec may come to stand in a comment; none may end it, or join its lines."""
    for where in tree.values:
        text = tree.at(where)
        if isinstance(text, str) and ("*/" in text or "/*" in text):
            yield tree.mistake(where, "`/*` and `*/` may not stand in a spec: comments end there")
        if isinstance(text, str) and "??/" in text:
            yield tree.mistake(where, "`??/` may not stand in a spec: C reads it as a backslash")
