"""Files and systems that do not do what a program hopes for: the generator says so in one line,
ends with status 1, and what was there before is there afterwards.
"""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from generator import CODEGEN, HERE, files, mpgen

OWN = HERE / "tiny_own.yml"

# Root may read and write everything: it becomes nobody for a while.
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
if os.geteuid() != 0:
    AS_NOBODY = []


def as_nobody(*arguments, cwd):
    if AS_NOBODY and not shutil.which("setpriv"):
        pytest.skip("root can read everything, and there is no setpriv")
    reaches = f"import jinja2; open({str(OWN)!r})"
    probe = [*AS_NOBODY, sys.executable, "-c", reaches]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("nobody can reach this folder, or the Python that runs the tests")
    return mpgen(*arguments, wrapper=AS_NOBODY, cwd=cwd)


def complains(done, start):
    assert done.stderr.startswith(start), done.stderr
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_a_spec_that_may_not_be_read(tmp_path):
    shutil.copy(OWN, tmp_path / "secret.yml")
    (tmp_path / "secret.yml").chmod(0)
    open_to_all(tmp_path)
    done = as_nobody("generate", "secret.yml", cwd=tmp_path)
    complains(done, "secret.yml:1:1: error: cannot read the spec: Permission denied\n")


def test_a_folder_that_may_not_be_written(tmp_path):
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    open_to_all(tmp_path)
    done = as_nobody("generate", OWN, "-o", out, cwd=tmp_path)
    complains(done, f"mpgen: error: cannot write {out}/")
    assert files(out) == {}


def open_to_all(folder):
    """Opens the temporary folder of a test, which pytest keeps closed, and those above it."""
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(0o755)


def test_a_link_to_itself(tmp_path):
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    done = mpgen("generate", "loop.yml", cwd=tmp_path)
    complains(done, "loop.yml:1:1: error: cannot read the spec: Too many levels of symbolic links")


def test_a_name_that_would_move_the_cursor(tmp_path):
    done = mpgen("generate", "a\x1b[2J\nb.yml", cwd=tmp_path)
    complains(done, "a\\x1b[2J\\nb.yml:1:1: error: cannot read the spec: No such file")


def test_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "out/my_types.h").mkdir(parents=True)
    done = mpgen("generate", OWN, "-o", tmp_path / "out")
    complains(done, "mpgen: error: cannot read ")
    assert files(tmp_path) == {}


def test_a_full_disk_changes_nothing(tmp_path):
    # The limit on the size of files stands for the disk: the small headers fit, the large do not.
    out = tmp_path / "out"
    assert mpgen("generate", OWN, "-o", out).returncode == 0
    for path in out.iterdir():
        path.write_text("/* An earlier run. */\n")
    before = files(out)
    script = 'ulimit -f 8; trap "" XFSZ; exec "$@"'
    done = mpgen("generate", OWN, "-o", out, wrapper=["/bin/sh", "-c", script, "sh"])
    complains(done, "mpgen: error: cannot write ")
    assert files(out) == before


def test_a_full_disk_leaves_no_starter(tmp_path):
    script = 'ulimit -f 0; trap "" XFSZ; exec "$@"'
    new = tmp_path / "new.yml"
    done = mpgen("init", new, wrapper=["/bin/sh", "-c", script, "sh"])
    complains(done, f"mpgen: error: cannot write {new}: File too large")
    assert files(tmp_path) == {}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_output_that_finds_no_room():
    done = mpgen("list", OWN, wrapper=["/bin/sh", "-c", '"$@" > /dev/full', "sh"])
    complains(done, "mpgen: error: cannot write the output: No space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("spec, status", [(OWN, 0), (HERE / "bad/empty.yml", 1)])
def test_closed_streams(closed, spec, status, tmp_path):
    wrapper = ["/bin/sh", "-c", f'"$@" {closed}', "sh"]
    done = mpgen("generate", spec, "-o", tmp_path, wrapper=wrapper)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_an_interrupted_run_leaves_nothing(tmp_path):
    spec = tmp_path / "many.yml"
    entries = "".join(f"  - {{name: e{i}, c_type: int, doc: A number.}}\n" for i in range(400))
    spec.write_text("extends: memory_pages\nprefix: my\nelements:\n" + entries)
    out = tmp_path / "out"
    command = [sys.executable, "-B", "-m", "mpgen", "generate", spec, "-o", out]
    environment = os.environ | {"PYTHONPATH": str(CODEGEN)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as run:
        while run.poll() is None and not (out.is_dir() and any(out.iterdir())):
            time.sleep(0.001)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate()
    assert (run.returncode, said) == (130, "")
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    assert all(path.stat().st_size for path in out.iterdir())


# ---- The same spec, the same bytes ---------------------------------------------------------------


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    out = tmp_path_factory.mktemp("usual")
    assert mpgen("generate", OWN, "-o", out).returncode == 0
    return files(out)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4294967295"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
        {"TZ": "Pacific/Kiritimati", "SOURCE_DATE_EPOCH": "1", "HOME": "/", "USER": "x"},
        {"PYTHONOPTIMIZE": "2", "COLUMNS": "20"},
    ],
    ids=lambda environment: "-".join(environment),
)
def test_surroundings_change_nothing(environment, usual, tmp_path):
    assert mpgen("generate", OWN, "-o", tmp_path / "out", env=environment).returncode == 0
    assert files(tmp_path / "out") == usual


def test_another_folder_changes_nothing(usual, tmp_path):
    shutil.copy(OWN, tmp_path / "other name.yml")
    os.utime(tmp_path / "other name.yml", (1, 1))
    assert mpgen("generate", "other name.yml", "-o", "a/b", cwd=tmp_path).returncode == 0
    assert files(tmp_path / "a/b") == usual


def test_another_user_changes_nothing(usual, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o777)
    open_to_all(tmp_path)
    assert as_nobody("generate", OWN, "-o", out, cwd=tmp_path).returncode == 0
    assert files(out) == usual
