"""What the library is to reach, and whether it did: a row for each promise."""

from dataclasses import dataclass

from results import GLIBC, OURS

PAGE = 4096

# "As fast as" can't be told from noise more exactly than this.
NOISE = 1.03


@dataclass(frozen=True)
class Row:
    what: str
    reach: str
    got: str
    reached: bool | None  # None: not measured in this run


def missing(what, reach):
    return Row(what, reach, "not measured", None)


# ---- Kinds of promises ---------------------------------------------------------------------------

def at_most(measured, what, factor, case, system, against, run=GLIBC, reach=None):
    """`system` takes at most `factor` times what `against` takes in the same case and run."""
    reach = reach or f"at most {factor:g} × {against}"
    one = measured.find(case, system, run)
    if one is None or measured.find(case, against, run) is None:
        return missing(what, reach)
    ratio = measured.ratio(one, case, against)
    bound = factor if factor > 1 else factor * NOISE
    return Row(what, reach, f"{ratio:.2f} ×", ratio <= bound)


def faster_than_peers(measured, what, factor, case, system, peers, who):
    """Every one of `peers` takes at least `factor` times as long, each seen in its own run."""
    reach = f"at least {factor:g} × faster than {who}"
    ratios = [(measured.ratio(peer, case, system), peer.name) for peer in peers]
    ratios = [(ratio, name) for ratio, name in ratios if ratio is not None]
    if not ratios:
        return missing(what, reach)
    ratio, name = min(ratios)
    return Row(what, reach, f"{ratio:.2f} × ({name})", ratio >= factor)


def no_slower_than_fastest_peer(measured, what, factor, case, system):
    reach = "no slower than the fastest peer" if factor == 1 else (
        f"at most {factor:g} × the fastest peer")
    ratios = [(1 / measured.ratio(peer, case, system), peer.name)
              for peer in measured.peers(case) if measured.ratio(peer, case, system)]
    if not ratios:
        return missing(what, reach)
    ratio, name = max(ratios)
    bound = factor if factor > 1 else NOISE
    return Row(what, reach, f"{ratio:.2f} × ({name})", ratio <= bound)


def memory_at_most(measured, what, limit, case, system, key, reach, each=1):
    one = measured.find(case, system)
    if one is None:
        return missing(what, reach)
    got = getattr(one, key) / each
    return Row(what, reach, f"{got / 1024:.1f} KiB", got <= limit)


# ---- The promises --------------------------------------------------------------------------------

PUSH = f"{OURS}, push"
RAW_HUGE = "raw loop, huge pages"
RAW_SMALL = "raw loop, 4 KiB pages"
AMOUNTS = {"f64": "10 M f64", "u64": "10 M u64", "record": "2.5 M structs of 32 bytes",
           "u8": "100 M u8"}


def fill(measured):
    for kind in ("f64", "u64", "record"):
        case, what = f"fill_fresh.{kind}", f"fill fresh: {AMOUNTS[kind]} by push"
        yield at_most(measured, what, 1.25, case, PUSH, RAW_HUGE)
        returning = [peer for peer in measured.peers(case) if peer.returns_memory]
        yield faster_than_peers(measured, what, 3.5, case, PUSH, returning,
                                "every peer that returns its memory")
    case = "fill_fresh.u8"
    for system in bulk_forms(measured, case):
        form = system.removeprefix(f"{OURS}, ")
        yield at_most(measured, f"fill fresh: 100 M u8 by {form}", 1.25, case, system, RAW_HUGE)
    yield faster_than_peers(measured, "fill fresh: 100 M u8 by push", 1.4, case, PUSH,
                            measured.peers(case), "every peer")
    for kind, amount in AMOUNTS.items():
        yield no_slower_than_fastest_peer(measured, f"fill again after clear: {amount} by push",
                                          1.1, f"refill.{kind}", PUSH)
    yield at_most(measured, "fill again after clear_decommit: 10 M f64 by push", 1.25,
                  "refill_given_back.f64", PUSH, RAW_HUGE)


def bulk_forms(measured, case):
    return [one.system for one in measured.of_case(case)
            if one.is_ours and one.run == GLIBC and one.system != PUSH]


def append(measured):
    for case, state in (("append_fresh.f64", "fresh"), ("append_again.f64", "resident")):
        yield at_most(measured, f"append of 80 MB to {state} memory", 1.1, case,
                      f"{OURS}, append", "memcpy, huge pages")


