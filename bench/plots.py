"""The results as pictures."""

import matplotlib

matplotlib.use("svg")
# Text stays text, and the same figures give the same file.
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "memory_pages", "font.family": "sans-serif",
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 10, "axes.titleweight": "bold", "axes.titlelocation": "left",
})

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402

from results import GLIBC, PHASES, RUST  # noqa: E402
from units import duration  # noqa: E402

# Told apart by people who see no red or green as well (Okabe and Ito).
OURS, PEER, LIMIT = "#d55e00", "#56b4e9", "#999999"
ALLOCATORS = {GLIBC: "#56b4e9", "jemalloc": "#0072b2", "mimalloc": "#009e73",
              "tcmalloc": "#cc79a7"}


def colour(one):
    return OURS if one.is_ours else PEER if one.is_peer else LIMIT


def save(figure, folder, name):
    figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight",
                   facecolor="white")
    plt.close(figure)
    return name


def head(figure, text):
    figure.suptitle(text, x=0.01, ha="left", fontsize=12)


def explain_colours(figure, everyone):
    used = {colour(one) for one in everyone}
    kinds = (("memory_pages", OURS), ("peers", PEER), ("the system itself", LIMIT))
    figure.legend(handles=[Patch(color=tint, label=label) for label, tint in kinds if tint in used],
                  loc="upper right", ncols=3, frameon=False)


def bars(axes, everyone):
    """A bar for each, the fastest on top, with its quartiles and its figure."""
    everyone = sorted(everyone, key=lambda one: -one.median)
    unit, size = ("ms", 1e6) if everyone[0].quartiles_of_round()[1] >= 1e6 else ("µs", 1e3)
    low, middle, high = ([quartile / size for quartile in column] for column in zip(
        *(one.quartiles_of_round() for one in everyone)))
    errors = [[m - l for l, m in zip(low, middle)], [h - m for m, h in zip(middle, high)]]
    axes.barh([one.name for one in everyone], middle, xerr=errors,
              color=[colour(one) for one in everyone], height=0.72,
              error_kw={"elinewidth": 0.8, "ecolor": "#333333"})
    for y in range(len(everyone)):
        axes.text(high[y] + max(high) * 0.015, y, f"{middle[y]:.3g}", va="center", fontsize=8)
    axes.set_xlim(0, max(high) * 1.12)
    axes.set_xlabel(unit)
    axes.tick_params(axis="y", length=0)


# ---- Filling -------------------------------------------------------------------------------------

def draw_cases(measured, folder, name, cases, heading):
    """Two cases in a row, each with its systems under the C library's malloc."""
    cases = [(case, title) for case, title in cases if chosen(measured, case)]
    if not cases:
        return None
    lines = (len(cases) + 1) // 2
    most = max(len(chosen(measured, case)) for case, _ in cases)
    figure, all_axes = plt.subplots(lines, 2, figsize=(12, lines * (0.9 + 0.22 * most)),
                                    squeeze=False, layout="constrained")
    head(figure, heading)
    explain_colours(figure, [one for case, _ in cases for one in chosen(measured, case)])
    for axes in all_axes.flat[len(cases):]:
        axes.axis("off")
    for axes, (case, title) in zip(all_axes.flat, cases):
        bars(axes, chosen(measured, case))
        axes.set_title(title)
    return save(figure, folder, name)


def chosen(measured, case):
    return [one for one in measured.of_case(case)
            if one.run == GLIBC or one.run == RUST and one.is_peer]


def draw_fill(measured, folder):
    return draw_cases(
        measured, folder, "fill.svg",
        [("fill_fresh.f64", "10 million doubles"), ("fill_fresh.u64", "10 million uint64_t"),
         ("fill_fresh.record", "2.5 million structs of 32 bytes"),
         ("fill_fresh.u8", "100 million bytes")],
        "Create a vector, fill it element by element, destroy it (shorter is better)")


def draw_again(measured, folder):
    return draw_cases(
        measured, folder, "again.svg",
        [("refill.f64", "After clear: 10 million doubles, memory kept"),
         ("refill_given_back.f64", "10 million doubles, memory given back each time"),
         ("create_destroy.touched", "48 MiB created, one byte written, destroyed"),
         ("create_destroy.filled", "48 MiB created, filled by memset, destroyed")],
        "The same vector once more, and buffers that come and go (shorter is better)")


# ---- Allocators ----------------------------------------------------------------------------------

