"""Short meetings with one well-aimed fault each: what they reveal, they reveal every time.

Owns three stories. Each is held with the real programs, which must come out clean, and with the
mutant it is made for, which must not.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator

from tests.chaos.chair import Motion
from tests.chaos.packets import Publish
from tests.chaos.people import is_asked
from tests.chaos.proxy import Direction, Weather
from tests.chaos.run import Meeting, Plan
from tests.chaos.schedule import Fault
from tests.chaos.site import REAL, Programs
from tests.chaos.stories import TOLD

OPEN_S = 1.0
AWAY_S = 4.0
RECEIPT_S = 5.0
RECORDED_S = 3.0
PRESSES_MOST = 5
PATIENCE_S = 45.0
"""A room that was cut off hands in its votes when it is back; only a very busy machine takes so
long for that, and nothing that is lost is waited for."""

EARLY_SEATS, LATE_SEATS, STORED_SEATS = range(3, 11), range(11, 14), range(14, 20)


def plan(programs: Programs = REAL) -> Plan:
    """One open ballot where the last press counts, and nothing but that."""
    motion = Motion(
        "b01", "open", "last_press", "continue_without", OPEN_S, PATIENCE_S, waits_for_people=True
    )
    return Plan(
        1, 0.0, (), (motion,), programs, drain_s=PATIENCE_S, calm_s=0.0, do_people_speak=False
    )


async def vote_while_the_hub_is_dead(held: Meeting, motion: Motion) -> None:
    """The broker acknowledges every vote, and nobody listens behind it."""
    dying = asyncio.create_task(held.faults.do(Fault(0.0, "kill", "hub", AWAY_S)))
    for seat in EARLY_SEATS:
        await held.hands["main"].press(str(seat), "yes")
        await asyncio.sleep(0.1)
    await dying


async def kill_the_hub_at_each_receipt(held: Meeting, motion: Motion) -> None:
    """What a room was told to be safe must be on the disk."""
    for seat in LATE_SEATS:
        with receipt_seen(held) as seen:
            await held.hands["main"].press(str(seat), "yes")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECEIPT_S):
                    await seen.wait()
        await held.faults.do(Fault(0.0, "kill", "hub", 0.2))
        await held.chair.rooms_back()


async def cut_the_power_with_votes_in_the_outbox(held: Meeting, motion: Motion) -> None:
    """What a seat was shown as recorded must be on the disk of its room, and nowhere else yet."""
    link = held.site.links["link-main"]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not is_asked(held.history, "main"):  # a room that is cut off hears of no ballot
                await asyncio.sleep(0.05)
    link.set(Weather(refusing=True))
    for seat in STORED_SEATS:
        await press_until_recorded(held, seat)
    await held.faults.do(Fault(0.0, "power_cut", "edge-main", 0.2))
    link.set(Weather())


async def press_until_recorded(held: Meeting, seat: int) -> None:
    """Press *yes*, and again when a busy machine has let the press grow too old."""
    for _ in range(PRESSES_MOST):
        await held.hands["main"].press(str(seat), "yes")
        until_s = time.monotonic() + RECORDED_S
        while time.monotonic() < until_s:
            if held.history.shown(f"main/{seat}").get("yes") in TOLD:
                return
            await asyncio.sleep(0.05)


@contextlib.contextmanager
def receipt_seen(held: Meeting) -> Iterator[asyncio.Event]:
    """Set when the main room is sent a receipt."""
    seen, link = asyncio.Event(), held.site.links["link-main"]
    witness = link.witness

    def look(direction: Direction, publish: Publish) -> None:
        witness(direction, publish)
        if direction == "down" and publish.topic.endswith("/down/receipt"):
            seen.set()

    link.witness = look
    try:
        yield seen
    finally:
        link.witness = witness


async def all_three(held: Meeting, motion: Motion) -> None:
    """One after the other."""
    await vote_while_the_hub_is_dead(held, motion)
    await held.chair.rooms_back()
    await kill_the_hub_at_each_receipt(held, motion)
    if "power_cut" not in held.site.missing:
        await cut_the_power_with_votes_in_the_outbox(held, motion)
