"""Reads a spec into a tree that knows the place of every key and value."""

import bisect
import re
from dataclasses import dataclass, field

from ruamel.yaml import YAML, nodes
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError

from mpgen.diagnostics import Mistake, Mistakes, Place, shown

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 20

LINE_END = re.compile(r"\r\n|\r|\n")

# What YAML allows in a text, by its own list of printable characters, except those that turn the
# direction of writing round: compilers warn of them.
UNPRINTABLE = re.compile(
    "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


class Source:
    """The text of a file, by its lines."""

    def __init__(self, file, text):
        self.file = file  # as the user named it
        self.text = text
        self.starts = [0, *(end.end() for end in LINE_END.finditer(text))]

    def place(self, start, end):
        """Where a piece of the text is; what goes on over several lines is at its first character.
        """
        line = bisect.bisect_right(self.starts, start)
        column = start - self.starts[line - 1] + 1
        length = end - start if bisect.bisect_right(self.starts, end) == line else 1
        return Place(line, column, max(length, 1))

    def mistake(self, place, sentence):
        ends = [*self.starts, len(self.text)]
        line = self.text[ends[place.line - 1] : ends[place.line]]
        return Mistake(self.file, place, sentence, line.rstrip("\r\n"))


@dataclass
class Tree:
    """A spec as plain data, with the place of every key and value."""

    source: Source
    data: object
    keys: dict  # from the path of a value to the place of its key
    values: dict  # from the path of a value to its place
    mistakes: list = field(default_factory=list)  # against the schema
    broken: set = field(default_factory=set)  # sections and entries that have such a mistake

    def mistake(self, path, sentence):
        """A mistake at a value."""
        return self.source.mistake(self.values[path], sentence)

    def mistake_at_key(self, path, sentence):
        """A mistake at a key."""
        return self.source.mistake(self.keys[path], sentence)

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
        """The value of a key, if all of it fits the schema."""
        broken = any(path[:1] == (key,) for path in self.broken)
        return default if broken else self.data.get(key, default)


def load(path):
    """Reads a spec. Raises Mistakes if it is no YAML, or YAML that specs do without."""
    return _Reader(_source(str(path))).tree()


# ---- From bytes to a text ------------------------------------------------------------------------


def _source(file):
    try:
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        _fail(file, f"cannot read the spec: {error.strerror}")
    if len(data) > MAX_BYTES:
        _fail(file, f"the spec is too large: the limit is {MAX_BYTES} bytes")
    source = Source(file, data.decode("utf-8-sig", "backslashreplace"))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        start = len(data[: error.start].decode("utf-8-sig"))
        place = source.place(start, start + len(r"\xff"))
        raise Mistakes([source.mistake(place, "the spec is not UTF-8")]) from None
    strange = UNPRINTABLE.search(source.text)
    if strange:
        sentence = f"the character U+{ord(strange[0]):04X} may not stand in a spec"
        raise Mistakes([source.mistake(source.place(*strange.span()), sentence)])
    if not source.text.strip():
        _fail(file, "the spec is empty")
    return source


def _fail(file, sentence):
    raise Mistakes([Mistake(file, Place(1, 1), sentence)])


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
    "tag:yaml.org,2002:int": lambda text: 0,  # a spec has no numbers: that it is one will do
    "tag:yaml.org,2002:float": lambda text: 0.0,
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:timestamp": str,
    "tag:yaml.org,2002:merge": str,
    "tag:yaml.org,2002:value": str,
}
COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


# What people often get wrong in YAML: how ruamel.yaml calls it, and a sentence that helps more.
PROBLEMS = {
    "'\\t' that cannot start any token": "a tab can't stand here; YAML wants spaces",
    "that cannot start any token": "this character can't begin a text; put the text in quotes",
    "mapping values are not allowed": "a `:` can't stand here; indent the key like its neighbours, "
    "or put a text with `: ` in quotes",
    "expected a single document": "a spec is one document, and `---` begins another",
    "incompatible YAML document": "a spec is YAML 1.2",
}
# The same of what goes on and on, which is told at its beginning.
UNFINISHED = {
    "scanning a quoted scalar": "this quote is never closed",
    "got '<stream end>'": "this bracket is never closed",
    "expected ':'": "a `:` is missing behind this key",
}


def _problem(error):
    """Where a text is not YAML, and why."""
    said = ", ".join(filter(None, (error.context, error.problem)))
    for part, sentence in PROBLEMS.items():
        if part in said:
            return error.problem_mark, sentence
    for part, sentence in UNFINISHED.items():
        if part in said:
            return error.context_mark, sentence
    return error.problem_mark or error.context_mark, f"this is not YAML: {said}"


class _Reader:
    """Turns nodes into plain data and notes the place of each."""

    def __init__(self, source):
        self.source = source
        self.keys, self.values, self.mistakes = {}, {}, []

    def tree(self):
        yaml = YAML(typ="safe", pure=True)
        yaml.Composer = _PlainComposer
        try:
            root = yaml.compose(self.source.text)
        except _Refused as error:
            raise Mistakes([self._at(error.mark, error.sentence)]) from None
        except MarkedYAMLError as error:
            raise Mistakes([self._at(*_problem(error))]) from None
        if root is None:
            _fail(self.source.file, "the spec is empty")
        data = self._plain(root, ())
        if self.mistakes:
            raise Mistakes(self.mistakes)
        return Tree(self.source, data, self.keys, self.values)

    def _at(self, mark, sentence):
        return self.source.mistake(self.source.place(mark.index, mark.index), sentence)

    def _place(self, node):
        """Where a node is; a collection is at its first character."""
        start, end = node.start_mark.index, node.end_mark.index
        return self.source.place(start, end if isinstance(node, nodes.ScalarNode) else start)

    def _mistake(self, node, sentence):
        self.mistakes.append(self.source.mistake(self._place(node), sentence))

    def _plain(self, node, path):
        self.values[path] = self._place(node)
        if node.start_mark.index == node.end_mark.index and path in self.keys:
            self.values[path] = self.keys[path]  # YAML finds nothing at the next thing there is
        kinds = SCALARS if isinstance(node, nodes.ScalarNode) else COLLECTIONS
        if node.tag not in kinds:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self._mistake(node, f"the tag `{tag}` has no place in a spec")
        elif isinstance(node, nodes.ScalarNode):
            return SCALARS[node.tag](node.value)
        elif isinstance(node, nodes.SequenceNode):
            return [self._plain(child, (*path, i)) for i, child in enumerate(node.value)]
        elif isinstance(node, nodes.MappingNode):
            return self._mapping(node, path)
        return None

    def _mapping(self, node, path):
        data = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, nodes.ScalarNode) or not key_node.value:
                self._mistake(key_node, "a key is a word")
                continue
            key = key_node.value
            if key in data:
                line = self.keys[(*path, key)].line
                self._mistake(
                    key_node, f"the key {shown(key)} stands here twice; the first is on line {line}"
                )
                continue
            self.keys[(*path, key)] = self._place(key_node)
            data[key] = self._plain(value_node, (*path, key))
        return data
