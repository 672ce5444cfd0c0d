"""Reads a spec into a tree that knows the place of every key and value."""

import re
from dataclasses import dataclass, field

from ruamel.yaml import YAML, nodes
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError

from mpgen.diagnostics import Mistake, Mistakes, shown

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


def load(path):
    """Reads a spec. Raises Mistakes if it is no YAML, or YAML that specs do without."""
    return _Reader(str(path)).tree(_text(path))


# ---- From bytes to a text ------------------------------------------------------------------------


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


# ---- From the text to a tree ---------------------------------------------------------------------


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
            problem = ", ".join(filter(None, (error.context, error.problem)))
            raise Mistakes([self._at(mark, f"this is not YAML: {problem}")]) from None
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
        if mark.index == node.end_mark.index and path in self.keys:
            self.values[path] = self.keys[path]  # YAML finds nothing at the next thing there is
        if node.tag not in SCALARS and node.tag not in COLLECTIONS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.mistakes.append(self._at(mark, f"the tag `{tag}` has no place in a spec"))
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
            sentence = f"{shown(node.value)} does not fit its tag"
            self.mistakes.append(self._at(node.start_mark, sentence))
            return None

    def _mapping(self, node, path):
        data = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            if not isinstance(key_node, nodes.ScalarNode) or not key_node.value:
                self.mistakes.append(self._at(mark, "a key is a word"))
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
