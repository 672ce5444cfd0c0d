"""Turns renders into files: in memory first, then only what changed, each file whole or not at all.
"""

import contextlib
import difflib
import functools
import os
import re
import shlex
from pathlib import Path

import jinja2

from mpgen import graph, model, terminal, text

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

BODIES = {
    "pages": "pages_bodies.jinja",
    "function": "fn_bodies.jinja",
    "slice": "slice_bodies.jinja",
    "vec": "vec_bodies.jinja",
    "writer": "writer_bodies.jinja",
}


class EmitError(Exception):
    """A file that could not be read or written."""


@functools.cache
def _environment():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "comment": text.comment,
        "comment_opening": text.comment_opening,
        "coordinate": graph.coordinate,
        "declares": text.declaration,
        "doc_comment": text.doc_comment,
        "indented": text.indented,
        "literal": text.literal,
        "prototype": text.prototype,
        "quoted": shlex.quote,
    }
    environment.globals["bodies"] = {
        family: environment.get_template(template).module for family, template in BODIES.items()
    }
    return environment


def bodies():
    """For each family, the operations that have a body in the templates."""
    return {
        family: {name for name in vars(module) if name[0] != "_"}
        for family, module in _environment().globals["bodies"].items()
    }


def text_of(template, **context):
    """What a template makes that is no file."""
    return _environment().get_template(template).render(**context)


def render(renders, folder):
    """The bytes of every file, by its path. A render into a region needs the file around it; where
    that has no such region, nothing is rendered."""
    environment = _environment()
    files = {}
    for item in terminal.watched(renders, "rendering"):
        made = environment.get_template(item.template).render(**item.context)
        path = Path(folder, item.output)
        if item.region:
            made = _into_region(path, item.region, made)
        if made is not None:
            files[path] = made.encode()
    return files


def _into_region(path, region, made):
    """The text of a hand-written file with its marked region replaced."""
    around = _read(path)
    if around is None:
        return None
    begin, end = f"<!-- mpgen: {region} -->\n", "<!-- /mpgen -->\n"
    head, found, rest = around.decode().partition(begin)
    _, closed, tail = rest.partition(end)
    return head + begin + made + end + tail if found and closed else None


def write(files, stale):
    """Writes what differs, removes what is stale. Returns the paths of what it wrote. Where one of
    them has no room, none is changed."""
    changed = [path for path, data in files.items() if _read(path) != data]
    _replace({path: files[path] for path in changed})
    for path in stale:
        try:
            path.unlink()
        except OSError as error:
            raise EmitError(f"cannot remove {path}: {error.strerror}") from None
    return changed


def stale(files, mark):
    """Files of an earlier run, which say so by their mark, that the spec no longer makes, in the
    folders of those that it does make."""
    folders = sorted({path.parent for path in files})
    found = (path for folder in folders for path in sorted(folder.glob("*")) if path.is_file())
    return [path for path in found if path not in files and mark.encode() in (_read(path) or b"")]


def check_owner(files, prefix):
    """Two specs can come to one name, though their prefixes differ. Then neither replaces the
    other's file."""
    mark = re.compile(model.OWN_MARK.format(r"(\w+)").encode())
    for path in files:
        found = mark.search(_read(path) or b"")
        owner = found[1].decode() if found else prefix
        if owner != prefix:
            raise EmitError(
                f"{path} is there for the prefix `{owner}`, and the prefix `{prefix}` comes to the "
                f"same name: change one of them. If there is no spec for `{owner}` any more, "
                "remove that file"
            )


def foreign(files, folder):
    """Files in a folder of the generator's own that it did not make."""
    return [p for p in sorted(Path(folder).rglob("*")) if p.is_file() and p not in files]


def differences(files):
    """What `write` would change: for each such path what is there (None: nothing) and what would
    be."""
    present = {path: _read(path) for path in files}
    return {path: (present[path], data) for path, data in files.items() if present[path] != data}


def unified(path, present, data):
    """The difference of a file as a unified diff."""
    old = (present or b"").decode(errors="replace").splitlines(keepends=True)
    new = data.decode().splitlines(keepends=True)
    source = "/dev/null" if present is None else str(path)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, source, str(path))
    )


def depfile(output, inputs):
    """A rule in the language of Make: one output, which stands for all, depends on all inputs."""

    def escaped(path):
        return str(path).replace("$", "$$").replace("#", r"\#").replace(" ", r"\ ")

    return " \\\n  ".join([f"{escaped(output)}:", *map(escaped, inputs)]).encode() + b"\n"


def write_depfile(path, output, inputs):
    _replace({Path(path): depfile(output, inputs)})


def write_new(path, data):
    """Writes a file that is not there yet."""
    if os.path.lexists(path):
        raise EmitError(f"{path} is there already, and stays as it is")
    temporary = _beside(path)
    try:
        _stage(temporary, data)
        os.link(temporary, path)  # which does not replace what has come meanwhile
    except OSError as error:
        raise EmitError(f"cannot write {path}: {error.strerror}") from None
    finally:
        _discard(temporary)


def _read(path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EmitError(f"cannot read {path}: {error.strerror}") from None


def _replace(files):
    """Writes files. All are complete beside their places before the first gets there."""
    staged = {}
    path = None
    try:
        for path, data in terminal.watched(list(files.items()), "writing"):
            staged[path] = _beside(path)  # known before it is there: an interrupt leaves nothing
            _stage(staged[path], data)
        for path in files:
            os.replace(staged[path], path)
    except OSError as error:
        raise EmitError(f"cannot write {path}: {error.strerror}") from None
    finally:
        for temporary in staged.values():
            _discard(temporary)


def _beside(path):
    """Where a file is made that is to get to `path`."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def _stage(temporary, data):
    temporary.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_bytes(data)


def _discard(temporary):
    with contextlib.suppress(OSError):  # it has got to its place, or never was
        temporary.unlink()
