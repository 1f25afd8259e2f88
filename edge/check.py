"""The room's self-test: every device is asked, and proves itself or does not.

Owns ``phonghop-edge check``. Opens the devices of a room file by itself, so the room must not
run at the same time (a serial port has one owner). Changes nothing in the room: no microphone
opens, no camera moves, no display is switched.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Literal

from drivers.core.capability import Health, HealthState
from edge.composition import make_devices
from edge.room import Devices
from edge.runtime.supervisor import Supervisor
from firmware_config.loader import RoomFileError, load_room

Verdict = Literal["pass", "fail", "unconfirmed"]

VERDICTS: dict[HealthState, Verdict] = {
    HealthState.OK: "pass",
    HealthState.FAULT: "fail",
    HealthState.UNCONFIRMED: "unconfirmed",
}
WORDS: dict[Verdict, str] = {
    "pass": "Đạt / pass",
    "fail": "Không đạt / fail",
    "unconfirmed": "Chưa xác nhận / unconfirmed",
}
LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Finding:
    """One device (or seat) and what it proved."""

    device: str
    verdict: Verdict
    reason: str | None


def findings(devices: Devices, now_s: float) -> list[Finding]:
    """Judge every device and every seat's unit from what it proved so far."""
    found: dict[str, Health] = {i: d.health(now_s) for i, d in devices.all().items()}
    found.update(
        {f"seat-{n}": bus.seat_health(n, now_s) for n, bus in sorted(devices.buses.items())}
    )
    return [Finding(i, VERDICTS[h.state], h.reason) for i, h in found.items()]


async def check(devices: Devices, seconds: float) -> list[Finding]:
    """Run the devices until all have passed, at most ``seconds``."""
    supervisor = Supervisor()
    for ident, device in devices.all().items():
        supervisor.add(ident, device.run)
    running = asyncio.create_task(supervisor.run(), name="self-test")
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(f.verdict != "pass" for f in findings(devices, time.monotonic())):
                    await asyncio.sleep(LOOK_EVERY_S)
        return findings(devices, time.monotonic())
    finally:
        running.cancel()
        await asyncio.wait({running})


def run_check(room: str, seconds: float, *, as_json: bool) -> int:
    """The command: 0 only when every device passed."""

    async def whole() -> list[Finding]:
        return await check(make_devices(config, lambda _: None, lambda _: None), seconds)

    try:
        config = load_room(room)
        found = asyncio.run(whole())
    except (RoomFileError, ValueError) as error:
        sys.stderr.write(f"phonghop-edge check: {error}\n")
        return 1
    passed = all(f.verdict == "pass" for f in found)
    if as_json:
        report = {"room": config.room.id, "ok": passed, "devices": [asdict(f) for f in found]}
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        for f in found:
            line = f"{f.device:14} {WORDS[f.verdict]:28} {f.reason or ''}"
            sys.stdout.write(line.rstrip() + "\n")
    return 0 if passed else 1
