"""Brings Doxygen's manual pages into the form that readers of manual pages, and man itself, expect.

    python3 man.py MAN_FOLDER

Each function gets a page that leads to that of its header. Pages that are not about one header are
dropped.
"""

import re
import sys
from pathlib import Path

SECTIONS = {
    "Detailed Description": "DESCRIPTION",
    "Data Structure Documentation": "TYPES",
    "Enumeration Type Documentation": "ENUMERATIONS",
    "Macro Definition Documentation": "MACROS",
    "Typedef Documentation": "TYPEDEFS",
    "Function Documentation": "FUNCTIONS",
}
TITLE = re.compile(r'^\.TH "(\w+)" 3 ".*?" "Version (.*?)" "(\w+)".*$', re.M)  # it has a date
NAME = re.compile(r"^(\.SH NAME\n\w+ \\- ).*$", re.M)
IN_SHORT = re.compile(r"^\.SH DESCRIPTION\n\.PP\n(.*?)(?::|\\&\.)", re.M | re.S)
INCLUDE = re.compile(r"(?:^\.PP\n)+\.nf\n(#include .*?)\n+\.fi\n\.PP\n", re.M)
FUNCTION = re.compile(r"^\.RI .*?\\fB(\w+)\\fP \(", re.M)
SEE_ALSO = ".SH SEE ALSO\n.BR memory_pages (7)\n"


def finished(text):
    text = re.sub(r"[ \t]+$", "", text, flags=re.M)
    text = TITLE.sub(r'.TH "\1" 3 "" "\3 \2" "\3"', text)
    for title, section in SECTIONS.items():
        text = text.replace(f'.SH "{title}"', f".SH {section}")
    text = re.sub(r'^\.SH "(struct .*)"$', r'.SS "\1"', text, flags=re.M)

    include = INCLUDE.search(text)
    text = INCLUDE.sub("", text)
    in_short = re.sub(r"\\f.", "", IN_SHORT.search(text)[1])
    text = NAME.sub(lambda match: match[1] + in_short, text)
    text = text.replace(".SH DESCRIPTION", f".SH SYNOPSIS\n{include[1]}\n.SH DESCRIPTION", 1)
    text = text.replace(".SS ", ".SH OVERVIEW\n.SS ", 1)
    return text.rstrip("\n") + "\n" + SEE_ALSO


def main(folder):
    for path in list(Path(folder).glob("man3/*.3")):
        if not path.name.startswith("mp_"):
            path.unlink()
            continue
        text = finished(path.read_text())
        path.write_text(text)
        available = text.partition('.SS "Refused at compile time"')[0]
        for function in set(FUNCTION.findall(available)) - {path.stem}:
            path.with_name(f"{function}.3").write_text(f".so man3/{path.name}\n")


if __name__ == "__main__":
    main(sys.argv[1])
