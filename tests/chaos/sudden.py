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
from tests.chaos.run import Meeting, Plan, Voting
from tests.chaos.schedule import Fault
from tests.chaos.site import REAL, Programs

OPEN_S = 7.0
AWAY_S = 4.0
RECEIPT_S = 5.0
ROUNDS = 3


def plan(programs: Programs = REAL, ballots: int = 1) -> Plan:
    """Open ballots where the last press counts, and nothing but that."""
    motions = [
        Motion(f"b{number:02}", "open", "last_press", "continue_without", OPEN_S, 20.0)
        for number in range(1, ballots + 1)
    ]
    return Plan(1, 0.0, (), motions, programs, calm_s=0.0, do_people_speak=False)


async def vote_while_the_hub_is_dead(held: Meeting, motion: Motion, opened_s: float) -> None:
    """The broker acknowledges every vote, and nobody listens behind it."""
    dying = asyncio.create_task(held.faults.do(Fault(0.0, "kill", "hub", AWAY_S)))
    for seat in range(3, 11):
        await held.hands["main"].press(str(seat), "yes")
        await asyncio.sleep(0.1)
    await dying


async def kill_the_hub_at_each_receipt(held: Meeting, motion: Motion, opened_s: float) -> None:
    """What a room was told to be safe must be on the disk."""
    for seat in range(3, 3 + ROUNDS):
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


def both() -> Voting:
    """One story in the first ballot, the other in the second."""
    stories = iter((vote_while_the_hub_is_dead, kill_the_hub_at_each_receipt))

    async def voting(held: Meeting, motion: Motion, opened_s: float) -> None:
        await next(stories)(held, motion, opened_s)

    return voting
