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


@pytest.fixture(scope="module")
def installed(tmp_path_factory, build_dir):
    """The environment of one who typed what installs the library, which lies in no system folder
    here."""
    repository, system = tmp_path_factory.mktemp("repository"), tmp_path_factory.mktemp("system")
    (repository / "build").mkdir()
    (repository / "build/release").symlink_to(build_dir)
    install = command_with("cmake --install").partition("&& sudo ")[2]
    run_well("sh", "-c", install, cwd=repository, env=os.environ | {"DESTDIR": str(system)})
    library_dir = next(system.glob("usr/local/lib*/**/libmemory_pages.so")).parent
    return os.environ | {"CMAKE_PREFIX_PATH": f"{system}/usr/local",
                         "PKG_CONFIG_PATH": f"{library_dir}/pkgconfig",
                         "LD_LIBRARY_PATH": str(library_dir)}


def test_use_it_in_a_project(installed, tmp_path, build_flags):
    if build_flags:
        pytest.skip("the commands name no sanitizers")
    (tmp_path / "my_program.c").write_text("#include <memory_pages/memory_pages.h>\n"
                                           "int main(void) { return mp_version() == NULL; }\n")
    run_well("sh", "-c", command_with("pkg-config"), cwd=tmp_path, env=installed)
    run_well(tmp_path / "a.out", env=installed)

    [lines] = [block.text for block in README.blocks
               if block.language == "cmake" and not block.file_name]
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(mine C)\n"
        "add_executable(my_program my_program.c)\n" + lines)
    run_well("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", env=installed)
    run_well("cmake", "--build", tmp_path / "build")
    run_well(tmp_path / "build/my_program")


def test_own_types(installed, tmp_path, build_flags):
    README.write_files(tmp_path)
    said = run_well("sh", "-c", command_with("build/simulate"), cwd=tmp_path,
                    env=installed | {"CFLAGS": " ".join(build_flags)})
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
