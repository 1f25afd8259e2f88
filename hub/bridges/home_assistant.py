"""Rooms as devices of Home Assistant: it sees them, and switches nothing.

Theory. Home Assistant reads a retained description of each room under its discovery prefix, and a
retained state beside it. Both are made anew from what the hub knows and sent when they say
something new, or when the broker is there again: it may have forgotten them. What is not known is
null, which Home Assistant shows as unknown. While the hub is away all of it is unavailable, because
the hub's own status says so.

What Home Assistant has once been told it keeps until it is told otherwise. So the rooms and
displays that it knows are remembered: a display that has left its room is taken back by name, a
room that this hub has not heard is unknown, and a hub that is not to tell any more takes everything
back.

Owns these two messages and when they are sent. Must not hold names of people.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from edge.contract import messages, topics
from edge.contract.messages import Text
from edge.rules.floor import room_of
from hub.board import Board
from hub.bridges import notes
from hub.meeting.state import Meeting
from hub.store.store import Store

Json = dict[str, Any]

PREFIX = "homeassistant"
"""As Home Assistant has it unless told otherwise."""

LOOK_EVERY_S = 2.0

NOTE = "home_assistant"

GONE_MOST = 16
"""Displays of a room that are still taken back: each time, since who was away has not heard it."""

_ON = {True: "ON", False: "OFF", None: None}
"""As binary sensors take them without being told."""


class Sender(Protocol):
    """The hub's link."""

    contact: int
    connected: bool

    def send(self, topic: str, data: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Put a message in the queue."""


class HomeAssistant:
    """One part of the hub."""

    def __init__(
        self,
        link: Callable[[], Sender],
        board: Callable[[], Board],
        meeting: Callable[[], Meeting],
        store: Store,
        version: str,
        *,
        wanted: bool = True,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is sent before ``run``; not ``wanted``: what was told before is taken back."""
        self._link = link
        self._board = board
        self._meeting = meeting
        self._store = store
        self._version = version
        self._wanted = wanted
        self._pause = pause
        self._known: dict[str, list[str]] = {}
        self._told: dict[str, bytes] = {}
        self._contact = 0

    async def run(self) -> None:
        """Tell until cancelled.

        Raises:
            StoreError: what Home Assistant knows cannot be read or kept.
        """
        self._known = await notes.recall(self._store, NOTE) or {}
        while self._wanted or self._known:
            await self.tell()
            await self._pause(LOOK_EVERY_S)
        await asyncio.Event().wait()  # there is nothing to do, and a part does not end

    async def tell(self) -> None:
        """Send what says something new.

        Raises:
            StoreError: what is told cannot be remembered.
        """
        link = self._link()
        if not link.connected:
            return
        if link.contact != self._contact:
            self._told.clear()
            self._contact = link.contact
        if not self._wanted:
            for room in self._known:
                self._send(link, config_topic(room), b"")
                self._send(link, state_topic(room), b"")
            return
        board, meeting = self._board(), self._meeting()
        plans = {ident: room.plan for ident, room in meeting.rooms.items() if room.plan is not None}
        await self._remember(plans)
        for room, known in self._known.items():
            if room in plans:
                told = description(room, plans[room], self._version, known)
                self._send(link, config_topic(room), _json(told))
            self._send(link, state_topic(room), _json(state(room, known, board, meeting)))

    async def _remember(self, plans: dict[str, messages.Describe]) -> None:
        """Before it is told: what was told and not remembered could not be taken back."""
        known = self._known | {
            room: displays_of(plan, self._known.get(room, ())) for room, plan in plans.items()
        }
        if known != self._known:
            await notes.remember(self._store, NOTE, known)
            self._known = known

    def _send(self, link: Sender, topic: str, data: bytes) -> None:
        if self._told.get(topic) != data:
            self._told[topic] = data
            link.send(topic, data, retain=True)


def config_topic(room: str) -> str:
    """Where Home Assistant looks for the room's description."""
    return f"{PREFIX}/device/phonghop-{room}/config"


def state_topic(room: str) -> str:
    """Where the room's state is: no discovery topic, so Home Assistant reads it when told to."""
    return f"{PREFIX}/phonghop-{room}/state"


def displays_of(plan: messages.Describe, known: Sequence[str]) -> list[str]:
    """Of the room, and before them those of ``known`` that are gone from it."""
    now = [device.id for device in plan.devices if device.kind == "display"]
    return [each for each in known if each not in now][-GONE_MOST:] + now


def description(
    room: str, plan: messages.Describe, version: str, known: Sequence[str] = ()
) -> Json:
    """The device, and one entity for each thing that is told; ``known`` displays may be gone."""
    screens = [device for device in plan.devices if device.kind == "display"]
    gone = set(known) - {screen.id for screen in screens}
    return {
        "device": {
            "identifiers": [f"phonghop-{room}"],
            "name": _both(plan.title),
            "model": "phonghop",
            "sw_version": version,
        },
        "origin": {"name": "phonghop", "sw_version": version},
        "availability": [
            {"topic": topics.HUB_STATUS, "value_template": "{{ value_json.state }}"},
        ],
        "state_topic": state_topic(room),
        "components": {
            "online": _entity(
                room, "online", "Kết nối / Online", "binary_sensor", device_class="connectivity"
            ),
            "speaking": _entity(
                room, "speaking", "Đang phát biểu / Speaking", "sensor", state_class="measurement"
            ),
            "alarms": _entity(
                room, "alarms", "Cảnh báo / Alarms", "sensor", state_class="measurement"
            ),
            **{
                f"display_{screen.id}": _entity(
                    room,
                    f"displays['{screen.id}']",
                    _both(screen.title),
                    "binary_sensor",
                    ident=f"display_{screen.id}",
                    device_class="power",
                )
                for screen in screens
            },
            # A component of its platform alone is how Home Assistant is told that it is gone.
            **{f"display_{each}": {"platform": "binary_sensor"} for each in sorted(gone)},
        },
    }


def state(room: str, displays: Sequence[str], board: Board, meeting: Meeting) -> Json:
    """What is known now; null is unknown."""
    seen = board.rooms.get(room)
    online = seen.online() if seen is not None and seen.met else None
    reported = seen.states.get("displays") if seen is not None and online else None
    screens = reported.displays if isinstance(reported, messages.DisplaysState) else {}
    speaking = sum(room_of(turn.seat) == room for turn in meeting.floor.speaking)
    return {
        "online": _ON[online],
        "speaking": speaking if meeting.is_reachable(room) else None,
        "alarms": len(seen.alerts) if seen is not None and online else None,
        "displays": {
            each: _ON[screens[each].power if each in screens else None] for each in displays
        },
    }


def _entity(
    room: str, value: str, name: str, platform: str, ident: str | None = None, **more: str
) -> Json:
    return {
        "platform": platform,
        "unique_id": f"phonghop_{room}_{ident or value}",
        "name": name,
        "value_template": f"{{{{ value_json.{value} }}}}",
        **more,
    }


def _json(payload: Json) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _both(text: Text) -> str:
    """A name in both languages, once where they are the same: Home Assistant takes one."""
    return text.vi if text.vi == text.en else f"{text.vi} / {text.en}"
