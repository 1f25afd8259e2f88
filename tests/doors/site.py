"""One room and its hub on a broker as shipped, with the door of other systems open.

Owns starting them with certificates. Must not know who comes through the door.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from pathlib import Path
from typing import Any

import aiohttp

from edge.twin.client import TwinClient
from tests import hub_access
from tests.broker import mosquitto_program
from tests.certificates import Authority
from tests.doors.foreign import LOOK_EVERY_S, PATIENCE_S
from tests.locked_broker import LockedBroker
from tests.rig import Process, Site

ROOM = "main"
PASSWORD = "known to this run alone"  # noqa: S105  # not a secret

TLS = (("ca", "ca.crt"), ("cert", "crt"), ("key", "key"))


class DoorSite(Site):
    """Processes as on a real site; ``door`` is where other systems come to the broker."""

    def __init__(self, folder: Path, room: str = ROOM) -> None:
        """Nothing runs before ``start``; ``room`` is a name or a file."""
        super().__init__(folder)
        program = mosquitto_program()
        assert program is not None
        (folder / "locked").mkdir()
        broker = LockedBroker(program, folder / "locked")
        self.broker = broker
        self.mqtt_port = broker.port
        self.authority = Authority(broker.identity)
        broker.take(self.authority.issue("broker", 10))
        self.door = broker.open_door(homeassistant=PASSWORD, nodered=PASSWORD)
        self._room = room
        self._hub = self.authority.issue("hub", 11)
        self._edge = self.authority.issue(ROOM, 12)

    def _identity(self, path: str, option: str) -> list[str]:
        files = (str(self.authority.folder / "ca.crt"), f"{path}.crt", f"{path}.key")
        return [f"--{option}-{name}={file}" for (name, _), file in zip(TLS, files, strict=True)]

    def start(self) -> None:
        """Everything; none of it is waited for."""
        self.broker.start()
        meeting = ("--meeting", "hub/demo_meeting.toml")
        self.start_hub(*meeting, "--home-assistant", *self._identity(self._hub, "mqtt-tls"))
        self.start_twin(self._room)
        self.start_room(self._room)

    def start_room(self, room: str) -> Process:
        """The room's controller, from this file."""
        return self._add(
            "edge",
            [
                *(sys.executable, "-m", "edge.cli", "run", "--room", room),
                *("--broker", f"127.0.0.1:{self.mqtt_port}", "--data", str(self.folder / "edge")),
                *self._identity(self._edge, "tls"),
            ],
        )

    async def ready(self) -> None:
        """Wait until every seat answers and the room follows the hub.

        Raises:
            AssertionError: it does not come so far.
        """
        state: Any = None
        try:
            async with asyncio.timeout(PATIENCE_S), self._page() as session:
                while not _follows(state):
                    await asyncio.sleep(LOOK_EVERY_S)
                    with contextlib.suppress(aiohttp.ClientConnectionError):
                        async with session.get("/api/v1/state") as answer:
                            state = await answer.json()
        except TimeoutError as error:
            raise AssertionError(f"the room is not ready: {str(state)[:2000]}") from error

    def _page(self) -> aiohttp.ClientSession:
        return hub_access.session(f"http://127.0.0.1:{self.http_port}")

    async def order(self, name: str, **body: Any) -> None:
        """Somebody at a page of the hub asks for it."""
        async with (
            self._page() as session,
            session.post(f"/api/v1/commands/{name}", json=body) as answer,
        ):
            assert answer.status in (200, 202), await answer.text()

    async def press(self, seat: int, key: str = "mic") -> None:
        """Somebody in the room."""
        async with TwinClient(ROOM) as twin:
            await twin.press(str(seat), key, 80)

    async def fault(self, device: str, fault: str | None) -> None:
        """Something in the room breaks, or works again."""
        async with TwinClient(ROOM) as twin:
            await twin.fault(device, fault)


def _follows(state: Any) -> bool:
    try:
        room = state["rooms"][ROOM]
        seats = room["seats"].values()
        return room["authority"] == "hub" and all(each["health"] == "ok" for each in seats)
    except (KeyError, TypeError):
        return False


def with_one_display_less(folder: Path, display: str = "display-3") -> str:
    """The example's main room without this display; the file."""
    text = Path("firmware_config/rooms/main.toml").read_text(encoding="utf-8")
    text = re.sub(rf'\[\[displays\]\]\nid = "{display}"\n(?:\S.*\n)+', "", text)
    text = re.sub(rf'  \{{ id = "{display}".*\n', "", text)
    assert display not in text
    file = folder / "main.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)
