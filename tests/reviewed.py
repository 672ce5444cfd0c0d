"""Lists of exceptions that somebody has looked at: text, and each with its reason.

    FILE: FUNCTION
      FIELD: ...
      reason: ...

Paragraphs, with `#` for comments. Nothing in one is the number of a line, so that other changes of
the file leave the list alone. A reason that begins with "sometimes:" is of something that depends
on the moment: it may be found or not.
"""


def read(path, fields):
    """The exceptions, as tuples of file, function and the fields; each with its reason."""
    listed = {}
    for paragraph in path.read_text().split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        found = dict(line.strip().split(": ", 1) for line in lines[1:])
        if found.keys() != {*fields, "reason"}:
            raise SystemExit(f"{path.name}: not the fields of an exception:\n{paragraph}")
        listed[(*lines[0].split(": "), *(found[field] for field in fields))] = found["reason"]
    return listed


def write(key, fields):
    """An exception as it would stand in the list, but for its reason."""
    file, function, *values = key
    pairs = "".join(f"  {field}: {value}\n" for field, value in zip(fields, values))
    return f"{file}: {function}\n{pairs}"


def differences(listed, found, fields):
    """Prints what is found and not listed, and what is listed and not found; the number of both."""
    unlisted = found - listed.keys()
    stale = {key for key, reason in listed.items()
             if key not in found and not reason.startswith("sometimes:")}
    for title, keys in (("not in the list:", unlisted), ("in the list for nothing:", stale)):
        for key in sorted(keys):
            print(title)
            print(write(key, fields))
    return len(unlisted) + len(stale)
