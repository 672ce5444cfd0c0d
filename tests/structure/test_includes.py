"""The floors of the house: an include goes downward only, and what belongs to a system stays in its
file."""

import fnmatch
import re

import pytest
from project import ROOT

# Lowest first. A file may include files of floors below its own; a source also headers on its own.
FLOORS = [
    ["mp_config.h", "mp_compiler.h"],
    ["mp_status.h", "mp_version.h", "mp_version.c"],
    ["mp_recycler.h", "mp_system.h"],
    ["mp_options.h"],
    ["os/mp_os.h"],
    ["os/mp_os_posix.h"],
    ["os/mp_os_bsd_family.h", "os/mp_os_*.c"],
    ["mp_error.h", "mp_watch.h", "mp_watch.c", "mp_status.c", "mp_system.c"],
    ["mp_region.h"],
    ["mp_ticket.h", "mp_ticket.c"],
    ["mp_release.h", "mp_release.c"],
    ["mp_recycler_internal.h", "mp_recycler.c"],
    ["mp_region_internal.h", "mp_region.c"],
    ["mp_code.h", "mp_code.c", "mp_vec_raw.h", "mp_vec_raw.c"],
    ["mp_*_types.h"],
    ["mp_fn_*.h", "mp_slice_*.h"],
    ["mp_pages_*.h", "mp_vec_*.h"],
    ["mp_unsafe.h"],
    ["memory_pages.h"],
    ["mp_instances.c"],
]

FREESTANDING = {"<stdbool.h>", "<stddef.h>", "<stdint.h>", "<string.h>"}
STANDARD = FREESTANDING | {"<errno.h>", "<limits.h>", "<stdarg.h>", "<stdio.h>", "<stdlib.h>"}
OPTIONAL = {"mp_compiler.h": {"<intrin.h>"}, "mp_watch.c": {"<valgrind/memcheck.h>"}}

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
    for name in re.findall(r'^\s*#\s*include\s+["<]([^">]+)[">]', path.read_text(), re.M):
        own = re.sub(r"^(?:\.\./|memory_pages/)+", "", name)
        if f"os/{own}" in FILES and path.parent.name == "os":
            own = f"os/{own}"
        yield own if own in FILES else f"<{name}>"


def is_public(path):
    return path.suffix == ".h" and path.parent.name == "memory_pages"


def test_the_files_are_found():
    assert {"mp_config.h", "os/mp_os.h", "mp_region.c", "memory_pages.h"} <= set(FILES)


def test_includes_go_downward():
    upward = [
        f"{name} includes {included}, which stands no lower"
        for name, path in FILES.items()
        for included in includes_of(path)
        if included in FILES
        and floor_of(included) >= floor_of(name) + name.endswith(".c")
    ]
    assert upward == []


def test_public_headers_include_public_headers_and_few_others():
    refused = [
        f"{name} includes {included}"
        for name, path in FILES.items() if is_public(path)
        for included in includes_of(path)
        if not (is_public(FILES[included]) if included in FILES else included in FREESTANDING)
    ]
    assert refused == []


def test_only_the_seam_includes_headers_of_a_system():
    refused = [
        f"{name} includes {included}"
        for name, path in FILES.items() if not name.startswith("os/")
        for included in includes_of(path)
        if included not in FILES and included not in STANDARD | OPTIONAL.get(name, set())
    ]
    assert refused == []


def test_only_the_seam_names_a_system():
    named = {
        (name, macro)
        for name, path in FILES.items() if not name.startswith("os/")
        for macro in SYSTEM_MACRO.findall(path.read_text())
    }
    # How symbols are imported there is the compiler's matter.
    assert named - {("mp_config.h", "_WIN32")} == set()
