"""A Samsung display as bytes in and bytes out.

Owns the simulated panel: power with warm-up and cool-down, input, volume, mute, locks and
sensors. Must not import the codec or the driver: all three are judged by the golden frames,
each alone. Source: Samsung MDC protocol manuals MD40B, IFH and LH025.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drivers.core.simulation import Reply

ACKNOWLEDGED = b"A"
REFUSED = b"N"
EVERY_DISPLAY = 254
BUSY_ERROR = 1
"""Makers publish no error codes; 01 is what panels answer to almost everything."""

ANSWER_S = 0.03
"""A panel's processor takes some tens of milliseconds to answer."""

HEARING_LIMIT_BYTES = 260

SOCKETS = {
    "PC": 0x14,
    "DVI": 0x18,
    "MagicInfo": 0x20,
    "HDMI1": 0x21,
    "HDMI2": 0x23,
    "HDMI3": 0x31,
    "HDMI4": 0x33,
    "DP1": 0x25,
    "DP2": 0x26,
    "TV": 0x40,
    "HDBaseT": 0x55,
}
"""The inputs this panel has; it refuses every other code."""


class SamsungMdcSim:
    """One display of the simulated room.

    Faults beyond those of the wire: ``refuses`` answers everything with a refusal, ``stuck``
    acknowledges everything and does nothing, ``fan`` reports a broken fan.
    """

    faults: tuple[str, ...] = ("refuses", "stuck", "fan")

    def __init__(
        self,
        display_id: int = 1,
        *,
        on: bool = False,
        source: str = "HDMI1",
        volume: int = 10,
        model: str = "QM55B",
        degrees: int = 38,
        warm_up_s: float = 8.0,
        cool_down_s: float = 2.0,
    ) -> None:
        """How the panel was left, and how long its backlight takes to start and to stop."""
        self.fault: str | None = None
        self.commands = 0
        self._id = display_id
        self._power = "on" if on else "standby"
        self._busy_until_s = 0.0
        self._warm_up_s = warm_up_s
        self._cool_down_s = cool_down_s
        self._source = SOCKETS[source]
        self._model = model
        self._degrees = degrees
        # Settings of one byte that are kept as they are: volume, mute, aspect, screen mode,
        # safety lock, panel lock, all keys, network standby, panel.
        self._settings = {0x12: volume, 0x13: 0, 0x15: 0x10, 0x18: 1}
        self._settings |= {0x5D: 0, 0x5F: 0, 0x77: 0, 0xB5: 1, 0xF9: 0}
        self._heard = bytearray()

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Sim.receive``."""
        self._settle(now_s)
        self._heard += data
        return [
            reply
            for command, address, payload in self._requests()
            for reply in self._answer(command, address, payload, now_s)
        ]

    def tick(self, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Sim.tick``; a display never speaks first."""
        self._settle(now_s)
        return []

    def show(self) -> dict[str, Any]:
        """See ``drivers.core.simulation.Sim.show``."""
        names = {code: name for name, code in SOCKETS.items()}
        return {
            "power": self._power,
            "picture": self._power == "on" and self._settings[0xF9] == 0,
            "source": names[self._source],
            "volume": self._settings[0x12],
            "mute": self._settings[0x13] == 1,
            "panel_lock": self._settings[0x5F] == 1,
            "commands": self.commands,
        }

    def _settle(self, now_s: float) -> None:
        if self._power in ("warming", "cooling") and now_s >= self._busy_until_s:
            self._power = "on" if self._power == "warming" else "standby"

    def _requests(self) -> Iterator[tuple[int, int, bytes]]:
        """Whole requests out of what was heard; a panel skips what it cannot read."""
        heard = self._heard
        while heard:
            if heard[0] != 0xAA:
                del heard[0]
                continue
            if len(heard) < 4 or len(heard) < heard[3] + 5:
                break
            end = heard[3] + 4
            if sum(heard[1:end]) % 256 != heard[end] or heard[1] == 0xFF:
                del heard[0]
                continue
            request = heard[1], heard[2], bytes(heard[4:end])
            del heard[: end + 1]
            yield request
        del heard[:-HEARING_LIMIT_BYTES]

    def _answer(self, command: int, address: int, data: bytes, now_s: float) -> list[Reply]:
        if address not in (self._id, EVERY_DISPLAY):
            return []
        self.commands += 1
        result = self._perform(command, data, now_s)
        if address == EVERY_DISPLAY:
            return []
        if result is None:
            body = REFUSED + bytes([command, BUSY_ERROR])
        else:
            body = ACKNOWLEDGED + bytes([command]) + result
        head = bytes([0xFF, self._id, len(body)]) + body
        return [Reply(b"\xaa" + head + bytes([sum(head) % 256]), ANSWER_S)]

    def _perform(self, command: int, data: bytes, now_s: float) -> bytes | None:
        """The data of the acknowledgement, None for a refusal."""
        if self.fault == "refuses" or self._power == "warming":
            return None
        if not data:
            return self._read(command)
        if self._power == "cooling" or (self._power == "standby" and command not in (0x11, 0xB5)):
            return None
        if self.fault == "stuck":
            return data
        return data if self._write(command, data, now_s) else None

    def _read(self, command: int) -> bytes | None:
        lit = int(self._power == "on")
        match command:
            case 0x00:
                kept = self._settings
                return bytes([lit, kept[0x12], kept[0x13], self._source, kept[0x15], 0, 0])
            case 0x0B:
                return b"0TESTHCK000001"
            case 0x0D:
                return bytes([0, 0, 2, 0, self._degrees, int(self.fault == "fan")])
            case 0x0E:
                return b"S-TWIN-1.0"
            case 0x11:
                return bytes([lit])
            case 0x14:
                return bytes([self._source])
            case 0x83:
                return b"\x00\x2a"
            case 0x8A:
                return self._model.encode("ascii")
            case _ if command in self._settings:
                return bytes([self._settings[command]])
        return None

    def _write(self, command: int, data: bytes, now_s: float) -> bool:
        value = data[0]
        if len(data) != 1:
            return False
        if command == 0x11:
            return self._switch(value, now_s)
        if command == 0x14 and value in SOCKETS.values():
            self._source = value
            return True
        if command in self._settings and value <= (100 if command == 0x12 else 0x31):
            self._settings[command] = value
            return True
        return False

    def _switch(self, value: int, now_s: float) -> bool:
        if value > 2:
            return False
        if value == 2 or (value == 1 and self._power == "standby"):
            self._power, self._busy_until_s = "warming", now_s + self._warm_up_s
        elif value == 0 and self._power == "on":
            self._power, self._busy_until_s = "cooling", now_s + self._cool_down_s
        return True
