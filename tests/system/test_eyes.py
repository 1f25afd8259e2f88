"""A camera with eyes, as processes: a key is pressed, it goes, corrects by the picture, rests.

The picture comes from the room's twin; the detector is the one that ships (the cascade).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from edge.twin.client import TwinClient
from tests.broker import mosquitto_program
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

ROOM = "satellite-1"
UP = f"phonghop/v1/{ROOM}/up"
RESTS_S = 4.0
"""Twice the time after which a face that is not seen would count as lost."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("site"))
    running.env.pop("PHONGHOP_FACE_MODEL", None)
    running.broker.start()
    running.start_hub()
    running.start_twin(ROOM)
    running.start_edge(ROOM)
    yield running
    running.stop_all()


def camera(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = told[f"{UP}/state/cameras"]["cameras"]["cam-1"]
    return found


async def press(seat: int) -> None:
    async with TwinClient(ROOM) as twin:
        await twin.press(str(seat), "mic", 80)


async def fault(name: str | None) -> None:
    async with TwinClient(ROOM) as twin:
        await twin.fault("cam-1-video", name)


async def commands() -> int:
    async with TwinClient(ROOM) as twin:
        count: int = (await twin.show())["cameras"]["cam-1"]["commands"]
        return count


async def ready(ear: Ear) -> None:
    """The hub leads, nobody speaks, the whole room is shown, and there is a picture."""
    await ear.until(lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads")
    await ear.until(
        lambda t: camera(t)["target"] == "wide" and camera(t)["arrived"], "the whole room"
    )
    await ear.until(lambda t: camera(t)["picture"] == "ok", "there is a picture")


async def test_the_camera_goes_corrects_once_and_rests(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        before = await commands()
        await press(3)
        await ear.until(
            lambda t: (
                camera(t)["target"] == f"{ROOM}/3"
                and camera(t)["on_air"]
                and camera(t)["framed"] == "framed"
            ),
            "seat 3 is framed",
        )
        assert camera(ear.latest)["detector"] == "cascade"
        assert camera(ear.latest)["faces"] >= 1
        spent = await commands() - before
        # Pan-tilt and zoom for the shot, and for one correction or two.
        assert 4 <= spent <= 6
        await asyncio.sleep(RESTS_S)
        assert await commands() - before == spent
        await press(3)
        await ready(ear)


async def test_a_frozen_picture_leaves_the_seats_places_and_says_so(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        await fault("frozen")
        alert = await ear.until(lambda t: t[f"{UP}/alert/picture-cam-1"], "an alert")
        assert alert["severity"] == "warning"
        assert "frozen" in alert["text"]["en"]
        assert camera(ear.latest)["picture"] == "frozen"
        before = await commands()
        await press(6)
        await ear.until(
            lambda t: camera(t)["target"] == f"{ROOM}/6" and camera(t)["arrived"], "seat 6"
        )
        await asyncio.sleep(RESTS_S)
        assert await commands() - before == 2, "pan-tilt and zoom, and no correction"
        await fault(None)
        await ear.until(lambda t: t[f"{UP}/alert/picture-cam-1"] is None, "the alert is over")
        await press(6)
        await ready(ear)


async def test_an_empty_seat_is_shown_as_it_is(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        await fault("empty")
        before = await commands()
        await press(2)
        await ear.until(lambda t: camera(t)["framed"] == "no_face", "nobody is found")
        assert await commands() - before == 2
        await fault(None)
        await press(2)
        await until_shown(ROOM, lambda show: not show["seats"]["2"]["microphone"], "closed")
