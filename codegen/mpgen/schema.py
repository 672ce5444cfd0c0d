"""Holds a spec against the JSON Schema, and says in the spec's own words what does not fit."""

import json
import re
from pathlib import Path

import jsonschema

from mpgen.diagnostics import listed, shown, suggestion


def read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def validate(tree, rules):
    """Notes in the tree what does not fit, so that mistakes in the meaning of the rest can be told
    along with it."""
    for error in Validator(rules).iter_errors(tree.data):
        path = tuple(error.absolute_path)
        tree.mistakes += WORDINGS.get(error.validator, _as_the_library_says)(tree, path, error)
        in_list = len(path) > 1 and isinstance(path[1], int)
        tree.broken.add(path[:2] if in_list else path[:1])
    return tree


def _pattern(validator, pattern, instance, schema):
    """The `pattern` of JSON Schema: its `$` is the very end, where Python's allows a line feed."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield jsonschema.ValidationError("does not match")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


def _subject(path):
    names = [part for part in path if isinstance(part, str)]
    return f"`{names[-1]}`: " if names else ""


def _kind(value):
    """What a value is, as people call it."""
    kinds = ((bool, "true or false"), ((int, float), "a number"), (str, "a string"))
    kinds += ((list, "a list"), (dict, "a mapping"), (type(None), "nothing"))
    return next(name for kind, name in kinds if isinstance(value, kind))


KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
}


def _wrong_type(tree, path, error):
    wanted = error.validator_value
    wanted = [wanted] if isinstance(wanted, str) else wanted
    expected = " or ".join(KINDS[kind] for kind in wanted)
    found = _kind(error.instance)
    quotes = ""
    if "string" in wanted and isinstance(error.instance, (bool, int, float)):
        quotes = "; put it in quotes if it is meant as a string"
    yield tree.mistake(path, f"{_subject(path)}expected {expected}, found {found}{quotes}")


def _missing_keys(tree, path, error):
    missing = [key for key in error.validator_value if key not in error.instance]
    # The validator reports each key by itself; its message begins with the key in quotes.
    key = next(key for key in missing if error.message.startswith(repr(key)))
    yield tree.mistake(path, f"the key `{key}` is missing")


def _unknown_keys(tree, path, error):
    known = error.schema["properties"]
    for key in error.instance:
        if key not in known:
            help = suggestion(key, known) or f"; expected {listed(known)}"
            yield tree.mistake_at_key((*path, key), f"unknown key {shown(key)}{help}")


def _not_listed(tree, path, error):
    known = error.validator_value if error.validator == "enum" else [error.validator_value]
    found = error.instance
    near = suggestion(found, known) if isinstance(found, str) else ""
    what = shown(found) if isinstance(found, str) else _kind(found)
    if "propertyNames" in error.absolute_schema_path:
        yield tree.mistake_at_key((*path, found), f"unknown key {what}{near}")
    else:
        yield tree.mistake(path, f"{_subject(path)}expected {listed(known)}, found {what}{near}")


def _wrong_form(tree, path, error):
    expected = error.schema["title"]
    yield tree.mistake(path, f"{_subject(path)}expected {expected}, found {shown(error.instance)}")


def _said_twice(tree, path, error):
    seen = []
    for index, item in enumerate(error.instance):
        if item in seen:
            yield tree.mistake((*path, index), f"{_subject(path)}{shown(item)} stands here twice")
        seen.append(item)


def _too_few(tree, path, error):
    yield tree.mistake(path, f"{_subject(path)}expected at least {_entries(error.validator_value)}")


def _too_many(tree, path, error):
    yield tree.mistake(path, f"{_subject(path)}expected at most {_entries(error.validator_value)}")


def _entries(count):
    return "one entry" if count == 1 else f"{count} entries"


def _too_long(tree, path, error):
    limit = error.validator_value
    yield tree.mistake(path, f"{_subject(path)}expected at most {limit} characters")


def _empty(tree, path, error):
    yield tree.mistake(path, f"{_subject(path)}expected a string, found an empty one")


def _as_the_library_says(tree, path, error):
    yield tree.mistake(path, f"{_subject(path)}{error.message}")


WORDINGS = {
    "type": _wrong_type,
    "required": _missing_keys,
    "additionalProperties": _unknown_keys,
    "enum": _not_listed,
    "const": _not_listed,
    "pattern": _wrong_form,
    "uniqueItems": _said_twice,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxItems": _too_many,
    "maxProperties": _too_many,
    "maxLength": _too_long,
    "minLength": _empty,
}
