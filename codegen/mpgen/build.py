"""Builds the typed model from the data of a spec that has no mistakes.

The table of operations is the library's. Each entry becomes a function of every type of its family:
available where the type has what it requires, else refused with a sentence that says what helps.
"""

import re

from mpgen import model
from mpgen.model import Failure, Function, Parameter, Signature, Spec, State


def build(own, core):
    """Makes the model of a spec. `core` is the library's data; `own` a user's, or None."""
    spec = own or core
    prefix, is_own = spec["prefix"], own is not None
    signatures = _signatures(spec, is_own)
    library_signatures = _signatures(core, False) if is_own else []
    elements = [_element(spec, entry, is_own) for entry in spec.get("elements", [])]
    types = _Types(core, own)
    umbrella = f"{prefix}_types" if is_own else core["library"]
    return Spec(
        prefix=prefix,
        own=is_own,
        version=None if is_own else _version(prefix, core["version"]),
        pages=tuple(types.pages([*library_signatures, *signatures])),
        elements=tuple(elements),
        slices=tuple(types.slice(element) for element in elements),
        vectors=tuple(types.vectors(elements)),
        writers=tuple(types.writer(element) for element in elements if element.has("writer")),
        signatures=tuple(signatures),
        references=tuple(types.reference(signature) for signature in signatures),
        page_types=model.header(f"{prefix}_pages_types", is_own),
        signature_types=model.header(f"{prefix}_fn_types", is_own),
        library_page_types=model.header(f"{core['prefix']}_pages_types", False),
        library_signature_types=model.header(f"{core['prefix']}_fn_types", False),
        unsafe=model.header(f"{prefix}_unsafe", is_own),
        umbrella=model.header(umbrella, is_own),
        instances=f"{prefix}_instances.c",
        natvis=f"{umbrella}.natvis",
    )


def _version(prefix, text):
    return model.Version(text, *text.split("."), model.header(f"{prefix}_version", False))


def _wanted(spec, entry):
    """The operations that a spec wants of the types of an entry; None: all. The key of that name
    in the library's spec defines what operations there are."""
    listed = entry.get("operations") or ("extends" in spec and spec.get("operations"))
    return frozenset([*listed, model.ALWAYS_WANTED]) if listed else None


def _signatures(spec, own):
    return [_signature(spec, entry, own) for entry in spec.get("functions", [])]


def _element(spec, entry, own):
    prefix, name, c_type = spec["prefix"], entry["name"], model.tidy(entry["c_type"])
    scalar = c_type.endswith("*") or not ("header" in entry or c_type.startswith(model.AGGREGATES))
    return model.Element(
        name=name,
        c_type=c_type,
        const_c_type=model.const_of(c_type),
        pointer=model.pointer_to(c_type),
        const_pointer=model.pointer_to(model.const_of(c_type)),
        doc=entry["doc"].strip(),
        include=model.include(entry.get("header", "")),
        destructor=entry.get("destructor", ""),
        copy=entry.get("copy", ""),
        equal=entry.get("equal", ""),
        comparable="equal" in entry or entry.get("scalar", scalar),
        wanted=_wanted(spec, entry),
        header=model.header(model.element_types_name(prefix, name), own),
        **model.element_names(prefix, name),
    )


def _signature(spec, entry, own):
    types = [model.tidy(c_type) for c_type in entry["parameters"]]
    arguments = (
        Parameter(model.argument_name(i), c_type, f"the {model.ORDINALS[i]} argument")
        for i, c_type in enumerate(types)
    )
    return Signature(
        name=entry["name"],
        returns=model.tidy(entry["returns"]),
        arguments=tuple(arguments),
        arguments_text=", ".join(types) or "void",
        include=model.include(entry.get("header", "")),
        doc=entry["doc"].strip(),
        wanted=_wanted(spec, entry),
        **model.signature_names(spec["prefix"], entry["name"], own),
    )


