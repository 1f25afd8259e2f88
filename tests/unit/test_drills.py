"""Fault drills: refused in a real room, told and switched in a simulated one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from edge.commands import CommandRefused
from edge.drills import ASK_EVERY_S, Drills
from edge.rules.reasons import Reason
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual


class PaperTwin:
    """A twin with one camera; ``away`` it does not answer."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.away = False

    async def ask(self, **request: Any) -> dict[str, Any]:
        """As the control socket."""
        if self.away:
            raise ValueError("no twin runs")
        if request["do"] == "show":
            return {"show": {"faults_known": {"cam-1": ["stuck"]}, "faults": dict(self.faults)}}
        if request["fault"] not in (None, "stuck"):
            raise ValueError(f"unknown fault {request['fault']!r}")
        self.faults = {} if request["fault"] is None else {request["device"]: request["fault"]}
        return {}


def test_a_real_room_refuses() -> None:
    async def story() -> None:
        room = PaperRoom()
        with pytest.raises(CommandRefused) as refused:
            await room.controller.drills.switch("cam-1", "stuck", on=True)
        assert refused.value.reason is Reason.NO_TWIN
        assert room.told("state", "drills") is None

    run_virtual(story())


def test_a_twin_tells_what_it_knows_and_what_is_on() -> None:
    async def story() -> None:
        room, twin = PaperRoom(), PaperTwin()
        drills = Drills(room.controller, twin.ask)
        await drills.switch("cam-1", "stuck", on=True)
        assert room.told("state", "drills").known == {"cam-1": ["stuck"]}
        assert room.told("state", "drills").standing == {"cam-1": "stuck"}
        await drills.switch("cam-1", "stuck", on=False)
        assert room.told("state", "drills").standing == {}
        with pytest.raises(CommandRefused) as refused:
            await drills.switch("cam-1", "melts", on=True)
        assert refused.value.reason is Reason.FAULT_UNKNOWN

    run_virtual(story())


def test_a_twin_that_is_away_or_changed_elsewhere_is_told_in_time() -> None:
    async def story() -> None:
        room, twin = PaperRoom(), PaperTwin()
        task = asyncio.create_task(Drills(room.controller, twin.ask).run(), name="drills")
        await asyncio.sleep(0.1)
        twin.faults = {"cam-1": "stuck"}
        await asyncio.sleep(ASK_EVERY_S)
        assert room.told("state", "drills").standing == {"cam-1": "stuck"}
        twin.away = True
        await asyncio.sleep(ASK_EVERY_S)
        assert room.told("state", "drills").known == {}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtual(story())
