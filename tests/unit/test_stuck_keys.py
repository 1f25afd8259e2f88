"""A key that stays down is told by the room, once, and is over when it comes up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from edge.stuck_keys import STUCK_AFTER_S
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual


def alarm(room: PaperRoom, seat: int = 3) -> Any:
    return room.told("alert", f"keys-{seat}")


def test_a_key_that_stays_down_is_an_alarm_until_it_comes_up() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.key(3, "mic")
            await asyncio.sleep(STUCK_AFTER_S - 1)
            assert alarm(room) is None
            await asyncio.sleep(4)
            told = alarm(room)
            assert told is not None
            assert told.severity == "warning"
            assert told.seat == "main/3"
            assert told.text.vi == "Ghế số 3: có phím bị kẹt"
            assert told.evidence == "down for more than 10 s: mic"
            assert alarm(room, 4) is None
            room.key(3, "mic", released=True)
            await asyncio.sleep(2)
            assert alarm(room) is None

    run_virtual(story())


@pytest.mark.parametrize(("mode", "is_alarmed"), [("push_to_talk", False), ("open", True)])
def test_who_speaks_with_the_key_held_is_not_stuck(mode: str, is_alarmed: bool) -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor(mode=mode)
            room.key(3, "mic")
            await asyncio.sleep(STUCK_AFTER_S + 4)
            assert (alarm(room) is not None) == is_alarmed

    run_virtual(story())
