"""The Debian packages: what they say of the version, and whether they serve those who install them.

Building them takes a minute, so that is scripts/test-all's.
"""

import os
import re
import shutil

import pytest
from project import ROOT, run, run_well
from spec_version import ABI, VERSION

RECIPE = ROOT / "packaging/debian"
LIBRARY = f"libmemory-pages{ABI}"
DEVELOPMENT = "libmemory-pages-dev"
DOCUMENTATION = "libmemory-pages-doc"
GENERATOR = "memory-pages-generator"
PACKAGES = (LIBRARY, DEVELOPMENT, DOCUMENTATION, GENERATOR)


# ---- The recipe ----------------------------------------------------------------------------------


def test_the_recipe_is_of_this_version():
    assert (RECIPE / "changelog").read_text().startswith(f"memory-pages ({VERSION}) ")


def test_the_library_is_named_by_its_abi():
    control = (RECIPE / "control").read_text()
    assert set(re.findall(r"\blibmemory-pages[\d.]+", control)) == {LIBRARY}
    assert (RECIPE / f"{LIBRARY}.install").exists()
    symbols = (RECIPE / f"{LIBRARY}.symbols").read_text()
    assert symbols.startswith(f"libmemory_pages.so.{ABI} {LIBRARY} ")
    assert f"(symver)MEMORY_PAGES_{ABI} " in symbols


def test_the_generator_gets_what_it_imports():
    control = (RECIPE / "control").read_text()
    depends = re.search(rf"^Package: {GENERATOR}$.*?^Depends: (.*?)^\w", control, re.M | re.S)[1]
    imported = re.findall(r"^([\w.]+)>=", (ROOT / "codegen/requirements.txt").read_text(), re.M)
    assert {f"python3-{name.lower()}" for name in imported} <= set(re.split(r"[,\s]+", depends))


# ---- The packages --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The built packages, by their names; lintian has nothing against them."""
    if not os.environ.get("MP_TEST_PACKAGES"):
        pytest.skip("scripts/test-all builds the packages")
    folder = tmp_path_factory.mktemp("packages")
    run_well(ROOT / "scripts/package", folder)
    return {path.name.split("_")[0]: path for path in folder.glob("*.deb")}


def test_there_are_these_packages(packages):
    debug = {f"{LIBRARY}-dbgsym"}
    assert set(packages) - debug == set(PACKAGES)


@pytest.fixture(scope="module")
def unpacked(packages, tmp_path_factory):
    """The packages side by side in a folder, as they lie in a system."""
    folder = tmp_path_factory.mktemp("root")
    for name in PACKAGES:
        run_well("dpkg-deb", "--extract", packages[name], folder)
    return folder


def test_consumers_find_all_they_need(unpacked):
    environment = os.environ | {"MEMORY_PAGES_PREFIX": str(unpacked / "usr")}
    wanted = "find_package or follow or mistake or pkg_config or installed"
    suites = [ROOT / "tests/consumer" / name for name in ("test_consumer.py", "test_own_specs.py")]
    run_well(ROOT / "scripts/python", "-B", "-m", "pytest", "--quiet", *suites, "-k", wanted,
             env=environment)


def test_without_the_generator_cmake_names_its_package(packages, tmp_path):
    for name in (LIBRARY, DEVELOPMENT):
        run_well("dpkg-deb", "--extract", packages[name], tmp_path / "root")
    done = run("cmake", "-G", "Ninja", "-S", ROOT / "tests/consumer", "-B", tmp_path / "build",
               f"-DCMAKE_PREFIX_PATH={tmp_path}/root/usr")
    assert done.returncode != 0
    assert GENERATOR in done.stderr


PROGRAM = """
#include <memory_pages/memory_pages.h>
#include <stdio.h>

int main(void) {
    puts(mp_version());
    return 0;
}
"""

# What somebody does who installs the packages, in a root of its own: what changes there goes to
# memory, and is gone afterwards.
SESSION = r"""
set -eu
mount -t tmpfs none "$1"
mkdir "$1/changes" "$1/work" "$1/root"
mount -t overlay none -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" "$1/root"
mount --rbind /dev "$1/root/dev"
mount -t proc none "$1/root/proc"
cp -r "$2" "$1/root/user"
exec chroot "$1/root" sh -euc '
    cd /user
    dpkg --install *.deb >log
    cc version.c $(pkg-config --cflags --libs memory_pages) -o version
    ./version
    ldd version | grep -o "libmemory_pages[^ ]* => /" | cut -d" " -f1
    cmake -G Ninja -B build >log
    cmake --build build >log
    build/simulate
    $(pkg-config --variable=mpgen memory_pages) list my_types.yml | grep rw
    documentation=/usr/share/doc/libmemory-pages-dev
    cc $documentation/examples/give_back.c $(pkg-config --cflags --libs memory_pages)
    ./a.out 1 1 | grep -c bytes
    grep -o "<title>.*</title>" $documentation/html/md_cookbook.html
    man --where memory_pages mp_vec_f64_rw_push | xargs basename --multiple
    zsh -fc "autoload -Uz compinit; compinit -u -D; echo zsh: \$_comps[mpgen]"
    fish -c "complete --do-complete \"mpgen ex\"" | cut -f1
    for deb in *.deb; do dpkg-deb --field $deb Package; done >names
    dpkg --purge $(cat names) >log
    dpkg --get-selections | grep memory-pages || echo purged
    find /usr -name "*memory?pages*" -newer version.c
'
"""


def test_installed_they_serve_a_newcomer(packages, tmp_path):
    if run("unshare", "--mount", "true").returncode != 0:
        pytest.skip("this system gives nobody mounts of their own")
    user, mounts = tmp_path / "user", tmp_path / "mounts"
    shutil.copytree(ROOT / "tests/consumer", user)
    (user / "version.c").write_text(PROGRAM)
    for name in PACKAGES:
        shutil.copy(packages[name], user)
    mounts.mkdir()
    said = run_well("unshare", "--mount", "sh", "-c", SESSION, "sh", mounts, user)
    assert said.splitlines() == [
        VERSION, f"libmemory_pages.so.{ABI}", "50000.0 kg", "my_vec_particle_rw.h",
        "1", "<title>memory_pages: Cookbook</title>", "memory_pages.7.gz", "mp_vec_f64_rw.3.gz",
        "zsh: _mpgen", "explain", "purged"]