class _Types:
    """Makes types with their functions from the library's table of operations."""

    def __init__(self, core, own):
        self.core = core
        self.own = own is not None
        self.spec = own or core
        self.combinations = _combinations(self.spec)
        self.states = [self._pages_state(self.spec, entry) for entry in self.combinations]
        self.library_states = (
            [self._pages_state(core, entry) for entry in _combinations(core)] if own else []
        )

    def _pages_state(self, spec, entry):
        access = entry["access"]
        name = model.pages_name(spec["prefix"], access)
        facts = {permission: permission in access for permission in model.PERMISSIONS}
        macro = model.access_macro(name)
        return State(name, facts, frozenset(access), macro, _wanted(spec, entry))

    def _operations(self, family):
        return [operation for operation in self.core["operations"] if operation["on"] == family]

    # -- the types of each family --

    def pages(self, signatures):
        states = [*self.states, *self.library_states]
        for entry, state in zip(self.combinations, self.states):
            functions = []
            for operation in self._operations("pages"):
                each = signatures if "for_each" in operation else [None]
                functions += [self._function(operation, state, states, s) for s in each]
            yield model.Pages(
                name=state.name,
                header=model.header(state.name, self.own),
                doc=entry["doc"].strip(),
                functions=(*functions, *self._ways_from_the_library(state)),
                state=state,
                permission=model.permission_value(entry["access"]),
            )

    def _ways_from_the_library(self, state):
        """The transitions from the library's pages to a user's. The library's headers are made
        already: they stand with the type that they lead to."""
        transitions = [o for o in self._operations("pages") if "changes" in o and state.wants(o)]
        for operation in transitions:
            own = operation | {"name": model.own_verb(self.spec["prefix"], operation["name"])}
            for source in self.library_states:
                if source.facts != state.facts and _target(operation, source, [state]):
                    yield self._function(own, source, [state], gated=False)

    def vectors(self, elements):
        """The growable vector of each element, and the frozen one if one can be frozen."""
        for element in elements:
            for frozen in (False, True) if element.has("freeze") else (False,):
                yield self._vec(element, frozen)

    def _vec(self, element, frozen):
        growable = frozenset(element.capabilities | {"growable"})
        fixed = frozenset(element.capabilities | {"frozen"})
        states = [
            State(element.rw, {"growable": True}, growable, wanted=element.wanted),
            State(element.ro, {"growable": False}, fixed, wanted=element.wanted),
        ]
        state = states[frozen]
        functions = self._functions("vec", state, states, element=element)
        header = model.header(state.name, self.own)
        return model.Vec(state.name, header, element.doc, functions, element, frozen)

    def slice(self, element):
        state = State(element.slice, {}, frozenset(element.capabilities), wanted=element.wanted)
        functions = self._functions("slice", state, [state], element=element)
        header = model.header(state.name, self.own)
        return model.Slice(state.name, header, element.doc, functions, element)

    def writer(self, element):
        state = State(element.writer, {}, frozenset(), wanted=element.wanted)
        functions = self._functions("writer", state, [state], element=element)
        header = model.header(state.name, self.own)
        return model.Writer(state.name, header, element.doc, functions, element)

    def reference(self, signature):
        state = State(signature.type, {}, frozenset(), wanted=signature.wanted)
        functions = self._functions("function", state, [state], signature=signature)
        if self.own:
            # The library's headers of pages are made already: what makes a reference stands here.
            makers = [o for o in self._operations("pages") if "for_each" in o]
            library = self.library_states
            made = [self._function(o, s, library, signature) for s in library for o in makers]
            functions = (*made, *functions)
        header = model.header(state.name, self.own)
        return model.CodeReference(state.name, header, signature.doc, functions, signature)

    # -- functions --

    def _functions(self, family, state, states, signature=None, element=None):
        operations = self._operations(family)
        return tuple(self._function(o, state, states, signature, element) for o in operations)

    def _function(self, operation, state, states, signature=None, element=None, gated=True):
        values = _values(state, signature, element)
        target, refusal, closed = self._verdict(operation, state, states, values)
        values["to"] = (target or state).name
        returns = model.tidy(_filled(operation["returns"], values))
        status = returns == "status"
        summary, details = _documentation(operation["doc"], values)
        return Function(
            name=model.function_name(state.name, _filled(operation["name"], values)),
            operation=operation["name"],
            family=operation["on"],
            body=model.body_name(operation),
            group=operation["group"],
            attributes=_attributes(operation, status),
            returns="mp_status" if status else returns,
            parameters=_parameters(operation, state, values, signature),
            summary=summary,
            details=details,
            result="" if returns in ("status", "void") else _result(summary),
            failures=self._failures(operation, values) if status else (),
            at_once=_at_once(operation),
            refusal=refusal,
            closed=closed if gated else "",
            unsafe="gate" in operation,
            target=target,
            changes=len(operation.get("changes", ())),
            signature=signature,
        )

    def _failures(self, operation, values):
        failures = [Failure("MP_OK", "on success")]
        for entry in operation.get("fails", []):
            own = entry if isinstance(entry, dict) else {entry: self.core["conditions"][entry]}
            for status, condition in own.items():
                failures.append(Failure(model.status_name(status), _filled(condition, values)))
        return tuple(failures)

    # -- available or refused --

    def _verdict(self, operation, state, states, values):
        """The target of a transition, why the operation is refused, and why it is while the exec
        gate is closed; empty sentences if it is not."""
        if not state.wants(operation):
            return None, model.LEFT_OUT.format(model.operation_name(operation)), ""
        missing = [c for c in operation.get("requires", []) if c not in state.capabilities]
        if missing:
            # What no transition gives is the better reason.
            of_element = [c for c in missing if c in model.ELEMENT_CAPABILITIES]
            reason = self.core["capabilities"][(of_element or missing)[0]]
            sentence = operation.get("refused", reason)
            return None, self._sentence(sentence, operation, state, states, values), ""
        if "changes" not in operation:
            return None, "", ""
        said = self.core["transitions"]
        target = _target(operation, state, states)
        if target is None:
            facts = _changed(operation, state)
            both = {"write", "exec"} <= {fact for fact, true in facts.items() if true}
            refused = both and not _may_write_exec(self.spec)
            return None, said["missing" if refused else "absent"], ""
        if target == state:
            return None, said["already"], ""
        gated = target.executable and not state.executable
        return target, "", said["gated"] if gated else ""

    def _sentence(self, sentence, operation, state, states, values):
        """Why an operation is refused, with the calls that help, or without a word of help if none
        does."""
        chain = self._remedy(operation, state, states)
        if not chain:
            return _filled(re.sub(r"[;,]? *\{remedy\}", "", sentence), values)
        remedy = f"call {' and then '.join(f'{name}()' for name in chain)} first"
        return _filled(sentence, values | {"remedy": remedy})

    def _remedy(self, operation, state, states):
        """The shortest chain of transitions to a type that has all that an operation requires."""
        required = set(operation["requires"])
        reached, queue = {state.name}, [(state, [])]
        for current, chain in queue:
            if required <= current.capabilities and current.wants(operation):
                return chain
            for verb, target in self._steps(operation["on"], current, states):
                if target.name not in reached:
                    reached.add(target.name)
                    queue.append((target, [*chain, model.function_name(current.name, verb)]))
        return []

    def _steps(self, family, state, states):
        """Every transition of a type: what its function is called, and where it leads."""
        for operation in self._operations(family):
            possible = set(operation.get("requires", [])) <= state.capabilities
            if "changes" not in operation or not possible or not state.wants(operation):
                continue
            library = [s for s in states if s in self.library_states]
            own = [s for s in states if s not in library and s.wants(operation)]
            verb = operation["name"]
            target = _target(operation, state, library if state in library else states)
            if target:
                yield verb, target
            target = state in library and _target(operation, state, own)
            if target:
                yield model.own_verb(self.spec["prefix"], verb), target


