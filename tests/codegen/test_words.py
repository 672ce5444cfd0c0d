"""What the generator says to people who start or ask: `init` and `explain`."""

from generator import CORE_SPEC, HERE, ROOT, files, mpgen
from project import INCLUDE_FLAGS, WARNING_FLAGS, run_well

from mpgen import __main__, explain

OWN = HERE / "tiny_own.yml"

# ---- init ----------------------------------------------------------------------------------------


def test_the_starter_generates_and_compiles_as_it_stands(tmp_path):
    done = mpgen("init", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "my_types.yml written" in done.stdout
    assert mpgen("generate", "my_types.yml", "-o", "types", cwd=tmp_path).returncode == 0
    run_well("cc", *WARNING_FLAGS, *INCLUDE_FLAGS, "-fsyntax-only", tmp_path / "types/my_types.h")


def test_what_the_starter_proposes_is_right(tmp_path):
    """Every line that is commented out, taken in."""
    assert mpgen("init", "all.yml", cwd=tmp_path).returncode == 0
    head, rest = (tmp_path / "all.yml").read_text().split("extends:")
    lines = rest.splitlines()
    opened = [line.replace("# ", "", 1) if is_yaml(line) else line for line in lines]
    assert opened != lines
    (tmp_path / "all.yml").write_text(f"extends:{chr(10).join(opened)}\n")
    done = mpgen("list", "all.yml", cwd=tmp_path)
    assert done.stderr == ""
    assert {"my_vec_particle_rw.h", "my_fn_kernel.h"} <= set(done.stdout.split())


def is_yaml(line):
    return line.lstrip().startswith("# ") and ":" in line


def test_the_starter_names_a_schema_that_is_there(tmp_path):
    mpgen("init", cwd=tmp_path)
    first = (tmp_path / "my_types.yml").read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={ROOT / 'spec/schema.json'}"


def test_init_overwrites_nothing(tmp_path):
    (tmp_path / "my_types.yml").write_text("mine")
    done = mpgen("init", cwd=tmp_path)
    sentence = "mpgen: error: my_types.yml is there already, and stays as it is\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
    assert files(tmp_path) == {"my_types.yml": b"mine"}


def test_init_says_what_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    done = mpgen("init", "file/my_types.yml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot write file/my_types.yml: " in done.stderr


# ---- explain -------------------------------------------------------------------------------------


def explained(*arguments):
    done = mpgen("explain", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_explain_a_type():
    said = explained("mp_pages_r_nw_nx")
    assert said.startswith("mp_pages_r_nw_nx\n  Pages to read only.")
    assert "\n  #include <memory_pages/mp_pages_r_nw_nx.h>\n" in said
    can, refused = said.split("\nRefused: ", 1)
    assert "\nReading\n  mp_pages_r_nw_nx_data\n      Returns the first byte" in can
    assert "\nWith MP_ALLOW_EXEC\n  mp_pages_r_nw_nx_allow_exec\n" in can
    assert "\nWith #include <memory_pages/mp_unsafe.h>\n  mp_pages_r_nw_nx_unsafe_ptr\n" in can
    assert "these pages are not writable; call mp_pages_r_nw_nx_allow_write() first\n" in refused
    assert "mp_pages_r_nw_nx_write," in refused


def test_explain_names_every_function():
    spec = __main__.read(CORE_SPEC)
    for handle in spec.handles:
        said = explain.explained(handle.name, [spec])
        assert [f.name for f in handle.functions if f.name not in said] == []


def test_explain_a_function():
    said = explained("mp_pages_r_nw_nx_allow_exec")
    assert "mp_status mp_pages_r_nw_nx_allow_exec(mp_pages_r_nw_nx *from, mp_pages" in said
    assert "@retval MP_ERR_STALE" in said
    assert "It needs MP_ALLOW_EXEC" in said
    said = explained("mp_vec_f64_ro_push")
    assert said.endswith("\nRefused: this vector is frozen; call mp_vec_f64_ro_thaw() first\n")


def test_explain_a_type_of_one_s_own():
    assert '#include "my_vec_particle_rw.h"' in explained("my_vec_particle_rw", OWN)
    assert "memory_pages/mp_vec_f64_rw.h" in explained("mp_vec_f64_rw", OWN)
    names = mpgen("explain", "my_vec_particle_rw")
    assert names.returncode == 2


def test_explain_what_there_is_not():
    done = mpgen("explain", "mp_vec_f46_rw")
    sentence = "there is no type or function `mp_vec_f46_rw`; did you mean `mp_vec_f64_rw`?"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"mpgen: error: {sentence}\n")
    assert "prints the names of all types" in mpgen("explain", "qqq").stderr


def test_explain_tells_mistakes_in_the_spec(tmp_path):
    (tmp_path / "bad.yml").write_text("extends: memory_pages\n")
    done = mpgen("explain", "mp_vec_f64_rw", "bad.yml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("bad.yml:1:1: error: ")


def test_explain_without_a_type_prints_all_names():
    names = explained().split()
    assert "mp_pages_r_w_nx" in names and "mp_vec_f64_rw" in names
