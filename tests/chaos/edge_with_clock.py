"""An edge with a wall clock that the test can set: ``OFFSET_FILE MODULE`` and the edge's words.

Owns the lie about the time: seconds in a file are added to ``time.time()``, looked at every
tenth of a second. The monotonic clock stays true, as on a board whose clock is corrected.
Must not change anything else; the patch comes before any module of the product is loaded.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

LOOK_EVERY_S = 0.1


def shift_clock(path: Path) -> None:
    """From now on ``time.time`` and ``time.time_ns`` follow the file; without one they are true."""
    true_s = time.time
    seen = {"offset_s": 0.0, "at_s": -1.0}

    def offset_s() -> float:
        now_s = time.monotonic()
        if now_s - seen["at_s"] >= LOOK_EVERY_S:
            seen["at_s"] = now_s
            try:
                seen["offset_s"] = float(path.read_text())
            except (OSError, ValueError):  # not there yet, or being written
                return seen["offset_s"]
        return seen["offset_s"]

    time.time = lambda: true_s() + offset_s()
    time.time_ns = lambda: int(time.time() * 1e9)


def main() -> int:
    """Shift the clock, then be the edge."""
    shift_clock(Path(sys.argv[1]))
    edge = importlib.import_module(sys.argv[2])  # not before the clock is shifted
    code: int = edge.main(sys.argv[3:])
    return code


if __name__ == "__main__":
    sys.exit(main())
