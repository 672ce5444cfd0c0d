"""Fixtures of the tests of misuse: the compilers, and the specs whose types are misused."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from checker import PLAIN, Checker
from misuse import Types
from mpgen import __main__ as mpgen
from project import INCLUDE_DIRS, ROOT

OWN_SPEC = Path(__file__).parent / "own_types.yml"
CHECKERS = pytest.StashKey()


def made_checker(request):
    checkers = request.config.stash.setdefault(CHECKERS, {})
    return checkers.setdefault(request.param, Checker(request.param))


@pytest.fixture(scope="session", params=PLAIN)
def checker(request):
    """Each compiler."""
    return made_checker(request)


@pytest.fixture(scope="session", params=[compiler for compiler in PLAIN if "clang" not in compiler])
def gcc_checker(request):
    """The compilers that take many misuses in a file, and so little time."""
    return made_checker(request)


def pytest_terminal_summary(terminalreporter, config):
    for checker in config.stash.get(CHECKERS, {}).values():
        terminalreporter.write_line(
            f"{checker.compiler}: {checker.misuses} misuses, {checker.files} files, "
            f"{checker.seconds:.1f} s"
        )


@dataclass(frozen=True)
class Library:
    """Types, and where their headers are."""

    types: Types
    include_dirs: tuple


def generated(spec, folder):
    assert mpgen.main(["generate", str(spec), "-o", str(folder)]) == 0
    return mpgen.read(spec)


@pytest.fixture(scope="session")
def library():
    """The library as it is."""
    return Library(Types(mpgen.read(mpgen.CORE_SPEC)), tuple(INCLUDE_DIRS))


@pytest.fixture(scope="session")
def library_without_w_xor_x(tmp_path_factory):
    """The library's pages if its spec allowed them to be writable and executable at once."""
    folder = tmp_path_factory.mktemp("without_w_xor_x")
    spec = folder / "memory_pages.yml"
    text = mpgen.CORE_SPEC.read_text()
    assert "write_exec: refused\n" in text
    spec.write_text(text.replace("write_exec: refused\n", "write_exec: allowed\n"))
    model = generated(spec, folder / "generated")
    types = Types(model, handles=model.pages)
    return Library(types, (ROOT / "src/include", folder / "generated/include"))


@pytest.fixture(scope="session")
def own_library(tmp_path_factory, library):
    """Types of a user's own spec."""
    folder = tmp_path_factory.mktemp("own")
    types = Types(generated(OWN_SPEC, folder), library.types.spec)
    return Library(types, (*library.include_dirs, folder, OWN_SPEC.parent))
