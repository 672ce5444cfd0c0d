"""What only the README has: the first steps of a newcomer, and tables of facts."""

import os
import platform
import re

import pytest
from documents import PIECE, README
from project import INCLUDE_FLAGS, ROOT, run_well


def test_the_files_are_there():
    assert set(README.files) == {
        "first.c", "simulate.c", "particle.h", "my_types.yml", "CMakeLists.txt"}
    assert any(block.refused for block in README.programs)


def command_with(word):
    """The one command of the README that has a word in it."""
    [command] = [line for block in README.blocks if block.language == "sh"
                 for line in block.text.splitlines() if word in line]
    return command


def test_the_first_commands(tmp_path, build_dir, build_flags):
    """What a newcomer types after the build."""
    if build_flags:
        pytest.skip("a newcomer builds without sanitizers")
    if platform.machine() != "x86_64":
        pytest.skip("its machine code is another processor's")
    README.write_files(tmp_path)
    (tmp_path / "build").mkdir()
    (tmp_path / "build/release").symlink_to(build_dir)
    for part in ["src", "generated"]:
        (tmp_path / part).symlink_to(ROOT / part)
    said = run_well("sh", "-c", command_with("first.c"), cwd=tmp_path)
    assert said == README.files["first.c"].said


def test_two_files_are_all_that_a_program_needs(tmp_path):
    (tmp_path / "codegen").symlink_to(ROOT / "codegen")
    (tmp_path / "my_program.c").write_text(README.files["first.c"].text)
    for word in ["amalgamate", "third_party/memory_pages/memory_pages.c"]:
        run_well("sh", "-c", command_with(word), cwd=tmp_path)
    if platform.machine() == "x86_64":  # its machine code is that processor's
        assert run_well(tmp_path / "a.out") == README.files["first.c"].said


def test_own_types(tmp_path, tmp_path_factory, build_dir, build_flags):
    """What a newcomer types to install the library, and to use it in a folder of their own."""
    repository, system = tmp_path_factory.mktemp("repository"), tmp_path_factory.mktemp("system")
    (repository / "build").mkdir()
    (repository / "build/release").symlink_to(build_dir)
    install = command_with("cmake --install").partition("&& sudo ")[2]
    run_well("sh", "-c", install, cwd=repository, env=os.environ | {"DESTDIR": str(system)})
    README.write_files(tmp_path)
    prefix = f"{system}/usr/local"
    environment = {"CMAKE_PREFIX_PATH": prefix, "CFLAGS": " ".join(build_flags)}
    said = run_well("sh", "-c", command_with("build/simulate"), cwd=tmp_path,
                    env=os.environ | environment)
    assert said.endswith("\n" + README.files["simulate.c"].said)


# ---- Tables --------------------------------------------------------------------------------------


def test_x86_64_column_is_what_is_measured(tmp_path, build_dir, build_flags):
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        pytest.skip("the column is about another processor")
    rows = re.findall(r"^\| `mp_pages_(n?r)_(n?w)_(n?x)` \| ([\w ]+?)[¹²]? \|", README.text, re.M)
    assert len(rows) == 6
    has_protection_keys = re.search(r"^flags.*\bospke\b", open("/proc/cpuinfo").read(), re.M)
    calls = "".join(
        f'printf("%u\\n", mp_enforced({read == "r":d}, {write == "w":d}, {execute == "x":d}));\n'
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


def test_folders_are_there():
    named = set(re.findall(r"`([\w/]+/)`", README.text.split("## Where things are")[1]))
    assert {folder for folder in named if not (ROOT / folder).is_dir()} == set()
    present = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir()
               and not path.name.startswith(".") and path.name != "build"}
    assert present - named == set()
