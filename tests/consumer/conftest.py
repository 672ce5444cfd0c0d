"""Where the library is installed, and what pkg-config says of it."""

import os
import pathlib

import pytest
from project import run_well


@pytest.fixture(scope="session")
def prefix(build_dir, tmp_path_factory):
    """Where the build under test is installed, or another that is named."""
    if named := os.environ.get("MEMORY_PAGES_PREFIX"):
        return pathlib.Path(named)
    folder = tmp_path_factory.mktemp("prefix")
    run_well("cmake", "--install", build_dir, "--prefix", folder)
    return folder


@pytest.fixture(scope="session")
def library_dir(prefix):
    return next(prefix.glob("lib*/**/memory_pages.pc")).parent.parent


@pytest.fixture(scope="session")
def pkg_config(library_dir):
    """Asks pkg-config about the installed library."""
    environment = os.environ | {"PKG_CONFIG_PATH": str(library_dir / "pkgconfig")}
    command = ["pkg-config", "memory_pages"]
    return lambda *options: run_well(*command, *options, env=environment).split()
