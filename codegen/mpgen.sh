#!/bin/sh
# Runs the generator with a Python that has what it imports: `mpgen.sh generate SPEC -o DIR`.
# $MPGEN_PYTHON names an interpreter to try first.
set -eu

# Where this script really is, also when it is called through symbolic links.
script=$0
while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in
        /*) script=$target ;;
        *) script=$(dirname "$script")/$target ;;
    esac
done
codegen=$(CDPATH='' cd -- "$(dirname -- "$script")" && pwd -P)

# The folder that a command is called in is no place to import from, so it leaves the path first.
probe='import sys; sys.path.pop(0)
import jinja2, jsonschema, ruamel.yaml
sys.exit(sys.version_info < (3, 9) or not hasattr(jsonschema, "Draft202012Validator"))'
run='import sys; sys.path[0] = sys.argv.pop(1)
from mpgen.__main__ import main
sys.exit(main())'

for python in "${MPGEN_PYTHON:-}" python3 /usr/bin/python3 /usr/local/bin/python3 python; do
    if [ -n "$python" ] && "$python" -c "$probe" 2>/dev/null; then
        exec "$python" -B -c "$run" "$codegen" "$@"
    fi
done

cat >&2 <<EOF
mpgen: error: no Python 3.9 or later with Jinja2, ruamel.yaml and jsonschema was found.
Install them:  apt install python3-jinja2 python3-ruamel.yaml python3-jsonschema
or elsewhere:  python3 -m pip install -r $codegen/requirements.txt
or name an interpreter that has them in MPGEN_PYTHON.
EOF
exit 2
