"""The README and the pages in docs/ tell the truth: their programs compile, run and print what they
say. documents.py has the rules."""

import os
import platform
import re

import pytest
from documents import DOCUMENTS, FENCE
from project import C_COMPILERS, INCLUDE_FLAGS, ROOT, run, run_well

PROGRAMS = [(document, block) for document in DOCUMENTS for block in document.programs]


@pytest.fixture(scope="session")
def types(tmp_path_factory):
    """Makes, for a document, a folder with its files and the headers of its spec."""
    folders = {}

    def types(document):
        if document.name not in folders:
            folder = folders[document.name] = tmp_path_factory.mktemp("types")
            document.write_files(folder)
            if document.spec:
                run_well(ROOT / "codegen/mpgen.sh", "generate", folder / document.spec,
                         "-o", folder)
        return folders[document.name]

    return types


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_block_is_found(document):
    assert document.text.count("```") == 2 * len(FENCE.findall(document.text))


@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("compiler", C_COMPILERS)
@pytest.mark.parametrize(("document", "block"), PROGRAMS,
                         ids=[f"{document.name}:{block.line}" for document, block in PROGRAMS])
def test_programs(document, block, compiler, level, types, tmp_path, build_dir, build_flags):
    if compiler != "gcc" and build_flags:
        pytest.skip("the library was built for gcc's sanitizers")
    source = tmp_path / "program.c"
    source.write_text(block.program)
    compiled = run(compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", level, *build_flags,
                   *INCLUDE_FLAGS, "-I", types(document), source, build_dir / "libmemory_pages.a",
                   "-o", tmp_path / "program", env=os.environ | {"LC_ALL": "C"})
    if block.refused:
        assert compiled.returncode != 0
        assert block.said.strip() in compiled.stderr
        return
    assert compiled.returncode == 0, compiled.stderr
    if "x86-64" in block.text and platform.machine() != "x86_64":
        pytest.skip("its machine code is another processor's")
    done = run(tmp_path / "program")
    assert (done.returncode, done.stderr) == (0, "")
    assert block.said is None or done.stdout == block.said


SPECS = [(document, block) for document in DOCUMENTS for block in document.blocks
         if block.language == "yaml"]


@pytest.mark.parametrize(("document", "block"), SPECS,
                         ids=[f"{document.name}:{block.line}" for document, block in SPECS])
def test_specs(document, block, tmp_path):
    head = "" if block.file_name else "extends: memory_pages\nprefix: my\n"
    (tmp_path / "spec.yml").write_text(head + block.text)
    assert run_well(ROOT / "codegen/mpgen.sh", "list", tmp_path / "spec.yml")


def test_programs_are_as_short_as_their_headings_say():
    headed = re.compile(r"^## .* in (\d+) lines$.*?^```c\n(.*?)^```$", re.M | re.S)
    found = [short for document in DOCUMENTS for short in headed.findall(document.text)]
    assert found
    assert all(len(program.splitlines()) <= int(lines) for lines, program in found)
