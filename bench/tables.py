"""The results as Markdown: first what was promised, then every figure."""

import targets
from results import GLIBC, HARDENED, LIMITS, OURS
from units import amount, duration

TITLES = {
    "fill_fresh": "Fill fresh memory: create, push, destroy",
    "refill": "Fill again after clear",
    "refill_given_back": "Fill, and give the memory back",
    "append_fresh": "Append 80 MB in one call, to fresh memory",
    "append_again": "Append 80 MB in one call, to resident memory",
    "create_destroy": "Create and destroy 48 MiB",
    "decommit": "Give memory back and keep the address space",
    "permission": "Change the permission of 256 MiB",
    "growth": "Growth",
    "sum": "Sum of u64, one after the other",
    "together": "Three arrays of doubles side by side",
    "random_read": "Random reads",
    "call": "Call of machine code",
    "small": "Vectors of ten elements",
    "sparse": "1 GiB, one byte touched in each MiB",
}


def title(case):
    family, _, detail = case.partition(".")
    return TITLES[family] + (f" ({detail})" if detail else "")


def table(head, lines, align):
    """One Markdown table, padded so that it reads well as plain text too."""
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]

    def one(cells):
        padded = [cell.ljust(width) if side == "l" else cell.rjust(width)
                  for cell, width, side in zip(cells, widths, align)]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * width if side == "l" else "-" * (width - 1) + ":"
            for width, side in zip(widths, align)]
    return "\n".join([one(head), one(rule), *map(one, lines)])


def promises(measured):
    marks = {True: "yes", False: "**no**", None: ""}
    rows = targets.rows(measured)
    lines = [[row.what, row.reach, row.got, marks[row.reached]] for row in rows]
    kept, known = sum(row.reached is True for row in rows), sum(
        row.reached is not None for row in rows)
    return (f"## What was promised\n\n{kept} of {known} promises kept. Ratios are those of medians "
            "within one run.\n\n"
            + table(["case", "to reach", "measured", "kept"], lines, "lllr"))


def shown(measured, case):
    """Who does not use malloc is the same under each."""
    return [one for one in measured.of_case(case) if one.is_peer or one.run == GLIBC]


def details(measured, case):
    everyone = sorted(shown(measured, case), key=lambda one: one.per_operation())
    limit = limit_of(measured, case)
    ours = [one.system for one in everyone if one.is_ours]
    best = next((name for name in ours if name.endswith("push")), ours[0] if ours else None)
    lines = []
    for one in everyone:
        ratios = [measured.ratio(one, case, other) if other else None for other in (limit, best)]
        low, high = (quartile / one.operations
                     for quartile in (one.first_quartile, one.third_quartile))
        lines.append([
            f"**{one.name}**" if one.is_ours else one.name,
            duration(one.per_operation()), f"{duration(low)} – {duration(high)}",
            *[f"{ratio:.2f}" if ratio else "" for ratio in ratios],
            amount(one.memory_peak), amount(one.memory_released)])
    head = ["system", "median", "quartiles", f"× {limit}", f"× {best}", "resident", "after"]
    return f"### {title(case)}\n\n" + table(head, lines, "lrrrrrr")


def cost_of_hardening(measured):
    """What the library takes in its hardened build, each build against the limit in its own run.
    One part of the text, or none if that build was not measured."""
    lines = []
    for one in measured.all:
        limit = limit_of(measured, one.case)
        usual = measured.find(one.case, one.system)
        if one.run != HARDENED or not one.is_ours or None in (limit, usual):
            continue
        before, after = measured.ratio(usual, one.case, limit), measured.ratio(one, one.case, limit)
        if None in (before, after):
            continue
        lines.append([title(one.case), one.system.removeprefix(f"{OURS}, "), limit,
                      f"{before:.2f}", f"{after:.2f}", f"{after / before:.2f}"])
    head = ["case", "by", "limit", "usual, × limit", "hardened, × limit", "cost"]
    return ["## What hardening costs\n\n" + table(head, lines, "lllrrr")] if lines else []


