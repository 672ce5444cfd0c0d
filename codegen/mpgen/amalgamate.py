"""The whole library in two files, for programs that take sources and no package.

Files follow each other so that each stands behind what it includes; the includes themselves are
left out. What belongs to one system stands under that system's condition.
"""

import re
from collections import namedtuple
from pathlib import Path

from mpgen.emit import EmitError
from mpgen.plan import Render

# What a compiler says of the system that it compiles for; src/os/mp_os_<system>.c is its seam.
SYSTEMS = {
    "linux": "defined(__linux__)",
    "macos": "defined(__APPLE__)",
    "bsd": "defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)",
    "windows": "defined(_WIN32)",
}

OWN_INCLUDE = re.compile(r'^#include (?:"|<memory_pages/)(?:.*/)?(\w+\.h)[">]\n\n?', re.M)
FEATURES = re.compile(r"^#define (_\w+_SOURCE)\n", re.M)

# condition: for `#if`; empty for none.
Part = namedtuple("Part", "name text condition")


def plan(spec, root):
    """The two files. `root` is the folder of the repository."""
    if not (root / "src").is_dir():
        raise EmitError(f"{root} holds no sources of the library; amalgamate in its repository")
    public = _read(root, "src/include/memory_pages", "generated/include/memory_pages")
    internal = _read(root, "src", "src/os")
    conditions = _conditions(internal)
    context = {"spec": spec, "licence": (root / "LICENSE").read_text()}
    gates = {handle.header.file: "MP_ALLOW_EXEC" for handle in spec.gated_handles}
    gates |= {spec.unsafe.file: "defined(MP_UNSAFE)"}
    headers = [
        Part(name, _body(public[name]), gates.get(name, ""))
        for name in _in_order(public, spec.umbrella.file)
    ]
    sources = [
        Part(name, _body(FEATURES.sub("", internal[name])), conditions.get(name, ""))
        for name in _in_order(internal)
    ]
    features = {}
    for name in sorted(internal):
        for feature in FEATURES.findall(internal[name]):
            features.setdefault(feature, []).append(conditions[name])
    features = {feature: _any_of(found) for feature, found in features.items()}
    systems = _any_of(SYSTEMS[name] for name in SYSTEMS if _seam(name) in internal)
    context |= {"headers": headers, "sources": sources, "features": features, "systems": systems}
    return [
        Render("amalgamation.h.jinja", spec.umbrella.file, context, "header"),
        Render("amalgamation.c.jinja", f"{Path(spec.umbrella.file).stem}.c", context, "source"),
    ]


def _read(root, *folders):
    """The texts of all C files in folders, by their names."""
    paths = (path for folder in folders for path in sorted((root / folder).glob("*.[ch]")))
    return {path.name: path.read_text() for path in paths}


def _body(text):
    return OWN_INCLUDE.sub("", text).strip("\n")


def _in_order(texts, last=None):
    """The names of files, each behind what it includes: headers first, but for `last`."""
    order = {}

    def visit(name):
        for included in OWN_INCLUDE.findall(texts[name]):
            if included in texts and included not in order:
                visit(included)
        order[name] = None

    names = sorted(texts, key=lambda name: (name.endswith(".c"), name))
    for name in [*OWN_INCLUDE.findall(texts[last] if last else ""), *names]:
        if name not in order and name != last:
            visit(name)
    return list(order)


def _seam(system):
    return f"mp_os_{system}.c"


def _conditions(texts):
    """For each file of src/os/ that is not every system's, the condition of those that need it."""
    users = {}
    for system in SYSTEMS:
        waiting = [_seam(system)] if _seam(system) in texts else []
        while waiting:
            name = waiting.pop()
            users.setdefault(name, []).append(SYSTEMS[system])
            # A header's source is needed where the header is.
            related = (n for header in OWN_INCLUDE.findall(texts[name])
                       for n in (header, header.replace(".h", ".c")))
            waiting += {n for n in related if re.match(r"mp_os_", n) and n in texts} - {name}
    unknown = [n for n in texts if re.match(r"mp_os_", n) and n not in users]
    if unknown:
        raise EmitError(f"which system needs {unknown[0]} is not said in {Path(__file__).name}")
    return {name: _any_of(found) for name, found in users.items()}


def _any_of(conditions):
    """One condition that holds where any of them does, on as many lines as the preprocessor needs
    to keep them short."""
    single = (each for found in conditions for each in re.split(r" \|\|[\s\\]+", found))
    return " || \\\n    ".join(dict.fromkeys(single))
