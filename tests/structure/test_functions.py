"""Every function exists for every type that may have it, and for no other."""

import re

import pytest
from mpgen.__main__ import CORE_SPEC, read
from symbols import LIBRARIES, exported

# What is promised, in words that owe nothing to the spec. An operation that is not listed is not
# looked at here.
PAGES = set(
    "create create_with destroy move len is_empty resident_bytes advise_use_soon advise_use_seq "
    "advise_use_rnd unsafe_ptr into_raw_parts from_raw_parts".split()
)
READABLE = set("data first last at get get_unchecked read".split())
READABLE_AND_WRITABLE = set(
    "data_mut first_mut last_mut at_mut set set_unchecked write fill resize decommit wipe".split()
)
WRITABLE = {"exec_address"}
EXECUTABLE = {"fn_{function.name}"}
TRANSITIONS = {
    "allow_read": {"read": True},
    "deny_read": {"read": False},
    "allow_write": {"write": True},
    "deny_write": {"write": False},
    "allow_exec": {"exec": True},
    "deny_exec": {"exec": False},
    "allow_write_no_exec": {"write": True, "exec": False},
    "set_protected_exec": {"write": False, "exec": True},
    "allow_read_write": {"read": True, "write": True},
    "deny_all": {"read": False, "write": False, "exec": False},
}
VECTORS = set(
    "destroy move len is_empty data first last at get get_unchecked slice equal resident_bytes "
    "advise_use_soon advise_use_seq advise_use_rnd".split()
)
GROWABLE = set(
    "create create_with capacity reservation reserve reserve_exact shrink_to_fit push "
    "push_within_capacity pop insert insert_n remove remove_range swap_remove truncate resize "
    "append append_zeroed write spare_mut advance clear clear_decommit first_mut last_mut at_mut "
    "set data_mut clone freeze".split()
)
FROZEN = {"thaw"}
SLICES = {"at", "get", "sub"}
REFERENCES = {"call", "is_current", "ptr"}

# No page is writable and executable at once.
COMBINATIONS = {
    "mp_pages_r_w_nx": {"read", "write"},
    "mp_pages_r_nw_nx": {"read"},
    "mp_pages_r_nw_x": {"read", "exec"},
    "mp_pages_nr_nw_x": {"exec"},
    "mp_pages_nr_w_nx": {"write"},
    "mp_pages_nr_nw_nx": set(),
}
ELEMENTS = "i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 ptr".split()
SIGNATURES = {"void (void)", "int32_t (int32_t, int32_t)", "uint64_t (uint64_t)",
              "uint64_t (uint64_t, uint64_t)", "double (double)"}


def after(verb, access):
    changes = TRANSITIONS[verb]
    return {fact for fact in ("read", "write", "exec") if changes.get(fact, fact in access)}


def promised_to_pages(access):
    promised = set(PAGES)
    promised |= READABLE if "read" in access else set()
    promised |= READABLE_AND_WRITABLE if {"read", "write"} <= access else set()
    promised |= WRITABLE if "write" in access else set()
    promised |= EXECUTABLE if "exec" in access else set()
    for verb in TRANSITIONS:
        if after(verb, access) != access and after(verb, access) in COMBINATIONS.values():
            promised.add(verb)
    return promised


def available(handle):
    return {f.operation for f in handle.functions if f.available}


def check_promise(handle, promised, listed):
    assert available(handle) & listed == promised, handle.name


@pytest.fixture(scope="module")
def spec():
    return read(CORE_SPEC)


def names(handles):
    return {handle.name for handle in handles}


def test_the_types_are_those_promised(spec):
    assert names(spec.pages) == COMBINATIONS.keys()
    assert names(spec.slices) == {f"mp_slice_{element}" for element in ELEMENTS}
    assert names(spec.vectors) == {
        f"mp_vec_{element}_{kind}" for element in ELEMENTS for kind in ("rw", "ro")
    }
    assert {signature.text for signature in spec.signatures} >= SIGNATURES


def test_pages_have_what_their_permission_allows(spec):
    listed = PAGES | READABLE | READABLE_AND_WRITABLE | WRITABLE | EXECUTABLE | set(TRANSITIONS)
    for handle in spec.pages:
        check_promise(handle, promised_to_pages(COMBINATIONS[handle.name]), listed)


def test_transitions_lead_where_they_say(spec):
    for handle in spec.pages:
        for f in handle.functions:
            if f.available and f.operation in TRANSITIONS:
                access = after(f.operation, COMBINATIONS[handle.name])
                assert COMBINATIONS[f.target.name] == access, f.name


def test_only_growable_vectors_have_what_writes(spec):
    for handle in spec.vectors:
        promised = VECTORS | (FROZEN if handle.frozen else GROWABLE)
        check_promise(handle, promised, VECTORS | GROWABLE | FROZEN)


def test_slices_and_references_have_what_is_promised(spec):
    for handle in spec.slices:
        check_promise(handle, SLICES, SLICES)
    for handle in spec.references:
        check_promise(handle, REFERENCES, REFERENCES)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_library_holds_these_functions_and_no_others(library, build_dir, spec):
    functions = {f.name for handle in spec.handles for f in handle.functions if f.available}
    symbols = exported(build_dir, library)
    typed = {name for name in symbols if re.match(r"mp_(pages|slice|fn|vec(?!_raw))_", name)}
    assert typed - functions == set()
    assert functions - typed == set()