def left_out(measured):
    """Says what the time did not suffice for: one part of the text, or none."""
    lines = []
    for run, names in measured.left_out.items():
        systems = {}
        for name in names:
            case, system = name.split("|")
            systems.setdefault(case, []).append(system)
        lines += [f"- {run}, {case}: {'; '.join(those)}" for case, those in systems.items()]
    return ["## Left out\n\nThe time did not suffice for these; `scripts/bench --minutes N` has "
            "more.\n\n" + "\n".join(lines)] if lines else []


# What the README shows: a case, what it is, and who of the library takes part.
HEADLINES = [
    ("fill_fresh.f64", "fill fresh memory, 10 million doubles", "push"),
    ("fill_fresh.u8", "the same with 100 million bytes", "writer"),
    ("refill.f64", "fill again after `clear`", "push"),
    ("refill_given_back.f64", "fill, give the memory back, and so on", "push"),
    ("append_fresh.f64", "append 80 MB in one call", "append"),
    ("decommit.80MB", "give 80 MB back, keep the address space", "push"),
    ("create_destroy.touched", "create and destroy 48 MiB, touched once", "vector"),
    ("create_destroy.touched", "the same with a recycler", "vector, recycled"),
    ("random_read.4GiB", "one random read from 4 GiB", "push"),
]


def fastest_peer(measured, case, system):
    """(how many times as long it takes, its name) of the fastest one that returns its memory."""
    ratios = [(measured.ratio(peer, case, system), peer.name) for peer in measured.peers(case)
              if peer.memory_peak is None or peer.returns_memory]
    return min(((ratio, name) for ratio, name in ratios if ratio), default=None)


def headlines(measured):
    """A table for people who are in a hurry, and the machine that it comes from."""
    lines = []
    for case, what, form in HEADLINES:
        system = f"{OURS}, {form}"
        one = measured.find(case, system)
        if one is None:
            continue
        limit = limit_of(measured, case)
        against = measured.ratio(one, case, limit) if limit else None
        peer = fastest_peer(measured, case, system)
        counts_once = case.startswith(("create_destroy.", "random_read."))
        lines.append([
            what, form, duration(one.per_operation() if counts_once else one.median),
            f"{against:.2f} × {limit}" if against else "",
            f"{peer[0]:.1f} × as long: {peer[1]}" if peer else ""])
    facts = measured.machine
    machine = ", ".join(facts[fact] for fact in ("processor", "memory", "kernel", "compiler"))
    return (table(["case", "by", "memory_pages", "the limit", "fastest peer that returns memory"],
                  lines, "llrll") + f"\n\nMedians of one run. {machine}.\n")


def limit_of(measured, case):
    """The raw loop or system call that a case is measured against; None where there is none."""
    limits = [one.system for one in measured.of_case(case) if one.system.startswith(LIMITS)]
    return next((name for name in limits if name.endswith("huge pages")),
                limits[0] if limits else None)


def render(measured):
    """Returns the whole text."""
    cases = list(dict.fromkeys(one.case for one in measured.all))
    # In the order of the titles, which is that of the promises; the scale is for plots.
    families = list(TITLES)
    cases = sorted((case for case in cases if case.split(".")[0] in families),
                   key=lambda case: families.index(case.split(".")[0]))
    machine = "\n".join(f"- {fact}: {text}" for fact, text in measured.machine.items())
    return "\n\n".join([
        "# Results", machine, promises(measured), *left_out(measured),
        *cost_of_hardening(measured),
        "## Every figure\n\nTimes are for one element, call or creation; ratios are seen in the "
        "run that the system took part in. Resident memory is the anonymous memory of the process, "
        "at its peak and after release.",
        *[details(measured, case) for case in cases if shown(measured, case)]]) + "\n"
