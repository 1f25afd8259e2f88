"""What cec-ctl prints, read: was the message heard, and what was answered.

Theory. The program leaves with 0 whenever the message went to the bus, even when nobody was
there; only its text tells. So nothing here looks at the exit code, and what is not found in
the text is not known.

Owns the reading of that text. Must not run anything. Source: cec-ctl of v4l-utils 1.22 to 1.30.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from drivers.core.seen import Power

NOWHERE = "f.f.f.f"
"""The physical address without an EDID: nothing is plugged in, or it took the link away."""

POWERS: dict[int, Power] = {0: "on", 1: "off", 2: "warming", 3: "cooling"}

Outcome = Literal["sent", "unheard", "timeout", "aborted", "unconfigured", "unopened", "unclear"]

_ADDRESS = re.compile(r"^\s*Physical Address\s*:\s*([0-9a-f](?:\.[0-9a-f]){3})\s*$", re.MULTILINE)
_POWER = re.compile(r"REPORT_POWER_STATUS \(0x90\):\s*pwr-state: [a-z-]+ \(0x0([0-3])\)")
_UNOPENED = re.compile(r"Failed to open (\S+): (.+)")


@dataclass(frozen=True, slots=True)
class Printed:
    """One run of the program."""

    outcome: Outcome
    power: Power | None = None
    address: str | None = None
    detail: str = ""


def read(stdout: str, stderr: str) -> Printed:
    """What one run printed."""
    found = _ADDRESS.search(stdout)
    address = None if found is None else found[1]
    if (unopened := _UNOPENED.search(stderr)) is not None:
        return Printed("unopened", detail=f"{unopened[1]}: {unopened[2].strip()}")
    if "Adapter is unconfigured" in stderr:
        return Printed("unconfigured", address=address)
    if "Transmit from" not in stdout:
        return Printed("unclear", address=address, detail=_last_line(stderr or stdout))
    if "Not Acknowledged" in stdout:
        return Printed("unheard", address=address)
    if "FEATURE_ABORT (0x00)" in stdout or "Feature Abort" in stdout:
        return Printed("aborted", address=address)
    if "Rx, Timeout" in stdout:
        return Printed("timeout", address=address)
    if "Sequence:" not in stdout:
        return Printed("unclear", address=address, detail="the message was not sent")
    said = _POWER.search(stdout)
    return Printed("sent", POWERS[int(said[1])] if said is not None else None, address)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:120] if lines else "it printed nothing"
