"""A hand on the simulated console of the room ``main`` and an eye on its lamps, for system tests.

Owns a site with that room and the touch of its keys. Must not know what a key means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from edge.twin.client import TwinClient
from tests.rig import Site, until_shown

UP, DOWN = "phonghop/v1/main/up", "phonghop/v1/main/down"

PRESS_MS = 80
HOLD_MS = 1300
ACKNOWLEDGE_MS = 2300

BETWEEN_S = 0.1
"""No finger comes down again while the contact still bounces, and nothing would tell it apart."""


def running(folder: Path, meeting: str | None = None) -> Iterator[Site]:
    """Broker, hub, twin and controller; ``meeting`` is the text of the meeting's file."""
    options: tuple[str, ...] = ()
    if meeting is not None:
        path = folder / "meeting.toml"
        path.write_text(meeting, encoding="utf-8")
        options = ("--meeting", str(path))
    site = Site(folder)
    site.broker.start()
    site.start_hub(*options)
    site.start_twin("main")
    site.start_edge("main")
    yield site
    site.stop_all()


async def touch(who: int | str, key: str, hold_ms: int = PRESS_MS) -> None:
    """A finger on a key of a seat or of the console."""
    async with TwinClient("main") as twin:
        await twin.press(str(who), key, hold_ms)


async def press(*keys: str, hold_ms: int = PRESS_MS) -> None:
    """Presses at the console, one after the other."""
    for key in keys:
        await touch("console", key, hold_ms)
        await until_shown("main", lambda s, k=key: s["console"]["keys"][k] == "up", f"{key} is up")
        await asyncio.sleep(BETWEEN_S)


async def until_lamp(lamp: str, shown: str) -> None:
    """An eye sees the lamp so."""
    await until_shown("main", lambda s: s["console"]["lamps"][lamp] == shown, f"{lamp} {shown}")
