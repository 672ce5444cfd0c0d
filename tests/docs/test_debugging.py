"""What docs/debugging.md shows of gdb is what gdb shows."""

import re

import pytest
from documents import DOCUMENTS
from project import INCLUDE_FLAGS, ROOT, run_well

[PAGE] = [document for document in DOCUMENTS if document.name == "docs/debugging.md"]
[SESSION] = [block.text for block in PAGE.blocks if block.language == "gdb"]
SCRIPT = ROOT / "debug/memory_pages-gdb.py"


def test_session(tmp_path, build_dir, build_flags):
    if build_flags:
        pytest.skip("what gdb shows is the same with and without sanitizers")
    PAGE.write_files(tmp_path)
    run_well("cc", "-g", *INCLUDE_FLAGS, "primes.c", build_dir / "libmemory_pages.a",
             "-o", "primes", cwd=tmp_path)
    steps = re.findall(r"^\(gdb\) (.*)\n((?:(?!\(gdb\)).*\n)*)", SESSION, re.M)
    assert sum(bool(said) for _, said in steps) >= 5
    commands = [part for i, (command, _) in enumerate(steps)
                for part in ("-ex", f"echo <{i}>\\n", "-ex", command)]
    output = run_well("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ix", SCRIPT,
                      *commands, "primes", cwd=tmp_path)
    for (command, expected), said in zip(steps, re.split(r"<\d+>\n", output)[1:], strict=True):
        if command.startswith("print"):
            assert said == expected
