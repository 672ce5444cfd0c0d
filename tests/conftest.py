"""Fixtures of the Python tests."""

import os
import pathlib
import shlex

import pytest

from project import ROOT


@pytest.fixture(scope="session")
def build_dir():
    """The build to test: ctest names it; by hand it is the release preset's."""
    build = pathlib.Path(os.environ.get("MEMORY_PAGES_BUILD_DIR", ROOT / "build/release"))
    assert (build / "libmemory_pages.a").exists(), f"nothing is built in {build}"
    return build


@pytest.fixture(scope="session")
def build_flags():
    """The flags that the build was made with, such as those of a sanitizer, as ctest names them."""
    return shlex.split(os.environ.get("MEMORY_PAGES_C_FLAGS", ""))
