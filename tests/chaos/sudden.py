"""Short meetings with one well-aimed fault each: what they reveal, they reveal every time.

Owns two stories. Each is held with the real programs, which must come out clean, and with the
mutant it is made for, which must not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from tests.chaos.chair import Motion
from tests.chaos.packets import Publish
from tests.chaos.proxy import Direction
from tests.chaos.run import Meeting, Plan
from tests.chaos.schedule import Fault
from tests.chaos.site import REAL, Programs

OPEN_S = 1.0
AWAY_S = 4.0
RECEIPT_S = 5.0
PATIENCE_S = 10.0
"""What is lost never comes; what is not is there long before this."""

EARLY_SEATS, LATE_SEATS = range(3, 11), range(11, 14)


def plan(programs: Programs = REAL) -> Plan:
    """One open ballot where the last press counts, and nothing but that."""
    motion = Motion(
        "b01", "open", "last_press", "continue_without", OPEN_S, PATIENCE_S, waits_for_people=True
    )
    return Plan(
        1, 0.0, (), (motion,), programs, drain_s=PATIENCE_S, calm_s=0.0, do_people_speak=False
    )


async def vote_while_the_hub_is_dead(held: Meeting, motion: Motion, opened_s: float) -> None:
    """The broker acknowledges every vote, and nobody listens behind it."""
    dying = asyncio.create_task(held.faults.do(Fault(0.0, "kill", "hub", AWAY_S)))
    for seat in EARLY_SEATS:
        await held.hands["main"].press(str(seat), "yes")
        await asyncio.sleep(0.1)
    await dying


async def kill_the_hub_at_each_receipt(held: Meeting, motion: Motion, opened_s: float) -> None:
    """What a room was told to be safe must be on the disk."""
    for seat in LATE_SEATS:
        with receipt_seen(held) as seen:
            await held.hands["main"].press(str(seat), "yes")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECEIPT_S):
                    await seen.wait()
        await held.faults.do(Fault(0.0, "kill", "hub", 0.2))
        await held.chair.rooms_back()


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


async def both(held: Meeting, motion: Motion, opened_s: float) -> None:
    """One after the other."""
    await vote_while_the_hub_is_dead(held, motion, opened_s)
    await held.chair.rooms_back()
    await kill_the_hub_at_each_receipt(held, motion, opened_s)
