"""Figures of processes and sizes of files, as the kernel tells them.

Owns reading ``/proc`` and folders. Must not judge.
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ALLOWED_PER_H: Mapping[str, float] = {
    "rss_bytes": 8 * 1024**2,
    "handles": 4.0,
    "threads": 2.0,
}
"""What a process may grow by. An hour of soak is some six hundred meetings on a quiet machine, so
the memory is 14 kB for each; the hub keeps a name and a line of a list of it, some 1 kB. The rest
is room for the noise of half an hour."""

RECORDS = ("database_bytes", "log_bytes")


@dataclass
class Series:
    """One figure over time."""

    at_s: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


@dataclass
class Book:
    """All figures of all processes."""

    series: dict[str, dict[str, Series]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Series))
    )

    def note(self, process: str, figures: Mapping[str, float], at_s: float | None = None) -> None:
        """One sample."""
        at_s = time.monotonic() if at_s is None else at_s
        for name, value in figures.items():
            kept = self.series[process][name]
            kept.at_s.append(at_s)
            kept.values.append(value)


def of_process(pid: int) -> dict[str, float]:
    """Memory, open files and threads now.

    Raises:
        ProcessLookupError: it has ended.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        handles = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
    told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if "VmRSS" not in told:  # it has just ended and waits to be asked how
        raise ProcessLookupError(f"process {pid} has ended")
    return {
        "rss_bytes": float(told["VmRSS"].split()[0]) * 1024,
        "handles": float(handles),
        "threads": float(told["Threads"]),
    }


def size_of(folder: Path, pattern: str) -> float:
    """Bytes of all such files below a folder, or of none."""
    total = 0
    for path in folder.rglob(pattern) if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # SQLite tidies up behind itself
            total += path.stat().st_size
    return float(total)
