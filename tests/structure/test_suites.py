"""No test is written and then forgotten."""

import re

from project import ROOT

TESTS = ROOT / "tests"


def test_every_test_is_known_to_ctest():
    known = (TESTS / "CMakeLists.txt").read_text()
    suites = {path.stem.removeprefix("test_") for path in (TESTS / "unit").glob("test_*.c")
              if "int main(" in path.read_text()}
    folders = {path.parent.name for path in TESTS.glob("*/test_*.py")}
    assert set(re.findall(r"^ *add_(?:unit|hardened)_test\((\w+)", known, re.M)) == suites
    assert set(re.findall(r"^add_python_tests\((\w+)", known, re.M)) == folders
