"""The floors of the house: an include goes downward only, and what belongs to a system stays in its
file."""

import fnmatch
import re

import pytest
from project import ROOT

# Lowest first. A file may include files of floors below its own; a source also headers on its own.
FLOORS = [
    ["mp_config.h", "mp_compiler.h"],
    ["mp_status.h"],
    ["mp_recycler.h", "mp_system.h"],
    ["mp_options.h"],
    ["os/mp_os.h", "os/mp_os_*.c"],
    ["mp_error.h", "mp_watch.h", "mp_watch.c", "mp_status.c", "mp_system.c"],
    ["mp_region.h"],
    ["mp_ticket.h", "mp_ticket.c"],
    ["mp_region_internal.h", "mp_region.c", "mp_recycler_internal.h", "mp_recycler.c"],
    ["mp_code.h", "mp_code.c", "mp_vec_raw.h", "mp_vec_raw.c"],
    ["mp_*_types.h"],
    ["mp_fn_*.h", "mp_slice_*.h"],
    ["mp_pages_*.h", "mp_vec_*_rw.h", "mp_vec_*_ro.h"],
    ["mp_unsafe.h"],
    ["memory_pages.h"],
    ["mp_instances.c"],
]

FREESTANDING = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}
STANDARD = FREESTANDING | {"errno.h", "limits.h", "stdarg.h", "stdio.h", "stdlib.h"}
OPTIONAL = {"mp_watch.c": {"valgrind/memcheck.h"}}

FILES = {
    str(path.relative_to(folder)).removeprefix("memory_pages/"): path
    for folder in [ROOT / "src/include", ROOT / "src", ROOT / "generated/include",
                   ROOT / "generated/src"]
    for path in sorted(folder.rglob("*.[ch]"))
    if folder != ROOT / "src" or "include" not in path.parts
}
SYSTEM_MACRO = re.compile(
    r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*\b"
    r"(__linux__|__unix__|__APPLE__|__MACH__|_WIN32|__\w+BSD__|__ANDROID__|__CYGWIN__)\b",
    re.MULTILINE,
)


def floor_of(name):
    for floor, patterns in enumerate(FLOORS):
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            return floor
    pytest.fail(f"{name} stands on no floor; add it to FLOORS")


def includes_of(path):
    """Yields what a file includes: names of our own files, and <names> of others."""
    for mark, name in re.findall(r'^\s*#\s*include\s+(["<])([^">]+)[">]', path.read_text(), re.M):
        own = re.sub(r"^(?:\.\./|memory_pages/)+", "", name)
        if f"os/{own}" in FILES and path.parent.name == "os":
            own = f"os/{own}"
        yield own if own in FILES else f"<{name}>"


def is_public(path):
    return path.suffix == ".h" and path.parent.name == "memory_pages"


def test_the_files_are_found():
    assert {"mp_config.h", "os/mp_os.h", "mp_region.c", "memory_pages.h"} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_includes_go_downward(name):
    own_floor = floor_of(name)
    for included in includes_of(FILES[name]):
        if included in FILES:
            floor = floor_of(included)
            assert floor < own_floor or (floor == own_floor and name.endswith(".c")), \
                f"{name} may not include {included}, which stands no lower"


@pytest.mark.parametrize("name", FILES)
def test_headers_of_others_are_few(name):
    path = FILES[name]
    others = {included.strip("<>") for included in includes_of(path) if included not in FILES}
    if is_public(path):
        assert others <= FREESTANDING
        assert all(is_public(FILES[own]) for own in includes_of(path) if own in FILES)
    elif not name.startswith("os/"):
        assert others <= STANDARD | OPTIONAL.get(name, set())


@pytest.mark.parametrize("name", FILES)
def test_no_system_is_named_outside_the_seam(name):
    named = set(SYSTEM_MACRO.findall(FILES[name].read_text()))
    if name == "mp_config.h":
        named -= {"_WIN32"}  # how symbols are imported there is the compiler's matter
    if not name.startswith("os/"):
        assert named == set()
