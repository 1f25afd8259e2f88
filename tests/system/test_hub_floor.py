"""The whole floor at a hub as a process: time that passes, connections, fire, settings.

Owns what a room sees of it from outside. Decisions themselves have their unit tests.
"""

from __future__ import annotations

from signal import SIGKILL

from tests import hub_room
from tests.broker import Mosquitto
from tests.hub_process import HubProcess, command, hub, page_of

__all__ = ["hub"]


async def test_a_turn_ends_by_itself_and_everybody_is_told(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub) as (page, session):
        await room.arrive()
        timed = {"limit_s": {"delegate": 60}, "warning_s": 59.8, "at_limit": "stop"}
        assert (await command(session, "set_settings", settings=timed))[0] == 202
        await room.until("floor", lambda m: m["settings"]["limit_s"] == {"delegate": 60.0})
        await room.say("event", hub_room.press("main", 1, "main/1"))
        began = await room.until("floor", lambda m: bool(m["speaking"]))
        await page.until(lambda s: s["floor"]["speaking"][0]["phase"] == "warning")
        shorter = {"limit_s": {"delegate": 1.5}}  # the rest of the settings stays
        assert (await command(session, "set_settings", settings=shorter))[0] == 202
        await room.until("floor", lambda m: m["rev"] > began["rev"] and not m["speaking"])
        await page.until(lambda s: "Speaking time is over" in s["events"][-1]["text"]["en"])


async def test_a_report_counts_once_it_is_made_for_this_connection(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    """What waited in the broker while the hub was away has ages of long ago."""
    async with hub_room.on_broker(mosquitto.port) as room:
        await room.arrive()
        before = (await room.until("hub", lambda m: m["contact"] > 0))["contact"]
        hub.end(SIGKILL)
        await room.until("hub", lambda m: m["state"] == "offline")
        alone = {"rev": 1, "queue": [("main/1", 500)], "speaking": [("main/2", 500)]}
        state = hub_room.floor_state("b1", "room", 1, **alone, contact=before)
        await room.say("state", state, "floor")
        room.heard.clear()
        hub.start()
        now = (await room.until("hub", lambda m: m["state"] == "online"))["contact"]
        assert now > before
        await room.say("event", hub_room.press("main", 1, "main/3"))
        await room.until("receipt", lambda m: m["upto"] == 1)
        told = [m["for_report"] for kind, m in room.heard if kind == "floor"]
        assert set(told) == {0}
        alone = {"rev": 2, "queue": [("main/1", 9000)], "speaking": [("main/2", 9000)]}
        await room.say(
            "state", hub_room.floor_state("b1", "room", 1, **alone, contact=now), "floor"
        )
        floor = await room.until("floor", lambda m: m["for_report"] == 1)
        assert floor["queue"][0]["seat"] == "main/1"
        assert floor["queue"][0]["for_ms"] >= 9000


async def test_a_fire_anywhere_closes_every_microphone_until_it_is_acknowledged(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with (
        hub_room.on_broker(mosquitto.port) as room,
        hub_room.on_broker(mosquitto.port, "satellite-1", "s1") as other,
        page_of(hub) as (page, session),
    ):
        await room.arrive()
        await other.arrive()
        await room.say("event", hub_room.press("main", 1, "main/1"))
        await room.until("floor", lambda m: bool(m["speaking"]))
        fire = hub_room.press("satellite-1", 1, None, "fire", boot="s1", leads="room")
        await other.say("event", fire)  # it believes itself alone, and is heard all the same
        floor = await room.until("floor", lambda m: m["alarm"])
        assert (floor["speaking"], floor["fire_rooms"]) == ([], ["satellite-1"])
        code, answer = await command(session, "acknowledge_fire")
        assert (code, answer["reason"]["code"]) == (409, "fire_alarm")
        await other.say(
            "event", hub_room.press("satellite-1", 2, None, "fire_over", boot="s1", leads="room")
        )
        await other.until("receipt", lambda m: m["upto"] == 2)
        assert (await command(session, "acknowledge_fire"))[0] == 202
        await page.until(lambda s: not s["floor"]["alarm"])
        said = [event["what"] for event in page.state["events"]]
        assert [what for what in said if what.startswith("fire")] == [
            "fire",
            "fire_over",
            "fire_acknowledged",
        ]


async def test_priority_held_at_a_page_mutes_and_gives_back(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub) as (page, session):
        await room.arrive()
        await page.until(lambda s: s["rooms"].get("main", {}).get("online"))
        await room.say("event", hub_room.press("main", 1, "main/1"))
        await room.until("floor", lambda m: bool(m["speaking"]))
        assert (await command(session, "take_priority", seat="main/3"))[0] == 202
        floor = await room.until("floor", lambda m: m["hold"] is not None)
        paused = {turn["seat"]: turn["paused"] for turn in floor["speaking"]}
        assert paused == {"main/1": True, "main/3": False}
        code, answer = await command(session, "release_priority", seat="main/1")
        assert (code, answer["reason"]["code"]) == (409, "no_priority")
        assert (await command(session, "release_priority", seat="main/3"))[0] == 202
        state = await page.until(lambda s: s["floor"]["hold"] is None)
        assert [turn["muted"] for turn in state["floor"]["speaking"]] == [False]
