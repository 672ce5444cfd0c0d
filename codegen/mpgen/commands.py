"""The commands and their arguments: one table, from which come the parser, the manual page and what
shells complete.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

ABOUT = "Makes typed C headers from a spec of memory_pages."

STATUSES = (
    (0, "done"),
    (1, "a mistake in the spec, files that are out of date, or one that can't be read or written"),
    (2, "a mistake in the command line"),
)

KINDS = ("header", "source", "debug", "doc")


@dataclass(frozen=True)
class Argument:
    """An option, or what stands by its place."""

    help: str
    flags: tuple = ()  # none if it stands by its place
    metavar: str = ""  # none if it is a switch
    files: str = ""  # which files it names: a pattern, `*` for any, `/` for a folder
    choices: tuple = ()
    names_type: bool = False  # it names a type or a function


@dataclass(frozen=True)
class Command:
    """A command with its arguments."""

    name: str
    help: str
    arguments: tuple

    @property
    def options(self):
        return [argument for argument in self.arguments if argument.flags]

    @property
    def places(self):
        return [argument for argument in self.arguments if not argument.flags]

    @property
    def flags(self):
        return [flag for option in self.options for flag in option.flags]


SPEC = Argument("the spec; by default the library's own", metavar="SPEC", files="*.yml")
OUTPUT = Argument(
    "the folder of the generated files; by default the current one, and `generated` for the "
    "library's own spec",
    flags=("-o", "--output"),
    metavar="DIR",
    files="/",
)
QUIET = Argument("print nothing but errors", flags=("-q", "--quiet"))
VERBOSE = Argument("name every file", flags=("-v", "--verbose"))

COMMANDS = (
    Command(
        "init",
        "write a spec to start from, with comments",
        (Argument("the new file; by default my_types.yml", metavar="FILE", files="*"),),
    ),
    Command(
        "generate",
        "write the files that differ, remove stale ones",
        (
            SPEC,
            OUTPUT,
            Argument(
                "also tell Make or Ninja what the files depend on",
                flags=("--depfile",),
                metavar="FILE",
                files="*",
            ),
            QUIET,
            VERBOSE,
        ),
    ),
    Command(
        "check",
        "compare the files with the spec, and write nothing",
        (
            SPEC,
            OUTPUT,
            Argument("show what differs, as a unified diff", flags=("--diff",)),
            QUIET,
            VERBOSE,
        ),
    ),
    Command(
        "list",
        "print the paths of the generated files",
        (
            SPEC,
            OUTPUT,
            Argument("also their kinds, and every type with its functions", flags=("--json",)),
            Argument(
                "only files of this kind", flags=("--kind",), metavar="KIND", choices=KINDS
            ),
        ),
    ),
    Command(
        "explain",
        "say what a type can do, what it refuses, and why",
        (
            Argument(
                "a type, or a function of one; without it the names of all types are printed",
                metavar="TYPE",
                names_type=True,
            ),
            SPEC,
        ),
    ),
    Command(
        "amalgamate",
        "put the whole library into one header and one source file, in its repository",
        (
            Argument(
                "the folder of the two files; by default the current one",
                flags=("-o", "--output"),
                metavar="DIR",
                files="/",
            ),
        ),
    ),
)


def flags_with_value():
    """The flags of all commands that take a value."""
    options = [option for command in COMMANDS for option in command.options if option.metavar]
    return list(dict.fromkeys(flag for option in options for flag in option.flags))


def parser():
    """What reads the command line. The result has the name of its `command`."""
    made = argparse.ArgumentParser(prog="mpgen", description=ABOUT)
    subparsers = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = subparsers.add_parser(
            command.name, help=command.help, description=f"{command.help.capitalize()}."
        )
        for argument in command.arguments:
            _add(sub, argument)
    return made


def _add(sub, argument):
    kinds = {"type": Path} if argument.files else {}
    if not argument.flags:
        name = argument.metavar.lower()
        sub.add_argument(name, metavar=argument.metavar, nargs="?", help=argument.help, **kinds)
    elif argument.metavar:
        kinds |= {"choices": argument.choices} if argument.choices else {}
        sub.add_argument(*argument.flags, metavar=argument.metavar, help=argument.help, **kinds)
    else:
        sub.add_argument(*argument.flags, action="store_true", help=argument.help)
