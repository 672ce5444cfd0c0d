"""docs/own-types.md: the recipes for builds work, with the files of the README's three steps."""

import os

import pytest
from documents import DOCUMENTS, README
from project import run_well

[PAGE] = [document for document in DOCUMENTS if document.name == "docs/own-types.md"]
PRINTED = README.files["simulate.c"].said


@pytest.fixture
def prefix(tmp_path, build_dir, build_flags):
    """Where the library is installed."""
    if build_flags:
        pytest.skip("the recipes are the same with and without sanitizers")
    run_well("cmake", "--install", build_dir, "--prefix", tmp_path / "prefix")
    return tmp_path / "prefix"


@pytest.fixture
def environment(prefix):
    """In which the library is found as it is in /usr."""
    library_dir = next(prefix.glob("lib*/**/libmemory_pages.so")).parent
    return os.environ | {
        "PATH": f"{prefix / 'bin'}:{os.environ['PATH']}",
        "PKG_CONFIG_PATH": str(library_dir / "pkgconfig"),
        "LD_LIBRARY_PATH": str(library_dir),
    }


@pytest.fixture
def project(tmp_path):
    """A user's folder with the files of both documents."""
    folder = tmp_path / "project"
    folder.mkdir()
    for document in (PAGE, README):
        document.write_files(folder)
    recipe = folder / "Makefile"
    recipe.write_text(recipe.read_text().replace("    ", "\t"))
    return folder


def change_a_template(prefix):
    (prefix / "share/memory_pages/codegen/templates/vec.h.jinja").touch()


def change_a_doc(project):
    spec = project / "my_types.yml"
    spec.write_text(spec.read_text().replace("kilograms.", "grams."))


def comment(project):
    spec = project / "my_types.yml"
    spec.write_text("# A comment that changes no type.\n" + spec.read_text())


def test_make(project, prefix, environment):
    def make():
        return run_well("make", cwd=project, env=environment)

    assert "mpgen generate" in make()
    assert run_well(project / "simulate", env=environment) == PRINTED
    assert "up to date" in make()
    change_a_template(prefix)
    assert "mpgen generate" in make()
    assert "up to date" in make()
    change_a_doc(project)
    assert "simulate.c" in make()
    assert " grams." in (project / "types/my_vec_particle_rw.h").read_text()


def test_meson(project, prefix, environment):
    def ninja():
        return run_well("ninja", "-v", "-C", project / "build", env=environment)

    run_well("meson", "setup", "build", cwd=project, env=environment)
    assert "mpgen generate" in ninja()
    assert run_well(project / "build/simulate", env=environment) == PRINTED
    assert "no work to do" in ninja()
    comment(project)
    said = ninja()
    assert "mpgen generate" in said and "simulate.c.o" not in said
    change_a_template(prefix)
    assert "mpgen generate" in ninja()
    assert "no work to do" in ninja()
    change_a_doc(project)
    assert "simulate.c.o" in ninja()
