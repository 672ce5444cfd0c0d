"""What the spec comes to: which type has which function, and what the others say instead."""

import itertools
import re
from functools import cache

import pytest
from generator import CORE_SPEC, HERE

from mpgen import __main__ as mpgen

FAMILIES = {
    "pages": "create create_with destroy move len is_empty resident_bytes advise_use_soon "
    "advise_use_seq advise_use_rnd",
    "readable": "data first last at get get_unchecked read",
    "writable": "data_mut first_mut last_mut at_mut set set_unchecked write fill wipe resize decommit",
    "rw": "create create_with destroy move len capacity reservation is_empty reserve reserve_exact "
    "shrink_to_fit push push_within_capacity pop insert insert_n remove remove_range swap_remove "
    "truncate resize append append_zeroed write spare_mut advance clear clear_decommit first last "
    "first_mut last_mut at at_mut get get_unchecked set data data_mut slice clone equal "
    "resident_bytes advise_use_soon advise_use_seq advise_use_rnd freeze",
    "ro": "destroy move len is_empty first last at get get_unchecked data slice equal "
    "resident_bytes advise_use_soon advise_use_seq advise_use_rnd thaw",
    "slice": "len is_empty data first last at get get_unchecked sub",
    "fn": "call is_current",
    "unsafe": "unsafe_ptr into_raw_parts from_raw_parts",
}
FAMILIES = {family: set(names.split()) for family, names in FAMILIES.items()}
SIX = {"r_w_nx", "r_nw_nx", "r_nw_x", "nr_nw_x", "nr_w_nx", "nr_nw_nx"}
ELEMENTS = "i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 ptr".split()
SIGNATURES = "void binary_i32 unary_u64 binary_u64 unary_f64".split()


@cache
def core(write_exec="refused", folder=None):
    if write_exec == "refused":
        return mpgen.read(CORE_SPEC)
    changed = folder / "memory_pages.yml"
    text = CORE_SPEC.read_text()
    changed.write_text(text.replace("\nwrite_exec: refused\n", f"\nwrite_exec: {write_exec}\n"))
    return mpgen.read(changed)


def verbs(handle, unsafe=False):
    """What a type can do, whatever gate it needs."""
    there = (f for f in handle.functions if f.available and f.unsafe == unsafe)
    return {f.name.removeprefix(handle.name + "_") for f in there}


def function(handles, name):
    [found] = [f for handle in handles for f in handle.functions if f.name == name]
    return found


# ---- Which types there are -------------------------------------------------------------------------


def test_six_types_of_pages():
    assert {p.name for p in core().pages} == {f"mp_pages_{name}" for name in SIX}


def test_eight_types_of_pages_where_the_spec_allows(tmp_path):
    names = {p.name for p in core("allowed", tmp_path).pages}
    letters = itertools.product(("r", "nr"), ("w", "nw"), ("x", "nx"))
    assert names == {f"mp_pages_{'_'.join(combination)}" for combination in letters}


def test_types_of_every_element_and_signature():
    spec = core()
    assert [v.name for v in spec.slices] == [f"mp_slice_{e}" for e in ELEMENTS]
    vectors = [f"mp_vec_{e}_{kind}" for e in ELEMENTS for kind in ("rw", "ro")]
    assert [v.name for v in spec.vectors] == vectors
    assert [r.name for r in spec.references] == [f"mp_fn_{s}" for s in SIGNATURES]


# ---- Which type has which function -----------------------------------------------------------------


@pytest.mark.parametrize("label", sorted(SIX))
def test_functions_of_pages(label):
    [pages] = [p for p in core().pages if p.name == f"mp_pages_{label}"]
    facts = pages.state.facts
    wanted = set(FAMILIES["pages"])
    if facts["read"]:
        wanted |= FAMILIES["readable"]
    if facts["read"] and facts["write"]:
        wanted |= FAMILIES["writable"]
    if facts["write"]:
        wanted |= {"exec_address"}
    if facts["exec"]:
        wanted |= {f"fn_{s}" for s in SIGNATURES}
    transitions = {f.name.removeprefix(f"{pages.name}_") for f in pages.functions if f.target}
    assert verbs(pages) - transitions == wanted
    assert verbs(pages, unsafe=True) == FAMILIES["unsafe"]


def test_write_exec_pages_can_sync_their_code(tmp_path):
    spec = core("allowed", tmp_path)
    having = {p.name for p in spec.pages if "sync_code" in verbs(p)}
    assert having == {"mp_pages_r_w_x", "mp_pages_nr_w_x"}


def test_functions_of_vectors_slices_and_references():
    spec = core()
    for vec in spec.vectors:
        assert verbs(vec) == FAMILIES["ro" if vec.frozen else "rw"], vec.name
    for view in spec.slices:
        assert verbs(view) == FAMILIES["slice"]
    for reference in spec.references:
        assert verbs(reference) == FAMILIES["fn"]
        assert verbs(reference, unsafe=True) == {"ptr"}


def test_every_operation_is_available_or_refused_everywhere():
    for handles in (core().pages, core().vectors):
        names = {frozenset(f.name.removeprefix(h.name) for f in h.functions) for h in handles}
        assert len(names) == 1