def _combinations(spec):
    """The permissions that a spec gives types for. Where write and exec may not meet, those with
    both are left out."""
    both = {"write", "exec"}
    pages = spec.get("pages", [])
    return [p for p in pages if _may_write_exec(spec) or not both <= set(p["access"])]


def _may_write_exec(spec):
    return spec.get("write_exec") == "allowed"


def _changed(operation, state):
    """What would be true of a type after a transition."""
    changes = dict(operation["changes"])
    if "frozen" in changes:  # another word for not growable
        changes["growable"] = not changes.pop("frozen")
    return state.facts | changes


def _target(operation, state, states):
    """The type that a transition leads to; None if there is none."""
    facts = _changed(operation, state)
    return next((s for s in states if s.facts == facts), None)


# ---- Signatures and texts ------------------------------------------------------------------------


def _attributes(operation, status):
    jumps = any(parameter["name"] == "..." for parameter in operation.get("parameters", []))
    found = (("MP_CALLS_MACHINE_CODE", jumps), ("MP_MUST_USE", status))
    return tuple(attribute for attribute, wanted in found if wanted)


def _parameters(operation, state, values, signature):
    """The handle where its kind of operation has it, and the operation's own parameters."""
    own = []
    for p in operation.get("parameters", []):
        if p["name"] == "...":
            own += signature.arguments
        elif "{function.returns}" not in p["type"] or signature.returns != "void":
            c_type = model.tidy(_filled(p["type"], values))
            own.append(Parameter(p["name"], c_type, _filled(p["doc"], values)))
    handle = operation["handle"]
    words = model.HANDLES[operation["on"]]
    pointer = model.pointer_to(state.name)
    if handle == "value":
        return (Parameter(words.name, state.name, words.doc), *own)
    if handle in ("const", "mut"):
        c_type = f"const {pointer}" if handle == "const" else pointer
        return (Parameter(words.name, c_type, words.doc), *own)
    fallible = operation["returns"] == "status"
    taken = "on success, empty on failure" if fallible else "afterwards"
    taken = f"owns {words.it} {taken}; what it held before is not looked at"
    if handle == "out":
        return (*own, Parameter("out", pointer, taken))
    given = "empty afterwards, untouched on failure" if fallible else "empty afterwards"
    return (
        Parameter("from", pointer, f"{words.what}; {given}"),
        Parameter("to", model.pointer_to(values["to"]), taken),
        *own,
    )


