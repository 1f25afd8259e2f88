"""A Shure/DIS central unit with discussion units, made of lines.

Owns its modes, its request list, its limits and its silence. Written from the makers' user
manuals of DIS-CCU and DCS 6000; must not share code with this package's codec or driver.

It says something only when something changes: an order that changes nothing is answered by
nothing at all. ``mic_status`` lists who is on and who waits, not who is off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from drivers.core.simulation import Reply

ANSWER_S = 0.01
LINE_LIMIT = 200
MODES = ("auto", "fifo", "manual", "vox", "auto+reply", "manual+reply", "vox+reply")
GARBAGE = b"\x00\xff\x1bmic_on\r\nmic_on 99999999\r\nseat_state x y\r\n\xfe\n"


@dataclass
class DiscussionUnit:
    """One unit on the table."""

    name: str = ""
    chair: bool = False
    active: bool = True
    on: bool = False


class DisSim:
    """One central unit; see ``drivers.core.simulation.Sim``.

    Faults: ``deaf`` (tells its state, obeys nothing), ``garbage`` (nonsense between good
    lines), ``drops`` (hangs up when asked for its state), ``stubborn`` (leaves its mode as it
    is), ``lost`` (no unit is connected).
    """

    faults: tuple[str, ...] = ("deaf", "garbage", "drops", "stubborn", "lost")

    def __init__(self, seats: Iterable[int], chairs: Iterable[int] = ()) -> None:
        """As from the factory: automatic, four microphones, nobody speaks."""
        chosen = set(chairs)
        self._fault: str | None = None
        self.units = {n: DiscussionUnit(f"Seat {n}", chair=n in chosen) for n in seats}
        self.requests: list[int] = []
        self.mode, self.interrupt = "auto", "lower"
        self.limits = {"max_total_speakers": 4, "max_speakers": 4, "max_replies": 3}
        self.commands: deque[str] = deque(maxlen=500)
        self._stream = bytearray()
        self._out: list[str] = []

    @property
    def fault(self) -> str | None:
        """The fault that is switched on."""
        return self._fault

    @fault.setter
    def fault(self, fault: str | None) -> None:
        if "lost" in (fault, self._fault) and fault != self._fault:
            for seat in self.units:
                (self.leave if fault == "lost" else self.appear)(seat)
        self._fault = fault

    # Bytes --------------------------------------------------------------------------------

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``Sim.receive``: a line ends in CR or LF or both."""
        replies: list[Reply] = []
        for byte in data:
            if byte not in b"\r\n":
                self._stream.append(byte)
                del self._stream[:-LINE_LIMIT]
                continue
            line = self._stream.decode("utf-8", "replace").strip()
            self._stream.clear()
            if line:
                self.commands.append(line)
                if self._fault == "drops" and line.lower() == "mic_status":
                    return [*self._flush(), Reply(b"", ANSWER_S, hang_up=True)]
                self._obey(line.lower().split(" "))
                replies += self._flush()
        return replies

    def _flush(self) -> list[Reply]:
        told, self._out = self._out, []
        if not told:
            return []
        noise = GARBAGE if self._fault == "garbage" else b""
        return [Reply(noise + "".join(f"{line}\r\n" for line in told).encode(), ANSWER_S)]

    def tick(self, now_s: float) -> list[Reply]:
        """See ``Sim.tick``: what fingers did is told by itself."""
        return self._flush()

    # Orders -------------------------------------------------------------------------------

    def _obey(self, words: list[str]) -> None:
        command, data = words[0], words[1:]
        if command == "mic_status":
            self._tell_all()
            return
        simple: dict[str, Callable[[], None]] = {
            "mic_all_delegates_off": self.all_delegates_off,
            "mic_all_requests_off": self._all_requests_off,
            "mic_next_on": self.next_on,
        }
        seated: dict[str, Callable[[int], object]] = {
            "mic_on": self._open,
            "mic_off": self._close,
            "mic_request_on": lambda n: self._wait(n, True),
            "mic_request_off": lambda n: self._wait(n, False),
        }
        if command in simple and not data:
            if self._fault != "deaf":
                simple[command]()
        elif command in seated and len(data) == 1 and data[0].isdigit():
            if self._fault != "deaf":
                seated[command](int(data[0]))
        elif command == "mic_mode" and len(data) == 1 and data[0] in MODES:
            if self._fault not in ("deaf", "stubborn"):
                self.choose_mode(data[0])
        elif command == "mic_interrupt" and data in (["same"], ["lower"], ["off"]):
            if self.interrupt != data[0]:
                self.interrupt = data[0]
                self._out.append(f"mic_interrupt {data[0]}")
        elif command in self.limits and len(data) == 1 and data[0].isdigit():
            if self.limits[command] != int(data[0]):
                self.limits[command] = int(data[0])
                self._out.append(f"{command} {data[0]}")
        else:
            self._out.append("command_error unknown command")

    def _tell_all(self) -> None:
        self._out += [f"mic_mode {self.mode}", f"mic_interrupt {self.interrupt}"]
        self._out += [f"{name} {value}" for name, value in self.limits.items()]
        self._out += [f"mic_on {n}" for n, unit in self.units.items() if unit.on]
        self._out += [f"mic_request_on {n}" for n in self.requests]
        self._out += [self._state(n) for n in self.units]
        self._out.append("mic_status_done")

    def _state(self, seat: int) -> str:
        unit = self.units[seat]
        return f"seat_state {seat} {'active' if unit.active else 'passive'} {unit.name}".rstrip()

    def choose_mode(self, mode: str) -> None:
        """By order, or at the central unit's own web page."""
        if mode != self.mode:
            self.mode = mode
            self._out.append(f"mic_mode {mode}")

    def _open(self, seat: int) -> bool:
        unit = self.units.get(seat)
        is_open = sum(1 for one in self.units.values() if one.on)
        if unit is None or not unit.active or unit.on:
            return False
        if is_open >= self.limits["max_total_speakers"]:
            return False
        unit.on = True
        self._out.append(f"mic_on {seat}")
        self._wait(seat, False)
        return True

    def _close(self, seat: int) -> None:
        unit = self.units.get(seat)
        if unit is not None and unit.on:
            unit.on = False
            self._out.append(f"mic_off {seat}")

    def _wait(self, seat: int, waits: bool) -> None:
        unit = self.units.get(seat)
        if (
            unit is None
            or not unit.active
            or (unit.on and waits)
            or waits == (seat in self.requests)
        ):
            return
        if waits:
            self.requests.append(seat)
        else:
            self.requests.remove(seat)
        self._out.append(f"mic_request_{'on' if waits else 'off'} {seat}")

    def _all_requests_off(self) -> None:
        for seat in [*self.requests]:
            self._wait(seat, False)

    def next_on(self) -> None:
        """By order, or at the central unit's own web page."""
        if self.requests:
            first = next((n for n, unit in self.units.items() if unit.on and not unit.chair), None)
            if first is not None:
                self._close(first)
            self._open(self.requests[0])

    def all_delegates_off(self) -> None:
        """Everybody but chairmen; also the key of a chairman's unit."""
        for seat, unit in self.units.items():
            if not unit.chair:
                self._close(seat)

    # Hands --------------------------------------------------------------------------------

    def press(self, seat: int) -> None:
        """A finger on the microphone key of a unit."""
        unit = self.units[seat]
        if not unit.active:
            return
        if unit.on:
            self._close(seat)
        elif seat in self.requests:
            self._wait(seat, False)
        elif unit.chair or not self.mode.startswith("manual"):
            if not self._open(seat):
                self._wait(seat, True)
        else:
            self._wait(seat, True)

    def leave(self, seat: int) -> None:
        """The unit's plug is out."""
        unit = self.units[seat]
        self._close(seat)
        self._wait(seat, False)
        if unit.active:
            unit.active = False
            self._out.append(self._state(seat))

    def appear(self, seat: int) -> None:
        """The unit is plugged in, or a new one is."""
        unit = self.units.setdefault(seat, DiscussionUnit(f"Seat {seat}", active=False))
        if not unit.active:
            unit.active = True
            self._out.append(self._state(seat))

    def show(self) -> dict[str, Any]:
        """Microphones and request lights as they are on the table."""
        return {
            "mode": self.mode,
            "open": [n for n, unit in self.units.items() if unit.on],
            "requests": list(self.requests),
            "present": [n for n, unit in self.units.items() if unit.active],
        }
