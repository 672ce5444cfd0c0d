"""What the spec comes to: where transitions lead, and what refusals say."""

import itertools
import re
from functools import cache

import pytest
from generator import CORE_SPEC, HERE

from mpgen import __main__ as mpgen


@cache
def core(write_exec="refused", folder=None):
    if write_exec == "refused":
        return mpgen.read(CORE_SPEC)
    changed = folder / "memory_pages.yml"
    text = CORE_SPEC.read_text()
    changed.write_text(text.replace("\nwrite_exec: refused\n", f"\nwrite_exec: {write_exec}\n"))
    return mpgen.read(changed)


def function(handles, name):
    [found] = [f for handle in handles for f in handle.functions if f.name == name]
    return found


# ---- Which types there are -----------------------------------------------------------------------


def test_a_type_for_each_combination_where_the_spec_allows_all(tmp_path):
    names = {p.name for p in core("allowed", tmp_path).pages}
    letters = itertools.product(("r", "nr"), ("w", "nw"), ("x", "nx"))
    assert names == {f"mp_pages_{'_'.join(combination)}" for combination in letters}


def test_write_exec_pages_can_sync_their_code(tmp_path):
    having = [
        pages.name
        for pages in core("allowed", tmp_path).pages
        for f in pages.functions
        if f.operation == "sync_code" and f.available
    ]
    assert having == ["mp_pages_r_w_x", "mp_pages_nr_w_x"]


def test_every_operation_is_available_or_refused_everywhere():
    for handles in (core().pages, core().vectors):
        names = {frozenset(f.name.removeprefix(h.name) for f in h.functions) for h in handles}
        assert len(names) == 1


# ---- Transitions ---------------------------------------------------------------------------------

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


# ---- What is said instead ------------------------------------------------------------------------

UNREADABLE, UNWRITABLE = "these pages are not readable", "these pages are not writable"
SENTENCES = {
    "mp_pages_r_nw_nx_write": f"{UNWRITABLE}; call mp_pages_r_nw_nx_allow_write() first",
    "mp_pages_r_nw_x_set": f"{UNWRITABLE}; call mp_pages_r_nw_x_allow_write_no_exec() first",
    "mp_pages_nr_nw_nx_fill": f"{UNREADABLE}; call mp_pages_nr_nw_nx_allow_read_write() first",
    "mp_pages_nr_nw_x_write": f"{UNREADABLE}; call mp_pages_nr_nw_x_allow_read() and then "
    "mp_pages_r_nw_x_allow_write_no_exec() first",
    "mp_pages_r_w_nx_fn_void": "these pages are not executable; call "
    "mp_pages_r_w_nx_set_protected_exec() first",
    "mp_pages_r_w_nx_sync_code": "these pages are not executable",
    "mp_vec_f64_ro_push": "this vector is frozen; call mp_vec_f64_ro_thaw() first",
    "mp_vec_f64_ro_create": "a frozen vector comes from freezing one that can grow; "
    "create that first",
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


# ---- A user's own --------------------------------------------------------------------------------


def test_own_references_are_made_of_the_library_s_pages():
    spec = mpgen.read(HERE / "tiny_own.yml")
    [kernel, _] = spec.references
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
