"""A user's project with types of its own, built in each way that a user may get at the library."""

import os
import shutil

import pytest
from project import ROOT, run, run_well

HERE = ROOT / "tests/consumer"
NO_WORK = "ninja: no work to do."


def snapshot(folder):
    """What one can tell of each file in a folder without reading it."""
    facts = {path: path.stat() for path in folder.rglob("*")}
    return {path: (fact.st_size, fact.st_mtime_ns) for path, fact in facts.items()}


@pytest.fixture
def source(tmp_path):
    """A source tree of the library, which must be afterwards as it was before."""
    folder = tmp_path / "memory_pages"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", "build", "__pycache__"))
    before = snapshot(folder)
    yield folder
    assert snapshot(folder) == before


@pytest.fixture
def project(tmp_path):
    """A copy of the project, to be changed at will."""
    folder = tmp_path / "project"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


@pytest.fixture
def configuring(project, request, build_flags):
    """The command that configures the project for a way to get at the library."""
    flags = " ".join(build_flags)

    def configuring(way, *options, generator="Ninja"):
        if way == "find_package":
            options += (f"-DCMAKE_PREFIX_PATH={request.getfixturevalue('prefix')}",)
        else:
            options += (f"-DMEMORY_PAGES_SOURCE={request.getfixturevalue('source')}",)
        return ["cmake", "-G", generator, "-S", project, "-B", project / "build", f"-DWAY={way}",
                f"-DCMAKE_C_FLAGS={flags}", f"-DCMAKE_CXX_FLAGS={flags}", *options]

    return configuring


def build(project):
    return run_well("cmake", "--build", project / "build", "--parallel", "2")


def check_programs(folder, **options):
    assert run_well(folder / "simulate", **options) == "50000.0 kg\n"
    assert run_well(folder / "simulate_cpp", **options) == "500.0 kg\n"


@pytest.mark.parametrize(("way", "shared", "generator"), [
    ("add_subdirectory", "OFF", "Ninja"),
    ("add_subdirectory", "ON", "Unix Makefiles"),
    ("FetchContent", "OFF", "Ninja"),
    ("find_package", "OFF", "Ninja"),
    ("find_package", "ON", "Ninja"),
])
def test_cmake_project(way, shared, generator, project, configuring):
    run_well(*configuring(way, f"-DBUILD_SHARED_LIBS={shared}", generator=generator))
    assert "Making the types" in build(project)
    check_programs(project / "build")
    needed = run_well("readelf", "--dynamic", project / "build/simulate")
    assert ("libmemory_pages.so" in needed) == (shared == "ON")
    said = build(project)
    assert "Making" not in said and "Building" not in said


def test_types_follow_their_spec(project, configuring):
    run_well(*configuring("find_package"))
    build(project)
    spec = project / "my_types.yml"

    spec.write_text("# A comment that changes no type.\n" + spec.read_text())
    said = build(project)
    assert "Making the types" in said and "Building C" not in said
    assert NO_WORK in build(project)

    spec.write_text(spec.read_text().replace("kilograms.", "grams."))
    assert "Building C object" in build(project)
    assert "grams." in (project / "build/my_types/my_vec_particle_rw.h").read_text()

    spec.write_text(spec.read_text() + "  - {name: grain, c_type: unsigned char, doc: A grain.}\n")
    build(project)
    assert (project / "build/my_types/my_vec_grain_rw.h").exists()
    assert NO_WORK in build(project)


def test_types_follow_the_generator(project, configuring, prefix):
    run_well(*configuring("find_package"))
    build(project)
    for part in ["templates/vec.h.jinja", "mpgen/model.py"]:
        (prefix / "share/memory_pages/codegen" / part).touch()
        said = build(project)
        assert "Making the types" in said and "Building C" not in said, part
        assert NO_WORK in build(project)


def test_a_mistake_in_the_spec_stops_cmake_with_its_place(project, configuring):
    spec = project / "my_types.yml"
    spec.write_text(spec.read_text().replace("c_type:", "c_typ:"))
    configured = run(*configuring("find_package"))
    assert configured.returncode != 0
    assert "my_types.yml:6:" in configured.stderr


def test_an_installed_command_has_its_manual_and_completion(prefix):
    assert run_well(prefix / "bin/mpgen", "explain").split()
    for place in ["man/man1/mpgen.1*", "bash-completion/completions/mpgen", "zsh/*/_mpgen",
                  "fish/vendor_completions.d/mpgen.fish"]:
        [found] = (prefix / "share").glob(place)
        assert found.stat().st_size > 0


def test_pkg_config_and_a_plain_compiler(project, library_dir, pkg_config, build_flags):
    [mpgen] = pkg_config("--variable=mpgen")
    run_well(mpgen, "generate", "my_types.yml", "-o", "types", cwd=project)
    for compiler, source, program in [("cc", "simulate.c", "simulate"),
                                      ("c++", "simulate.cpp", "simulate_cpp")]:
        run_well(compiler, *build_flags, source, "-o", program, "-I.", "-Itypes",
                 *pkg_config("--cflags", "--libs"), cwd=project)
    check_programs(project, env=os.environ | {"LD_LIBRARY_PATH": str(library_dir)})
