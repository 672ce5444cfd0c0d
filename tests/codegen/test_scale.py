"""The work of a run grows with the number of elements and no faster. Counted, not timed."""

import sys

import pytest
from generator import files

from mpgen import __main__ as mpgen


def spec(count):
    entries = "".join(
        f"  - name: e{i:03}\n    c_type: struct e\n    header: e.h\n    doc: An element.\n"
        for i in range(count)
    )
    return f"extends: memory_pages\nprefix: my\nelements:\n{entries}"


def generate(count, folder):
    folder.mkdir()
    (folder / "types.yml").write_text(spec(count))
    assert mpgen.main(["generate", "-q", str(folder / "types.yml"), "-o", str(folder / "out")]) == 0


def calls(count, folder):
    """How many functions are called, in Python and in C."""
    called = 0

    def count_calls(frame, event, argument):
        nonlocal called
        called += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_calls)
    try:
        generate(count, folder)
    finally:
        sys.setprofile(before)
    return called


def written(count, folder):
    generate(count, folder)
    return sum(map(len, files(folder / "out").values()))


@pytest.mark.parametrize("cost", [calls, written], ids=lambda cost: cost.__name__)
def test_what_a_run_takes_grows_linearly(cost, tmp_path):
    generate(1, tmp_path / "what is loaded once")
    few, some, many = (cost(count, tmp_path / str(count)) for count in (15, 30, 60))
    assert some > few
    assert (many - some) / (some - few) == pytest.approx(2, rel=1e-4)  # both are exact
