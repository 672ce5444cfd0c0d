"""Makes pages_table.h: the types of pages and the transitions between them, as the spec has them.

A type that is added to the spec is thereby tested like the others. Usage: derive.py OUTPUT DEPFILE
"""

import sys
from pathlib import Path

import jinja2
from mpgen import emit
from mpgen.__main__ import CORE_SPEC, SCHEMA, read

TEMPLATE = Path(__file__).parent / "pages_table.h.jinja"


def label(name):
    """What pages_types.h calls a type: its name without what all pages share."""
    return name.removeprefix("mp_pages_")


def types(spec):
    for pages in spec.pages:
        yield {"label": label(pages.name), "permission": pages.permission}


def transitions(spec):
    for pages in spec.pages:
        for f in pages.functions:
            if f.available and f.target:
                yield {
                    "from": label(pages.name),
                    "verb": f.operation,
                    "to": label(f.target.name),
                    "ends_references": pages.executable,
                }


def main(output, depfile):
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    spec = read(CORE_SPEC)
    text = environment.from_string(TEMPLATE.read_text()).render(
        types=list(types(spec)), transitions=list(transitions(spec))
    )
    emit.write({Path(output): text.encode()}, stale=[])
    modules = sorted(Path(emit.__file__).parent.glob("*.py"))
    emit.write_depfile(depfile, [output], [CORE_SPEC, SCHEMA, TEMPLATE, __file__, *modules])


main(*sys.argv[1:])
