"""What shells complete behind `mpgen`, asked of the shells themselves."""

import os
import pty
import select
import shutil
import subprocess

import pytest
from generator import CODEGEN, ROOT

from mpgen import commands

SCRIPTS = ROOT / "generated/completions"
READY = "READY> "

# Called with the last argument END, it notes the rest. So a shell tells what it has inserted.
NOTING = f"""#!/bin/sh
for last; do :; done
[ "$last" = END ] || exec {CODEGEN}/mpgen.sh "$@"
printf '%s\\n' "$@" >noted.new && mv noted.new noted
"""


class Terminal:
    """A shell at a terminal, with a key, ^T, that inserts all that could stand under the cursor."""

    def __init__(self, command, folder, setup, environment):
        self.noted = folder / "noted"
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment | {"PS1": READY, "PROMPT": READY})
        for line in setup:
            self._wait_until_ready()
            self._type(f"{line}\n")
        self._wait_until_ready()

    def _type(self, text):
        os.write(self.terminal, text.encode())

    def _wait_until_ready(self):
        said = ""
        while READY not in said:
            ready, _, _ = select.select([self.terminal], [], [], 60)
            assert ready, f"the shell has stopped at: {said}"
            said += os.read(self.terminal, 4096).decode(errors="replace")

    def offers(self, line):
        """What it offers at the end of a line, and what stands before that."""
        self._type(f"{line}\x14 END\n")
        self._wait_until_ready()
        words = self.noted.read_text().splitlines()
        self.noted.unlink()
        return words[len(line.split(" ")) - 2:-1]

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.child, 0)


class Fish:
    def __init__(self, folder, environment):
        self.options = {"cwd": folder, "env": environment}

    def offers(self, line):
        asked = f"source {SCRIPTS}/mpgen.fish; complete --do-complete '{line}'"
        done = subprocess.run(["fish", "--no-config", "-c", asked], capture_output=True, text=True,
                              **self.options)
        assert done.stderr == ""
        return [offer.split("\t")[0] for offer in done.stdout.splitlines()]

    def close(self):
        pass


def bash(folder, environment):
    setup = [f"source {SCRIPTS}/mpgen.bash", r"""bind '"\C-t": insert-completions'"""]
    return Terminal(["bash", "--norc", "--noprofile", "-i"], folder, setup, environment)


def zsh(folder, environment):
    functions = folder.parent / "functions"
    functions.mkdir()
    shutil.copy(SCRIPTS / "mpgen.zsh", functions / "_mpgen")
    setup = [f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -u -D",
             "zle -C every complete-word _generic; bindkey '^T' every",
             "zstyle ':completion:every:*' completer _all_matches _complete",
             "zstyle ':completion:every:*' insert yes"]
    return Terminal(["zsh", "-f", "-i"], folder, setup, environment)


@pytest.fixture(scope="module", params=[bash, zsh, Fish], ids=lambda shell: shell.__name__.lower())
def shell(request, tmp_path_factory):
    """A shell in a folder with some files, whose `mpgen` is the one under test."""
    if shutil.which(request.param.__name__.lower()) is None:
        pytest.skip("this system has no such shell")
    folder = tmp_path_factory.mktemp("shell") / "folder"
    (folder / "types").mkdir(parents=True)
    for name in ["my_types.yml", "notes.txt"]:
        (folder / name).touch()
    programs = folder.parent / "programs"
    programs.mkdir()
    (programs / "mpgen").write_text(NOTING)
    (programs / "mpgen").chmod(0o755)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "TERM": "dumb"}
    made = request.param(folder, environment)
    yield made
    made.close()


def names(offers):
    """What is offered, in any order, without the slash that some shells put behind a folder."""
    return {offer.removesuffix("/") for offer in offers}


def test_commands(shell):
    assert names(shell.offers("mpgen ")) == {command.name for command in commands.COMMANDS}
    assert shell.offers("mpgen ch") == ["check"]


@pytest.mark.parametrize("command", [command for command in commands.COMMANDS if command.options],
                         ids=lambda command: command.name)
def test_options(command, shell):
    long = {flag for flag in command.flags if flag.startswith("--")}
    assert names(shell.offers(f"mpgen {command.name} --")) == long


def test_values(shell):
    assert names(shell.offers("mpgen list --kind ")) == set(commands.KINDS)
    assert shell.offers("mpgen list --kind=he") == ["--kind=header"]


def test_files(shell):
    everything = {"my_types.yml", "notes.txt", "types"}
    assert names(shell.offers("mpgen init ")) == everything
    assert names(shell.offers("mpgen generate --depfile ")) == everything
    for folders in ["mpgen generate -o ", "mpgen list --json --output "]:
        assert names(shell.offers(folders)) == {"types"}


def test_specs(shell):
    for line in ["mpgen generate ", "mpgen check -q -o types ", "mpgen explain mp_vec_f64_rw "]:
        offers = shell.offers(line)
        assert offers[0] == "my_types.yml"
        assert {"types"} <= names(offers)
        # fish has what fits best first, and the rest as well.
        assert isinstance(shell, Fish) or "notes.txt" not in offers
    assert "my_types.yml" not in names(shell.offers("mpgen list my_types.yml "))


def test_types(shell):
    vectors = {f"mp_vec_f64_{kind}" for kind in ["rw", "ro", "writer"]}
    assert names(shell.offers("mpgen explain mp_vec_f64")) == vectors
