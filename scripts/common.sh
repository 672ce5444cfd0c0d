# What the scripts share. To be sourced, with the repository as the current folder.

missing=
missing_of_npm=

# need "PACKAGE..." COMMAND...
#
# Notes the packages, by their Debian names, unless the command succeeds. The command asks for the
# thing itself and not for the package, so that what came in another way counts too.
need() {
    packages=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $packages"
}

# need_npm PACKAGE COMMAND: the same for a package of npm's, which comes below build/.
need_npm() {
    PATH=$PATH:build/npm/node_modules/.bin command -v "$2" >/dev/null && return
    need npm npm --version
    missing_of_npm="$missing_of_npm $1"
}

install_missing() {
    install_debian_packages
    [ -n "$missing_of_npm" ] || return 0
    say "installing$missing_of_npm in build/npm"
    quietly npm install --prefix build/npm --no-save --no-audit --no-fund $missing_of_npm
    missing_of_npm=
}

# Installs what was noted. Without root or apt it says what to run, and ends the script.
install_debian_packages() {
    [ -n "$missing" ] || return 0
    install="apt-get install --yes --no-install-recommends$missing"
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "Some packages are missing. On Debian or Ubuntu, install them with" >&2
        echo "    sudo sh -c 'apt-get update && $install'" >&2
        exit 1
    fi
    say "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update
    quietly $install
    missing=
}

need_build_tools() {
    need "gcc libc6-dev" compiles cc
    need cmake cmake --version
    need ninja-build ninja --version
}

need_python() {
    need "python3-hypothesis python3-jinja2 python3-jsonschema python3-pytest python3-ruamel.yaml" \
        scripts/python -c pass
}

need_test_tools() {
    need_build_tools
    need "g++" compiles g++
    need clang compiles clang
    need tcc command -v tcc
    need libclang-rt-dev links clang -fsanitize=address
    need llvm llvm-symbolizer --version
    need make make --version
    need "check pkg-config" pkg-config --exists check
    need "valgrind libc6-dbg" valgrind --quiet true
    need clang-tidy clang-tidy --version
    need cppcheck cppcheck --version
    need iwyu iwyu --version
    need gdb gdb --version
    need meson meson --version
    need doxygen doxygen --version
    need man-db lexgrog --version
    need zsh zsh --version
    need fish fish --version
    need strace strace --version
    need abigail-tools abidiff --version
    need_python
}

need_package_tools() {
    need "build-essential dpkg-dev" command -v dpkg-buildpackage
    need debhelper command -v dh
    need lintian command -v lintian
    need doxygen doxygen --version
}

# A compiler without the C library's headers compiles nothing of use.
compiles() {
    echo '#include <stdio.h>' | "$1" -fsyntax-only -x c -
}

# What flags ask for may be a library in a package of its own.
links() {
    echo 'int main(void) { return 0; }' | "$@" -x c - -o /dev/null
}

say() {
    printf '== %s\n' "$*"
}

# Runs a command whose output matters only if it fails.
quietly() {
    if ! quietly_said=$("$@" 2>&1); then
        printf '%s\n' "$quietly_said" >&2
        return 1
    fi
}