def _values(state, signature, element):
    """What stands for the placeholders in types and texts."""
    values = {"type": state.name}
    if element:
        values |= {
            "c_type": element.c_type,
            "const_c_type": element.const_c_type,
            "slice": element.slice,
            "writer": element.writer,
            "element": element.name,
        }
    if signature:
        values |= {
            "function": signature.type,
            "function.name": signature.verb,
            "function.returns": signature.returns,
            "function.pointer": model.pointer_to(signature.typedef),
            "function.doc_type": f"`{signature.text}`",
        }
    return values


def _filled(text, values):
    return re.sub(r"\{([a-z_.]+)\}", lambda match: values[match[1]], text)


def _documentation(doc, values):
    """The summary, which is the first line, and the paragraphs of details behind it."""
    summary, _, rest = _filled(doc, values).strip().partition("\n")
    paragraphs = [" ".join(paragraph.split()) for paragraph in rest.split("\n\n")]
    return summary, tuple(filter(None, paragraphs))


def _at_once(operation):
    """What may run at the same time. A panic writes with stdio, which no signal handler may use."""
    kind = model.AT_ONCE[operation["handle"]]
    at_once = operation.get("at_once", kind).format(what=model.HANDLES[operation["on"]].what)
    panics = " unless it panics" if "panics" in operation["doc"] else ""
    return f"Threads{',' * bool(panics)} and signal handlers{panics}: {at_once}."


def _result(summary):
    """What a function returns, as its summary says: "Returns …" or "Tells whether …"."""
    return summary.split(" ", 1)[1].rstrip(".")
