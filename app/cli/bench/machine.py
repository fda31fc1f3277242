"""The machine that figures were taken on, and how much memory this process uses."""

import os
import platform
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 2**20
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Machine:
    """What has to be said beside every figure; `load` is that of the minute before."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    load: float


def this_machine() -> Machine:
    """The machine of this process."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _cores(),
        memory_gib=round(pages * size / 2**30, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 1),
    )


def _cores() -> int:
    return os.cpu_count() or 1


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def resident() -> float:
    """MiB of memory that this process holds now; where nobody says, the most it ever held."""
    return _status("VmRSS") or peak()


def peak() -> float:
    """MiB of memory at the highest point of this process."""
    # The resource module's figure may be that of the process that started this one.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _status("VmHWM") or most / (MEBIBYTE if sys.platform == "darwin" else 1024)


def _status(name: str) -> float:
    lines = _STATUS.read_text(encoding="utf-8").splitlines() if _STATUS.exists() else []
    found = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(next(found, 0)) / 1024
