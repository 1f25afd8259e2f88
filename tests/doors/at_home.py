"""What a real Home Assistant makes of a room: it is found, followed, lost and found again.

Owns the story. Must not know how either side is started.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from tests.doors.foreign import PATIENCE_S
from tests.doors.home_assistant import HomeAssistant, Page
from tests.doors.seen import head, say
from tests.doors.site import PASSWORD, DoorSite, with_one_display_less

DEVICE = "phonghop-main"
ENTITIES = {
    "online": "binary_sensor", "speaking": "sensor", "alarms": "sensor",
    "display_display-1": "binary_sensor", "display_display-2": "binary_sensor",
    "display_display-3": "binary_sensor",
}  # fmt: skip
AWAY = "unavailable"
LOST = "Error returned from MQTT server: The connection was lost."
"""What it says when the broker is killed."""


class Room:
    """The room's entities on the page."""

    def __init__(self, page: Page, names: dict[str, str]) -> None:
        self._page = page
        self._names = names

    async def shows(self, said: str, **wanted: str) -> None:
        """Wait until these are so, and say it."""
        names = {self._names[key.replace("display_", "display_display-")]: value
                 for key, value in wanted.items()}  # fmt: skip
        await self._page.until(
            said, lambda states: all(states[name] == value for name, value in names.items())
        )
        say(f"{said}: {', '.join(f'{key} {value}' for key, value in wanted.items())}")

    async def is_away(self, said: str) -> None:
        """All of it."""
        names = self._names.values()
        await self._page.until(said, lambda states: all(states[name] == AWAY for name in names))
        say(f"{said}: all {len(self._names)} entities {AWAY}")


async def tell(environment: Path, folder: Path) -> None:
    """The whole story.

    Raises:
        AssertionError: something in it is not so.
    """
    site, house = DoorSite(folder / "site"), HomeAssistant(environment, folder / "home")
    head("Home Assistant: it starts (its first start brings what it lacks, which takes minutes)")
    try:
        house.start()
        async with aiohttp.ClientSession() as session:
            token = await house.begin(session)
            site.start()
            await _joins(house, site, session, token)
            async with house.page(session, token) as page:
                head(f"Home Assistant {page.version}")
                names = await _is_found(page)
                room = Room(page, names)
                await _follows(site, room)
                await _sees_it_fail(site, room)
                await _cannot_command(site, page)
            house.stop()
            house.start()
            async with house.page(session, token) as page:
                await Room(page, names).shows("Home Assistant starts anew", online="on")
                await _changes(site, page, folder)
        _is_content(house)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{site.report()}") from error
    finally:
        house.stop()
        site.stop_all()


async def _joins(
    house: HomeAssistant, site: DoorSite, session: aiohttp.ClientSession, token: str
) -> None:
    wrong = await house.add_mqtt(session, token, site.door, "homeassistant", "guess")
    assert wrong["type"] == "form", wrong
    say(f"with a wrong password: {wrong['errors']['base']}")
    said = await house.add_mqtt(session, token, site.door, "homeassistant", PASSWORD)
    assert said["type"] == "create_entry", said
    say("with the account of doors.conf and acl: connected")


