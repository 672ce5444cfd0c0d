"""What a reader meets: lines that fit a page, and headers that explain themselves."""

import pytest
from project import PUBLIC_HEADERS, ROOT

MAX_COLUMNS = 100
FOLDERS = ["src", "generated", "codegen", "tests", "examples", "cmake", "scripts", "bench"]
SUFFIXES = {".c", ".h", ".cpp", ".py", ".cmake", ".sh", ".txt", ".jinja"}
FILES = sorted(
    path for folder in FOLDERS for path in (ROOT / folder).rglob("*")
    if path.suffix in SUFFIXES and path.is_file()
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_fit_the_page(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        assert len(line) <= MAX_COLUMNS, f"line {number} has {len(line)} columns"
        assert "\t" not in line, f"line {number} has a tab"
        assert line == line.rstrip(), f"line {number} ends in a space"


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
