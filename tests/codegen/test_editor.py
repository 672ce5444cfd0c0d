"""The first line of a spec gives editors the schema: yaml-language-server completes keys, marks
what is wrong, and explains what the mouse is over.

It comes from npm and is large, so only scripts/test-all asks for it, by MPGEN_EDITOR=1.
"""

import json
import os
import shutil
import subprocess
from collections import deque

import pytest
from generator import ROOT

VERSION = "2.0.0"
indent = " " * 4  # where the cursor waits for a key
SPEC = f"""# yaml-language-server: $schema=schema.json
extends: memory_pages
prefix: my
elements:
  - name: particle
    c_typ: float
    doc: One particle.
{indent}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if "MPGEN_EDITOR" not in os.environ:
        pytest.skip("yaml-language-server is fetched from npm if MPGEN_EDITOR is set")
    if not shutil.which("npm"):
        pytest.skip("there is no npm")
    folder = tmp_path_factory.mktemp("npm")
    fetch = ["npm", "install", "--no-audit", "--no-fund", f"yaml-language-server@{VERSION}"]
    done = subprocess.run(fetch, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"npm fetches nothing here: {done.stderr}")
    return folder / "node_modules/.bin/yaml-language-server"


class Editor:
    """An editor with one open file: it speaks JSON-RPC to a language server."""

    def __init__(self, process, path, text):
        self.process = process
        self.uri = path.as_uri()
        self.count = 0
        self.heard = deque()
        self.ask("initialize", processId=None, rootUri=None, capabilities={})
        self.tell("initialized")
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, **params):
        self.send(method=method, params=params)

    def ask(self, method, **params):
        self.count += 1
        self.send(id=self.count, method=method, params=params)
        return self.hear(lambda m: m.get("id") == self.count and "method" not in m)

    def at(self, method, line, character):
        position = {"line": line, "character": character}
        return self.ask(method, textDocument={"uri": self.uri}, position=position)["result"]

    def hear(self, wanted):
        """The first message that is wanted; the server's own questions get an empty answer."""
        while True:
            for message in list(self.heard):
                if wanted(message):
                    self.heard.remove(message)
                    return message
            message = self.receive()
            if "method" in message and "id" in message:
                count = len(message.get("params", {}).get("items", []))
                self.send(id=message["id"], result=[{}] * count)
            else:
                self.heard.append(message)

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            assert line or self.process.poll() is None, "the language server ended"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self.process.stdout.read(length))


@pytest.fixture
def editor(server, tmp_path):
    shutil.copy(ROOT / "spec/schema.json", tmp_path)
    path = tmp_path / "my_types.yml"
    path.write_text(SPEC)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([server, "--stdio"], cwd=tmp_path, **pipes) as process:
        yield Editor(process, path, SPEC)
        process.kill()


def test_a_typo_is_marked(editor):
    published = editor.hear(lambda m: m.get("method") == "textDocument/publishDiagnostics")
    marks = {
        (mark["range"]["start"]["line"], mark["message"])
        for mark in published["params"]["diagnostics"]
    }
    assert any(line == 5 and "c_typ" in message for line, message in marks), marks
    assert any("c_type" in message.replace("c_typ ", "") for _, message in marks), marks


def test_keys_are_completed(editor):
    offered = editor.at("textDocument/completion", 7, 4)
    labels = {item["label"] for item in offered["items"]}
    assert {"c_type", "header", "destructor", "copy", "equal"} <= labels


def test_keys_are_explained(editor):
    hover = editor.at("textDocument/hover", 6, 5)
    assert "What an element is, with its units." in json.dumps(hover)
