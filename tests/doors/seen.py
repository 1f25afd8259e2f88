"""What a run by hand says: one line for each thing that was seen, as it is seen.

Owns these lines. Must not judge.
"""

from __future__ import annotations

import sys


def say(line: str) -> None:
    """Something was seen."""
    sys.stdout.write(f"  seen: {line}\n")
    sys.stdout.flush()


def head(line: str) -> None:
    """What the next lines are about."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
