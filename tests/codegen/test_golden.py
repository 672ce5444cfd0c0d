"""The generator makes of the tiny specs, byte for byte, what was agreed on."""

import pytest
from generator import files, mpgen
from golden import GOLDEN, SPECS, made


@pytest.mark.parametrize("name", SPECS)
def test_golden(name, tmp_path):
    present = {path: data.decode() for path, data in files(GOLDEN / name).items()}
    wanted = {
        str(path.relative_to(tmp_path)): data.decode()
        for path, data in made(SPECS[name], tmp_path).items()
    }
    assert sorted(present) == sorted(wanted)
    assert present == wanted


def test_generated_is_up_to_date():
    done = mpgen("check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
