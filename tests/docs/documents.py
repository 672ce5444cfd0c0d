"""The documents of the repository, and what their fenced blocks mean.

- A block whose first line is a comment with nothing but a file's name is that file. All files of a
  document together are a project; its spec, if it has one, brings types of its own.
- A `c` block with a main() is a program. One without is a piece of one: the body of a function that
  returns MP_OK at its end, in a file that includes all headers, executable types too.
- A `c refused` block does not compile.
- A `text` block right behind one of these is what it prints, or what the compiler says of it.
"""

import re
import textwrap
from dataclasses import dataclass

from project import ROOT

FENCE = re.compile(r"^( *)```(\w+)( \w+)?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"(?:/\*|#) ([\w.]+)(?: \*/)?$")

PIECE = """\
#define MP_ALLOW_EXEC 1
#include <memory_pages/memory_pages.h>
#include <stdio.h>

static mp_status piece(void) {{
{}
    return MP_OK;
}}

int main(void) {{ mp_expect(piece()); }}
"""


@dataclass
class Block:
    language: str
    refused: bool
    text: str
    line: int
    said: str = None  # by the program or the compiler

    @property
    def file_name(self):
        match = FILE_NAME.match(self.text.splitlines()[0])
        return match and match[1]

    @property
    def is_program(self):
        return self.language == "c" and not (self.file_name or "").endswith(".h")

    @property
    def program(self):
        return self.text if "int main(" in self.text else PIECE.format(self.text)


@dataclass
class Document:
    name: str  # its path in the repository
    text: str
    blocks: list

    @property
    def files(self):
        return {block.file_name: block for block in self.blocks if block.file_name}

    @property
    def programs(self):
        return [block for block in self.blocks if block.is_program]

    @property
    def spec(self):
        """The name of the file that brings types of its own, or None."""
        return next((name for name in self.files if name.endswith(".yml")), None)

    def write_files(self, folder):
        for name, block in self.files.items():
            (folder / name).write_text(block.text)


def blocks_of(text):
    blocks = []
    end = None
    for match in FENCE.finditer(text):
        indent, language, mark, body = match.groups()
        body = textwrap.dedent(body)
        if language == "text" and not re.search(r"^ *```", text[end:match.start()], re.MULTILINE):
            blocks[-1].said = body
        else:
            line = text.count("\n", 0, match.start()) + 1
            blocks.append(Block(language, mark == " refused", body, line))
        end = match.end()
    return blocks


def document(name):
    text = (ROOT / name).read_text()
    return Document(name, text, blocks_of(text))


README = document("README.md")
PAGES = [document(f"docs/{path.name}") for path in sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [README, *PAGES]
