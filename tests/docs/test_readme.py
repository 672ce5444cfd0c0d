"""The README tells the truth: its programs compile, run and print what it says.

The rules for a fenced block of README.md:

- A block whose first line is a comment with nothing but a file's name is that file. All of them
  together are a project.
- A `c` block with a main() is a program. One without is a piece of one: the body of a function that
  returns MP_OK at its end, in a file that includes all headers, executable types too.
- A `c refused` block does not compile.
- A `text` block right behind one of these is what it prints, or what the compiler says of it.
"""

import os
import platform
import re
import textwrap
from dataclasses import dataclass

import pytest
from project import C_COMPILERS, INCLUDE_FLAGS, ROOT, run, run_well

README = (ROOT / "README.md").read_text()
FENCE = re.compile(r"^( *)```(\w+)( \w+)?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"(?:/\*|#) ([\w.]+)(?: \*/)?$")

PIECE = """\
#define MP_ALLOW_EXEC 1
#include <memory_pages/memory_pages.h>
#include <stdio.h>

static mp_status piece(void) {{
{}
    return MP_OK;
}}

int main(void) {{ mp_expect(piece()); }}
"""


@dataclass
class Block:
    language: str
    refused: bool
    text: str
    line: int
    said: str = None  # by the program or the compiler

    @property
    def file_name(self):
        match = FILE_NAME.match(self.text.splitlines()[0])
        return match and match[1]

    @property
    def program(self):
        return self.text if "int main(" in self.text else PIECE.format(self.text)


def blocks_of(text):
    blocks = []
    end = None
    for match in FENCE.finditer(text):
        indent, language, mark, body = match.groups()
        body = textwrap.dedent(body)
        if language == "text" and not re.search(r"^ *```", text[end:match.start()], re.MULTILINE):
            blocks[-1].said = body
        else:
            line = text.count("\n", 0, match.start()) + 1
            blocks.append(Block(language, mark == " refused", body, line))
        end = match.end()
    return blocks


BLOCKS = blocks_of(README)
FILES = {block.file_name: block for block in BLOCKS if block.file_name}
PROGRAMS = [block for block in BLOCKS if block.language == "c"
            and not (block.file_name or "").endswith(".h")]


def ids(block):
    return f"line{block.line}"


def write_files(folder):
    for name, block in FILES.items():
        (folder / name).write_text(block.text)


@pytest.fixture(scope="session")
def types(tmp_path_factory):
    """A folder with the README's files and the headers of its spec."""
    folder = tmp_path_factory.mktemp("types")
    write_files(folder)
    run_well(ROOT / "codegen/mpgen.sh", "generate", folder / "my_types.yml", "-o", folder)
    return folder


def skip_foreign_code(block):
    if "x86-64" in block.text and platform.machine() != "x86_64":
        pytest.skip("its machine code is another processor's")


def test_the_blocks_are_found():
    assert {"first.c", "simulate.c", "particle.h", "my_types.yml", "CMakeLists.txt"} == set(FILES)
    assert len(PROGRAMS) >= 5 and any(block.refused for block in PROGRAMS)
    assert README.count("```") == 2 * len(FENCE.findall(README))


@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("compiler", C_COMPILERS)
@pytest.mark.parametrize("block", PROGRAMS, ids=ids)
def test_programs(block, compiler, level, types, tmp_path, build_dir, build_flags):
    if compiler != "gcc" and build_flags:
        pytest.skip("the library was built for gcc's sanitizers")
    source = tmp_path / "program.c"
    source.write_text(block.program)
    compiled = run(compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", level, *build_flags,
                   *INCLUDE_FLAGS, "-I", types, source, build_dir / "libmemory_pages.a", "-o",
                   tmp_path / "program", env=os.environ | {"LC_ALL": "C"})
    if block.refused:
        assert compiled.returncode != 0
        assert block.said.strip() in compiled.stderr
        return
    assert compiled.returncode == 0, compiled.stderr
    skip_foreign_code(block)
    done = run(tmp_path / "program")
    assert (done.returncode, done.stderr) == (0, "")
    assert block.said is None or done.stdout == block.said


def command_with(word):
    """The one command of the README that has a word in it."""
    [command] = [line for block in BLOCKS if block.language == "sh"
                 for line in block.text.splitlines() if word in line]
    return command


def test_the_first_commands(tmp_path, build_dir, build_flags):
    """What a newcomer types after the build."""
    if build_flags:
        pytest.skip("a newcomer builds without sanitizers")
    skip_foreign_code(FILES["first.c"])
    write_files(tmp_path)
    (tmp_path / "build").mkdir()
    (tmp_path / "build/release").symlink_to(build_dir)
    for part in ["src", "generated"]:
        (tmp_path / part).symlink_to(ROOT / part)
    assert run_well("sh", "-c", command_with("first.c"), cwd=tmp_path) == FILES["first.c"].said


def test_own_types(tmp_path, tmp_path_factory, build_dir, build_flags):
    prefix = tmp_path_factory.mktemp("prefix")
    run_well("cmake", "--install", build_dir, "--prefix", prefix)
    write_files(tmp_path)
    environment = {"CMAKE_PREFIX_PATH": str(prefix), "CFLAGS": " ".join(build_flags)}
    said = run_well("sh", "-c", command_with("build/simulate"), cwd=tmp_path,
                    env=os.environ | environment)
    assert said.endswith("\n" + FILES["simulate.c"].said)


# ---- Tables and links ----------------------------------------------------------------------------


def test_x86_64_column_is_what_is_measured(tmp_path, build_dir, build_flags):
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        pytest.skip("the column is about another processor")
    rows = re.findall(r"^\| `mp_pages_(n?r)_(n?w)_(n?x)` \| ([\w ]+?)[¹²]? \|", README, re.M)
    assert len(rows) == 6
    has_protection_keys = re.search(r"^flags.*\bospke\b", open("/proc/cpuinfo").read(), re.M)
    calls = "".join(
        f"    printf(\"%u\\n\", mp_enforced({read == 'r':d}, {write == 'w':d}, {execute == 'x':d}));\n"
        for read, write, execute, _ in rows)
    source = tmp_path / "enforced.c"
    source.write_text(PIECE.format(calls))
    run_well("cc", *build_flags, *INCLUDE_FLAGS, source, build_dir / "libmemory_pages.a", "-o",
             tmp_path / "enforced")
    for (read, write, execute, claim), line in zip(rows, run_well(tmp_path / "enforced").split()):
        named = (read == "r") + 2 * (write == "w") + 4 * (execute == "x")
        if has_protection_keys and named == 4:
            continue
        assert {"as named": named, "can be read": named | 1}[claim] == int(line)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), f"{target} is missing"


def test_folders_are_there():
    named = set(re.findall(r"`([\w/]+/)`", README.split("## Where things are")[1]))
    assert {folder for folder in named if not (ROOT / folder).is_dir()} == set()
    present = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir()
               and not path.name.startswith(".") and path.name != "build"}
    assert present - named == set()
