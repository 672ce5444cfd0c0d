"""The checker can say no: it tells misuses that pass from those that are refused."""

import misuse
import pytest
from checker import Program
from misuse import Misuse
from test_misuse import plain

FLAWLESS = Misuse(
    line="mp_pages_r_w_nx_wipe(reader);",
    right="mp_pages_r_w_nx_wipe(writer);",
    parameters=(("mp_pages_r_w_nx *", "writer"), ("mp_pages_r_nw_nx *", "reader")),
    includes=("<memory_pages/mp_pages_r_w_nx.h>",),
)


def changed(**facts):
    return Misuse(**{**vars(FLAWLESS), **facts})


@pytest.fixture
def complaints(checker, library):
    """Asks a compiler about misuses."""
    return lambda *misuses, head=(): checker.complaints(misuses, plain(checker, library), head)


def test_nothing_is_said_of_a_misuse_that_is_refused(complaints):
    assert complaints(FLAWLESS) == []


def test_a_line_that_compiles_is_told(complaints):
    fine = changed(line=FLAWLESS.right)
    assert complaints(FLAWLESS, fine, FLAWLESS) == [f"accepted: {fine.line}"]
    assert "the compiler reports success" in complaints(fine)


def test_a_warning_is_no_refusal(checker, library, complaints):
    if checker.file.endswith(".cpp"):
        pytest.skip("C++ has no such warnings")
    wrong = misuse.nearest_siblings(library.types)[:40]
    lax = complaints(*wrong, head=["#define MP_LAX_TYPES"])
    assert [c for c in lax if c.startswith("accepted: ")] == [f"accepted: {m.line}" for m in wrong]


def test_a_sentence_that_is_not_said_is_told(complaints):
    refused = changed(
        line="mp_pages_r_nw_nx_wipe(reader);",
        right="",
        includes=("<memory_pages/mp_pages_r_nw_nx.h>",),
        sentence="these pages are not writable; call mp_pages_r_nw_nx_allow_write() first",
    )
    assert complaints(refused) == []
    silent = Misuse(**{**vars(refused), "sentence": "these pages are made of stone"})
    [told] = complaints(silent)
    assert told.startswith(f"refused without its sentence: {silent.line}")


def test_a_refusal_beside_the_misuse_is_told(checker, library, complaints):
    broken = changed(right="mp_pages_r_w_nx_wipe(reader);")
    assert any(c.startswith("more is refused") for c in complaints(broken))
    assert checker.complaints_put_right([broken], plain(checker, library)) != []
    assert checker.complaints_put_right([FLAWLESS], plain(checker, library)) == []


def test_a_warning_about_what_is_right_is_told(checker, library):
    careless = changed(
        right="mp_pages_r_w_nx_resize(writer, 1);",
    )
    [told] = checker.complaints_put_right([careless], plain(checker, library))
    assert "warn_unused_result" in told or "unused-result" in told


def test_more_errors_than_clang_shows_hide_no_line(complaints):
    loud = changed(line="nothing_1; nothing_2; nothing_3;")
    fine = changed(line=FLAWLESS.right)
    assert complaints(*[loud] * 17, fine) == [f"accepted: {fine.line}"]


def test_misuses_are_found_by_their_line():
    program = Program((FLAWLESS, changed(line="return;")), ("/* first */",))
    lines = list(program.lines(with_misuses=True))
    assert {lines[n - 1].strip() for n in program.by_line()} == {FLAWLESS.line, "return;"}
    assert len(lines) == len(list(program.lines(with_misuses=False)))