# ---- Transitions -----------------------------------------------------------------------------------

CHANGES = {
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


@pytest.mark.parametrize("write_exec", ["refused", "allowed"])
def test_transitions_lead_where_they_say(write_exec, tmp_path):
    spec = core(write_exec, tmp_path)
    by_facts = {tuple(p.state.facts.items()): p for p in spec.pages}
    for pages, (verb, changes) in itertools.product(spec.pages, CHANGES.items()):
        f = function([pages], f"{pages.name}_{verb}")
        target = by_facts.get(tuple((pages.state.facts | changes).items()))
        if target is None:
            assert "writable and executable at once" in f.refusal
        elif target is pages:
            assert "already" in f.refusal
        else:
            assert f.target.name == target.name
            assert bool(f.closed) == (target.executable and not pages.executable)


# ---- What is said instead --------------------------------------------------------------------------

SENTENCES = {
    "mp_pages_r_nw_nx_write": "these pages are not writable; call mp_pages_r_nw_nx_allow_write() first",
    "mp_pages_r_nw_x_set": "these pages are not writable; call mp_pages_r_nw_x_allow_write_no_exec() "
    "first",
    "mp_pages_nr_nw_x_write": "these pages are not readable; call mp_pages_nr_nw_x_allow_read() and "
    "then mp_pages_r_nw_x_allow_write_no_exec() first",
    "mp_pages_nr_nw_nx_fill": "these pages are not readable; call "
    "mp_pages_nr_nw_nx_allow_read_write() first",
    "mp_pages_r_w_nx_fn_void": "these pages are not executable; call "
    "mp_pages_r_w_nx_set_protected_exec() first",
    "mp_pages_r_w_nx_sync_code": "these pages are not executable",
    "mp_vec_f64_ro_push": "this vector is frozen; call mp_vec_f64_ro_thaw() first",
    "mp_vec_f64_ro_create": "a frozen vector comes from freezing one that can grow; create that first",
    "mp_vec_f64_rw_thaw": "this vector is not frozen; call mp_vec_f64_rw_freeze() first",
}


@pytest.mark.parametrize("name, sentence", SENTENCES.items(), ids=SENTENCES)
def test_refusals_say_what_helps(name, sentence):
    assert function(core().handles, name).refusal == sentence


def test_refusals_name_only_what_exists(tmp_path):
    for spec in (core(), core("allowed", tmp_path), mpgen.read(HERE / "tiny.yml")):
        there = {f.name for h in spec.handles for f in h.functions if f.available}
        for handle in spec.handles:
            for f in handle.functions:
                assert set(re.findall(r"(\w+)\(\)", f.refusal)) <= there, f.name
                assert "{" not in f.refusal


def test_a_remedy_helps():
    """Following the calls that a refusal names leads to a type that has the function."""
    handles = {h.name: h for h in core().handles}
    for handle in handles.values():
        for f in handle.functions:
            current = handle
            calls = re.findall(r"(\w+)\(\)", f.refusal)
            for call in calls:
                step = function([current], call)
                assert step.available
                current = handles[step.target.name]
            if calls:
                verb = f.name.removeprefix(f"{handle.name}_")
                assert function([current], f"{current.name}_{verb}").available, f.name


def test_elements_decide_what_their_vectors_refuse():
    spec = mpgen.read(HERE / "tiny.yml")
    refused = {v.name: {f.operation for f in v.functions if f.refusal} for v in spec.vectors}
    assert refused["tp_vec_i32_rw"] == {"thaw"}
    assert refused["tp_vec_text_rw"] == {"thaw"}
    assert refused["tp_vec_file_rw"] == {"thaw", "clone", "get", "equal"}
    [f] = [f for v in spec.vectors for f in v.functions if f.name == "tp_vec_file_ro_clone"]
    assert f.refusal == "file can not be copied"


# ---- A user's own ----------------------------------------------------------------------------------


def test_own_references_are_made_of_the_library_s_pages():
    spec = mpgen.read(HERE / "tiny_own.yml")
    [kernel] = spec.references
    makers = {f.name for f in kernel.functions if f.available and f.family == "pages"}
    assert makers == {"mp_pages_r_nw_x_fn_my_kernel", "mp_pages_nr_nw_x_fn_my_kernel"}
    assert all(f.name.startswith(("mp_pages_", "my_fn_kernel_")) for f in kernel.functions)


def test_own_scalars_and_pointers_need_no_header(tmp_path):
    own = tmp_path / "own.yml"
    own.write_text(
        "extends: memory_pages\nprefix: my\nelements:\n"
        "  - {name: celsius, c_type: float, doc: A temperature.}\n"
        "  - {name: name, c_type: const char *, doc: A name.}\n"
        "  - {name: node, c_type: struct node*, doc: A node.}\n"
    )
    celsius, name, node = mpgen.read(own).elements
    assert (celsius.comparable, name.comparable, node.comparable) == (True, True, True)
    assert name.const_c_type == "const char *const"
    assert (node.c_type, node.pointer) == ("struct node *", "struct node **")
