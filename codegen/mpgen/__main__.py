"""The command line: `generate`, `check`, `list` and `amalgamate`.

Exit status: 0 done, 1 a mistake in the spec or files out of date, 2 a mistake in the command line.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from mpgen import amalgamate, build, emit, load, meaning, model, plan, schema
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
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may not know a spec's letters
    try:
        status = options.run(_job(options), options)
        sys.stdout.flush()
        return status
    except Mistakes as mistakes:
        print(mistakes, file=sys.stderr)
    except emit.EmitError as error:
        print(f"mpgen: error: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever reads has seen enough. Python must not find the pipe broken once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog="mpgen", description="Makes typed C headers from a spec of memory_pages."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name, run, help):
        sub = commands.add_parser(name, help=help, description=help.capitalize() + ".")
        sub.set_defaults(run=run)
        sub.add_argument(
            "spec",
            metavar="SPEC",
            nargs="?",
            type=Path,
            default=CORE_SPEC,
            help="the spec; by default the library's own",
        )
        sub.add_argument(
            "-o",
            "--output",
            metavar="DIR",
            type=Path,
            help="the folder of the generated files; by default `generated` beside the library's "
            "own spec, and the current folder for any other",
        )
        return sub

    generate = command("generate", _generate, "write the files that differ, remove stale ones")
    generate.add_argument("--depfile", metavar="FILE", help="also tell Make or Ninja the inputs")
    command("check", _check, "compare the files with the spec and show what differs")
    listing = command("list", _list, "print the paths of the generated files")
    listing.add_argument(
        "--json", action="store_true", help="also their kinds, and every type with its functions"
    )
    one_file = commands.add_parser(
        "amalgamate",
        help="put the whole library into one header and one source file",
        description="Put the whole library into one header and one source file, for programs that "
        "take sources and no package. Works in the library's repository.",
    )
    one_file.set_defaults(run=_amalgamate, spec=CORE_SPEC)
    one_file.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="the folder of the files"
    )
    return parser


def _job(options):
    own_repository = options.spec.resolve() == CORE_SPEC
    folder = options.output or (CORE_OUTPUT if own_repository else Path())
    spec = read(options.spec)
    documents = own_repository and folder.resolve() == CORE_OUTPUT
    inputs = [options.spec, *([] if own_repository else [CORE_SPEC]), SCHEMA]
    inputs += sorted(Path(__file__).resolve().parent.glob("*.py"))
    inputs += sorted(emit.TEMPLATES.glob("*.jinja"))
    return Job(spec, plan.plan(spec, documents), folder, inputs)


def _generate(job, options):
    files = emit.render(job.renders, job.folder)
    written, removed, kept = emit.write(files, emit.stale(files, _pattern(job)))
    if options.depfile:
        emit.write_depfile(options.depfile, job.outputs, job.inputs)
    print(f"mpgen: {written} written, {removed} removed, {kept} unchanged")
    return 0


def _amalgamate(job, options):
    files = emit.render(amalgamate.plan(job.spec, ROOT), job.folder)
    written, _, kept = emit.write(files, stale=[])
    print(f"mpgen: {written} written, {kept} unchanged")
    return 0


def _check(job, options):
    files = emit.render(job.renders, job.folder)
    own = job.spec.own
    extra = emit.stale(files, _pattern(job)) if own else emit.foreign(files, job.folder)
    difference = emit.difference(files)
    sys.stdout.write(difference)
    for path in extra:
        print(f"mpgen: {path}: not made by this spec", file=sys.stderr)
    if difference or extra:
        print("mpgen: out of date; run `mpgen generate`", file=sys.stderr)
        return 1
    return 0


def _list(job, options):
    if not options.json:
        for path in job.outputs:
            print(path)
        return 0
    made = [item for item in job.renders if not item.region]
    listing = {
        "outputs": [{"path": str(job.folder / item.output), "kind": item.kind} for item in made],
        "types": [_described(handle) for handle in job.spec.handles],
    }
    print(json.dumps(listing, indent=2))
    return 0


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


def _pattern(job):
    """Which files in the folder can be stale: a user's folder may hold those of other specs."""
    return f"{job.spec.prefix}_*" if job.spec.own else "*"


if __name__ == "__main__":
    sys.exit(main())
