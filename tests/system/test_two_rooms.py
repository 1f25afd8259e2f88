"""Two rooms as processes, one hub: fire, recess and priority, at the simulated hardware.

What is pressed and closed is the hardware's, what is seen is seen there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.twin.client import TwinClient
from tests import hub_access
from tests.broker import mosquitto_program
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

MAIN, SATELLITE = "main", "satellite-1"
ROOMS = (MAIN, SATELLITE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site; tests leave it as they found it."""
    running = Site(tmp_path_factory.mktemp("two-rooms"))
    running.broker.start()
    running.start_hub("--meeting", "hub/demo_meeting.toml")
    for room in ROOMS:
        running.start_twin(room)
        running.start_edge(room)
    yield running
    running.stop_all()


def up(room: str, what: str) -> str:
    return f"phonghop/v1/{room}/up/{what}"


async def all_follow(ear: Ear) -> None:
    """Every unit of both rooms answers, both follow the hub, and nobody speaks."""
    for room in ROOMS:
        await ear.until(
            lambda t, room=room: all(  # type: ignore[misc]
                s["health"] == "ok" for s in t[up(room, "state/seats")]["seats"].values()
            ),
            f"every unit of {room} answers",
        )
        await ear.until(
            lambda t, room=room: t[up(room, "state/floor")]["authority"] == "hub",  # type: ignore[misc]
            f"{room} follows the hub",
        )
    await ear.until(lambda t: t[f"phonghop/v1/{MAIN}/down/floor"], "a floor")


async def order(site: Site, name: str, **body: Any) -> None:
    """Somebody at a page."""
    async with (
        hub_access.session(f"http://127.0.0.1:{site.http_port}") as session,
        session.post(f"/api/v1/commands/{name}", json=body) as answer,
    ):
        assert answer.status in (200, 202), await answer.text()


async def press(room: str, who: int | str, key: str = "mic", hold_ms: int = 80) -> None:
    async with TwinClient(room) as twin:
        await twin.press(str(who), key, hold_ms)


async def fire(room: str, closed: bool) -> None:
    async with TwinClient(room) as twin:
        await twin.contact("fire_alarm", closed)


def shows(seat: int, microphone: bool, red: str = "off", amber: str = "off") -> Any:
    """The seat's relay and lamps."""
    wanted = {"microphone": microphone, "red": red, "amber": amber}
    return lambda show: {k: show["seats"][str(seat)][k] for k in wanted} == wanted


def evacuates(show: dict[str, Any]) -> bool:
    """No microphone is open, and every seat that has the lamp says why."""
    seats = show["seats"].values()
    return all(not s["microphone"] and s.get("amber", "fast") == "fast" for s in seats)


async def both_speak(ear: Ear) -> None:
    """One delegate in each room."""
    await all_follow(ear)
    for room, seat in ((MAIN, 5), (SATELLITE, 2)):
        await press(room, seat)
        await until_shown(room, shows(seat, True, "on"), f"{room}/{seat} speaks")


def stands(**wanted: tuple[bool, str | None]) -> Callable[[dict[str, Any]], bool]:
    """The panels of the main room: on with this input, or off, or on the way there."""

    def holds(show: dict[str, Any]) -> bool:
        return all(
            (show["displays"][ident.replace("_", "-")]["power"] == "on") is on
            and (source is None or show["displays"][ident.replace("_", "-")]["source"] == source)
            for ident, (on, source) in wanted.items()
        )

    return holds


@pytest.mark.timeout(400)
async def test_a_scene_is_chosen_and_a_meeting_begins_and_the_panels_prove_it(site: Site) -> None:
    """Three makers' displays, each by its own protocol; the inputs by the makers' own codes."""
    displays = up(MAIN, "state/displays")
    async with listening(site) as ear:
        await all_follow(ear)
        await order(site, "set_scene", room=MAIN, scene="presentation")
        presents = stands(display_1=(True, "HDMI2"), display_2=(True, "31"), display_3=(True, "91"))
        await until_shown(MAIN, presents, "every panel is on, with its input", 90.0)
        await ear.until(
            lambda t: (
                t[displays]["scene"] == {"id": "presentation", "by": "hand", "behind": []}
                and {d["power"] for d in t[displays]["displays"].values()} == {True}
            ),
            "the room says that all of it is proved",
        )
        told = ear.latest[f"phonghop/v1/{MAIN}/down/meeting"]
        assert ear.client is not None
        for session in ("running", "ended"):  # as a hub says it; all goes off ten minutes later
            message = json.dumps({**told, "session": session})
            await ear.client.publish(f"phonghop/v1/{MAIN}/down/meeting", message, qos=1)
        meets = stands(display_1=(True, "HDMI2"), display_2=(False, None), display_3=(False, None))
        await until_shown(MAIN, meets, "the meeting's scene: two panels go off", 90.0)
        await ear.until(
            lambda t: t[displays]["scene"] == {"id": "internal", "by": "meeting", "behind": []},
            "the room says so",
        )
        await order(site, "display_power", room=MAIN, display="display-1", on=False)
        await until_shown(MAIN, stands(display_1=(False, None)), "as it was found")


async def all_is_calm(site: Site, ear: Ear) -> None:
    """The alarm is acknowledged, nobody speaks, the lamps are dark."""
    down = f"phonghop/v1/{MAIN}/down/floor"
    await ear.until(lambda t: t[down]["fire_rooms"] == [], "every contact is open")
    await order(site, "acknowledge_fire")
    for room in ROOMS:
        await until_shown(room, shows(2, False), f"{room} is calm")


