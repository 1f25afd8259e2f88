"""The chair's console as a whole: keys of the twin, Mosquitto, the hub; and the hub killed.

What is pressed is pressed at the simulated panel, what is seen is seen on the units, the lamps
and MQTT.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edge.twin.client import TwinClient
from tests.broker import mosquitto_program
from tests.console_panel import (
    ACKNOWLEDGE_MS,
    DOWN,
    HOLD_MS,
    UP,
    press,
    running,
    touch,
    until_lamp,
)
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

MEETING = """
title = "Phiên họp thử bàn phím"
mode = "request"
max_open = 1
seats = [ { seat = "main/1", name = "Chủ trì", role = "chair" } ]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with the main room; tests leave it as they found it."""
    yield from running(tmp_path_factory.mktemp("console"), MEETING)


async def until_open(*seats: int) -> dict[str, Any]:
    """Exactly these microphones are open on the table."""
    wanted = {str(seat) for seat in seats}
    return await until_shown(
        "main",
        lambda s: {n for n, seat in s["seats"].items() if seat["microphone"]} == wanted,
        f"open: {sorted(wanted)}",
    )


async def open_second_layer() -> None:
    """Hold *wide* until its lamp says so; an eye needs a moment to see that it blinks no more."""
    await until_shown("main", lambda s: s["console"]["lamps"]["wide"] != "fast", "wide is calm")
    await touch("console", "wide", HOLD_MS)
    await until_lamp("wide", "fast")


@asynccontextmanager
async def meeting(site: Site, *, with_hub: bool) -> AsyncIterator[Ear]:
    """The hub leads, or is killed and the room leads itself; nobody speaks, nobody waits."""
    async with listening(site) as ear:
        await ear.until(
            lambda t: all(s["health"] == "ok" for s in t[f"{UP}/state/seats"]["seats"].values()),
            "every unit answers",
        )
        await ear.until(lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads")
        if not with_hub:
            site.processes["hub"].kill()
            await ear.until(
                lambda t: t[f"{UP}/state/floor"]["authority"] == "room", "the room leads itself"
            )
            await until_lamp("link", "on")
        await until_open()
        try:
            yield ear
        finally:
            if not with_hub:
                site.processes["hub"].start()
                await until_lamp("link", "off")


async def give_floor(seat: int) -> None:
    """The seat asks, the chair invites the next."""
    await touch(seat, "mic")
    await until_lamp("next", "slow")
    await press("next")
    await until_open(seat)


@pytest.mark.parametrize("with_hub", [True, False], ids=["with the hub", "hub killed"])
async def test_what_the_chair_needs_in_the_own_room(site: Site, with_hub: bool) -> None:
    """Next, priority, recess, mute, all off: the five that work without the hub."""
    async with meeting(site, with_hub=with_hub):
        await give_floor(12)

        await touch("console", "priority", HOLD_MS)
        await until_open(1)
        await until_lamp("priority", "on")
        await until_open(12)
        await until_lamp("priority", "off")

        await press("recess")
        await until_lamp("recess", "on")
        await until_open()
        await press("recess")
        await until_lamp("recess", "off")
        await until_open(12)

        await press("all_off")
        await until_open()

        await give_floor(12)
        await press("mute")
        await until_lamp("mute", "fast")
        await until_open(12)
        await press("mute")
        await until_lamp("mute", "on")
        await until_open()
        await press("mute")
        await until_lamp("mute", "off")

        await give_floor(12)
        await press("end_turn")
        await until_open()


async def test_the_five_keys_reach_what_the_others_do(site: Site) -> None:
    """Hold *wide*, then press: recess; hold *next*: the turn ends."""
    async with meeting(site, with_hub=True) as ear:
        await give_floor(7)
        await open_second_layer()
        await press("priority")
        await until_lamp("recess", "on")
        await until_open()
        await press("recess")
        await until_open(7)
        await open_second_layer()
        await press("next")
        await ear.until(
            lambda t: t[f"{DOWN}/floor"]["speaking"][0]["extra_ms"] == 60_000, "one minute more"
        )
        await press("next", hold_ms=HOLD_MS)
        await until_open()


async def test_registration_and_a_refusal(site: Site) -> None:
    """The lamp follows what the hub has confirmed; who waits for nobody is told no."""
    async with meeting(site, with_hub=True) as ear:
        await until_lamp("registration", "on")
        await press("registration", hold_ms=HOLD_MS)
        await until_lamp("registration", "off")
        await ear.until(lambda t: t[f"{DOWN}/floor"]["registration"] == "closed", "closed")
        await press("registration")
        await until_lamp("registration", "on")
        await press("next")
        await until_lamp("next", "fast")
        await until_lamp("next", "off")


async def test_the_fire_alarm_is_acknowledged_at_the_console(site: Site) -> None:
    """Everything closes; a chair who holds *all off* for two seconds ends it, once it is over."""
    async with meeting(site, with_hub=True) as ear:
        await give_floor(5)
        async with TwinClient("main") as twin:
            await twin.contact("fire_alarm", True)
        await until_lamp("all_off", "fast")
        await until_open()
        async with TwinClient("main") as twin:
            await twin.contact("fire_alarm", False)
        await ear.until(lambda t: t[f"{DOWN}/floor"]["fire_rooms"] == [], "the contact is open")
        await press("all_off", hold_ms=ACKNOWLEDGE_MS)
        await until_lamp("all_off", "off")
        await ear.until(lambda t: t[f"{DOWN}/floor"]["alarm"] is False, "acknowledged")
