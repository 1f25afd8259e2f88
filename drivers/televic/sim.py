"""A central unit with microphones on its control panel socket, made of frames.

Owns its modes, requests and the repeating of what nobody acknowledged. Written from the
makers' manuals (Televic TCS5500, Sennheiser SDC 8000 and 8200, control panel protocol); must
not share code with this package's codec or driver.

``T`` is the one order for a microphone and turns it over: the manuals say that the panel
activates and deactivates, and print no other. A request that ends is not told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drivers.core.simulation import Reply

ANSWER_S = 0.005
REPEAT_S = 0.5
MOST_REPEATS = 5
STREAM_LIMIT = 128
WITH_REQUEST = 1


@dataclass
class MicrophoneUnit:
    """One unit on the table."""

    chair: bool = False
    on: bool = False


class TelevicSim:
    """One central unit; see ``drivers.core.simulation.Sim``.

    Faults: ``deaf`` (acknowledges, obeys nothing), ``curt`` (obeys, acknowledges nothing).
    """

    faults: tuple[str, ...] = ("deaf", "curt")

    def __init__(self, mics: Iterable[int], chairs: Iterable[int] = ()) -> None:
        """Direct access, nobody speaks."""
        chosen = set(chairs)
        self.fault: str | None = None
        self.units = {n: MicrophoneUnit(chair=n in chosen) for n in mics}
        self.requests: list[int] = []
        self.mode = 3
        self.commands: deque[str] = deque(maxlen=500)
        self._stream = bytearray()
        self._out: deque[bytes] = deque()
        self._repeat_at_s: float | None = None
        self._repeats = 0

    # Bytes --------------------------------------------------------------------------------

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``Sim.receive``."""
        replies: list[Reply] = []
        for byte in data:
            if byte == 6:
                if self._out and self._repeat_at_s is not None:
                    self._out.popleft()
                    self._repeat_at_s, self._repeats = None, 0
            elif byte == ord("%"):
                self._stream = bytearray(b"%")
            elif self._stream:
                self._stream.append(byte)
                if byte == 13:
                    replies += self._frame(bytes(self._stream))
                    self._stream.clear()
                del self._stream[STREAM_LIMIT:]
        return replies + self._send(now_s)

    def _frame(self, frame: bytes) -> list[Reply]:
        body, check = frame[1:-5], frame[-5:-1]
        if check != b"%04X" % (sum(body) & 0xFFFF):
            return []
        self.commands.append(body.decode("ascii", "replace"))
        if self.fault != "deaf":
            self._obey(body)
        return [] if self.fault == "curt" else [Reply(b"\x06", ANSWER_S)]

    def _obey(self, body: bytes) -> None:
        number = int(body[2:]) if body[2:].isdigit() else None
        if body[:2] == b"1T" and number in self.units:
            self._close(number) if self.units[number].on else self._open(number)
        elif body == b"1V":
            for mic, unit in self.units.items():
                if unit.on:
                    self._say(f"1L{mic:04}")
            for mic in self.requests:
                self._say(f"1D{mic:04}")
        elif body[:2] == b"1U" and number is not None:
            self.mode = number

    def _say(self, body: str) -> None:
        data = body.encode()
        self._out.append(b"%" + data + b"%04X" % (sum(data) & 0xFFFF) + b"\r")

    def _send(self, now_s: float) -> list[Reply]:
        """The oldest frame, once; the next when that has been acknowledged."""
        if not self._out or self._repeat_at_s is not None:
            return []
        self._repeat_at_s = now_s + REPEAT_S
        return [Reply(self._out[0], ANSWER_S)]

    def tick(self, now_s: float) -> list[Reply]:
        """See ``Sim.tick``: what nobody has acknowledged is said again, for a while."""
        if self._repeat_at_s is not None and now_s >= self._repeat_at_s:
            self._repeat_at_s = None
            self._repeats += 1
            if self._repeats > MOST_REPEATS:
                self._out.popleft()
                self._repeats = 0
        return self._send(now_s)

    # What happens -------------------------------------------------------------------------

    def _open(self, mic: int) -> None:
        self.units[mic].on = True
        if mic in self.requests:
            self.requests.remove(mic)
        self._say(f"1L{mic:04}")

    def _close(self, mic: int) -> None:
        self.units[mic].on = False
        self._say(f"1l{mic:04}")

    def press(self, mic: int) -> None:
        """A finger on the microphone key of a unit."""
        if self.units[mic].on:
            self._close(mic)
        elif mic in self.requests:
            self.requests.remove(mic)
        elif self.units[mic].chair or self.mode != WITH_REQUEST:
            self._open(mic)
        else:
            self.requests.append(mic)
            self._say(f"1D{mic:04}")

    def all_off(self) -> None:
        """The priority key of a chairman's unit."""
        for unit in self.units.values():
            unit.on = False
        self._say("1E00")

    def show(self) -> dict[str, Any]:
        """Microphones and request lights as they are on the table."""
        return {
            "mode": self.mode,
            "open": [n for n, unit in self.units.items() if unit.on],
            "requests": list(self.requests),
        }
