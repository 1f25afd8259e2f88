"""What people did at the hub: who gave a command, who came in and went out.

Owns these events. Fields may be added with a default, never renamed or removed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """Somebody gave a command; with a ``code`` it was refused, and that is why."""

    at_s: float
    command: str
    by: str
    role: str
    code: str = ""
    times: int = 1
    """So many of the kind were refused since the record before, which is the first of them."""


@dataclass(frozen=True, slots=True)
class AccessNoted:
    """Somebody came in, went out, was not let in, or changed who may come in."""

    at_s: float
    what: str
    by: str
    role: str = ""
    code: str = ""
