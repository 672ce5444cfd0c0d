"""What the figures were measured on. A figure without it means nothing."""

import os
import platform
import re
from pathlib import Path


def read(path):
    try:
        return Path(path).read_text().strip()
    except OSError:
        return "?"


def chosen(path):
    """The word in brackets, as the kernel marks what is in force."""
    match = re.search(r"\[(\w+)\]", read(path))
    return match.group(1) if match else "?"


def describe(context):
    """Returns {fact: text}; `context` is what Google Benchmark wrote."""
    cpu = re.search(r"^(?:model name|Processor)\s*: (.*)$", read("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", read("/proc/meminfo"), re.MULTILINE)
    huge = "/sys/kernel/mm/transparent_hugepage"
    return {
        "processor": f"{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(memory.group(1)) / 2**20:.0f} GiB" if memory else "?",
        "kernel": f"{platform.system()} {platform.release()}",
        "huge pages": f"{chosen(huge + '/enabled')}, defrag {chosen(huge + '/defrag')}",
        "compiler": f"{context['compiler']}, {context['flags']}",
        "C library": " ".join(platform.libc_ver()),
    }
