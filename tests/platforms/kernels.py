"""Runs unit suites on another kernel of Debian's, in a machine that qemu plays.

The programs are linked statically, so the machine needs no more than a kernel and an initramfs with
them, a shell and guest.sh. What they say comes back over a serial line.
"""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).parent
MEBIBYTES = 3072
SECONDS = 5400
NOT_IN_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]")


# ---- The kernel ----------------------------------------------------------------------------------


def debian_archive():
    """The address from which this machine has its packages of Debian."""
    said = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
         "Origin: Debian", "Label: Debian"], capture_output=True, text=True, check=True).stdout
    if not said:
        raise OSError("none of apt's sources is Debian")
    return said.split()[0]


def must(run, command, **options):
    if not run(command, **options):
        raise OSError(f"failed: {command[0]}")


def fetch_kernel(release, folder, run):
    """Downloads the kernel that is current in a release of Debian. Nothing is installed, and no
    source is added to the system's: apt works with lists of its own, below `folder`."""
    for part in ["lists/partial", "cache/archives/partial", "package"]:
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(f"deb {debian_archive()} {release} main\n")
    own = [f"-oDir::Etc::sourcelist={folder}/sources.list", "-oDir::Etc::sourceparts=/dev/null",
           f"-oDir::State::lists={folder}/lists", f"-oDir::Cache={folder}/cache",
           "-oAPT::Sandbox::User="]
    must(run, ["apt-get", *own, "update"])
    said = subprocess.run(["apt-cache", *own, "depends", "linux-image-amd64"],
                          capture_output=True, text=True, check=True).stdout
    [package] = re.findall(r"Depends: (linux-image-[0-9]\S+)", said)
    must(run, ["apt-get", *own, "download", package], cwd=folder / "package")
    [archive] = (folder / "package").glob(f"{package}_*.deb")
    must(run, ["dpkg-deb", "--extract", archive, folder / "package"])
    [image] = (folder / "package/boot").glob("vmlinuz-*")
    image.rename(folder / "vmlinuz")
    shutil.rmtree(folder / "package")


# ---- The initramfs -------------------------------------------------------------------------------


def cpio_entry(name, mode, content=b"", device=(0, 0)):
    """A file in the "new ASCII" format of cpio, the one that Linux unpacks."""
    fields = [0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0]
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return b"".join(part + b"\0" * (-len(part) % 4) for part in [header, content])


def initramfs(programs):
    """`programs`: the path of each, by the name of its test."""
    folders = ["bin", "dev", "proc", "sys", "tests", "tmp"]
    files = {"init": HERE / "guest.sh", "bin/busybox": pathlib.Path("/bin/busybox"),
             **{f"tests/{name}": path for name, path in programs.items()}}
    return b"".join([
        *(cpio_entry(folder, stat.S_IFDIR | 0o755) for folder in folders),
        cpio_entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)),
        *(cpio_entry(name, stat.S_IFREG | 0o755, path.read_bytes())
          for name, path in files.items()),
        cpio_entry("TRAILER!!!", 0)])


# ---- The run -------------------------------------------------------------------------------------


def tests_of(build):
    """The programs of the unit tests, by their names."""
    said = subprocess.run(["ctest", "--test-dir", build, "-L", "unit", "--show-only=json-v1"],
                          capture_output=True, text=True, check=True).stdout
    return {test["name"]: pathlib.Path(test["command"][0]) for test in json.loads(said)["tests"]}


def boot(folder, seconds_for_a_test, run):
    """Returns what came over the second serial line."""
    line = folder / "line.txt"
    try:
        run(["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-smp", str(os.cpu_count()),
             "-m", str(MEBIBYTES), "-nodefaults", "-no-reboot", "-display", "none",
             "-kernel", folder / "vmlinuz", "-initrd", folder / "initramfs",
             "-append", f"console=ttyS0 panic=-1 SECONDS_FOR_A_TEST={seconds_for_a_test}",
             "-serial", f"file:{folder}/console.txt", "-serial", f"file:{line}"], timeout=SECONDS)
    except subprocess.TimeoutExpired:
        pass  # what is missing then counts as failed
    return line.read_text(errors="replace").replace("\r", "")


def leave_results(said, names, results):
    """As ctest and Check leave them: a report of all, and one of each test's cases."""
    report = xml.Element("testsuite")
    parts = dict(re.findall(r"^test (\S+)\n(.*?^status \d+)$", said, re.M | re.S))
    for name in names:
        part = parts.get(name, "said It did not come to its end.\nstatus 1")
        passed = re.search(r"^status 0$", part, re.M)
        case = xml.SubElement(report, "testcase", name=name, status="run" if passed else "fail")
        output = "\n".join(re.findall(r"^said (.*)", part, re.M))
        xml.SubElement(case, "system-out").text = NOT_IN_XML.sub("?", output)
        if cases := re.findall(r"^tap (.*)", part, re.M):
            (results / f"{name}.tap").write_text("\n".join(cases) + "\n")
    xml.ElementTree(report).write(results / "ctest.xml")


def test(version, release, build, folder, seconds_for_a_test, run):
    """Tests what was built on the kernel of a release of Debian. `run` runs a command, and returns
    whether it succeeded; results, and what the machine said, are left in `folder`."""
    if not (folder / "vmlinuz").exists():
        fetch_kernel(release, folder, run)
    (folder / "results").mkdir(parents=True)
    programs = tests_of(build)
    (folder / "initramfs").write_bytes(initramfs(programs))
    said = boot(folder, seconds_for_a_test, run)
    kernel = re.search(r"^kernel (.*)", said)
    if not kernel or not kernel[1].startswith(f"{version}."):
        raise OSError(f"not Linux {version}: {kernel[1] if kernel else 'it said nothing'}")
    leave_results(said, programs, folder / "results")
