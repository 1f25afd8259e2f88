"""A prepared meeting in a hub that is killed: begun, told to the room, and back as it was.

Owns the way from the API to ``down/meeting`` over a real broker, and over a kill. Must not look
into the hub's files.
"""

from __future__ import annotations

import signal

import pytest

from tests import hub_room
from tests.broker import Mosquitto
from tests.hub_process import HubProcess, command, hub, page_of
from tests.meeting_house import PDF

__all__ = ["hub"]

pytestmark = pytest.mark.broker

FORM = {
    "title": "Họp tháng 12",
    "rooms": ["main"],
    "agenda": [
        {"id": "mo-dau", "title": {"vi": "Khai mạc", "en": "Opening"}},
        {"id": "bao-cao", "title": {"vi": "Báo cáo", "en": "Report"}, "presenter": "An"},
    ],
    "seats": [{"seat": "main/2", "name": "Trần Bình", "role": "chair"}],
}


async def test_a_meeting_that_was_begun_survives_the_hubs_death(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room:
        await room.arrive()
        async with page_of(hub) as (page, session):
            await page.until(lambda s: s["meetings"][0]["from_file"])
            async with session.put("/api/v1/meetings/m1", json=FORM) as answer:
                assert answer.status == 201
            bytes_alone = {"Content-Type": "application/octet-stream"}
            address = "/api/v1/meetings/m1/papers?item=bao-cao&title=B"
            async with session.post(address, data=PDF, headers=bytes_alone) as answer:
                assert answer.status == 201
                paper = (await answer.json())["id"]
            assert (await command(session, "start_meeting", meeting="m1"))[0] == 202
            told = await room.until("meeting", lambda m: m["title"] == "Họp tháng 12")
            assert (told["session"], told["item"]["number"], told["names"]) == (
                "running", 1, {"2": "Trần Bình"},
            )  # fmt: skip
            assert (await command(session, "next_item", after="mo-dau"))[0] == 202
            told = await room.until("meeting", lambda m: (m["item"] or {}).get("number") == 2)
            assert told["item"]["presenter"] == "An"

        hub.end(signal.SIGKILL)
        hub.start()
        async with page_of(hub) as (page, session):
            state = await page.until(lambda s: s["meeting"]["item"] == "bao-cao")
            assert state["meeting"]["session"] == "running"
            (known,) = state["meeting"]["agenda"][1]["papers"]
            assert known["id"] == paper
            async with session.get(f"/api/v1/papers/{paper}") as answer:
                assert await answer.read() == PDF
            assert (await command(session, "end_meeting", meeting="m1"))[0] == 202
            await room.until("meeting", lambda m: m["session"] == "ended" and m["item"] is None)
