"""An LG commercial display as bytes in and bytes out.

Owns the simulated panel: power with its start, input, volume, mute, locks and sensors. Must
not import the codec or the driver: all three are judged by the golden frames, each alone.
Source: LG manuals M4210, 42WS50 and 55WV70.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drivers.core.simulation import Reply

ANSWER_S = 0.04
HEARING_LIMIT_BYTES = 128
EVERY_SET = 0

ILLEGAL = "01"
"""What NG carries for a value that the set does not have."""

INPUTS = ("60", "70", "80", "90", "91", "c0")


class LgSim:
    """One display of the simulated room.

    Faults beyond those of the wire: ``refuses`` answers everything with NG, ``stuck``
    acknowledges everything and does nothing, ``late`` acknowledges power on only when it has
    started, ``mute_off`` says nothing in standby (as several models do), ``lamp`` reports a
    broken lamp.
    """

    faults: tuple[str, ...] = ("refuses", "stuck", "late", "mute_off", "lamp")

    def __init__(
        self,
        set_id: int = 1,
        *,
        on: bool = False,
        hours: int = 2000,
        degrees: int = 40,
        warm_up_s: float = 5.0,
    ) -> None:
        """How the panel was left, and how long it takes to start."""
        self.fault: str | None = None
        self.commands = 0
        self._id = set_id
        self._power = "on" if on else "standby"
        self._started_s = 0.0
        self._warm_up_s = warm_up_s
        self._values = {"b": "90", "f": "0a", "e": "01", "m": "00", "c": "02"}
        self._sensors = {"dl": f"{hours:04x}", "dn": f"{degrees:02x}"}
        self._heard = bytearray()

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Sim.receive``."""
        self._settle(now_s)
        self._heard += data
        return [reply for words in self._commands() for reply in self._answer(words, now_s)]

    def tick(self, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Sim.tick``; a display never speaks first."""
        self._settle(now_s)
        return []

    def show(self) -> dict[str, Any]:
        """See ``drivers.core.simulation.Sim.show``."""
        return {
            "power": self._power,
            "picture": self._power == "on",
            "source": self._values["b"],
            "volume": int(self._values["f"], 16),
            "mute": self._values["e"] == "00",
            "commands": self.commands,
        }

    def _settle(self, now_s: float) -> None:
        if self._power == "warming" and now_s >= self._started_s:
            self._power = "on"

    def _commands(self) -> Iterator[tuple[str, int, str]]:
        """Whole commands out of what was heard; a panel skips what it cannot read."""
        while b"\r" in self._heard:
            line, _, rest = bytes(self._heard).partition(b"\r")
            self._heard[:] = rest
            words = line.decode("ascii", "replace").split(" ")
            try:
                letters, number, data = words[-3][-2:], int(words[-2], 16), words[-1].lower()
                int(data, 16)
            except (IndexError, ValueError):
                continue
            if len(letters) == 2 and letters.isalpha():
                yield letters, number, data
        del self._heard[:-HEARING_LIMIT_BYTES]

    def _answer(self, words: tuple[str, int, str], now_s: float) -> list[Reply]:
        letters, number, data = words
        if number not in (self._id, EVERY_SET):
            return []
        self.commands += 1
        was_off = self._power == "standby"
        told = None if self.fault == "refuses" else self._perform(letters, data, now_s)
        if number == EVERY_SET or (self.fault == "mute_off" and was_off):
            return []
        verdict = f"NG{ILLEGAL}" if told is None else f"OK{told}"
        starts = was_off and self._power == "warming"
        after_s = self._warm_up_s if self.fault == "late" and starts else ANSWER_S
        return [Reply(f"{letters[1]} {self._id:02x} {verdict}x".encode(), after_s)]

    def _perform(self, letters: str, data: str, now_s: float) -> str | None:
        """The data of the reply, None for NG."""
        lit = self._power == "on"
        if letters == "ka":
            return self._switch(data, now_s)
        if letters == "dp" and data == "ff" and lit:
            return "00" if self.fault == "lamp" else "01"
        if letters in self._sensors and data == "ff":
            return self._sensors[letters]
        key = letters[1]
        if letters not in ("xb", "kb", "kf", "ke", "km", "kc") or not lit:
            return None
        if data == "ff":
            return self._values[key]
        if (key == "b" and data not in INPUTS) or (key == "f" and int(data, 16) > 100):
            return None
        if self.fault != "stuck":
            self._values[key] = data.zfill(2)
        return data.zfill(2)

    def _switch(self, data: str, now_s: float) -> str | None:
        if data == "ff":
            return "01" if self._power == "on" else "00"
        if data not in ("00", "01"):
            return None
        if self.fault == "stuck":
            return data
        if data == "00":
            self._power = "standby"
        elif self._power == "standby":
            self._power, self._started_s = "warming", now_s + self._warm_up_s
        return data
