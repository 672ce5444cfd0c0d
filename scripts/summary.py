"""Adds up what the tests of some presets found, and says so in one line.

Each ctest test leaves its cases in the build tree's results/: Check as TAP, pytest as JUnit XML.
A test that left none, or failed without a failed case (it crashed, say), counts as one itself.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def cases_of(results, test):
    """(passed, failed) of the cases that a ctest test left."""
    tap, junit = results / f"{test}.tap", results / f"{test}.xml"
    if tap.exists():
        marks = re.findall(r"^(ok|not ok)\b", tap.read_text(), re.M)
        return marks.count("ok"), marks.count("not ok")
    if junit.exists():
        cases = list(xml.parse(junit).iter("testcase"))
        failed = sum(case.find("failure") is not None or case.find("error") is not None
                     for case in cases)
        skipped = sum(case.find("skipped") is not None for case in cases)
        return len(cases) - failed - skipped, failed
    return 0, 0


def count(results):
    """(passed, failed) of all the tests that left their results there."""
    passed = failed = 0
    for test in xml.parse(results / "ctest.xml").iter("testcase"):
        passed_cases, failed_cases = cases_of(results, test.get("name"))
        if test.get("status") != "run":
            failed_cases = failed_cases or 1
        elif passed_cases + failed_cases == 0:
            passed_cases = 1
        passed += passed_cases
        failed += failed_cases
    return passed, failed


def main(presets):
    passed = failed = 0
    for preset in presets:
        results = pathlib.Path("build", preset, "results")
        if not (results / "ctest.xml").exists():
            print(f"{preset}: not built, which counts as one failed test")
            failed += 1
            continue
        passed_here, failed_here = count(results)
        passed += passed_here
        failed += failed_here
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
