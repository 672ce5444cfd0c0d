"""What Visual Studio shows of handles: the file has the known form of natvis, it knows every
type, and its expressions compile. No debugger that reads it runs here."""

import re
import xml.etree.ElementTree as xml

import pytest
from project import CXX_COMPILERS, INCLUDE_FLAGS, ROOT, run_well

NATVIS = ROOT / "generated/debug/memory_pages.natvis"
NAMESPACE = "{http://schemas.microsoft.com/vstudio/debugger/natvis/2010}"

# Elements, what may stand in them, and their attributes; in this order, as far as they are used.
FORM = {
    "AutoVisualizer": (["Type"], []),
    "Type": (["AlternativeType", "DisplayString", "Expand"], ["Name"]),
    "AlternativeType": ([], ["Name"]),
    "DisplayString": ([], ["Condition"]),
    "Expand": (["Item", "ArrayItems"], []),
    "Item": ([], ["Name"]),
    "ArrayItems": (["Size", "ValuePointer"], ["Condition"]),
    "Size": ([], []),
    "ValuePointer": ([], []),
}


@pytest.fixture(scope="module", params=["library", "own"])
def natvis(request, tmp_path_factory):
    """The visualizer of the library or of own_types.yml, and the folder with its headers."""
    folder = tmp_path_factory.mktemp("types")
    own_types = ROOT / "tests/debug/own_types.yml"
    run_well(ROOT / "codegen/mpgen.sh", "generate", own_types, "-o", folder)
    path = NATVIS if request.param == "library" else folder / "my_types.natvis"
    return xml.parse(path).getroot(), folder


def local(node):
    assert node.tag.startswith(NAMESPACE)
    return node.tag.removeprefix(NAMESPACE)


def test_form(natvis):
    for node in natvis[0].iter():
        children, attributes = FORM[local(node)]
        order = [children.index(local(child)) for child in node]
        assert order == sorted(order), f"the children of {node.attrib} are in another order"
        assert set(node.attrib) <= set(attributes)
        has_text = bool(node.text and node.text.strip())
        assert has_text == (not children and local(node) != "AlternativeType")


def test_the_last_text_is_shown_whatever_the_state(natvis):
    for node in natvis[0]:
        texts = node.findall(f"{NAMESPACE}DisplayString")
        assert ["Condition" in text.attrib for text in texts] == [True] * (len(texts) - 1) + [False]


def names(node):
    return [node.get("Name"), *(other.get("Name")
                                for other in node.findall(f"{NAMESPACE}AlternativeType"))]


def test_every_type_is_known(natvis):
    root, folder = natvis
    headers = [*folder.glob("*_types.h")]
    if root.find(f"{NAMESPACE}Type[@Name='mp_ticket']") is not None:
        headers = [*ROOT.glob("generated/include/memory_pages/*_types.h")]
    handles = {name for header in headers
               for name in re.findall(r"^typedef struct (\w+) \{", header.read_text(), re.M)}
    assert len(handles) > 10
    assert {name for node in root for name in names(node)} - {"mp_ticket"} == handles


def expressions(node):
    """Everything in a type that the debugger evaluates as a member of it would be."""
    for part in node.iter():
        if "Condition" in part.attrib:
            yield part.get("Condition")
        if local(part) == "DisplayString":
            yield from re.findall(r"\{([^{}]+)\}", re.sub(r"\{\{|\}\}", "", part.text))
        elif local(part) in ("Item", "Size", "ValuePointer"):
            yield part.text


@pytest.mark.parametrize("compiler", CXX_COMPILERS)
def test_expressions_compile(natvis, compiler, tmp_path):
    root, folder = natvis
    lines = ["#define MP_ALLOW_EXEC 1", "#include <memory_pages/memory_pages.h>",
             '#include "my_types.h"']
    for node in root:
        for name in names(node):
            uses = " ".join(f"(void)({expression});" for expression in expressions(node))
            lines.append(f"struct see_{name} : {name} {{ void see() const {{ {uses} }} }};")
    source = tmp_path / "see.cpp"
    source.write_text("\n".join(lines))
    assert sum("(void)" in line for line in lines) > 10
    folders = ["-I", folder, "-I", ROOT / "tests/debug"]
    run_well(compiler, "-fsyntax-only", *INCLUDE_FLAGS, *folders, source)