def draw_allocators(measured, folder):
    """Time, and the memory that the time was bought with."""
    case = "fill_fresh.f64"
    everyone = [one for one in measured.of_case(case) if one.is_peer and one.run != RUST]
    runs = [run for run in ALLOCATORS if any(one.run == run for one in everyone)]
    ours = measured.find(case, "memory_pages, push")
    if len(runs) < 2 or ours is None:
        return None
    systems = [system for system in dict.fromkeys(one.system for one in everyone)
               if all(measured.find(case, system, run) for run in runs)][::-1]
    figure, (time, memory) = plt.subplots(1, 2, figsize=(12, 5.5), sharey=True,
                                          layout="constrained")
    head(figure, "Fill 10 million doubles, under each allocator (shorter is better)")
    height = 0.8 / len(runs)
    for i, run in enumerate(runs):
        found = [measured.find(case, system, run) for system in systems]
        at = [y + 0.4 - (i + 0.5) * height for y in range(len(systems))]
        time.barh(at, [one.median / 1e6 for one in found], height=height * 0.9,
                  color=ALLOCATORS[run], label=run)
        memory.barh(at, [one.memory_released / 2**20 for one in found], height=height * 0.9,
                    color=ALLOCATORS[run], label=run)
    time.axvline(ours.median / 1e6, color=OURS, linewidth=1.5)
    time.text(ours.median / 1e6, len(systems) - 0.45, f" memory_pages, push: "
              f"{ours.median / 1e6:.3g} ms", color=OURS, va="bottom")
    time.set_yticks(range(len(systems)), systems)
    time.set_xlabel("ms")
    time.set_title("Time", pad=16)
    memory.set_xlabel("MiB; memory_pages keeps none")
    memory.set_title("Memory still held after everything was freed", pad=16)
    figure.legend(*memory.get_legend_handles_labels(), loc="upper right", ncols=len(runs),
                  frameon=False)
    return save(figure, folder, "allocators.svg")


# ---- Scale ---------------------------------------------------------------------------------------

SCALE = {"raw loop, huge pages": ("#999999", "raw loop, huge pages"),
         "raw loop, 4 KiB pages": ("#333333", "raw loop, 4 KiB pages"),
         "realloc": (PEER, "realloc"), "memory_pages": (OURS, "memory_pages")}
PHASE_TITLES = {"fill": "Fill fresh memory", "refill": "Fill again after clear",
                "decommit": "Give the memory back", "freeze": "Freeze and thaw"}


def size_name(size):
    for unit, one in (("G", 2**30), ("M", 2**20), ("K", 2**10)):
        if size >= one:
            return f"{size // one}{unit}"
    return str(size)


def draw_scale(measured, folder):
    points = {}
    for one in measured.all:
        if one.case.startswith("scale."):
            _, threads, size = one.case.split(".")
            points.setdefault((one.system, int(threads)), []).append((int(size), one))
    if not points:
        return None
    figure, all_axes = plt.subplots(2, 2, figsize=(12, 8.5), sharex=True, layout="constrained")
    head(figure, "Cost of one uint64_t as the vector grows (lower is better)")
    for axes, phase in zip(all_axes.flat, PHASES):
        for (system, threads), found in sorted(points.items()):
            if phase == "freeze" and system == "realloc":
                continue
            found.sort(key=lambda point: point[0])
            sizes = [size for size, _ in found]
            tint, label = SCALE[system]
            low, median, high = ([getattr(one, phase)[i] / one.operations for _, one in found]
                                 for i in range(3))
            axes.loglog(sizes, median, "-" if threads == 1 else "--", color=tint, linewidth=1.6,
                        marker="o" if threads == 1 else None, markersize=3,
                        label=label if threads == 1 else f"{label}, 2 threads")
            axes.fill_between(sizes, low, high, color=tint, alpha=0.15, linewidth=0)
        axes.axvline(2**21, color="#cccccc", linewidth=1, zorder=0)
        axes.set_title(PHASE_TITLES[phase])
        axes.set_ylabel("ns for each element")
        axes.grid(True, which="major", color="#eeeeee")
    ticks = [2**power for power in range(10, 35, 4)]
    for axes in all_axes[-1]:
        axes.set_xticks(ticks, [size_name(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel("bytes in the vector (each thread has its own); the line marks a huge page")
    all_axes[0][0].legend(frameon=False, fontsize=8)
    return save(figure, folder, "scale.svg")


# ---- Permissions ---------------------------------------------------------------------------------

def draw_permission(measured, folder):
    cases = ["permission.freeze", "permission.write", "permission.read", "permission.all",
             "permission.exec"]
    everyone = [one for case in cases for one in chosen(measured, case)]
    if not everyone:
        return None
    figure, axes = plt.subplots(figsize=(12, 4.2), layout="constrained")
    head(figure, "Change the permission of 256 MiB that are in memory (further left is better)")
    explain_colours(figure, everyone)
    names, y = {}, 0
    for case in cases[::-1]:
        for one in sorted(chosen(measured, case), key=lambda one: -one.median):
            axes.plot(one.per_operation() / 1e3, y, "o", color=colour(one), markersize=8)
            axes.annotate(duration(one.per_operation()), (one.per_operation() / 1e3, y),
                          xytext=(8, 0), textcoords="offset points", va="center", fontsize=8)
            names[y] = one.name
            y += 1
        y += 0.6
    axes.set_xscale("log")
    axes.set_yticks(list(names), list(names.values()))
    axes.tick_params(axis="y", length=0)
    axes.grid(True, axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
    axes.set_xlabel("µs for one change, on a logarithmic scale")
    axes.margins(x=0.1)
    return save(figure, folder, "permission.svg")


def draw_all(measured, folder):
    """Draws what was measured and returns the names of the files."""
    drawn = [draw(measured, folder)
             for draw in (draw_fill, draw_again, draw_allocators, draw_scale, draw_permission)]
    return [name for name in drawn if name]
