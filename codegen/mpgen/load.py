"""Reads a spec into a tree that knows the place of every key and value, and holds it against the
schema.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
from ruamel.yaml import YAML, nodes
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError

from mpgen.diagnostics import Mistake, Mistakes, listed, suggestion

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 20

# What YAML allows in a text, by its own list of printable characters.
UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Tree:
    """A spec as plain data, with the place of every key and value."""

    file: str  # as the user named it
    data: object
    keys: dict  # from the path of a value to the line and column of its key
    values: dict  # from the path of a value to its line and column
    mistakes: list = field(default_factory=list)  # against the schema
    broken: set = field(default_factory=set)  # sections and entries that have such a mistake

    def mistake(self, path, sentence):
        """A mistake at a value."""
        return Mistake(self.file, *self.values[path], sentence)

    def mistake_at_key(self, path, sentence):
        """A mistake at a key."""
        return Mistake(self.file, *self.keys[path], sentence)

    def at(self, path):
        """The value at a path."""
        value = self.data
        for step in path:
            value = value[step]
        return value

    def entries(self, section):
        """The entries of a list that fit the schema, each with its path."""
        entries = [] if (section,) in self.broken else self.data.get(section, [])
        for index, entry in enumerate(entries):
            if (section, index) not in self.broken:
                yield (section, index), entry

    def get(self, key, default=None):
        """The value of a key that fits the schema."""
        return default if (key,) in self.broken else self.data.get(key, default)


def load(path, schema):
    """Reads a spec. Raises Mistakes if it is no YAML; mistakes against the schema are kept in the
    tree, so that those in the meaning of the rest can be told along with them."""
    text = _text(path)
    tree = _Reader(str(path)).tree(text)
    for mistake, where in _schema_mistakes(tree, schema):
        tree.mistakes.append(mistake)
        in_list = len(where) > 1 and isinstance(where[1], int)
        tree.broken.add(where[:2] if in_list else where[:1])
    return tree


def read_schema(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


# ---- From bytes to a text ----------------------------------------------------------------------------


def _text(path):
    def fail(sentence, line=1, column=1):
        raise Mistakes([Mistake(str(path), line, column, sentence)])

    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        fail(f"cannot read the spec: {error.strerror}")
    if len(data) > MAX_BYTES:
        fail(f"the spec is too large: the limit is {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        fail("the spec is not UTF-8", *_place(before, len(before)))
    strange = UNPRINTABLE.search(text)
    if strange:
        code = f"U+{ord(strange[0]):04X}"
        fail(f"the character {code} may not stand in a spec", *_place(text, strange.start()))
    if not text.strip():
        fail("the spec is empty")
    return text


def _place(text, offset):
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


# ---- From the text to a tree -------------------------------------------------------------------------


class _Refused(Exception):
    """Something of YAML that specs do without."""

    def __init__(self, mark, sentence):
        super().__init__(sentence)
        self.mark = mark
        self.sentence = sentence


class _PlainComposer(Composer):
    """Composes YAML without what specs do without: aliases, other versions, endless nesting."""

    depth = 0

    def compose_document(self):
        event = self.parser.peek_event()
        if event.version not in (None, (1, 2)):
            raise _Refused(event.start_mark, "a spec is YAML 1.2")
        return super().compose_document()

    def compose_node(self, parent, index):
        event = self.parser.peek_event()
        if event.anchor is not None:
            raise _Refused(event.start_mark, "anchors and aliases have no place in a spec")
        if self.depth == MAX_DEPTH:
            raise _Refused(event.start_mark, f"nested too deeply: the limit is {MAX_DEPTH} levels")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


SCALARS = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": lambda text: int(text.replace("_", ""), 0 if "x" in text else 10),
    "tag:yaml.org,2002:float": lambda text: float(text.replace("_", "")),
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:timestamp": str,
    "tag:yaml.org,2002:merge": str,
    "tag:yaml.org,2002:value": str,
}
COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class _Reader:
    """Turns nodes into plain data and notes the place of each."""

    def __init__(self, file):
        self.file = file
        self.keys, self.values, self.mistakes = {}, {}, []

    def tree(self, text):
        yaml = YAML(typ="safe", pure=True)
        yaml.Composer = _PlainComposer
        try:
            root = yaml.compose(text)
        except _Refused as error:
            raise Mistakes([self._at(error.mark, error.sentence)]) from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            context = f" {error.context}" if error.context else ""
            problem = " ".join(f"{error.problem}{context}".split())
            raise Mistakes([self._at(mark, f"this is no YAML: {problem}")]) from None
        if root is None:
            raise Mistakes([Mistake(self.file, 1, 1, "the spec is empty")])
        data = self._plain(root, ())
        if self.mistakes:
            raise Mistakes(self.mistakes)
        return Tree(self.file, data, self.keys, self.values)

    def _at(self, mark, sentence):
        return Mistake(self.file, mark.line + 1, mark.column + 1, sentence)

    def _plain(self, node, path):
        mark = node.start_mark
        self.values[path] = (mark.line + 1, mark.column + 1)
        if node.tag not in SCALARS and node.tag not in COLLECTIONS:
            self.mistakes.append(self._at(mark, f"the tag `{node.tag}` has no place in a spec"))
        elif isinstance(node, nodes.ScalarNode):
            return self._scalar(node)
        elif isinstance(node, nodes.SequenceNode):
            return [self._plain(child, (*path, i)) for i, child in enumerate(node.value)]
        elif isinstance(node, nodes.MappingNode):
            return self._mapping(node, path)
        return None

    def _scalar(self, node):
        try:
            return SCALARS[node.tag](node.value)
        except (KeyError, ValueError):
            sentence = f"`{node.value}` does not fit its tag"
            self.mistakes.append(self._at(node.start_mark, sentence))
            return None

    def _mapping(self, node, path):
        data = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            if not isinstance(key_node, nodes.ScalarNode):
                self.mistakes.append(self._at(mark, "a key is a word, not a list or a mapping"))
                continue
            key = key_node.value
            if key in data:
                line = self.keys[(*path, key)][0]
                sentence = f"the key `{key}` stands here twice; the first is on line {line}"
                self.mistakes.append(self._at(mark, sentence))
                continue
            self.keys[(*path, key)] = (mark.line + 1, mark.column + 1)
            data[key] = self._plain(value_node, (*path, key))
        return data


# ---- Against the schema ------------------------------------------------------------------------------


def _schema_mistakes(tree, schema):
    """Each mistake with the path that it makes unusable."""
    for error in Validator(schema).iter_errors(tree.data):
        path = tuple(error.absolute_path)
        word = WORDINGS.get(error.validator, _as_the_library_says)
        for mistake in word(tree, path, error):
            yield mistake, path


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
            yield tree.mistake_at_key((*path, key), f"unknown key `{key}`{help}")


def _not_listed(tree, path, error):
    known = error.validator_value if error.validator == "enum" else [error.validator_value]
    found = error.instance
    near = suggestion(found, known) if isinstance(found, str) else ""
    shown = f"`{found}`" if isinstance(found, str) else _kind(found)
    if "propertyNames" in error.absolute_schema_path:
        yield tree.mistake_at_key((*path, found), f"unknown key {shown}{near}")
    else:
        yield tree.mistake(path, f"{_subject(path)}expected {listed(known)}, found {shown}{near}")


def _wrong_form(tree, path, error):
    sentence = f"{_subject(path)}expected {error.schema['title']}, found `{error.instance}`"
    yield tree.mistake(path, sentence)


def _said_twice(tree, path, error):
    seen = []
    for index, item in enumerate(error.instance):
        if item in seen:
            yield tree.mistake((*path, index), f"{_subject(path)}`{item}` stands here twice")
        seen.append(item)


def _too_few(tree, path, error):
    yield tree.mistake(path, f"{_subject(path)}expected at least {error.validator_value}")


def _too_many(tree, path, error):
    yield tree.mistake(path, f"{_subject(path)}expected at most {error.validator_value}")


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
