"""What a reader meets: lines that fit a page, and headers that explain themselves."""

from project import PUBLIC_HEADERS, ROOT

MAX_COLUMNS = 100
FOLDERS = ["src", "generated", "codegen", "tests", "examples", "cmake", "scripts", "bench",
           "docs"]
SUFFIXES = {".c", ".h", ".cpp", ".hpp", ".py", ".cmake", ".sh", ".jinja"}
FILES = sorted(
    path for folder in FOLDERS for path in (ROOT / folder).rglob("*")
    if path.suffix in SUFFIXES or path.name == "CMakeLists.txt"
)


def flaws(line):
    if len(line) > MAX_COLUMNS and not line.startswith("#error"):  # which can't be broken
        yield f"{len(line)} columns"
    if "\t" in line:
        yield "a tab"
    if line != line.rstrip():
        yield "a space at the end"


def test_lines_fit_the_page():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {flaw}"
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for flaw in flaws(line)
    ]
    assert not found, "\n".join([f"{len(found)} lines, of which the first:", *found[:20]])


def comment_share(path):
    """The share of comment lines among those that are not blank."""
    comments = total = 0
    inside = False
    for line in map(str.strip, path.read_text().splitlines()):
        if line:
            inside = inside or line.startswith("/*")
            comments += inside or line.startswith("//")
            total += 1
            inside = inside and "*/" not in line
    return comments / total


def test_headers_explain_themselves(record_property):
    shares = {path.name: comment_share(path) for path in PUBLIC_HEADERS}
    mean = sum(shares.values()) / len(shares)
    record_property("mean share of comment lines", f"{mean:.0%}")
    print(f"{mean:.0%} of the lines of public headers are comments")
    assert 0.35 <= mean <= 0.65
    assert {name: share for name, share in shares.items() if not 0.05 <= share <= 0.8} == {}
