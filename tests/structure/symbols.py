"""What the libraries export."""

from project import run_well

LIBRARIES = {"libmemory_pages.a": "--extern-only", "libmemory_pages.so": "--dynamic"}


def exported(build_dir, library):
    """The exported symbols, as {name: its version with the @ before it, if it has one}."""
    lines = run_well("nm", "--defined-only", LIBRARIES[library], build_dir / library).splitlines()
    rows = (line.split() for line in lines)
    symbols = (row[2].partition("@") for row in rows if len(row) == 3 and row[1] != "A")
    # What begins with an underscore is the compiler's: sanitizers add such symbols.
    return {name: at + version for name, at, version in symbols if not name.startswith("_")}
