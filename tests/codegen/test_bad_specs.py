"""Every mistake in a spec is told with its place, and nothing is written.

Each file in bad/ is a spec; what the generator must print of it stands beside it, in whole.
"""

import pytest
from bad_specs import BAD, SPECS, expected
from generator import HERE, files, mpgen

from mpgen.__main__ import main


@pytest.mark.parametrize("spec", SPECS)
def test_bad_spec(spec, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(BAD)
    status = main(["generate", spec, "-o", str(tmp_path / "out")])
    printed = capsys.readouterr()
    assert printed.err == expected(spec).read_text()
    assert printed.out == ""
    assert status == 1
    assert files(tmp_path) == {}


@pytest.mark.parametrize("command", ["generate", "check", "list"])
def test_every_command_tells_mistakes(command, tmp_path):
    done = mpgen(command, "unknown_section.yml", "-o", tmp_path / "out", cwd=BAD)
    assert done.stderr == expected("unknown_section.yml").read_text()
    assert (done.returncode, done.stdout) == (1, "")
    assert files(tmp_path) == {}


def test_every_expectation_has_its_spec():
    assert sorted(BAD.glob("*.txt")) == [expected(spec) for spec in SPECS]


def test_missing_spec(tmp_path):
    done = mpgen("generate", "none.yml", cwd=tmp_path)
    sentence = "none.yml:1:1: error: cannot read the spec: No such file or directory\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_folder_instead_of_a_spec(tmp_path):
    done = mpgen("generate", ".", cwd=tmp_path)
    sentence = ".:1:1: error: cannot read the spec: Is a directory\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_huge_spec(tmp_path):
    (tmp_path / "huge.yml").write_bytes(b"# line\n" * 1_000_000)
    done = mpgen("generate", "huge.yml", cwd=tmp_path)
    sentence = "huge.yml:1:1: error: the spec is too large: the limit is 4194304 bytes\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_generated_files_stay_when_the_spec_breaks(tmp_path):
    out = tmp_path / "out"
    assert mpgen("generate", HERE / "tiny.yml", "-o", out).returncode == 0
    before = files(out)
    assert mpgen("generate", BAD / "unknown_key.yml", "-o", out).returncode == 1
    assert files(out) == before


TRACE = """extends: memory_pages
prefix: {}
elements:
  - {{name: {}, c_type: int, doc: A number.}}
"""


@pytest.mark.parametrize("command", ["generate", "check"])
@pytest.mark.parametrize("specs", [
    [("jit", "trace"), ("jit_trace", "entry")],
    [("jit_trace", "entry"), ("jit", "trace")],
], ids=["short_first", "long_first"])
def test_prefixes_that_come_to_one_name(specs, command, tmp_path):
    for prefix, element in specs:
        (tmp_path / f"{prefix}.yml").write_text(TRACE.format(prefix, element))
    first, second = (prefix for prefix, _ in specs)
    assert mpgen("generate", f"{first}.yml", "-o", "types", cwd=tmp_path).returncode == 0
    before = files(tmp_path)
    done = mpgen(command, f"{second}.yml", "-o", "types", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"mpgen: error: types/jit_trace_types.h is there for the prefix `{first}`, and the prefix "
        f"`{second}` comes to the same name: change one of them. If there is no spec for `{first}` "
        "any more, remove that file\n")
    assert files(tmp_path) == before


def test_corpus_is_not_forgotten():
    assert len(SPECS) >= 70