async def _is_found(page: Page) -> dict[str, str]:
    """The device, and all entities; their names by what they are."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await page.devices()) or len(await page.entities()) < len(ENTITIES):
            await asyncio.sleep(0.2)
    (device,) = found
    assert device["identifiers"] == [["mqtt", DEVICE]], device
    told = {key: device[key] for key in ("name", "manufacturer", "model", "sw_version")}
    say(f"the device: {told}")
    entities = await page.entities()
    assert set(entities) == {f"phonghop_main_{key}" for key in ENTITIES}, sorted(entities)
    names = {key: entities[f"phonghop_main_{key}"]["entity_id"] for key in ENTITIES}
    for key, platform in ENTITIES.items():
        assert names[key].startswith(f"{platform}."), names[key]
    say(f"its entities: {', '.join(names.values())}")
    return names


async def _follows(site: DoorSite, room: Room) -> None:
    """What happens in the room."""
    await site.ready()
    await room.shows("the room is up", online="on", speaking="0", alarms="0")
    await room.shows("displays as they prove it", display_1="off", display_2="off")
    await site.press(5)
    await room.shows("a microphone key is pressed", speaking="1")
    await site.press(6)
    await room.shows("another", speaking="2")
    await site.press(5)
    await site.press(6)
    await room.shows("both are pressed again", speaking="0")
    await site.order("set_scene", room="main", scene="presentation")
    await room.shows("a scene is chosen", display_1="on", display_2="on", display_3="on")
    await site.order("set_scene", room="main", scene="internal")
    await room.shows("another scene", display_1="on", display_2="off", display_3="off")
    await site.fault("cam-left", "silent")
    await room.shows("a camera falls silent", alarms="1")
    await site.fault("cam-left", None)
    await room.shows("and is well again", alarms="0")


async def _sees_it_fail(site: DoorSite, room: Room) -> None:
    """Room, hub and broker go and come."""
    edge, hub = site.processes["edge"], site.processes["hub"]
    edge.kill()
    lost = {"speaking": "unknown", "alarms": "unknown", "display_1": "unknown"}
    await room.shows("the room's controller is killed", online="off", **lost)
    edge.start()
    await room.shows("and comes back", online="on", speaking="0", display_1="on")
    hub.kill()
    await room.is_away("the hub is killed")
    hub.start()
    await room.shows("and comes back", online="on", speaking="0", display_1="on")
    hub.stop()
    await room.is_away("the hub is stopped")
    hub.start()
    await room.shows("and comes back", online="on", speaking="0", display_1="on")
    site.broker.kill()
    await room.is_away("the broker is killed")
    site.broker.start()
    await room.shows("and comes back", online="on", speaking="0", display_1="on")


async def _cannot_command(site: DoorSite, page: Page) -> None:
    """Home Assistant has nothing to switch, and what it writes all the same is not let through."""
    entities = [each["entity_id"] for each in (await page.entities()).values()]
    for entity in entities:
        domain = entity.partition(".")[0]
        service: dict[str, Any] = {"domain": domain, "service": "turn_on"}
        why = await page.refuses("call_service", **service, target={"entity_id": entity})
    say(f"switching any of them is refused: {why}")
    before = site.broker.log.count("Denied PUBLISH from")
    topics = ("phonghop/v1/main/down/command/display-1", f"homeassistant/{DEVICE}/state")
    for topic in topics:
        data = {"topic": topic, "payload": "{}", "qos": 1, "retain": True}
        await page.ask("call_service", domain="mqtt", service="publish", service_data=data)
    async with asyncio.timeout(PATIENCE_S):
        while site.broker.log.count("Denied PUBLISH from") < before + len(topics):
            await asyncio.sleep(0.1)
    say("what its own mqtt.publish writes to a room or to a state: denied by the broker")


async def _changes(site: DoorSite, page: Page, folder: Path) -> None:
    """A display leaves the room for good; then the hub is not to tell any more."""
    site.processes["edge"].stop()
    site.start_room(with_one_display_less(folder))
    async with asyncio.timeout(PATIENCE_S):
        while "phonghop_main_display_display-3" in await page.entities():
            await asyncio.sleep(0.2)
    say("a display is no longer part of the room: its entity is gone")
    hub = site.processes["hub"]
    hub.stop()
    hub.command.remove("--home-assistant")
    hub.start()
    async with asyncio.timeout(PATIENCE_S):
        while await page.devices() or await page.entities():
            await asyncio.sleep(0.2)
    say("the hub runs without the option: device and entities are gone")


def _is_content(house: HomeAssistant) -> None:
    """Nothing that it warns of is about us."""
    wrong = [
        line
        for line in house.log()
        if (" WARNING " in line or " ERROR " in line)
        and not line.endswith(LOST)
        and ("phonghop" in line.replace(str(house.folder), "") or "components.mqtt" in line)
    ]
    assert wrong == [], "\n".join(wrong)
    say("its log warns of nothing that is ours")