def create_destroy(measured):
    for how in ("touched", "filled"):
        case, what = f"create_destroy.{how}", f"create and destroy 48 MiB, {how}"
        for system in ("vector", "pages", "pages, huge"):
            yield at_most(measured, f"{what}: {system} with a recycler", 1.0, case,
                          f"{OURS}, {system}, recycled", "malloc + free", run="tcmalloc",
                          reach="as fast as tcmalloc")
        for system, pages in (("vector", "huge"), ("pages", "4 KiB"), ("pages, huge", "huge")):
            yield at_most(measured, f"{what}: {system}", 1.15, case, f"{OURS}, {system}",
                          f"mmap + munmap, {pages} pages")


def decommit(measured):
    case, what = "decommit.80MB", "clear_decommit of 80 MB"
    yield memory_at_most(measured, what, 2 * PAGE, case, PUSH, "memory_released",
                         "at most 2 pages stay")
    std = [one for one in measured.peers(case)
           if one.system.startswith("std::vector") and one.returns_memory]
    yield faster_than_peers(measured, what, 10, case, PUSH, std,
                            "std::vector's clear + shrink_to_fit, where that returns memory")


def permission(measured):
    for case in ("freeze", "write", "read", "all", "exec"):
        case = f"permission.{case}"
        for one in measured.of_case(case):
            if one.is_ours and one.run == GLIBC:
                small = measured.find(case, "mprotect, 4 KiB pages")
                yield faster_than_peers(
                    measured, f"{one.system.removeprefix(OURS + ', ')} of 256 MiB", 100, case,
                    one.system, [small] if small else [], "mprotect over 4 KiB pages")


def growth(measured):
    what, reach = "growth to 8 GiB, untouched", "no move after the first 64 MiB"
    tail = measured.find("growth.tail", f"{OURS}, append_zeroed")
    if tail is None:
        yield missing(what, reach)
    else:
        yield Row(what, reach, f"{tail.moves[1]:.0f} moves", tail.moves[1] == 0)
        yield memory_at_most(measured, what, PAGE * 16, "growth.tail", tail.system,
                             "memory_peak", "nothing resident that was not touched")
    for fault in ("2 MiB", "4 KiB"):
        yield at_most(measured, "longest of 32 M pushes of u64", 50, "growth.longest_push", PUSH,
                      f"one fault, {fault}")


def read(measured):
    for size, where in (("16KiB", "the cache"), ("80MB", "memory")):
        for way, factor in (("data", 1.0), ("at", 1.1), ("get_unchecked", 1.0)):
            yield at_most(measured, f"sum from {where} through {way}", factor, f"sum.{size}",
                          f"{OURS}, {way}", "raw pointer")
    for size in ("128MiB", "4GiB"):
        yield no_slower_than_fastest_peer(measured, f"random reads from {size}", 1,
                                          f"random_read.{size}", PUSH)


def call(measured):
    what, reach = "call of machine code", "at most 1 ns over a function pointer"
    ours = measured.find("call", f"{OURS}, mp_fn_binary_u64_call")
    plain = measured.find("call", "function pointer")
    if not ours or not plain:
        return [missing(what, reach)]
    more = ours.per_operation() - plain.per_operation()
    return [Row(what, reach, f"{more:+.2f} ns", more <= 1)]


def small(measured):
    yield memory_at_most(measured, "vector of 10 elements", 2 * PAGE, "small.create", PUSH,
                         "memory_peak", "at most 2 pages resident", each=1000)
    for case, what in (("create", "create and fill a vector of 10"),
                       ("live", "create, fill and destroy a vector of 10")):
        yield at_most(measured, what, 1.15, f"small.{case}", PUSH, RAW_SMALL,
                      reach="at most 1.15 × the same with mmap")


def sparse(measured):
    what, reach = "1 GiB of pages, one byte touched in each MiB", "no more resident than mmap"
    raw = measured.find("sparse", "mmap, 4 KiB pages")
    if raw is None:
        return [missing(what, reach)]
    # The page that tells which handles are current is there once for all.
    return [memory_at_most(measured, what, raw.memory_peak + PAGE, "sparse", f"{OURS}, pages",
                           "memory_peak", f"{reach} ({raw.memory_peak / 1024:.1f} KiB)")]


def rows(measured):
    """Returns a row for each promise, in the order in which they are made."""
    parts = (fill, append, create_destroy, decommit, permission, growth, read, call, small, sparse)
    return [row for part in parts for row in part(measured)]
