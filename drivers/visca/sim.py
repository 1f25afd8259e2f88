"""A VISCA camera made of bytes: answers on a serial line, raw TCP or UDP, or behind Sony's header.

Owns framing, addresses, sockets, acknowledgements, sequence numbers and faults as a camera has
them. Written from the makers' documents; must not share code with this package's codec,
driver, profiles or settings: golden frames judge both separately.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from drivers.core.simulation import Reply
from drivers.visca.sim_body import BODIES, CameraBody
from drivers.visca.sim_camera import (
    DRIVES,
    LENGTH_ERROR,
    MOTIONS,
    NOT_NOW,
    PAN_TILT,
    SYNTAX_ERROR,
    ZOOM,
    CameraMechanics,
    Outcome,
)

__all__ = ["BODIES", "CameraBody", "ViscaCameraSim"]

Flavour = Literal["serial", "raw", "sony-ip"]

ACK_S = 0.018
"""A classic camera acts once per picture: it acknowledges after 16.7 to 20 ms."""

COMPLETE_S = 0.036
"""Earliest completion: one picture after the acknowledgement."""

BUFFER_FULL, CANCELLED, NO_SOCKET = 0x03, 0x04, 0x05
POSITIONS = (b"\x06\x12", b"\x04\x47")
LONGEST_PACKET = 17
"""16 in classic VISCA, one more for a move of five digits per axis."""

STREAM_LIMIT = 64
"""Bytes kept while waiting for an FF; noise beyond that is forgotten."""


@dataclass(slots=True)
class _Job:
    """A command under way in a socket."""

    axes: frozenset[str]
    motion: int
    from_s: float
    sequence: int | None


class ViscaCameraSim:
    """One camera on one wire; see ``drivers.core.simulation.Sim``.

    Faults: ``refuses`` (every motion is answered *not executable*), ``stuck`` (accepts, and
    does not move), ``ack_lost`` (acts, completes, but never acknowledges), ``untold`` (does
    not know the questions for its position).
    """

    faults: tuple[str, ...] = ("refuses", "stuck", "ack_lost", "untold")

    def __init__(
        self,
        body: CameraBody = BODIES["sony-srg-300h"],
        flavour: Flavour = "serial",
        address: int = 1,
        *,
        power: bool = True,
        announces: bool = True,
        fixed_number: int | None = None,
    ) -> None:
        """Plugged in and looking straight ahead.

        Args:
            body: its make.
            flavour: what stands around its packets.
            address: its place in the serial chain.
            power: on, or in standby.
            announces: a serial camera reports a network change when it gets its power.
            fixed_number: behind Sony's header, count nothing and answer always with this
                number (NewTek NDI PTZ1: 1).
        """
        self.fault: str | None = None
        self.camera = CameraMechanics(body)
        self.camera.power = power
        self.commands: deque[bytes] = deque(maxlen=200)
        self.command_count = 0
        self.survived = 0
        self.address = address
        self._flavour = flavour
        self._fixed_number = fixed_number
        self._announce = announces and flavour == "serial"
        self._stream = bytearray()
        self._jobs: dict[int, _Job] = {}
        self._motions = dict.fromkeys(("pan", "tilt", "zoom"), 0)
        self._now_s: float | None = None
        self._last_number: int | None = None

    # The wire -----------------------------------------------------------------------------

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``Sim.receive``; behind Sony's header ``data`` is one datagram."""
        self._advance(now_s)
        replies = self._finished(now_s)
        if self._flavour == "sony-ip":
            return replies + self._datagram(data, now_s)
        for byte in data:
            self._stream.append(byte)
            if byte == 0xFF:
                packet = bytes(self._stream)
                self._stream.clear()
                replies += self._packet(packet, now_s, None)
        del self._stream[:-STREAM_LIMIT]
        return replies

    def tick(self, now_s: float) -> list[Reply]:
        """See ``Sim.tick``."""
        self._advance(now_s)
        replies = self._finished(now_s)
        if self._announce:
            self._announce = False
            replies.append(self._say("38", None))
        return replies

    def _advance(self, now_s: float) -> None:
        span_s = 0.0 if self._now_s is None else now_s - self._now_s
        self._now_s = now_s
        if self.fault != "stuck":
            self.camera.advance(span_s)

    def _datagram(self, data: bytes, now_s: float) -> list[Reply]:
        if len(data) < 9:
            self.survived += 1
            return []
        kind, length, sequence = struct.unpack(">HHI", data[:8])
        payload = data[8:]
        if length != len(payload):
            self.survived += 1  # some clients print such frames; nothing sane can be done
            return []
        if kind == 0x0200 and payload == b"\x01":
            self._last_number = None
            return [self._wrapped(0x0201, b"\x01", sequence)]
        if kind not in (0x0100, 0x0110, 0x0120):  # inquiries typed as commands are common
            return [self._wrapped(0x0200, b"\x0f\x02", sequence)]
        if self._fixed_number is not None:
            return self._packet(payload, now_s, self._fixed_number)
        if sequence == self._last_number:
            return [self._wrapped(0x0200, b"\x0f\x01", sequence)]
        return self._packet(payload, now_s, sequence)

    def _wrapped(self, kind: int, payload: bytes, sequence: int, after_s: float = 0.0) -> Reply:
        header = struct.pack(">HHI", kind, len(payload), sequence)
        return Reply(header + payload, ACK_S if after_s == 0 else after_s)

    def _say(self, text: str, sequence: int | None, after_s: float = ACK_S) -> Reply:
        """A packet from this camera, ``text`` being what stands between header and FF."""
        packet = bytes([0x80 + 16 * self.address]) + bytes.fromhex(text) + b"\xff"
        if self._flavour == "sony-ip":
            return self._wrapped(0x0111, packet, sequence or 0, after_s)
        return Reply(packet, after_s)

    def _error(self, code: int, sequence: int | None, socket: int = 0) -> Reply:
        return self._say(f"6{socket:x} {code:02x}", sequence)

    # Packets ------------------------------------------------------------------------------

    def _packet(self, packet: bytes, now_s: float, sequence: int | None) -> list[Reply]:
        head, body = packet[0], packet[1:-1]
        if packet[-1] != 0xFF or head not in (0x88, 0x80 + self.address):
            self.survived += 1
            return []
        if head == 0x88:
            return self._broadcast(body)
        if not 1 <= len(body) <= LONGEST_PACKET - 2:
            return [self._error(LENGTH_ERROR, sequence)]
        if body[0] == 0x09:
            data = self.camera.answer(body[1:])
            if data is None or (self.fault == "untold" and body[1:] in POSITIONS):
                return [self._error(SYNTAX_ERROR, sequence)]
            self._last_number = sequence
            return [self._say("50" + data.hex(), sequence)]
        if body[0] & 0xF0 == 0x20 and len(body) == 1:
            return [self._cancel(body[0] & 0x0F, sequence)]
        if body == b"\x01\x00\x01":
            self._last_number = sequence
            self._clear()
            return [self._say("50", sequence)]
        if body[0] != 0x01:
            return [self._error(SYNTAX_ERROR, sequence)]
        self.commands.append(packet)
        self.command_count += 1
        return self._command(body[1:], now_s, sequence)

    def _broadcast(self, body: bytes) -> list[Reply]:
        """Only chains have broadcasts: over a network nobody answers them."""
        if self._flavour == "serial" and body == b"\x01\x00\x01":
            self._clear()
            return [Reply(b"\x88\x01\x00\x01\xff", ACK_S)]
        if self._flavour == "serial" and len(body) == 2 and body[0] == 0x30 and 1 <= body[1] <= 7:
            self.address = body[1]
            return [Reply(bytes([0x88, 0x30, body[1] + 1, 0xFF]), ACK_S)]
        self.survived += 1
        return []

    def _clear(self) -> None:
        self._jobs.clear()
        self.camera.halt(PAN_TILT | ZOOM)

    def _cancel(self, socket: int, sequence: int | None) -> Reply:
        job = self._jobs.pop(socket, None)
        if job is None:
            return self._error(NO_SOCKET, sequence, socket)
        self._last_number = sequence
        self.camera.halt(frozenset(a for a in job.axes if self._motions[a] == job.motion))
        return self._error(CANCELLED, sequence, socket)

    def _command(self, code: bytes, now_s: float, sequence: int | None) -> list[Reply]:
        socket = next((free for free in (1, 2) if free not in self._jobs), None)
        if socket is None:
            return [self._error(BUFFER_FULL, sequence)]
        refused = self.fault == "refuses" and code.startswith(MOTIONS)
        outcome: Outcome = NOT_NOW if refused else self.camera.command(code)
        if isinstance(outcome, int):
            return [self._error(outcome, sequence, socket if outcome == NOT_NOW else 0)]
        self._last_number = sequence
        replies = [] if self.fault == "ack_lost" else [self._say(f"4{socket}", sequence)]
        for axis in outcome or DRIVES.get(code[:2], outcome):
            self._motions[axis] = self.command_count
        if not outcome:
            return [*replies, self._say(f"5{socket}", sequence, COMPLETE_S)]
        self._jobs[socket] = _Job(outcome, self.command_count, now_s, sequence)
        return replies

    def _finished(self, now_s: float) -> list[Reply]:
        """Completions of commands whose axes have come to rest or were taken by a newer one."""
        replies = []
        for socket, job in list(self._jobs.items()):
            taken = all(self._motions[axis] != job.motion for axis in job.axes)
            ended = taken or (self.fault != "stuck" and self.camera.resting(job.axes))
            if ended and now_s - job.from_s >= COMPLETE_S:
                del self._jobs[socket]
                replies.append(self._say(f"5{socket}", job.sequence, after_s=0.001))
        return replies

    # Seen from outside --------------------------------------------------------------------

    def show(self) -> dict[str, Any]:
        """See ``Sim.show``: where it really looks, whatever it says."""
        body, axes = self.camera.body, self.camera.axes
        zoom = axes["zoom"].position
        still = self.fault == "stuck" or self.camera.resting(PAN_TILT | ZOOM)
        return {
            "power": self.camera.power,
            "pan_deg": round(axes["pan"].position / body.units_per_deg, 3),
            "tilt_deg": round(axes["tilt"].position / body.units_per_deg, 3),
            "fov_deg": round(body.width_deg(zoom), 3),
            "zoom": round(zoom),
            "moving": not still,
            "address": self.address,
            "sockets": sorted(self._jobs),
            "commands": self.command_count,
            "last_command": self.commands[-1].hex(" ").upper() if self.commands else None,
        }
