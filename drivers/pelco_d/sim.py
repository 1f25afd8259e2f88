"""Pelco-D domes made of bytes: several on one line, each with motors, presets and no voice.

Owns framing, addresses and physics as a dome has them. Written from Pelco TF-0002; must not
share code with this package's codec, driver or settings: golden frames judge both separately.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.core.simulation import Reply

ANSWERS_AFTER_S = 0.02
STREAM_LIMIT = 64
WIDE_DEG = 60.0
NARROWEST_DEG = 2.0
ZOOM_SHARE_PER_S = 0.5
PAN_DEG_S, TILT_DEG_S, PRESET_DEG_S = 60.0, 30.0, 90.0
TILT_RANGE_DEG = (-30.0, 90.0)
QUESTIONS = {0x51: 0x59, 0x53: 0x5B}


@dataclass
class Dome:
    """One dome: angles in degrees, right and up positive; speeds in degrees per second."""

    answers: bool = False
    pan_deg: float = 0.0
    tilt_deg: float = 0.0
    fov_deg: float = WIDE_DEG
    pan_deg_s: float = 0.0
    tilt_deg_s: float = 0.0
    zoom_way: int = 0
    goal: dict[str, float] = field(default_factory=dict)
    presets: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    frames: deque[bytes] = field(default_factory=lambda: deque(maxlen=200))
    count: int = 0

    @property
    def moving(self) -> bool:
        """A motor turns."""
        return bool(self.goal or self.pan_deg_s or self.tilt_deg_s or self.zoom_way)

    def advance(self, span_s: float) -> None:
        """Let time pass for the motors."""
        self.pan_deg = _turned(self.pan_deg + self.pan_deg_s * span_s)
        low, high = TILT_RANGE_DEG
        self.tilt_deg = min(max(self.tilt_deg + self.tilt_deg_s * span_s, low), high)
        self.fov_deg *= (1 - ZOOM_SHARE_PER_S) ** (self.zoom_way * span_s)
        self.fov_deg = min(max(self.fov_deg, NARROWEST_DEG), WIDE_DEG)
        for axis, wanted in list(self.goal.items()):
            here, step = getattr(self, axis), PRESET_DEG_S * span_s
            way = _turned(wanted - here) if axis == "pan_deg" else wanted - here
            if abs(way) <= step:
                setattr(self, axis, wanted)
                del self.goal[axis]
            else:
                setattr(self, axis, _turned(here + (step if way > 0 else -step)))

    def obey(self, frame: bytes) -> bytes | None:
        """Do what a frame for this dome says; its answer, if it has one and gives any."""
        self.frames.append(frame)
        self.count += 1
        cmd2, data1, data2 = frame[3], frame[4], frame[5]
        if not cmd2 & 1:
            self._drive(cmd2, data1, data2)
            return None
        value = data1 * 256 + data2
        if cmd2 == 0x03:
            self.presets[data2] = (self.pan_deg, self.tilt_deg, self.fov_deg)
        elif cmd2 == 0x05:
            self.presets.pop(data2, None)
        elif cmd2 == 0x07 and data2 in self.presets:
            self._halt()
            axes = ("pan_deg", "tilt_deg", "fov_deg")
            self.goal = dict(zip(axes, self.presets[data2], strict=True))
        elif cmd2 == 0x4B and self.answers:
            self._halt_axis("pan_deg", _turned(value / 100))
        elif cmd2 == 0x4D and self.answers:
            self._halt_axis("tilt_deg", -_turned(value / 100))
        elif cmd2 in QUESTIONS and self.answers:
            return self._answer(frame[1], cmd2)
        return None

    def _drive(self, cmd2: int, pan: int, tilt: int) -> None:
        self._halt()
        ways = bool(cmd2 & 0x02) - bool(cmd2 & 0x04), bool(cmd2 & 0x08) - bool(cmd2 & 0x10)
        self.pan_deg_s = ways[0] * PAN_DEG_S * min(pan, 0x40) / 0x3F
        self.tilt_deg_s = ways[1] * TILT_DEG_S * min(tilt, 0x3F) / 0x3F
        self.zoom_way = bool(cmd2 & 0x20) - bool(cmd2 & 0x40)

    def _halt(self) -> None:
        self.goal.clear()
        self.pan_deg_s = self.tilt_deg_s = 0.0
        self.zoom_way = 0

    def _halt_axis(self, axis: str, wanted: float) -> None:
        self.pan_deg_s = self.tilt_deg_s = 0.0
        self.goal[axis] = wanted

    def _answer(self, address: int, question: int) -> bytes:
        """Pan clockwise from 0, tilt downwards, in hundredths of a degree."""
        angle = self.pan_deg if question == 0x51 else -self.tilt_deg
        value = round(angle * 100) % 36_000
        body = bytes([address, 0, QUESTIONS[question], value >> 8, value & 0xFF])
        return b"\xff" + body + bytes([sum(body) % 256])

    def show(self) -> dict[str, Any]:
        """Where it really looks, whatever anybody believes."""
        return {
            "pan_deg": round(self.pan_deg, 3),
            "tilt_deg": round(self.tilt_deg, 3),
            "fov_deg": round(self.fov_deg, 3),
            "moving": self.moving,
            "commands": self.count,
            "last_command": self.frames[-1].hex(" ").upper() if self.frames else None,
        }


class PelcoBusSim:
    """One line with domes by address; see ``drivers.core.simulation.Sim``.

    Faults: ``stuck`` (hears everything, moves nothing), ``mute`` (answers nothing).
    A frame that comes while a dome speaks is lost, as on a real pair of wires.
    """

    faults: tuple[str, ...] = ("stuck", "mute")

    def __init__(self, domes: Mapping[int, Dome]) -> None:
        """``domes`` by their addresses."""
        self.fault: str | None = None
        self.domes = dict(domes)
        self.collided = 0
        self._stream = bytearray()
        self._now_s: float | None = None
        self._speaks_until_s = float("-inf")

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``Sim.receive``."""
        self._advance(now_s)
        self._stream += data
        replies = []
        while len(self._stream) >= 7:
            frame = bytes(self._stream[:7])
            if frame[0] == 0xFF and sum(frame[1:6]) % 256 == frame[6]:
                del self._stream[:7]
                replies += self._frame(frame, now_s)
            else:
                del self._stream[0]
        del self._stream[:-STREAM_LIMIT]
        return replies

    def _frame(self, frame: bytes, now_s: float) -> list[Reply]:
        if now_s < self._speaks_until_s:
            self.collided += 1
            return []
        dome = self.domes.get(frame[1])
        answer = dome.obey(frame) if dome is not None else None
        if answer is None or self.fault == "mute":
            return []
        self._speaks_until_s = now_s + ANSWERS_AFTER_S
        return [Reply(answer, ANSWERS_AFTER_S)]

    def tick(self, now_s: float) -> list[Reply]:
        """See ``Sim.tick``."""
        self._advance(now_s)
        return []

    def _advance(self, now_s: float) -> None:
        span_s = 0.0 if self._now_s is None else now_s - self._now_s
        self._now_s = now_s
        if self.fault != "stuck":
            for dome in self.domes.values():
                dome.advance(span_s)

    def show(self) -> dict[str, Any]:
        """See ``Sim.show``: every dome by its address."""
        return {str(address): dome.show() for address, dome in self.domes.items()}


def _turned(angle_deg: float) -> float:
    """From -180 to 180 degrees."""
    return (angle_deg + 180.0) % 360.0 - 180.0
