"""A vote led from the chair's console alone: opened, paused, ended and announced by its key.

Hub, Mosquitto, the room's controller and its twin as processes. The secretary prepares the vote
at the hub, a delegate votes at the seat.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.broker import mosquitto_program
from tests.console_panel import DOWN, HOLD_MS, UP, press, running, touch, until_lamp
from tests.hub_access import HEADERS
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

BALLOT: dict[str, Any] = {"ballot": "b-1", "generation": 1}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A running site with the main room."""
    yield from running(tmp_path)


async def command(site: Site, name: str, **body: Any) -> None:
    """What the secretary does on a page."""
    url = f"http://127.0.0.1:{site.http_port}/api/v1/commands/{name}"
    async with (
        aiohttp.ClientSession(headers=HEADERS) as session,
        session.post(url, json=body) as answer,
    ):
        assert answer.status == 202, await answer.text()


async def until_stage(ear: Ear, stage: str) -> dict[str, Any]:
    """The hub has told the room that the vote is there."""
    found: dict[str, Any] = await ear.until(
        lambda t: t[f"{DOWN}/ballot"] if t[f"{DOWN}/ballot"]["stage"] == stage else None,
        f"the vote is {stage}",
    )
    return found


async def test_a_whole_vote_by_one_key(site: Site) -> None:
    async with listening(site) as ear:
        await ear.until(lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads")
        text = {"vi": "Thông qua chương trình", "en": "Adopt the agenda"}
        await command(site, "prepare_ballot", id="b-1", text=text)
        await command(site, "sign_in", seat="main/12", present=True)
        await command(site, "ready_ballot", **BALLOT)
        await until_lamp("vote", "slow")

        await press("vote")
        await until_stage(ear, "open")
        await until_lamp("vote", "on")
        await touch(12, "yes")
        await until_shown("main", lambda s: s["seats"]["12"]["yes"] == "on", "recorded")

        await press("vote", hold_ms=HOLD_MS)
        await until_stage(ear, "paused")
        await until_lamp("vote", "slow")
        await press("vote")
        await until_stage(ear, "open")
        await until_lamp("vote", "on")

        await press("vote")
        await until_lamp("vote", "fast")
        assert (await until_stage(ear, "open"))["ballot"] == "b-1"
        await press("vote")
        await until_stage(ear, "counted")
        await until_lamp("vote", "slow")

        await press("vote")
        told = await until_stage(ear, "announced")
        assert "tán thành 1" in json.dumps(told["result"], ensure_ascii=False)
        await until_lamp("vote", "off")
