"""A sender of RTP L16 whose people talk: packets as another maker would build them.

It sends to whoever reported to listen (any control packet), every 5 ms, by a clock of its own.
A person talks when told, or by default when the own microphone was opened last.

Owns the packets, the sender's clock and its faults. Shares no code with the receiver.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from drivers.audio.sim_room import MICROPHONES, SimAcoustics
from drivers.core.simulation import TICK_S, Reply

PACKET_S = 0.005
PAYLOAD_TYPE = 96

LOST_SHARE, DOUBLED_SHARE = 0.05, 0.1
LATE_MOST_S = 0.06
DRIFT_PPM = 300.0
STALL_S = 0.5
"""After a longer pause of the machine the sender goes on where its clock is."""

PEOPLE = ("auto", "talks", "silent")
"""What a person does: talk when the own microphone was opened last, talk, or listen."""


class RtpSenderSim:
    """The sound of one room. Implements ``Sim``."""

    faults: tuple[str, ...] = ("lossy", "late", "doubled", "drifting", "stopped")

    def __init__(
        self,
        channels: tuple[int, ...],
        places_m: Mapping[int, tuple[float, ...]],
        rate_hz: int,
        open_: Callable[[], set[int]],
        seed: int = 1,
        *,
        hears_closed: bool = False,
    ) -> None:
        """``open_``: seats whose microphone relay is closed, now."""
        self.fault: str | None = None
        self.drift_ppm = 0.0
        self.people: dict[int, str] = {}
        self.microphones: dict[int, str] = {}
        self.packets = 0
        self._room = SimAcoustics(channels, places_m, rate_hz)
        self._open, self._hears_closed = open_, hears_closed
        self._seats = {seat for seat in channels if seat}
        self._opened: list[int] = []
        self._packet = round(PACKET_S * rate_hz)
        self._rate_hz = rate_hz
        self._rnd = random.Random(seed)
        self._ssrc = self._rnd.getrandbits(32)
        self._sequence = self._rnd.getrandbits(16)
        self._timestamp = self._rnd.getrandbits(32)
        self._owed = 0.0
        self._last_s: float | None = None
        self._wanted = False

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """Somebody listens."""
        self._wanted = True
        return []

    def tick(self, now_s: float) -> list[Reply]:
        """The packets whose samples have been taken since."""
        if self._last_s is None:
            self._last_s = now_s
        drift_ppm = DRIFT_PPM if self.fault == "drifting" else self.drift_ppm
        passed_s, self._last_s = now_s - self._last_s, now_s
        self._owed += passed_s * self._rate_hz * (1 + drift_ppm * 1e-6)
        count = int(self._owed // self._packet)
        self._owed -= count * self._packet
        talking, live = self._talking(), self._live()
        if not count or not self._wanted:
            self._skip(count)
            return []
        if count * PACKET_S > STALL_S:
            self._skip(count)
            return []
        sound = self._room.hear(count * self._packet, talking, live, self.microphones)
        whole = np.round(sound * 32767.0).astype(">i2")
        replies: list[Reply] = []
        for number in range(count):
            payload = whole[number * self._packet : (number + 1) * self._packet].tobytes()
            # What is overdue goes at once, the rest at its own pace.
            replies += self._send(payload, max(0.0, TICK_S - (count - number) * PACKET_S))
        if self.fault == "late":
            replies.sort(key=lambda reply: reply.after_s)
        return [] if self.fault == "stopped" else replies

    def _send(self, payload: bytes, after_s: float) -> list[Reply]:
        header = struct.pack(
            "!BBHII", 2 << 6, PAYLOAD_TYPE, self._sequence, self._timestamp, self._ssrc
        )
        self._skip(1)
        self.packets += 1
        if self.fault == "lossy" and self._rnd.random() < LOST_SHARE:
            return []
        if self.fault == "late":
            after_s += self._rnd.uniform(0.0, LATE_MOST_S)
        reply = Reply(header + payload, after_s)
        if self.fault == "doubled" and self._rnd.random() < DOUBLED_SHARE:
            return [reply, reply]
        return [reply]

    def _skip(self, packets: int) -> None:
        self._sequence = (self._sequence + packets) & 0xFFFF
        self._timestamp = (self._timestamp + packets * self._packet) & 0xFFFFFFFF

    # People

    def say(self, seat: int, what: str) -> None:
        """What the person at ``seat`` does, or how its microphone is.

        Raises:
            ValueError: no such seat has a microphone here, or nobody knows how to do that.
        """
        if seat not in self._seats:
            raise ValueError(f"seat {seat} has no microphone")
        if what in PEOPLE:
            self.people[seat] = what
        elif what in MICROPHONES:
            self.microphones[seat] = what
        else:
            raise ValueError(f"{what!r} is none of {', '.join((*PEOPLE, *MICROPHONES))}")

    def _live(self) -> set[int]:
        return self._seats if self._hears_closed else set(self._opened)

    def _talking(self) -> set[int]:
        now = self._open()
        self._opened = [s for s in self._opened if s in now]
        self._opened += sorted(now.difference(self._opened))
        willing = [s for s in self._opened if self.people.get(s, "auto") == "auto"]
        told = {s for s, does in self.people.items() if does == "talks"}
        return told | set(willing[-1:])

    def show(self) -> dict[str, Any]:
        """Who talks, what was sent."""
        return {
            "talking": sorted(self._talking()),
            "open": sorted(self._opened),
            "people": {str(seat): does for seat, does in sorted(self.people.items())},
            "microphones": {str(seat): how for seat, how in sorted(self.microphones.items())},
            "packets": self.packets,
        }
