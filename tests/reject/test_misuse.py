"""Misuse does not compile: the compiler refuses it by itself, without a flag of the user's.

$MP_REJECT_ALL_PAIRS=1 tries every handle argument with every wrong type, not only the nearest.
"""

import os

import misuse
import pytest
from checker import PLAIN

each_kind = pytest.mark.parametrize("kind", misuse.EVERY_KIND, ids=lambda kind: kind.__name__)
each_kind_with_a_sentence = pytest.mark.parametrize(
    "kind", misuse.WITH_A_SENTENCE, ids=lambda kind: kind.__name__
)


def of_every_kind(library):
    return [m for kind in misuse.EVERY_KIND for m in kind(library.types)]


def plain(checker, library, include="-I"):
    return [*PLAIN[checker.compiler], *(f"{include}{folder}" for folder in library.include_dirs)]


def check_none(complaints):
    assert not complaints, f"{len(complaints)} complaints:\n" + "\n".join(complaints[:10])


def check_refused(checker, misuses, flags):
    assert misuses
    check_none(checker.complaints(misuses, flags))


@each_kind
def test_misuse_is_refused(kind, checker, library):
    check_refused(checker, kind(library.types), plain(checker, library))


def test_put_right_it_compiles(checker, library):
    check_none(checker.complaints_put_right(of_every_kind(library), plain(checker, library)))


@each_kind_with_a_sentence
def test_a_user_without_warnings_reads_the_sentence(kind, checker, library):
    check_refused(checker, kind(library.types), [*plain(checker, library), "-w"])


def test_headers_of_the_system_refuse_too(checker, library):
    check_refused(checker, of_every_kind(library)[::20], plain(checker, library, "-isystem"))


def test_checking_the_syntax_refuses_too(checker, library):
    flags = [flag.replace("-c", "-fsyntax-only") for flag in plain(checker, library)]
    check_refused(checker, of_every_kind(library)[::20], flags)


@pytest.mark.skipif(os.environ.get("MP_REJECT_ALL_PAIRS") != "1", reason="takes minutes")
def test_no_type_is_taken_for_any_other(checker, library):
    check_refused(checker, misuse.all_other_types(library.types), plain(checker, library))


# ---- Other specs: what holds of the library's types holds of any ---------------------------------


def check_library(checker, library):
    check_refused(checker, of_every_kind(library), plain(checker, library))
    check_none(checker.complaints_put_right(of_every_kind(library), plain(checker, library)))


def test_a_spec_that_allows_writable_code(gcc_checker, library_without_w_xor_x):
    check_library(gcc_checker, library_without_w_xor_x)


def test_a_spec_of_a_users_own(gcc_checker, own_library):
    check_library(gcc_checker, own_library)
