"""The version as the spec has it, from which everything else takes it."""

import re

from project import ROOT

VERSION = re.search(r"^version: (\S+)$", (ROOT / "spec/memory_pages.yml").read_text(), re.M)[1]
MAJOR, MINOR, _ = VERSION.split(".")
ABI = f"0.{MINOR}" if MAJOR == "0" else MAJOR
