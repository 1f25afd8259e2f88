"""A hub as a process on a real Mosquitto, with rooms that speak the contract.

Owns: what a room and a page see of the hub from outside. Must not look into the hub's files.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from typing import Any

from edge.contract import messages
from edge.contract.wire import encode
from tests import hub_room
from tests.broker import Mosquitto
from tests.hub_process import HubProcess, command, hub, page_of

__all__ = ["hub"]


def receipted(seq: int) -> Callable[[Any], bool]:
    """This event is answered: within the part without gaps and refusals, or by its number."""
    return lambda m: seq <= m["upto"] or seq in m["extra"]


async def test_events_that_came_together_are_answered_each_by_itself(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    """One that nobody can read neither keeps the others back nor comes again for ever."""
    async with hub_room.on_broker(mosquitto.port) as room:
        await room.arrive()
        good, bad, last = (
            json.loads(encode(hub_room.press("main", seq, f"main/{seq}"))) for seq in (1, 2, 3)
        )
        bad["kind"] = "gossip"
        together = {"v": 1, "events": [good, bad, last]}
        await room.say_raw("events", json.dumps(together).encode())
        refused = await room.until("receipt", lambda m: bool(m["refused"]))
        assert [(r["seq"], r["code"]) for r in refused["refused"]] == [(2, "bad_argument")]
        await room.until("receipt", lambda m: 3 in m["extra"])
        floor = await room.until("floor", lambda m: len(m["speaking"]) == 2)
        assert [turn["seat"] for turn in floor["speaking"]] == ["main/1", "main/3"]


async def test_a_press_reaches_floor_receipt_and_page(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub) as (page, _):
        await room.arrive()
        await room.say("event", hub_room.press("main", 1, "main/1"))
        floor = await room.until("floor", lambda m: bool(m["speaking"]))
        assert [turn["seat"] for turn in floor["speaking"]] == ["main/1"]
        assert (floor["heard_epoch"], floor["heard_seq"]) == ("e1", 1)
        receipt = await room.until("receipt", receipted(1))
        assert receipt["refused"] == []
        kinds = [kind for kind, message in room.heard if message in (floor, receipt)]
        assert kinds == ["floor", "receipt"]
        state = await page.until(lambda s: s["floor"]["speaking"])
        assert state["floor"]["speaking"][0]["name"] == "Nguyễn Văn An"
        told = await room.until("meeting", lambda m: bool(m["names"]))
        assert told["names"] == {"1": "Nguyễn Văn An"}
        assert told["roles"]["3"] == "chair"


async def test_a_repeated_event_is_receipted_again_and_changes_nothing(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room:
        await room.arrive()
        asked = hub_room.press("main", 1, "main/1")
        for event in (asked, asked, hub_room.press("main", 2, "main/1"), asked):
            await room.say("event", event)
        await room.until("receipt", receipted(2))
        refusal = await room.until("receipt", lambda m: bool(m["refused"]))
        assert refusal["refused"][0]["seq"] == 2
        assert refusal["refused"][0]["code"] == "already_speaking"
        room.heard.clear()
        await room.say("event", hub_room.press("main", 2, "main/1"))
        again = await room.until("receipt", lambda m: bool(m["refused"]))
        assert again["refused"][0]["code"] == "already_speaking"
        assert [kind for kind, _ in room.heard if kind == "floor"] == []


async def test_a_killed_hub_comes_back_as_it_was(hub: HubProcess, mosquitto: Mosquitto) -> None:
    async with hub_room.on_broker(mosquitto.port) as room:
        await room.arrive()
        await room.say("event", hub_room.press("main", 1, "main/1"))
        await room.say("event", hub_room.press("main", 2, "main/2"))
        await room.until("receipt", receipted(2))
        before = await room.until("floor", lambda m: bool(m["queue"]))
        hub.end(signal.SIGKILL)
        await room.until("hub", lambda m: m["state"] == "offline")
        room.heard.clear()
        hub.start()
        after = await room.until("floor", lambda m: bool(m["queue"]))
        assert after["gen"] > before["gen"]
        assert after["rev"] == before["rev"]
        for part in ("speaking", "queue"):
            assert [t["seat"] for t in after[part]] == [t["seat"] for t in before[part]]
        assert after["speaking"][0]["for_ms"] >= before["speaking"][0]["for_ms"]
        await room.say("event", hub_room.press("main", 2, "main/2"))
        await room.until("receipt", receipted(2))


async def test_a_room_that_led_itself_is_merged(hub: HubProcess, mosquitto: Mosquitto) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub) as (page, _):
        await room.arrive()
        await room.say("event", hub_room.press("main", 1, "main/1"))
        await room.until("receipt", receipted(1))
        await room.say("event", hub_room.press("main", 2, "main/2", report=2))  # held
        alone = hub_room.floor_state("b1", "room", 2, rev=1, speaking=[("main/2", 5000)])
        await room.say("state", alone, "floor")
        floor = await room.until("floor", lambda m: m["for_report"] == 2)
        assert [turn["seat"] for turn in floor["speaking"]] == ["main/2"]
        assert floor["speaking"][0]["for_ms"] >= 5000
        assert not any(kind == "receipt" and receipted(2)(m) for kind, m in room.heard)
        await room.say("event", hub_room.press("main", 2, "main/2", report=2))
        await room.until("receipt", receipted(2))
        state = await page.until(lambda s: any(e["what"] == "merged" for e in s["events"]))
        assert state["floor"]["speaking"][0]["seat"] == "main/2"


async def test_a_lost_room_keeps_its_places_suspended(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with (
        hub_room.on_broker(mosquitto.port, "satellite-1", "s1") as other,
        page_of(hub) as (page, _),
    ):
        await other.arrive()
        async with hub_room.on_broker(mosquitto.port) as room:
            await room.arrive()
            await room.say("event", hub_room.press("main", 1, "main/1"))
            await room.until("receipt", receipted(1))
            await room.say("status", hub_room.status("offline", "b0"))  # an old will
            await room.say("status", hub_room.status("offline", "b1"))
        await page.until(lambda s: not s["rooms"]["main"]["online"])
        await page.until(lambda s: s["floor"]["speaking"][0]["suspended"])
        press = hub_room.press("satellite-1", 1, "satellite-1/2", boot="s1")
        await other.say("event", press)
        floor = await other.until("floor", lambda m: len(m["speaking"]) == 2)
        assert {t["seat"] for t in floor["speaking"]} == {"main/1", "satellite-1/2"}


async def test_a_command_goes_to_the_device_and_its_result_to_the_page(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub) as (page, session):
        await room.arrive()
        await page.until(lambda s: s["rooms"].get("main", {}).get("online"))
        code, answer = await command(
            session, "display_power", room="main", display="display-1", on=True
        )
        assert (code, answer["status"]) == (202, "accepted")
        sent = await room.until("command", lambda m: m["action"] == "power")
        assert sent["id"] == answer["id"]
        assert sent["args"] == {"on": True}
        clock = await room.until("time", lambda m: m["gen"] == sent["gen"])
        assert sent["sent_ms"] >= clock["mono_ms"]
        await room.say("result", messages.Result(re=sent["id"], status="done"))
        state = await page.until(lambda s: s["commands"][sent["id"]]["status"] == "done")
        assert state["commands"][sent["id"]]["device"] == "display-1"
        code, answer = await command(session, "open_microphone", seat="main/2")
        assert code == 202
        await room.until("floor", lambda m: [t["seat"] for t in m["speaking"]] == ["main/2"])
        code, answer = await command(session, "open_microphone", seat="main/1")
        assert (code, answer["reason"]["code"]) == (409, "mic_limit")
        assert answer["reason"]["vi"] == "Đã đủ số micro mở đồng thời"


async def test_what_the_contract_forbids_changes_nothing(
    hub: HubProcess, mosquitto: Mosquitto
) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub) as (page, session):
        await room.arrive()
        await room.say_raw("event", b"\xff\x00 not JSON")
        await room.say_raw("event", b"[" * 16000)
        await room.say_raw("event", b'{"v":2}')
        await room.say_raw("event", b"{" + b" " * 16500 + b"}")
        await room.say("event", hub_room.press("satellite-9", 5, "satellite-9/1"))  # not its own
        await room.say_raw("status", b'{"v":1,"state":"sideways"}')
        await room.say_raw("event", b'{"v":1,"source":"main","epoch":"e1","seq":1,"kind":"?"}')
        refusal = await room.until("receipt", receipted(1))
        assert refusal["refused"][0]["code"] == "bad_argument"
        await room.say("event", hub_room.press("main", 2, "main/1"))
        await room.until("receipt", receipted(2))
        async with session.get("/api/v1/health") as answer:
            health = await answer.json()
        assert health["refused_messages"] >= 5
        assert health["ok"]
        state = await page.until(lambda s: s["floor"]["speaking"])
        assert list(state["rooms"]) == ["main"]


async def test_the_broker_restarts(hub: HubProcess, mosquitto: Mosquitto) -> None:
    async with page_of(hub) as (page, session):
        async with hub_room.on_broker(mosquitto.port) as room:
            await room.arrive()
            await room.say("event", hub_room.press("main", 1, "main/1"))
            await room.until("receipt", receipted(1))
        await page.until(lambda s: s["hub"]["broker"] == "connected")
        mosquitto.kill()
        await page.until(
            lambda s: s["hub"]["broker"] == "lost" and not s["rooms"]["main"]["online"]
        )
        code, answer = await command(session, "close_microphone", seat="main/1")
        assert (code, answer["reason"]["code"]) == (409, "link_lost")
        mosquitto.start()
        await page.until(lambda s: s["hub"]["broker"] == "connected")
        async with hub_room.on_broker(mosquitto.port, boot="b1") as room:
            await room.until("floor", lambda m: bool(m["speaking"]))
            await room.until("meeting", lambda m: m["title"] == "Giao ban")


async def test_it_ends_cleanly_and_says_so(hub: HubProcess, mosquitto: Mosquitto) -> None:
    async with hub_room.on_broker(mosquitto.port) as room, page_of(hub):
        await room.until("hub", lambda m: m["state"] == "online")
        assert await asyncio.to_thread(hub.end, signal.SIGTERM) == 0
        await room.until("hub", lambda m: m["state"] == "offline")