async def test_fire_in_one_room_silences_both_until_it_is_acknowledged(site: Site) -> None:
    """The room itself at once, the other as soon as the hub has heard."""
    async with listening(site) as ear:
        await both_speak(ear)
        await fire(SATELLITE, True)
        for room in (SATELLITE, MAIN):
            shown = await until_shown(room, evacuates, f"{room} is silent")
            assert [s for s in shown["seats"].values() if s["microphone"]] == []
        await ear.until(lambda t: t[up(SATELLITE, "alert/fire-alarm")], "an alert")
        await until_shown(
            MAIN,
            lambda s: all(d["power"] in ("on", True) for d in s["displays"].values()),
            "the displays come on",
            90.0,  # a projector cools down first, then warms up
        )
        await press(MAIN, 5)
        refused = await ear.until(
            lambda t: t[f"phonghop/v1/{MAIN}/down/receipt"]["refused"], "a key says no"
        )
        assert refused[0]["code"] == "fire_alarm"
        await fire(SATELLITE, False)
        await ear.until(lambda t: t[up(SATELLITE, "alert/fire-alarm")] is None, "alert over")
        await until_shown(SATELLITE, evacuates, "an open contact is no permission to go on")
        await all_is_calm(site, ear)
        await press(MAIN, 5)
        await until_shown(MAIN, shows(5, True, "on"), "the meeting goes on")
        await press(MAIN, 5)
        await until_shown(MAIN, shows(5, False), "closed")


async def test_fire_works_without_the_hub_and_is_merged(site: Site) -> None:
    """The hub comes back to an alarm that it never heard of; the other room follows."""
    async with listening(site) as ear:
        await both_speak(ear)
        site.processes["hub"].kill()
        try:
            await fire(MAIN, True)
            await until_shown(MAIN, evacuates, "silent without the hub")
            await ear.until(
                lambda t: (
                    t[up(MAIN, "state/floor")]["authority"] == "room"
                    and t[up(MAIN, "state/floor")]["fire"]
                ),
                "the room leads itself, and says why it is silent",
            )
        finally:
            site.processes["hub"].start()
        await until_shown(SATELLITE, evacuates, "the other room hears of it")
        await fire(MAIN, False)
        await all_is_calm(site, ear)
        await all_follow(ear)


async def test_a_contact_that_is_closed_when_the_room_starts(site: Site) -> None:
    """Nobody saw it close: the level alone is told, and nothing of an earlier start remains."""
    async with listening(site) as ear:
        await all_follow(ear)
        edge = site.processes[f"edge-{MAIN}"]
        edge.kill()
        await fire(MAIN, True)
        edge.start()
        for room in ROOMS:
            await until_shown(room, evacuates, f"{room} is silent")
        edge.kill()
        await fire(MAIN, False)
        edge.start()
        await ear.until(
            lambda t: t[up(MAIN, "alert/fire-alarm")] is None, "the new start has looked", 30.0
        )
        await all_is_calm(site, ear)
        await all_follow(ear)


async def test_a_recess_keeps_the_turns(site: Site) -> None:
    """Muted in both rooms, amber, and back."""
    async with listening(site) as ear:
        await both_speak(ear)
        await order(site, "set_recess", on=True)
        for room, seat in ((MAIN, 5), (SATELLITE, 2)):
            await until_shown(room, shows(seat, False, amber="on"), f"{room}/{seat} is muted")
        await order(site, "set_recess", on=False)
        for room, seat in ((MAIN, 5), (SATELLITE, 2)):
            await until_shown(room, shows(seat, True, "on"), f"{room}/{seat} speaks again")
            await press(room, seat)
            await until_shown(room, shows(seat, False), f"{room}/{seat} closed")


async def test_the_chair_holds_priority(site: Site) -> None:
    """While the key is held the chair speaks and the delegates of both rooms do not."""
    async with listening(site) as ear:
        await both_speak(ear)
        holding = asyncio.create_task(press(MAIN, "console", "priority", 3000))
        for room, seat in ((MAIN, 5), (SATELLITE, 2)):
            await until_shown(room, shows(seat, False, amber="on"), f"{room}/{seat} is muted")
        await until_shown(MAIN, shows(1, True, "on"), "the chair speaks")
        await holding
        for room, seat in ((MAIN, 5), (SATELLITE, 2)):
            await until_shown(room, shows(seat, True, "on"), f"{room}/{seat} speaks again")
        await until_shown(MAIN, shows(1, False), "the chair has let go")
        for room, seat in ((MAIN, 5), (SATELLITE, 2)):
            await press(room, seat)
            await until_shown(room, shows(seat, False), f"{room}/{seat} closed")


async def test_the_chairs_priority_without_the_hub(site: Site) -> None:
    """It acts in the chair's room at once."""
    async with listening(site) as ear:
        await both_speak(ear)
        site.processes["hub"].kill()
        try:
            holding = asyncio.create_task(press(MAIN, "console", "priority", 5000))
            await until_shown(MAIN, shows(5, False, amber="on"), "muted")
            await until_shown(MAIN, shows(1, True, "on"), "the chair speaks")
            await holding
            await until_shown(MAIN, shows(5, True, "on"), "back")
        finally:
            site.processes["hub"].start()
        await all_follow(ear)
        for room, seat in ((MAIN, 5), (SATELLITE, 2)):
            await until_shown(room, shows(seat, True, "on"), f"{room}/{seat} speaks", 30.0)
            await press(room, seat)
            await until_shown(room, shows(seat, False), f"{room}/{seat} closed")
