"""Makes C for tests out of the spec, so that a type or function that is added to it is tested like
the others.

Usage: derive.py TEMPLATE OUTPUT DEPFILE. The template gets the model of the spec, and from it the
types of pages and the transitions between them as tests/unit/pages_types.h calls them.
"""

import sys
from pathlib import Path

import jinja2
from mpgen import emit
from mpgen.__main__ import CORE_SPEC, SCHEMA, read


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


def refuse(message):
    """For templates: what the spec has and the tests do not know."""
    sys.exit(f"derive.py: {message}")


def main(template, output, depfile):
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    spec = read(CORE_SPEC)
    text = environment.from_string(Path(template).read_text()).render(
        spec=spec, types=list(types(spec)), transitions=list(transitions(spec)), refuse=refuse
    )
    emit.write({Path(output): text.encode()}, stale=[])
    modules = sorted(Path(emit.__file__).parent.glob("*.py"))
    emit.write_depfile(depfile, [output], [CORE_SPEC, SCHEMA, template, __file__, *modules])


main(*sys.argv[1:])
