"""What each command does; commands.py says which there are, and what they take."""

import gc
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from mpgen import (
    amalgamate,
    build,
    commands,
    emit,
    explain,
    load,
    meaning,
    model,
    plan,
    schema,
    terminal,
)
from mpgen.diagnostics import Mistakes

ROOT = Path(__file__).resolve().parents[2]
CORE_SPEC = ROOT / "spec" / "memory_pages.yml"
SCHEMA = ROOT / "spec" / "schema.json"
CORE_OUTPUT = ROOT / "generated"


@dataclass(frozen=True)
class Job:
    """A spec, and the folder for what it makes."""

    spec: model.Spec
    renders: list
    folder: Path
    inputs: list  # the files that decide what is made

    @property
    def outputs(self):
        return [self.folder / item.output for item in self.renders if not item.region]


class UsageError(Exception):
    """A command line that asks for what can't be."""


def read(path, core=CORE_SPEC):
    """Reads a spec into the model; a user's takes its operations from `core`. Raises Mistakes."""
    rules = schema.read(SCHEMA)
    tree = schema.validate(load.load(path), rules)
    extends = isinstance(tree.data, dict) and "library" not in tree.data
    library = schema.validate(load.load(core), rules) if extends else tree
    found = list(tree.mistakes)
    if isinstance(tree.data, dict):
        found += meaning.mistakes(tree, library, emit.bodies())
    if found:
        raise Mistakes(found)
    return build.build(tree.data if extends else None, library.data)


def main(arguments=None):
    parser = commands.parser()
    options = parser.parse_args(arguments)
    # Whoever started this may have closed them.
    sys.stdout = sys.stdout or open(os.devnull, "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may not know a spec's letters
    # Nearly all that a run makes it needs to its end; to look for garbage takes half of the time.
    gc.disable()
    try:
        status = RUN[options.command](options)
        sys.stdout.flush()
        return status
    except UsageError as error:
        _complain(error)
        return 2
    except Mistakes as mistakes:
        print(mistakes.told(terminal.painter(sys.stderr)), file=sys.stderr)
    except emit.EmitError as error:
        _complain(error)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # Whoever reads may have seen enough. Python must not find the same once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            _complain(f"cannot write the output: {error.strerror}")
    finally:
        gc.enable()
    return 1


def _complain(error):
    paint = terminal.painter(sys.stderr)
    print(f"{paint('place', 'mpgen:')} {paint('error', 'error:')} {error}", file=sys.stderr)


def _job(options):
    path = options.spec or CORE_SPEC
    own_repository = os.path.realpath(path) == str(CORE_SPEC)
    folder = options.output or (CORE_OUTPUT if own_repository else Path())
    spec = read(path)
    documents = own_repository and folder.resolve() == CORE_OUTPUT
    inputs = [path, *([] if own_repository else [CORE_SPEC]), SCHEMA]
    inputs += sorted(Path(__file__).resolve().parent.glob("*.py"))
    inputs += sorted(emit.TEMPLATES.glob("*.jinja"))
    rules = schema.read(SCHEMA) if documents else None
    return Job(spec, plan.plan(spec, rules), folder, inputs)


def _writing_job(options):
    """The job of a command that writes or compares files. An installed generator has no folder for
    those of the library's own spec."""
    if not (options.spec or options.output or CORE_OUTPUT.is_dir()):
        raise UsageError("name a spec, such as my_types.yml; `mpgen init` writes one to start from")
    return _job(options)


def _rendered(job):
    files = emit.render(job.renders, job.folder)
    if job.spec.own:
        emit.check_owner(files, job.spec.prefix)
    return files


# ---- The commands --------------------------------------------------------------------------------


def _init(options):
    path = options.file or Path("my_types.yml")
    starter = emit.text_of("starter.yml.jinja", schema=SCHEMA, file=path)
    emit.write_new(path, starter.encode())
    print(f"mpgen: {path} written; now say in it what you need, and then: mpgen generate {path}")
    return 0


def _generate(options):
    job = _writing_job(options)
    files = _rendered(job)
    stale = emit.stale(files, job.spec.mark)
    written = emit.write(files, stale)
    if options.depfile:
        emit.write_depfile(options.depfile, job.outputs[0], job.inputs)
    for word, paths in (("written", written), ("removed", stale)):
        _say(options.verbose, *(f"{path}: {word}" for path in paths))
    counts = f"{len(written)} written, {len(stale)} removed, {len(files) - len(written)} unchanged"
    _say(not options.quiet, f"mpgen: {counts}")
    return 0


def _check(options):
    job = _writing_job(options)
    files = _rendered(job)
    own = job.spec.own
    extra = emit.stale(files, job.spec.mark) if own else emit.foreign(files, job.folder)
    differing = emit.differences(files)
    _say(options.verbose, *(f"{path}: up to date" for path in files if path not in differing))
    for path, (present, data) in differing.items():
        if options.diff:
            sys.stdout.write(emit.unified(path, present, data))
        else:
            _say(not options.quiet, f"{path}: {'missing' if present is None else 'out of date'}")
    _say(not options.quiet, *(f"{path}: not made by this spec" for path in extra))
    if not differing and not extra:
        return 0
    if not options.quiet:
        print("mpgen: out of date; run `mpgen generate`", file=sys.stderr)
    return 1


def _list(options):
    job = _job(options)
    made = [item for item in job.renders if options.kind in (None, item.kind) and not item.region]
    paths = [job.folder / item.output for item in made]
    if not options.json:
        _say(True, *paths)
        return 0
    listing = {
        "outputs": [{"path": str(p), "kind": item.kind} for p, item in zip(paths, made)],
        "types": [_described(handle) for handle in job.spec.handles],
    }
    print(json.dumps(listing, indent=2))
    return 0


def _explain(options):
    specs = [read(path) for path in filter(None, (options.spec, CORE_SPEC))]
    if options.type is None:
        _say(True, *explain.names(specs))
        return 0
    try:
        sys.stdout.write(explain.explained(options.type, specs))
        return 0
    except explain.Unknown as error:
        raise UsageError(error) from None


def _amalgamate(options):
    folder = options.output or Path()
    files = emit.render(amalgamate.plan(read(CORE_SPEC), ROOT), folder)
    written = emit.write(files, stale=[])
    print(f"mpgen: {len(written)} written, {len(files) - len(written)} unchanged")
    return 0


RUN = {
    "init": _init,
    "generate": _generate,
    "check": _check,
    "list": _list,
    "explain": _explain,
    "amalgamate": _amalgamate,
}


def _say(wanted, *lines):
    for line in lines if wanted else ():
        print(line)


def _described(handle):
    functions = [
        {
            "name": f.name,
            "operation": f.operation,
            "available": f.available,
            "gate": "unsafe" if f.unsafe else "exec" if f.closed or handle.executable else None,
            "refusal": f.refusal or f.closed or None,
        }
        for f in handle.functions
    ]
    return {"name": handle.name, "header": handle.header.file, "functions": functions}


if __name__ == "__main__":
    sys.exit(main())
