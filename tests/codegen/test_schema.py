"""The schema is closed, describes every key, and agrees with the library's headers."""

import json
import re

import jsonschema
import pytest
from generator import ROOT

SCHEMA = json.loads((ROOT / "spec/schema.json").read_text())


def objects(schema, where="#"):
    """Every part of the schema that lists properties, with its place."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield where, schema
        for key, part in schema.items():
            yield from objects(part, f"{where}/{key}")


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def described(value):
    """Whether a key is described, by itself or by what it refers to."""
    name = value.get("$ref", "").removeprefix("#/$defs/")
    return "description" in value or (name and "description" in SCHEMA["$defs"][name])


OBJECTS = dict(objects(SCHEMA))


@pytest.mark.parametrize("where", OBJECTS)
def test_objects_are_closed_and_described(where):
    part = OBJECTS[where]
    assert part["additionalProperties"] is False
    assert part["description"]
    assert [key for key, value in part["properties"].items() if not described(value)] == []


def test_every_object_is_found():
    assert len(OBJECTS) >= 8


def test_statuses_are_those_of_the_library():
    header = (ROOT / "src/include/memory_pages/mp_status.h").read_text()
    assert SCHEMA["$defs"]["status"]["enum"] == re.findall(r"X\(MP_ERR_(\w+),", header)


def test_the_library_s_spec_names_the_schema():
    first = (ROOT / "spec/memory_pages.yml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"
