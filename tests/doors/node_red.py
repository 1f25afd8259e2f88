"""A real Node-RED with the example flow in it: what comes to an end of the flow is seen there.

It is asked by its admin API and by the WebSocket that its editor listens to, so the flow is the one
of the page, but for the broker's port and account.

Owns its start and the story told there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from tests.doors.foreign import PATIENCE_S, Foreign
from tests.doors.seen import head, say
from tests.doors.site import PASSWORD, ROOM, DoorSite
from tests.ports import free_port

Json = dict[str, Any]

FLOW = Path("docs/node-red-flow.json")
BROKER = "phonghop-broker"

SETTINGS = """\
module.exports = {
    uiHost: "127.0.0.1",
    uiPort: %d,
    flowFile: "flows.json",
    credentialSecret: "of this run alone",
    telemetry: { enabled: false },
    logging: { console: { level: "info", metrics: false, audit: false } },
};
"""


class NodeRed(Foreign):
    """One, with a folder of its own."""

    def __init__(self, place: Path, folder: Path) -> None:
        """``place`` is where npm installed it."""
        program = place / "node_modules" / ".bin" / "node-red"
        super().__init__([str(program), "--userDir", str(folder)], folder)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (folder / "settings.js").write_text(SETTINGS % port, encoding="utf-8")
        self.shown: dict[str, list[Any]] = {}
        """What came to each debug node, by its name."""
        self.statuses: dict[str, str] = {}
        self.missing: list[str] = []
        self._news = asyncio.Condition()

    async def version(self, session: aiohttp.ClientSession) -> str:
        """Wait until it answers; which it is."""

        async def asks() -> bool:
            async with session.get(f"{self.url}/settings") as answer:
                return answer.status == 200

        await self.until("its editor", asks)
        async with session.get(f"{self.url}/settings") as answer:
            return str((await answer.json())["version"])

    async def deploy(self, session: aiohttp.ClientSession, nodes: list[Json]) -> None:
        """Menu, Import; Deploy."""
        headers = {"Node-RED-API-Version": "v2"}
        body = {"flows": nodes}
        async with session.post(f"{self.url}/flows", json=body, headers=headers) as answer:
            assert answer.status == 200, f"{answer.status} {await answer.text()}"
        async with session.get(f"{self.url}/flows", headers=headers) as answer:
            kept = {each["id"] for each in (await answer.json())["flows"]}
        assert kept == {each["id"] for each in nodes}, kept

    async def listen(self, session: aiohttp.ClientSession) -> None:
        """What its editor would show, until cancelled."""
        async with session.ws_connect(f"{self.url}/comms") as socket:
            await socket.send_json({"subscribe": "debug"})
            async for message in socket:
                said = message.json()
                for each in said if isinstance(said, list) else [said]:
                    await self._take(each.get("topic", ""), each.get("data"))

    async def _take(self, topic: str, data: Any) -> None:
        async with self._news:
            if topic == "debug":
                self.shown.setdefault(data["name"], []).append(_value(data))
            elif topic.startswith("status/"):
                self.statuses[topic.removeprefix("status/")] = data.get("text", "")
            elif topic == "notification/runtime-state" and data.get("error") == "missing-types":
                self.missing = data["types"]
            self._news.notify_all()

    async def shows(self, what: str, holds: Callable[[], object]) -> None:
        """Wait until its editor shows that.

        Raises:
            AssertionError: it does not.
        """
        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(holds)
        except TimeoutError as error:
            raise AssertionError(f"waited for: {what}; it shows {self.shown}") from error


def _value(data: Json) -> Any:
    """A debug node writes numbers and objects as text."""
    if data["format"] in ("number", "boolean", "Object"):
        return json.loads(data["msg"])
    return data["msg"]


async def tell(place: Path, folder: Path) -> None:
    """The whole story.

    Raises:
        AssertionError: something in it is not so.
    """
    site, red = DoorSite(folder / "site"), NodeRed(place, folder / "red")
    try:
        red.start()
        async with aiohttp.ClientSession() as session:
            head(f"Node-RED {await red.version(session)}")
            listening = asyncio.create_task(red.listen(session))
            try:
                await _lives(site, red, session)
            finally:
                listening.cancel()
                await asyncio.wait({listening})
        since = next(n for n, line in enumerate(red.log()) if "Updated flows" in line)
        wrong = [line for line in red.log()[since:] if "[warn]" in line or "[error]" in line]
        assert wrong == [], "\n".join(wrong)
        say("since the import its log has no warning and no error")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{site.report()}\n{red.log()[-15:]}") from error
    finally:
        red.stop()
        site.stop_all()


async def _lives(site: DoorSite, red: NodeRed, session: aiohttp.ClientSession) -> None:
    nodes: list[Json] = json.loads(FLOW.read_text(encoding="utf-8"))
    inputs = {each["id"] for each in nodes if each["type"] == "mqtt in"}
    names = {each["id"]: each["name"] for each in nodes if each["type"] == "debug"}
    alarm, over, rooms, hub = (
        names[each] for each in ("alert-new", "alert-over", "room-out", "hub-out")
    )
    some, none = names["floor-on"], names["floor-off"]
    for node in nodes:
        if node["id"] == BROKER:
            node["port"] = str(site.door)
            node["credentials"] = {"user": "nodered", "password": PASSWORD}
    site.start()
    await red.deploy(session, nodes)
    await red.shows(
        "connected", lambda: all("connected" in red.statuses.get(each, "") for each in inputs)
    )
    assert red.missing == []
    say(f"the flow is imported: {len(nodes)} nodes, none unknown, {len(inputs)} inputs connected")

    async def last(name: str, wanted: Any, what: str) -> None:
        await red.shows(what, lambda: red.shown.get(name, [None])[-1] == wanted)
        say(f"{what}: {name!r} shows {wanted!r}")

    async def named(name: str, part: str, what: str) -> None:
        def ours() -> list[Any]:
            return [each for each in red.shown.get(name, ()) if part in each]

        await red.shows(what, ours)
        say(f"{what}: {name!r} shows {ours()[-1]!r}")

    await site.ready()
    await last(hub, "hub: online", "the hub is there")
    await last(rooms, f"{ROOM}: online", "so is the room")
    await last(none, 0, "nobody speaks")
    await site.press(5)
    await last(some, 1, "a microphone key is pressed")
    await site.press(6)
    await last(some, 2, "another")
    await site.press(5)
    await site.press(6)
    await last(none, 0, "both are pressed again")
    await site.fault("cam-left", "silent")
    await named(alarm, "Camera trái", "a camera falls silent")
    await site.fault("cam-left", None)
    await named(over, "cam-left", "and is well again")
    site.processes["edge"].kill()
    await last(rooms, f"{ROOM}: offline", "the room's controller is killed")
    site.processes["edge"].start()
    await last(rooms, f"{ROOM}: online", "and comes back")
    site.processes["hub"].kill()
    await last(hub, "hub: offline", "the hub is killed")
    site.processes["hub"].start()
    await last(hub, "hub: online", "and comes back")
