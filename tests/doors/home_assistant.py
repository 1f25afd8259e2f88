"""A real Home Assistant, and what a person at its page would see and ask.

Everything goes through its documented doors (onboarding, flow of an integration, WebSocket), so
nothing here knows how it keeps its files.

Owns this one. Must not know what is expected of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp

from tests.doors.foreign import PATIENCE_S, Foreign
from tests.ports import free_port

Json = dict[str, Any]

FIRST_START_S = 580.0

SETTINGS = """\
homeassistant:
  name: phonghop
http:
  server_host: 127.0.0.1
  server_port: {port}
config:
onboarding:
logger:
  default: warning
  logs:
    homeassistant.components.mqtt: info
"""
"""Not its default ones: those would look around in the network."""


class HomeAssistant(Foreign):
    """One, with a folder of its own."""

    def __init__(self, environment: Path, folder: Path) -> None:
        """``environment`` is where it was installed."""
        super().__init__([str(environment / "bin" / "hass"), "--config", str(folder)], folder)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (folder / "configuration.yaml").write_text(SETTINGS.format(port=port), encoding="utf-8")

    async def begin(self, session: aiohttp.ClientSession) -> str:
        """Wait for its first start, and be its first person; a token for what follows."""

        async def asks() -> bool:
            async with session.get(f"{self.url}/api/onboarding") as answer:
                return answer.status == 200

        await self.until("its page", asks, FIRST_START_S)
        client = f"{self.url}/"
        person = {
            "client_id": client, "name": "Test", "username": "test", "password": "test test",
            "language": "vi",
        }  # fmt: skip
        code = (await self._post(session, "/api/onboarding/users", json=person))["auth_code"]
        grant = {"client_id": client, "grant_type": "authorization_code", "code": code}
        # Its further questions are not answered: they add what asks the internet.
        return str((await self._post(session, "/auth/token", data=grant))["access_token"])

    async def add_mqtt(
        self, session: aiohttp.ClientSession, token: str, port: int, name: str, password: str
    ) -> Json:
        """Settings, Devices & services, Add integration, MQTT; what its last page says."""
        flows = "/api/config/config_entries/flow"
        said = await self._post(session, flows, token, json={"handler": "mqtt"})
        told = {"broker": "127.0.0.1", "port": port, "username": name, "password": password}
        return await self._post(session, f"{flows}/{said['flow_id']}", token, json=told)

    async def _post(
        self, session: aiohttp.ClientSession, path: str, token: str = "", **body: Any
    ) -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with session.post(self.url + path, headers=headers, **body) as answer:
            assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"
            found: Json = await answer.json()
            return found

    @contextlib.asynccontextmanager
    async def page(self, session: aiohttp.ClientSession, token: str) -> AsyncIterator[Page]:
        """Its page is open."""

        async def asks() -> bool:
            headers = {"Authorization": f"Bearer {token}"}
            async with session.get(f"{self.url}/api/config", headers=headers) as answer:
                return answer.status == 200 and (await answer.json())["state"] == "RUNNING"

        await self.until("it runs", asks)
        async with session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket:
            assert (await socket.receive_json())["type"] == "auth_required"
            await socket.send_json({"type": "auth", "access_token": token})
            said = await socket.receive_json()
            assert said["type"] == "auth_ok", said
            page = Page(socket, said["ha_version"])
            reading = asyncio.create_task(page.read())
            try:
                await page.open()
                yield page
            finally:
                reading.cancel()
                await asyncio.wait({reading})


class Page:
    """What it shows now: the state of each entity, as it is told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, version: str) -> None:
        """Nothing has been read."""
        self.version = version
        self.states: dict[str, str] = {}
        self.attributes: dict[str, Json] = {}
        self._socket = socket
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._asked = 0
        self._news = asyncio.Condition()

    async def open(self) -> None:
        """From now on changes are followed."""
        await self.ask("subscribe_events", event_type="state_changed")
        for each in await self.ask("get_states"):
            await self._take(each["entity_id"], each)

    async def read(self) -> None:
        """Until cancelled, or Home Assistant ends."""
        async for message in self._socket:
            said = message.json()
            if said["type"] == "result" and said["id"] in self._answers:
                self._answers.pop(said["id"]).set_result(said)
            elif said["type"] == "event":
                data = said["event"]["data"]
                await self._take(data["entity_id"], data["new_state"])

    async def _take(self, entity: str, told: Json | None) -> None:
        async with self._news:
            if told is None:
                self.states.pop(entity, None)
            else:
                self.states[entity] = told["state"]
                self.attributes[entity] = told["attributes"]
            self._news.notify_all()

    async def ask(self, kind: str, **more: Any) -> Any:
        """One request; what it answers.

        Raises:
            AssertionError: it refuses.
        """
        said = await self._ask(kind, **more)
        assert said["success"], said["error"]
        return said["result"]

    async def refuses(self, kind: str, **more: Any) -> str:
        """One request that is refused; why."""
        said = await self._ask(kind, **more)
        assert not said["success"], said
        return str(said["error"]["message"])

    async def _ask(self, kind: str, **more: Any) -> Json:
        self._asked += 1
        answer = self._answers[self._asked] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._asked, "type": kind, **more})
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def until(self, what: str, holds: Callable[[dict[str, str]], object]) -> None:
        """Wait until the states are so.

        Raises:
            AssertionError: they do not become so.
        """

        def safe() -> bool:
            with contextlib.suppress(KeyError):
                return bool(holds(self.states))
            return False

        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(safe)
        except TimeoutError as error:
            raise AssertionError(f"waited for: {what}; it shows {self.states}") from error

    async def devices(self) -> list[Json]:
        """Of MQTT."""
        found = await self.ask("config/device_registry/list")
        return [each for each in found if any(i[0] == "mqtt" for i in each["identifiers"])]

    async def entities(self) -> dict[str, Json]:
        """Of MQTT, by the id that the room gave them."""
        found = await self.ask("config/entity_registry/list")
        return {each["unique_id"]: each for each in found if each["platform"] == "mqtt"}
