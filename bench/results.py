"""From single measurements to medians, and from medians to ratios."""

import statistics
from dataclasses import dataclass

GLIBC = "glibc"
RUST = "rust"
HARDENED = "hardened"

# Who is no peer: the limits, and what is under measurement.
OURS = "memory_pages"
LIMITS = ("raw", "madvise", "mmap", "mremap", "memcpy", "mprotect", "one fault", "function pointer")

MEMORY = ("memory_peak", "memory_released")
PHASES = ("fill", "refill", "decommit", "freeze")


def quartiles(values):
    """Returns [first quartile, median, third quartile]."""
    if len(values) == 1:
        return values * 3
    return statistics.quantiles(values, n=4, method="inclusive")


def summarise(runs, facts):
    """Makes what results.json holds of the raw JSON of each run.

    Times are nanoseconds for a whole round, which counts as so many `operations`; memory is
    bytes."""
    cases = []
    for run, output in runs.items():
        measurements = {}
        for single in output["benchmarks"]:
            if single.get("run_type") == "aggregate":
                continue
            # Google Benchmark appends how often it ran: "case|system/iterations:5/…"
            name = single["name"].split("/iterations:")[0]
            measurements.setdefault(name, []).append(single)
        for name, singles in measurements.items():
            case, system = name.split("|")
            low, median, high = quartiles([single["real_time"] for single in singles])
            entry = {
                "case": case, "system": system, "run": run, "repetitions": len(singles),
                "operations": singles[0]["operations"],
                "first_quartile": low, "median": median, "third_quartile": high,
            }
            for key in MEMORY:
                if key in singles[0]:
                    entry[key] = singles[0][key]
            for key in ("moves", *PHASES):
                if key in singles[0]:
                    entry[key] = quartiles([single[key] for single in singles])
            cases.append(entry)
    cases.sort(key=lambda entry: (entry["case"], entry["run"] != GLIBC, entry["run"]))
    left_out = {run: output["context"]["left_out"].split("; ")
                for run, output in runs.items() if output.get("context", {}).get("left_out")}
    return {"machine": facts, "cases": cases, "left_out": left_out}


@dataclass(frozen=True)
class Measured:
    """What one system took in one case of one run."""

    case: str
    system: str
    run: str
    repetitions: int
    operations: float
    first_quartile: float
    median: float
    third_quartile: float
    memory_peak: float | None = None
    memory_released: float | None = None
    moves: list | None = None
    fill: list | None = None
    refill: list | None = None
    decommit: list | None = None
    freeze: list | None = None

    @property
    def is_ours(self):
        return self.system.startswith(OURS)

    @property
    def is_peer(self):
        return not self.is_ours and not self.system.startswith(LIMITS)

    @property
    def returns_memory(self):
        """Whether at most a tenth of what it held stays with the process."""
        return self.memory_released <= self.memory_peak / 10

    @property
    def name(self):
        return self.system if self.run in (GLIBC, RUST) else f"{self.system} ({self.run})"

    def per_operation(self):
        return self.median / self.operations

    def quartiles_of_round(self):
        """What one turn takes: all elements of a vector, but one creation of those in a loop."""
        turns = self.operations if self.case.startswith("create_destroy.") else 1
        return [self.first_quartile / turns, self.median / turns, self.third_quartile / turns]


class Results:
    def __init__(self, found):
        self.machine = found["machine"]
        self.left_out = found["left_out"]
        self.all = [Measured(**entry) for entry in found["cases"]]
        self.index = {(one.case, one.system, one.run): one for one in self.all}

    def find(self, case, system, run=GLIBC):
        """Returns what was measured, or None."""
        return self.index.get((case, system, run))

    def of_case(self, case):
        return [one for one in self.all if one.case == case]

    def ratio(self, one, case, system):
        """How many times as long as another system `one` took, both seen in the run of `one`.

        Where the other did not take part there, as in Rust's program, the raw loop, which did,
        stands between the two."""
        other = self.find(case, system, one.run)
        if other:
            return one.median / other.median
        other = self.find(case, system)
        here, there = (self.find(case, "raw loop, huge pages", run) for run in (one.run, GLIBC))
        if other and here and there:
            return (one.median / here.median) / (other.median / there.median)
        return None

    def peers(self, case):
        return [one for one in self.of_case(case) if one.is_peer]
