"""The list of renders: which template makes which file, and what it is told.

The set of outputs is decided here once; generating, checking, listing and dependency files use it.
"""

from dataclasses import dataclass

from mpgen import commands, graph
from mpgen.tables import key_tables, tables


@dataclass(frozen=True)
class Render:
    """One file to make."""

    template: str
    output: str  # relative to the output directory
    context: dict
    kind: str  # `header`, `source`, `debug` or `doc`
    region: str = ""  # the marked part of a hand-written file to replace; empty: the whole file


def plan(spec, rules=None):
    """All files that a spec comes to, in a fixed order. With the `rules` of specs, their schema:
    also what only the library's own repository has."""
    headers = "" if spec.own else "include/memory_pages/"
    sources = "" if spec.own else "src/"
    debug = "" if spec.own else "debug/"
    renders = []

    def make(template, output, kind, region="", **context):
        renders.append(Render(template, output, {"spec": spec, **context}, kind, region))

    def make_header(template, header, **context):
        make(template, headers + header.file, "header", header=header, **context)

    if spec.version:
        make_header("version.h.jinja", spec.version.header)
    make_header("umbrella.h.jinja", spec.umbrella)  # first: the one that depfiles name
    if spec.pages:
        make_header("pages_types.h.jinja", spec.page_types)
    for pages in spec.pages:
        make_header("pages.h.jinja", pages.header, type=pages)
    if spec.signatures:
        make_header("fn_types.h.jinja", spec.signature_types)
    for reference in spec.references:
        make_header("fn.h.jinja", reference.header, type=reference)
    for element in spec.elements:
        make_header("element_types.h.jinja", element.header, element=element)
    for view in spec.slices:
        make_header("slice.h.jinja", view.header, type=view)
    for vec in spec.vectors:
        make_header("vec.h.jinja", vec.header, type=vec)
    for writer in spec.writers:
        make_header("writer.h.jinja", writer.header, type=writer)
    if spec.unsafe_open or spec.unsafe_gated:
        make_header("unsafe.h.jinja", spec.unsafe)
    make("instances.c.jinja", sources + spec.instances, "source")
    make("types.natvis.jinja", debug + spec.natvis, "debug")
    if not spec.own:
        picture = graph.layout(spec.pages)
        make("type_graph.svg.jinja", "docs/type_graph.svg", "doc", graph=picture)
        make("functions.md.jinja", "docs/functions.md", "doc", tables=tables(spec))
    if rules:
        make("functions_table.jinja", "../README.md", "doc", "functions", tables=tables(spec))
        make("mpgen.1.jinja", "man/mpgen.1", "doc", commands=commands)
        for shell in ("bash", "zsh", "fish"):
            name = f"mpgen.{shell}"
            make(f"{name}.jinja", f"completions/{name}", "doc", commands=commands)
        keys = key_tables(rules)
        make("keys_table.jinja", "../docs/own-types.md", "doc", "keys", tables=keys)
    return renders
