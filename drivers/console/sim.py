"""The chair's console as the hardware sees it: keys to press, lamps to look at, contacts.

Owns the simulated panel and the unix socket on which it offers its pins: JSON lines
``{"pin": 17, "level": 0}``, all inputs at once to whoever connects, outputs back. Must not
import the driver or its config: it takes pin numbers as plain data.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

HUMAN_PRESS_MS = 120
"""How long a finger usually stays on a key."""

BOUNCES = ((1, False), (2, True), (3, False), (4, True))
"""Milliseconds after the first touch, and whether the contact is where it goes: a microswitch."""

STEADY_S = 0.7
"""A lamp that has not changed for longer than this does not blink (slow is 0.5 s each)."""

FAST_S = 0.3
"""Changes closer than this blink fast (fast is 0.125 s each)."""

LINE_LIMIT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class SimKey:
    """Wiring of one key: BCM pins, and whether a press or light means a low level."""

    pin: int
    lamp_pin: int | None = None
    active_low: bool = True
    lamp_active_low: bool = False


@dataclass(frozen=True, slots=True)
class SimLamp:
    """Wiring of a lamp that has no key."""

    pin: int
    active_low: bool = False


@dataclass(frozen=True, slots=True)
class SimContact:
    """Wiring of one contact: closed at rest or not, to ground (low) or to 3.3 V."""

    pin: int
    normally_closed: bool = True
    active_low: bool = True


@dataclass(slots=True)
class _Lamp:
    """What an eye sees of one lamp."""

    pin: int
    active_low: bool
    lit: bool = False
    changes_s: deque[float] = field(default_factory=lambda: deque(maxlen=3))

    def look(self, now_s: float) -> str:
        """``off``, ``on``, or the rhythm in which it blinks."""
        gaps_s = [later - earlier for earlier, later in pairwise((*self.changes_s, now_s))]
        if len(gaps_s) < 3 or max(gaps_s) > STEADY_S:
            return "on" if self.lit else "off"
        return "fast" if max(gaps_s[:-1]) < FAST_S else "slow"


class ConsoleSim:
    """One console of the twin; ``run`` serves its pins until cancelled.

    Faults: ``silent`` tells of no key and no contact, ``unplugged`` takes the socket away.
    """

    faults: tuple[str, ...] = ("silent", "unplugged")

    def __init__(
        self,
        path: Path,
        keys: Mapping[str, SimKey],
        contacts: Mapping[str, SimContact] | None = None,
        lamps: Mapping[str, SimLamp] | None = None,
    ) -> None:
        """``path`` is where the driver looks for the socket. All keys are up at first."""
        self.fault: str | None = None
        self.ready = asyncio.Event()
        """The socket can be connected to."""
        self._path = path
        self._keys = dict(keys)
        self._contacts = dict(contacts or {})
        self._down: dict[str, bool] = dict.fromkeys(self._keys, False)
        self._active: dict[str, bool] = dict.fromkeys(self._contacts, False)
        wired = {
            name: SimLamp(key.lamp_pin, key.lamp_active_low)
            for name, key in self._keys.items()
            if key.lamp_pin is not None
        } | dict(lamps or {})
        self._lamps = {name: _Lamp(lamp.pin, lamp.active_low) for name, lamp in wired.items()}
        self._peers: list[asyncio.Transport] = []
        self._plug_moved = asyncio.Event()
        self._moves: dict[str, list[asyncio.TimerHandle]] = {}

    # What people and tests do to it

    def press(self, key: str, hold_ms: float = HUMAN_PRESS_MS) -> None:
        """Put a key down now and let go ``hold_ms`` later.

        Raises:
            ValueError: the console has no such key.
        """
        self.set_key(key, True)
        loop = asyncio.get_running_loop()
        self._moves[key].append(loop.call_later(hold_ms / 1000, self.set_key, key, False))

    def set_key(self, key: str, down: bool) -> None:
        """Put a key down or up and leave it there; its contact bounces as real ones do.

        Raises:
            ValueError: the console has no such key.
        """
        if key not in self._keys:
            raise ValueError(f"no key {key!r}; this console has {', '.join(self._keys)}")
        self._move_key(key, down)
        for move in self._moves.get(key, ()):
            move.cancel()
        loop = asyncio.get_running_loop()
        self._moves[key] = [
            loop.call_later(after_ms / 1000, self._move_key, key, there == down)
            for after_ms, there in BOUNCES
        ]

    def _move_key(self, key: str, down: bool) -> None:
        self._down[key] = down
        self._tell(self._keys[key].pin, self._key_level(key))

    def set_contact(self, name: str, active: bool) -> None:
        """Raise or end an alarm.

        Raises:
            ValueError: the console has no such contact.
        """
        if name not in self._contacts:
            raise ValueError(f"no contact {name!r}; this console has {', '.join(self._contacts)}")
        self._active[name] = active
        self._tell(self._contacts[name].pin, self._contact_level(name))

    def set_fault(self, fault: str | None) -> None:
        """Switch one fault on, or with None all of them off.

        Raises:
            ValueError: the console has no such fault.
        """
        if fault is not None and fault not in self.faults:
            raise ValueError(f"unknown fault {fault!r}; this device knows {', '.join(self.faults)}")
        self.fault = fault
        self._plug_moved.set()
        if fault == "unplugged":
            self._hang_up()
        elif fault is None:
            for peer in self._peers:
                peer.write(self._all_levels())

    def show(self) -> dict[str, Any]:
        """What the hardware itself would see: keys, lamps as an eye sees them, contacts."""
        now_s = asyncio.get_running_loop().time()
        return {
            "keys": {name: "down" if down else "up" for name, down in self._down.items()},
            "lamps": {name: lamp.look(now_s) for name, lamp in self._lamps.items()},
            "contacts": {
                name: "active" if active else "rest" for name, active in self._active.items()
            },
            "connected": bool(self._peers),
        }

    # Levels

    def _key_level(self, key: str) -> bool:
        return self._down[key] != self._keys[key].active_low

    def _contact_level(self, name: str) -> bool:
        contact = self._contacts[name]
        closed = self._active[name] != contact.normally_closed
        return closed != contact.active_low

    def _all_levels(self) -> bytes:
        levels = {key.pin: self._key_level(name) for name, key in self._keys.items()}
        levels |= {
            contact.pin: self._contact_level(name) for name, contact in self._contacts.items()
        }
        return b"".join(_line(pin, level) for pin, level in levels.items())

    def _tell(self, pin: int, level: bool) -> None:
        if self.fault is None:
            for peer in self._peers:
                peer.write(_line(pin, level))

    def _light(self, pin: int, level: bool) -> None:
        for lamp in self._lamps.values():
            if lamp.pin == pin and lamp.lit != (level != lamp.active_low):
                lamp.lit = not lamp.lit
                lamp.changes_s.append(asyncio.get_running_loop().time())

    # The socket

    async def run(self) -> None:
        """Serve until cancelled; while ``unplugged`` the socket is away."""
        try:
            while True:
                self._plug_moved.clear()
                if self.fault != "unplugged":
                    await self._plugged()
                else:
                    await self._plug_moved.wait()
        finally:
            self._path.unlink(missing_ok=True)

    async def _plugged(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        draft = self._path.with_name(self._path.name + ".new")
        server = await loop.create_unix_server(lambda: _Peer(self), draft)
        os.replace(draft, self._path)  # nobody finds a socket that does not listen yet
        self.ready.set()
        try:
            while self.fault != "unplugged":
                await self._plug_moved.wait()
                self._plug_moved.clear()
        finally:
            self.ready.clear()
            server.close()
            self._hang_up()
            self._path.unlink(missing_ok=True)
            await asyncio.sleep(0)  # lets the loop free the sockets

    def _hang_up(self) -> None:
        for peer in list(self._peers):
            peer.abort()
        for lamp in self._lamps.values():
            if lamp.lit:
                lamp.lit = False
                lamp.changes_s.clear()

    def connected(self, peer: asyncio.Transport) -> None:
        """A driver came: it gets every level."""
        self._peers.append(peer)
        if self.fault is None:
            peer.write(self._all_levels())

    def disconnected(self, peer: asyncio.Transport) -> None:
        """A driver left, or was hung up on."""
        if peer in self._peers:
            self._peers.remove(peer)

    def heard(self, line: bytes) -> None:
        """A driver set an output; what is no line of ours is as good as no wire."""
        try:
            told = json.loads(line)
            self._light(int(told["pin"]), bool(told["level"]))
        except (ValueError, TypeError, KeyError):
            return


class _Peer(asyncio.Protocol):
    """One connection: cuts the stream into lines of bounded length."""

    def __init__(self, sim: ConsoleSim) -> None:
        self._sim = sim
        self._transport: asyncio.Transport
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream by construction
        self._sim.connected(self._transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._sim.heard(line)
        if len(self._rest) > LINE_LIMIT_BYTES:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._sim.disconnected(self._transport)


def _line(pin: int, level: bool) -> bytes:
    return json.dumps({"pin": pin, "level": int(level)}).encode() + b"\n"
