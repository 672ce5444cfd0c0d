"""Whatever it is given, the generator makes files that compile, or tells mistakes and writes none.

MPGEN_EXAMPLES says how many inputs each property is tried with; by default it takes some seconds.
"""

import contextlib
import functools
import io
import json
import os
import re
import tempfile
from pathlib import Path
from unittest import mock

from generator import HERE, files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project import INCLUDE_FLAGS, WARNING_FLAGS, run

from mpgen import load, meaning, model
from mpgen.__main__ import CORE_SPEC, main

EXAMPLES = int(os.environ.get("MPGEN_EXAMPLES", "25"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,  # the machine may be busy
    derandomize="MPGEN_EXAMPLES" not in os.environ,  # a test of every day finds the same every day
    suppress_health_check=list(HealthCheck),
)

TELLS = re.compile(rb"^spec\.yml:[0-9]+:[0-9]+: error: \S", re.MULTILINE)
OWN = (HERE / "tiny_own.yml").read_text()
LIBRARY = (HERE / "tiny.yml").read_text()

# Pieces of specs: what belongs into one, what nearly does, and what YAML makes much of.
WORDS = st.sampled_from(
    """extends memory_pages prefix elements functions name c_type header doc destructor copy equal
    scalar returns parameters my mp particle particle.h double float int8_t uint64_t size_t bool
    char wchar_t void unsigned long const volatile struct union enum true false null on no ~ 010
    0x1F .inf 1e9 2001-12-14 struct@particle void@* const@char@* double@*@const enum@colour
    struct@unknown@* types fn pages get push rw _ a a_b é 漢 \\ ??/ // @ % ! & * | > - ? : , [ ] { }
    << = # ' \"""".replace("@", " ").split()
)
C_TYPES = st.lists(
    st.sampled_from(
        """int long short char signed unsigned float double void bool _Bool wchar_t size_t uint8_t
        const volatile struct enum particle unknown *""".split()
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
NAMES = st.sampled_from("a b a_get types fn pages rw vec slice int i8 x1 mp".split())
HEADERS = st.one_of(st.just("particle.h"), st.just("<particle.h>"), st.none())


def entry(**keys):
    return st.fixed_dictionaries(keys).map(
        lambda made: {key: value for key, value in made.items() if value is not None}
    )


ELEMENTS = entry(name=NAMES, c_type=C_TYPES, doc=st.text(max_size=30), header=HEADERS)
FUNCTIONS = entry(
    name=NAMES,
    returns=C_TYPES,
    parameters=st.lists(C_TYPES, max_size=3),
    doc=st.text(max_size=30),
    header=HEADERS,
)
NEARLY_GOOD = st.fixed_dictionaries(
    {
        "extends": st.just("memory_pages"),
        "prefix": st.sampled_from(["my", "t", "int", "mp_", "memory_pages", "x9"]),
        "elements": st.lists(ELEMENTS, max_size=3),
        "functions": st.lists(FUNCTIONS, max_size=2),
    }
)
# Pieces of good specs: types that C declares, and those that a header of the user's must.
C_OWN = st.sampled_from(
    ["char", "signed char", "unsigned long long", "long double", "bool", "wchar_t", "size_t",
     "uint_fast8_t", "void *", "const char *", "double **", "struct node *", "volatile int *"]
)  # fmt: skip
USERS_OWN = st.sampled_from(
    ["struct particle", "union value", "enum colour", "article", "struct particle *", "article **"]
)
DOCS = st.text("ab é漢?\\/*{}%@#\"'<>&:-.~`$\n", min_size=1, max_size=200).filter(
    lambda text: text.strip() and not re.search(r"/\*|\*/|\?\?/", text)
)


@st.composite
def entries(draw, name):
    """An element or a signature, of types that C or a header of the user's declares."""
    header = draw(st.sampled_from([None, "mine.h", "<mine.h>", "folder/mine.h"]))
    types = st.one_of(C_OWN, USERS_OWN) if header else C_OWN
    made = {"name": name, "doc": draw(DOCS)} | ({"header": header} if header else {})
    if draw(st.booleans()):
        returns = draw(st.one_of(st.just("void"), types))
        return made | {"returns": returns, "parameters": draw(st.lists(types, max_size=16))}
    made["c_type"] = draw(types)
    for key in draw(st.sets(st.sampled_from(model.ELEMENT_FUNCTIONS))) if header else ():
        made[key] = f"{name}_{key}"
    return made


@st.composite
def good_specs(draw):
    names = st.from_regex(r"[a-z][a-z0-9]{0,5}x", fullmatch=True)
    found = [draw(entries(name)) for name in draw(st.sets(names, min_size=1, max_size=4))]
    spec = {"extends": "memory_pages", "prefix": "my"}
    spec["elements"] = [entry for entry in found if "c_type" in entry]
    spec["functions"] = [entry for entry in found if "returns" in entry]
    if draw(st.booleans()):
        spec["write_exec"] = "allowed"
        spec["pages"] = [{"access": ["write", "exec"], "doc": draw(DOCS)}]
    return spec


ANYTHING = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def mutations(draw, text):
    """A good spec after a few small accidents."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        twice = st.just(text[start:end] * 2)
        piece = draw(st.one_of(WORDS, st.text(max_size=3), st.just("\n"), twice))
        text = text[:start] + piece + text[end:]
    return text


def as_yaml(data):
    """Data as YAML in flow style, of which JSON is a part."""
    return json.dumps(data, ensure_ascii=False)


@functools.cache
def library(read=load.load):
    return read(CORE_SPEC)


def reads(path, read=load.load):
    """Reads a spec, and the library's only once: nothing changes it."""
    return library() if path == CORE_SPEC else read(path)


def holds(text):
    """Fails unless the spec becomes files that compile, or mistakes and nothing else, which it
    returns."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        spec, out = Path(folder, "spec.yml"), Path(folder, "out")
        spec.write_bytes(data)
        printed = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
        here = os.getcwd()
        os.chdir(folder)
        try:
            with (
                mock.patch("mpgen.load.load", reads),
                contextlib.redirect_stdout(printed[0]),
                contextlib.redirect_stderr(printed[1]),
            ):
                status = main(["generate", "spec.yml", "-o", "out"])
        finally:
            os.chdir(here)
        for stream in printed:
            stream.flush()
        said = printed[1].buffer.getvalue()
        if status == 1:
            assert TELLS.search(said), said
            assert files(out) == {}
            return said
        assert (status, said) == (0, b"")
        assert all(files(out).values())
        tree = load.load(spec)
        if bodies_fit(tree):
            compiles(out, declared(tree, Path(folder, "users")))
        return b""


def bodies_fit(tree):
    """Whether the operations are called as the templates expect, whose bodies are not part of a
    spec. Those that somebody else wrote go with other templates."""
    return all(called(operation) in KNOWN_CALLS for _, operation in tree.entries("operations"))


def called(operation):
    keys = ("on", "name", "handle", "parameters", "returns", "requires", "changes", "gate")
    told = {key: operation.get(key) for key in keys}
    told["parameters"] = [
        (parameter["name"], parameter.get("type")) for parameter in told["parameters"] or []
    ]
    return json.dumps(told, sort_keys=True)


KNOWN_CALLS = {called(o) for _, o in load.load(HERE / "tiny.yml").entries("operations")}


def declared(tree, folder):
    """The headers of the user whom the spec is of: they declare what it says of them."""
    folder.mkdir()
    for section, types_of in (("elements", element_types), ("functions", function_types)):
        for _, entry in tree.entries(section):
            if "header" in entry:
                declare(folder / entry["header"].strip("<>"), types_of(entry), entry)
    return folder


def element_types(entry):
    return [entry["c_type"]]


def function_types(entry):
    return [entry["returns"], *entry["parameters"]]


def declare(path, types, entry):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text() if path.exists() else "#include <memory_pages/mp_status.h>\n"
    path.write_text(text + "".join(map(once, declarations(types, entry))))


def declarations(types, entry):
    for type in types:
        words = [word for word in re.findall(r"\w+", type) if word not in ("const", "volatile")]
        if words[0] == "enum":
            yield f"{words[1]}_tag", f"enum {words[1]} {{ a_{words[1]} }};"
        elif words[0] in ("struct", "union"):
            yield f"{words[1]}_tag", f"{' '.join(words)} {{ double member; }};"
        elif len(words) == 1 and words[0] not in meaning.C_TYPES:
            yield words[0], f"typedef struct {{ double member; }} {words[0]};"
    to, by = (model.pointer_to(t) for t in (types[0], model.const_of(types[0])))
    for key, form in (
        ("destructor", f"void {{}}({to}a);"),
        ("copy", f"mp_status {{}}({to}a, {by}b);"),
        ("equal", f"bool {{}}({by}a, {by}b);"),
    ):
        if key in entry:
            yield entry[key], form.format(entry[key])


def once(declaration):
    """Two entries may name the same thing, in one header or in two."""
    name, text = declaration
    return f"#ifndef DECLARED_{name}\n#define DECLARED_{name}\n{text}\n#endif\n"


def compiles(out, users):
    if (out / "include").is_dir():
        folders, sources = [out / "include"], out / "src"
    else:
        folders, sources = [out], out
    flags = [f"-I{path}" for path in (*folders, users)]
    sources = sorted(sources.glob("*_instances.c"))
    assert sources
    command = ["gcc", "-std=c11", *WARNING_FLAGS, *flags, *INCLUDE_FLAGS, "-fsyntax-only"]
    done = run(*command, *sources)
    assert done.returncode == 0, done.stderr


@BOUNDED
@given(mutations(OWN))
def test_mutations_of_a_user_s_spec(text):
    holds(text)


@BOUNDED
@given(mutations(LIBRARY))
def test_mutations_of_a_library(text):
    holds(text)


@BOUNDED
@given(good_specs().map(as_yaml))
def test_good_specs(text):
    assert holds(text) == b""


@BOUNDED
@given(NEARLY_GOOD.map(as_yaml))
def test_specs_that_are_nearly_good(text):
    holds(text)


@BOUNDED
@given(ANYTHING.map(as_yaml))
def test_any_yaml(text):
    holds(text)


@BOUNDED
@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_any_words(text):
    holds(text)


@BOUNDED
@given(st.binary(max_size=200))
def test_any_bytes(data):
    holds(data)
