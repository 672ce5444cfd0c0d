"""The table of proofs fits the sources, which may change without anybody proving them anew."""

import re

import pytest
from project import ROOT
from ruamel.yaml import YAML

FOLDER = ROOT / "tests" / "proof"
TABLE = YAML(typ="safe").load(FOLDER / "proofs.yml")
PROOFS = {name: proof for subject in TABLE.values() for name, proof in subject["proofs"].items()}


@pytest.mark.parametrize("file", TABLE)
def test_every_harness_is_in_the_table(file):
    harnesses = re.findall(r"^void (\w+)\(void\) \{", (FOLDER / file).read_text(), re.M)
    assert harnesses == list(TABLE[file]["proofs"])


def test_every_file_is_in_the_table():
    assert {path.name for path in FOLDER.glob("*.c")} == set(TABLE)


@pytest.mark.parametrize("name", PROOFS)
def test_every_fault_has_its_place(name):
    fault = PROOFS[name]["fault"]
    assert (ROOT / fault["in"]).read_text().count(fault["from"]) == 1
    assert fault["from"] != fault["to"]


def test_there_are_proofs():
    assert len(PROOFS) >= 40
