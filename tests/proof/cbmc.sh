#!/bin/sh
# cbmc.sh FOLDER: unpacks CBMC 6 into FOLDER, whose bin/ then has cbmc and goto-cc.
#
# Debian has it from release 13 on. Its programs are unpacked with their loader and C library beside
# them, so that they run on an older system without becoming a part of it. They come from the mirror
# that apt uses here, and apt checks their signatures.
set -eu

folder=$1
suite=trixie
keys=/usr/share/keyrings/debian-archive-keyring.gpg
packages="cbmc minisat libc6 libgcc-s1 libstdc++6 zlib1g"

mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 !~ /-/ { print $2; exit }')
if [ -z "$mirror" ] || [ ! -e "$keys" ]; then
    echo "CBMC 6 is missing, and apt here knows no mirror of Debian to get it from." >&2
    echo "Install CBMC (https://www.cprover.org/cbmc/) so that cbmc and goto-cc are on PATH." >&2
    exit 1
fi

rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/bin"
folder=$(cd "$folder" && pwd)
echo "deb [signed-by=$keys] $mirror $suite main" >"$folder/apt/sources.list"

# An apt of its own: it sees one suite, no installed package, and writes nothing of the system's.
private_apt() {
    apt-get -qq -o Dir::Etc::SourceList="$folder/apt/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$folder/apt/lists" -o Dir::State::Status=/dev/null \
        -o Dir::Cache="$folder/apt" -o APT::Sandbox::User="$(id -un)" "$@"
}

private_apt update
(cd "$folder/apt" && private_apt download $packages)
for package in "$folder"/apt/*.deb; do dpkg-deb --extract "$package" "$folder"; done
rm -rf "$folder/apt"

libraries=$(dirname "$(find "$folder" -name 'ld-linux*' -type f | head -n 1)")
for program in cbmc goto-cc; do
    cat >"$folder/bin/$program" <<END
#!/bin/sh
exec "$(find "$libraries" -name 'ld-linux*')" --library-path "$libraries:$folder/usr/lib" \\
    --argv0 $program "$folder/usr/bin/$program" "\$@"
END
    chmod +x "$folder/bin/$program"
done
"$folder/bin/cbmc" --version >/dev/null
