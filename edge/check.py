"""The room's self-test: every device is asked, and proves itself or does not.

Owns ``phonghop-edge check``. Opens the devices of a room file by itself, so the room must not
run at the same time (a serial port has one owner). Changes nothing in the room: no microphone
opens, no camera moves, no display is switched; unless microphones are to prove themselves,
which ``edge.word`` sees to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Literal

from drivers.core.capability import Health, HealthState
from edge.composition import make_devices
from edge.room import Devices
from edge.runtime.supervisor import Supervisor
from firmware_config.loader import RoomFileError, load_room
from firmware_config.schema import RoomConfig

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


Board = Callable[[RoomConfig], list[Finding]]
"""What there is to say of the machine that runs the room."""

Listen = Callable[[], Awaitable[list[Finding]]]
"""Whatever is asked of the people in the room; the devices run meanwhile."""


async def check(devices: Devices, seconds: float, listen: Listen | None = None) -> list[Finding]:
    """Run the devices until all have passed, at most ``seconds``; then ``listen``."""
    supervisor = Supervisor()
    for ident, device in devices.all().items():
        supervisor.add(ident, device.run)
    running = asyncio.create_task(supervisor.run(), name="self-test")
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(f.verdict != "pass" for f in findings(devices, time.monotonic())):
                    await asyncio.sleep(LOOK_EVERY_S)
        found = findings(devices, time.monotonic())
        return found if listen is None else [*found, *await listen()]
    finally:
        running.cancel()
        await asyncio.wait({running})


def run_check(
    room: str,
    seconds: float,
    *,
    word_s: float | None = None,
    board: Board | None = None,
    as_json: bool,
) -> int:
    """The command: 0 only when every device passed.

    ``word_s``: so long each microphone has to prove itself; None leaves them closed. ``board``
    finds out about the machine itself.
    """

    async def whole() -> list[Finding]:
        devices = make_devices(config, lambda _: None, lambda _: None)
        return await check(devices, seconds, _listen(config, devices, word_s))

    try:
        config = load_room(room)
        found = asyncio.run(whole())
        if board is not None:
            found += board(config)
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


def _listen(config: RoomConfig, devices: Devices, word_s: float | None) -> Listen | None:
    """The walk around the table, where it is wanted and sound is configured.

    Raises:
        ValueError: it is wanted and cannot be; one line.
    """
    if word_s is None:
        return None
    if config.audio is None:
        raise ValueError(f"room {config.room.id} has no [audio]: no microphone can prove itself")
    try:
        from edge.word import prove
    except ImportError as error:
        raise ValueError(f"{error.name} is missing: install phonghop[audio]") from error
    audio = config.audio

    async def listen() -> list[Finding]:
        proofs = await prove(audio, devices, word_s, _tell)
        return [Finding(f"mic-{number}", proof.verdict, proof.reason) for number, proof in proofs]

    return listen


def _tell(number: int) -> None:
    """People are asked on stderr: stdout is for the report."""
    sys.stderr.write(f"Ghế {number}: xin nói một từ / seat {number}: please say a word\n")
