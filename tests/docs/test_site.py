"""The site and the manual pages: made without a warning, whole, and as man wants them."""

import html.parser
import pathlib
import re
import urllib.parse

import pytest
from project import INCLUDE_FLAGS, PUBLIC_HEADERS, ROOT, run, run_well

UMBRELLA = "memory_pages"
HEADERS = [path.stem for path in PUBLIC_HEADERS if path.stem != UMBRELLA]
FUNCTION = re.compile(r"^MP_INLINE [^;{]*?\b(\w+)\([^;{]*\);", re.M)


@pytest.fixture(scope="module")
def docs(tmp_path_factory, build_flags):
    """A folder with what `docs` installs: share/doc/memory_pages/html and share/man."""
    if build_flags:
        pytest.skip("the documentation is the same with and without sanitizers")
    folder = tmp_path_factory.mktemp("docs")
    run_well("cmake", "-S", ROOT, "-B", folder / "build", "-G", "Ninja",
             "-DMEMORY_PAGES_BUILD_DOCS=ON", "-DMEMORY_PAGES_BUILD_TESTS=OFF",
             "-DMEMORY_PAGES_BUILD_EXAMPLES=OFF")
    run_well("cmake", "--build", folder / "build", "--target", "docs")
    run_well("cmake", "--install", folder / "build", "--prefix", folder, "--component", "docs")
    return folder


@pytest.fixture(scope="module")
def site(docs):
    return docs / "share/doc/memory_pages/html"


@pytest.fixture(scope="module")
def manual(docs):
    return docs / "share/man"


# ---- The site ------------------------------------------------------------------------------------


def page_of(header):
    return f"group__{header.replace('_', '__')}.html"


def test_every_header_has_a_page_with_its_functions(site):
    functions = 0
    for header in PUBLIC_HEADERS:
        if header.stem == UMBRELLA:
            continue
        page = (site / page_of(header.stem)).read_text()
        assert f"memory_pages/{header.name}&gt;" in page
        for name in set(FUNCTION.findall(header.read_text())):
            assert re.search(rf">{name}</a>\s*\(", page), f"{name} is not on the page of its header"
            functions += 1
    assert functions > 1000


def test_refusals_say_why(site):
    page = (site / page_of("mp_pages_r_nw_nx")).read_text()
    assert "Refused at compile time" in page
    assert "Refused: these pages are not writable" in page


def test_declarations_have_nothing_that_is_for_compilers_only(site):
    for path in site.glob("group__*.html"):
        if path.name != page_of("mp_config"):
            assert not re.search(r"MP_(EXTERN_C|API|INLINE)", path.read_text()), path.name


class Links(html.parser.HTMLParser):
    """What a page links to and shows, and the places in it that can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.places = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value:
                self.targets.add(value)
            elif name in ("id", "name") and value:
                self.places.add(value)


def test_links_lead_somewhere(site):
    pages = {path.name: Links(path.read_text()) for path in site.glob("*.html")}
    lost = set()
    for name, page in pages.items():
        for target in page.targets:
            url = urllib.parse.urlsplit(target)
            if url.scheme:
                continue
            path = urllib.parse.unquote(url.path) or name
            if not (site / path).exists():
                lost.add(f"{name}: {target}")
            elif url.fragment and path in pages and url.fragment not in pages[path].places:
                lost.add(f"{name}: {target}")
    assert lost == set()


def test_the_picture_of_the_types_is_shown(site):
    assert 'data="type_graph.svg"' in (site / "md_concepts.html").read_text()
    assert (site / "type_graph.svg").exists()


# ---- The manual ----------------------------------------------------------------------------------


def test_every_header_has_a_manual_page(manual):
    present = {path.stem for path in manual.glob("man3/*.3") if ".so " not in path.read_text()}
    assert present == set(HEADERS)


def test_manual_pages_are_in_form(manual):
    names = ["man7/memory_pages.7", *(f"man3/{name}.3" for name in HEADERS)]
    formatted = run("groff", "-mandoc", "-Kutf8", "-Tutf8", "-ww", "-z", *names, cwd=manual)
    assert (formatted.returncode, formatted.stderr) == (0, "")
    short = re.findall(r'^(\S+): "(\w+) - (.+)"$', run_well("lexgrog", *names, cwd=manual), re.M)
    assert [path for path, *_ in short] == names
    assert [path for path, name, _ in short if pathlib.Path(path).stem != name] == []
    assert [path for path, _, text in short if not re.fullmatch(r"\w.{10,80}", text)] == []


def test_manual_pages_are_the_same_every_day(manual):
    dated = re.compile(r'^\.TH \S+ \d "."', re.M)
    assert [path for path in manual.glob("*/*") if dated.search(path.read_text())] == []


def test_every_function_leads_to_its_page(manual):
    for header in PUBLIC_HEADERS:
        for name in set(FUNCTION.findall(header.read_text())) - {header.stem}:
            assert (manual / f"man3/{name}.3").read_text() == f".so man3/{header.stem}.3\n"


def test_overview_names_what_exists(manual):
    text = (manual / "man7/memory_pages.7").read_text()
    named = re.findall(r"\b(mp_\w+) \(3\)", text)
    assert len(named) >= 10
    assert [name for name in named if not (manual / f"man3/{name}.3").exists()] == []


def test_program_of_the_overview(manual, tmp_path, build_dir):
    text = (manual / "man7/memory_pages.7").read_text()
    program = re.search(r"^\.SH EXAMPLES\n\.nf\n(.*?)^\.fi$", text, re.M | re.S)[1]
    source = tmp_path / "program.c"
    source.write_text(program.replace(r"\e", "\\"))
    run_well("cc", "-Wall", "-Wextra", "-Werror", *INCLUDE_FLAGS, source,
             build_dir / "libmemory_pages.a", "-o", tmp_path / "program")
    assert run_well(tmp_path / "program") == "999\n"
