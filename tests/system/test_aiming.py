"""A camera that hangs askew is taught the room: as a page does it, and by hand in a shell.

The person is played by the truth: who aims sees the seat, and the twin knows where it is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from firmware_config.loader import load_room
from tests.broker import mosquitto_program
from tests.camera_room import TrueCamera, angle_between_deg
from tests.hub_access import HEADERS
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

UP = "phonghop/v1/main/up"
CAMERA = "cam-left"
OFF_DEG = 13.0
ROOM = load_room("main")
PLACES = {f"main/{seat.number}": seat.position_m for seat in ROOM.seats}
SECTION = next(camera for camera in ROOM.cameras if camera.id == CAMERA)
TRUTH = TrueCamera(SECTION.position_m, SECTION.heading_deg + OFF_DEG)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The main room, whose left camera hangs askew."""
    running = Site(tmp_path)
    running.broker.start()
    running.start_twin("main", "--mounted-off", f"{CAMERA}={OFF_DEG}")
    yield running
    running.stop_all()


async def looks(ear: Ear) -> dict[str, Any]:
    """What the camera reports once it stands still."""
    found: dict[str, Any] = await ear.until(
        lambda t: (c := t[f"{UP}/state/cameras"]["cameras"][CAMERA])["moving"] is False and c,
        "the camera rests",
    )
    return found


def off_by_pan(pan_deg: float, seat: str) -> float:
    """How far beside the head a shot looks; above it shots keep air, as they are composed."""
    true_pan_deg, tilt_deg = TRUTH.bearing_deg(PLACES[seat])
    return angle_between_deg((pan_deg, tilt_deg), (true_pan_deg, tilt_deg))


class Page:
    """Gives commands as the technician's page does, and waits until the room has answered."""

    def __init__(self, site: Site, ear: Ear, session: aiohttp.ClientSession) -> None:
        self._url = f"http://127.0.0.1:{site.http_port}/api/v1/"
        self._ear = ear
        self._session = session

    async def ask(self, name: str, **body: Any) -> dict[str, Any]:
        """The room's result."""
        body = {"room": "main", "camera": CAMERA, **body}
        async with self._session.post(f"{self._url}commands/{name}", json=body) as answer:
            given = await answer.json()
        assert answer.status == 202, given
        result: dict[str, Any] = await self._ear.until(
            lambda t: (r := t[f"{UP}/result"])["re"] == given["id"] and r, f"result of {name}"
        )
        return result

    async def off_deg(self, seat: str) -> float:
        """How far from the seat the camera really looks when it is sent there."""
        assert (await self.ask("aim_camera", seat=seat))["status"] == "done"
        await self._ear.until(
            lambda t: (
                (c := t[f"{UP}/state/cameras"]["cameras"][CAMERA])["target"] == seat
                and c["arrived"]
            ),
            f"arrived at {seat}",
        )
        show = await until_shown("main", lambda s: s["cameras"], "cameras")
        real = show["cameras"][CAMERA]
        return off_by_pan(real["pan_deg"], seat)

    async def sight(self, seat: str) -> dict[str, Any]:
        """Turn there, nudge until the face is in the middle, confirm."""
        assert (await self.ask("aim_camera", seat=seat, aside=True))["status"] == "done"
        here = await self._there(lambda c: c["target"] == seat and c["arrived"])
        pan, tilt = TRUTH.bearing_deg(PLACES[seat])
        step = {"pan_deg": pan - here["pan_deg"], "tilt_deg": tilt - here["tilt_deg"]}
        assert (await self.ask("nudge_camera", **step))["status"] == "done"
        await self._there(
            lambda c: abs(c["pan_deg"] - pan) < 0.3 and abs(c["tilt_deg"] - tilt) < 0.3
        )
        return await self.ask("sight_camera", seat=seat)

    async def _there(self, is_there: Callable[[Any], Any]) -> dict[str, Any]:
        """What the camera reports when it has come to rest there."""
        found: dict[str, Any] = await self._ear.until(
            lambda t: (
                (c := t[f"{UP}/state/cameras"]["cameras"][CAMERA])["moving"] is False
                and is_there(c)
                and c
            ),
            "the camera rests where it was sent",
        )
        return found


async def test_four_sightings_over_mqtt_better_every_aim(site: Site) -> None:
    site.start_hub()
    site.start_edge("main")
    unseen = ["main/12", "main/18"]
    async with listening(site) as ear, aiohttp.ClientSession(headers=HEADERS) as session:
        page = Page(site, ear, session)
        await ear.until(lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads")
        await looks(ear)
        before = [await page.off_deg(seat) for seat in unseen]
        for _ in range(4):
            seat = (await looks(ear))["propose"][0]
            sighted = await page.sight(seat)
            assert sighted["status"] == "done", sighted
            await ear.until(
                lambda t, seat=seat: (
                    seat in t[f"{UP}/state/cameras"]["cameras"][CAMERA]["sightings"]
                ),
                f"{seat} is sighted",
            )
        after = [await page.off_deg(seat) for seat in unseen]
        quality = (await looks(ear))["aim_quality"]
    assert min(before) > 8.0
    assert max(after) < 1.5
    assert quality["worst_deg"] < 3.0
    kept = json.loads((site.folder / "edge" / "main.sightings.json").read_text())
    assert len(kept[CAMERA]) == 4


def guided(site: Site, words: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The guided flow with these lines."""
    command = [sys.executable, "-m", "edge.cli", "aim", "--room", "main", "--camera", CAMERA]
    return subprocess.run(
        [*command, "--data", str(site.folder / "edge"), *options],
        input=words,
        env=site.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def test_the_shell_knows_when_the_controller_has_the_room(site: Site) -> None:
    site.start_edge("main")
    async with listening(site) as ear:
        await ear.until(lambda t: t[f"{UP}/status"]["state"] == "online", "the room runs")
    answer = await asyncio.to_thread(guided, site, "")
    assert answer.returncode == 1
    assert "is in use" in answer.stderr
    assert "technician's page" in answer.stderr


async def test_a_person_at_a_shell_teaches_the_camera(site: Site) -> None:
    """Without seeing the camera's own angles: words alone, computed from the plan and the truth."""
    await until_shown("main", lambda s: s["cameras"], "cameras")
    from edge.camera.aim import Pose
    from edge.camera.targets import Bearings, Targets
    from edge.sighted import stand

    plan = Bearings(Pose(SECTION.position_m, SECTION.heading_deg))
    lines, sighted = [], {}
    for _ in range(4):
        bearings = stand(plan, PLACES, sighted)
        seat = bearings.propose[0]
        guess = Targets(bearings, PLACES).aim(seat)
        assert guess is not None
        pan, tilt = TRUTH.bearing_deg(PLACES[seat])
        lines += [f"right {pan - guess.pan_deg:.2f}", f"up {tilt - guess.tilt_deg:.2f}", "ok"]
        sighted[seat] = (pan, tilt)
    answer = await asyncio.to_thread(guided, site, "\n".join([*lines, "end"]) + "\n", "--json")
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    off = {seat: off_by_pan(aim["pan_deg"], seat) for seat, aim in found["aims"].items()}
    assert max(off.values()) < 1.0
    assert list(itertools.islice(off, 2)) == ["main/1", "main/2"]
    kept = json.loads((site.folder / "edge" / "main.sightings.json").read_text())
    assert [row["seat"] for row in kept[CAMERA]] == [int(s.split("/")[1]) for s in sighted]
