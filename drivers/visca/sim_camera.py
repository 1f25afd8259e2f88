"""What a simulated camera does when told, and says when asked. No framing, no time on the wire.

Owns the state of the camera: power, menu, memories, focus, motors. Written from the makers'
command lists; shares nothing with the codec or the driver.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.visca.sim_body import Axis, CameraBody

LENGTH_ERROR, SYNTAX_ERROR, NOT_NOW = 0x01, 0x02, 0x41

PAN_TILT = frozenset({"pan", "tilt"})
ZOOM = frozenset({"zoom"})
NOTHING: frozenset[str] = frozenset()

DRIVES = {b"\x06\x01": PAN_TILT, b"\x04\x07": ZOOM}
MOTIONS = (
    *DRIVES, b"\x06\x02", b"\x06\x03", b"\x06\x04", b"\x06\x05", b"\x04\x47", b"\x04\x3f\x02",
)  # fmt: skip

Outcome = int | frozenset[str]
"""An error code, or the axes whose rest completes the command."""


def digits(value: float, count: int) -> bytes:
    """A position as half bytes, in two's complement."""
    whole = round(value) % 16**count
    return bytes(int(digit, 16) for digit in f"{whole:0{count}x}")


def number(data: bytes) -> int | None:
    """Half bytes as a position; None when they are none."""
    if not data or max(data) > 15:
        return None
    value = int("".join(f"{digit:x}" for digit in data), 16)
    return value - 16 ** len(data) if data[0] >= 8 else value


class CameraMechanics:
    """Power, motors and memories of one camera."""

    def __init__(self, body: CameraBody) -> None:
        """Switched on, looking straight ahead, at its widest."""
        self.body = body
        self.power = True
        self.menu_open = False
        self.focus_auto = True
        self.focus = 0x1000
        self.slow = False
        scale, push = body.units_per_deg, body.acceleration_deg_s2 * body.units_per_deg
        self.axes = {
            "pan": Axis(body.pan_deg[0] * scale, body.pan_deg[1] * scale, push),
            "tilt": Axis(body.tilt_deg[0] * scale, body.tilt_deg[1] * scale, push),
            "zoom": Axis(0, body.lens[-1][0], 50 * body.lens[-1][0]),
        }
        self._zoom_top = body.lens[-1][0] / body.zoom_full_s
        self._memories: dict[int, tuple[float, float, float]] = {}
        self._moved = False
        self._handlers: dict[bytes, Callable[[bytes], Outcome]] = {
            b"\x04\x00": self._power,
            b"\x04\x07": self._zoom_drive,
            b"\x04\x08": self._focus_drive,
            b"\x04\x18": self._focus_once,
            b"\x04\x38": self._focus_mode,
            b"\x04\x3f": self._memory,
            b"\x04\x47": self._zoom_direct,
            b"\x04\x48": self._focus_direct,
            b"\x06\x01": self._drive,
            b"\x06\x02": self._absolute,
            b"\x06\x03": self._relative,
            b"\x06\x04": lambda rest: self._home() if not rest else SYNTAX_ERROR,
            b"\x06\x05": lambda rest: self._home() if not rest else SYNTAX_ERROR,
            b"\x06\x06": self._menu,
            b"\x06\x07": self._limit,
            b"\x06\x44": self._slow_mode,
        }

    def advance(self, span_s: float) -> None:
        """Let time pass for the motors."""
        for axis in self.axes.values():
            axis.advance(span_s)

    def resting(self, names: frozenset[str]) -> bool:
        """Whether these axes stand still."""
        return all(self.axes[name].resting for name in names)

    def halt(self, names: frozenset[str]) -> None:
        """Stop these axes."""
        for name in names:
            self.axes[name].drive(0)

    # Commands -----------------------------------------------------------------------------

    def command(self, code: bytes) -> Outcome:
        """Do what stands behind the 01 of a command packet."""
        handler = self._handlers.get(code[:2])
        if handler is None:
            return SYNTAX_ERROR
        if not self.power and code[:2] != b"\x04\x00":
            return NOT_NOW
        if self.menu_open and code.startswith(MOTIONS):
            return NOT_NOW
        return handler(code[2:])

    def _power(self, rest: bytes) -> Outcome:
        if rest not in (b"\x02", b"\x03"):
            return SYNTAX_ERROR
        self.power = rest == b"\x02"
        if not self.power:
            self.halt(PAN_TILT | ZOOM)
        return NOTHING

    def _menu(self, rest: bytes) -> Outcome:
        if rest not in (b"\x02", b"\x03"):
            return SYNTAX_ERROR
        self.menu_open = rest == b"\x02"
        return NOTHING

    def _slow_mode(self, rest: bytes) -> Outcome:
        if rest not in (b"\x02", b"\x03"):
            return SYNTAX_ERROR
        self.slow = rest == b"\x02"
        return NOTHING

    def _speeds(self, pan: int, tilt: int) -> tuple[float, float] | None:
        """Raw units per second for the two speed bytes; tilt 00 follows pan."""
        pans, tilts = self.body.pan_speeds_deg_s, self.body.tilt_speeds_deg_s
        if not 1 <= pan <= len(pans) or not 0 <= tilt <= len(tilts):
            return None
        scale = self.body.units_per_deg
        return pans[pan - 1] * scale, (tilts[tilt - 1] if tilt else pans[pan - 1]) * scale

    def _drive(self, rest: bytes) -> Outcome:
        if len(rest) != 4 or rest[2] not in (1, 2, 3) or rest[3] not in (1, 2, 3):
            return SYNTAX_ERROR
        if 0 in rest[:2] and self.body.refuses_speed_zero:
            return SYNTAX_ERROR  # as a BRC-300 does, even when asked to stop
        speeds = self._speeds(max(rest[0], 1), max(rest[1], 1))
        if speeds is None:
            return SYNTAX_ERROR
        self.axes["pan"].drive({1: -speeds[0], 2: speeds[0], 3: 0.0}[rest[2]])
        self.axes["tilt"].drive({1: speeds[1], 2: -speeds[1], 3: 0.0}[rest[3]])
        self._moved = True
        return NOTHING

    def _aimed(self, rest: bytes) -> tuple[tuple[float, float], tuple[int, int]] | None:
        width = self.body.nibbles
        speeds = self._speeds(rest[0], rest[1]) if len(rest) == 2 + 2 * width else None
        pan, tilt = number(rest[2 : 2 + width]), number(rest[2 + width :])
        return None if speeds is None or pan is None or tilt is None else (speeds, (pan, tilt))

    def _absolute(self, rest: bytes) -> Outcome:
        aimed = self._aimed(rest)
        return SYNTAX_ERROR if aimed is None else self._swing(aimed[1], aimed[0])

    def _relative(self, rest: bytes) -> Outcome:
        aimed = self._aimed(rest)
        if aimed is None:
            return SYNTAX_ERROR
        here = self.axes["pan"].position, self.axes["tilt"].position
        return self._swing((here[0] + aimed[1][0], here[1] + aimed[1][1]), aimed[0])

    def _home(self) -> Outcome:
        speeds = self._speeds(len(self.body.pan_speeds_deg_s), len(self.body.tilt_speeds_deg_s))
        return self._swing((0, 0), speeds or (0.0, 0.0))

    def _swing(self, to: tuple[float, float], top: tuple[float, float]) -> Outcome:
        self.axes["pan"].go(to[0], top[0])
        self.axes["tilt"].go(to[1], top[1])
        self._moved = True
        return PAN_TILT

    def _limit(self, rest: bytes) -> Outcome:
        width = self.body.nibbles
        if len(rest) < 2 or rest[0] not in (0, 1) or rest[1] not in (0, 1):
            return SYNTAX_ERROR
        scale, corner = self.body.units_per_deg, rest[1]
        if rest[0] == 1:
            pan, tilt = self.body.pan_deg[corner] * scale, self.body.tilt_deg[corner] * scale
        else:
            place = number(rest[2 : 2 + width]), number(rest[2 + width : 2 + 2 * width])
            if place[0] is None or place[1] is None or len(rest) != 2 + 2 * width:
                return SYNTAX_ERROR
            pan, tilt = place[0], place[1]
        for name, end in (("pan", pan), ("tilt", tilt)):
            if corner:
                self.axes[name].high = end
            else:
                self.axes[name].low = end
        return NOTHING

    def _zoom_drive(self, rest: bytes) -> Outcome:
        if len(rest) != 1:
            return SYNTAX_ERROR
        share = (rest[0] % 16 + 1) / 8 if rest[0] >= 0x20 else 0.5
        ways = {0x00: 0, 0x02: 1, 0x03: -1} | dict.fromkeys(range(0x20, 0x28), 1)
        ways |= dict.fromkeys(range(0x30, 0x38), -1)
        if rest[0] not in ways:
            return SYNTAX_ERROR
        self.axes["zoom"].drive(ways[rest[0]] * share * self._zoom_top)
        return NOTHING

    def _zoom_direct(self, rest: bytes) -> Outcome:
        if len(rest) not in (4, 8) or number(rest) is None:
            return SYNTAX_ERROR
        zoom = (number(b"\x00" + rest[:4]) or 0, number(b"\x00" + rest[4:]) or 0)
        if zoom[0] > self.axes["zoom"].high:
            return SYNTAX_ERROR
        if len(rest) == 8:
            self.focus = zoom[1]
        self.axes["zoom"].go(zoom[0], self._zoom_top)
        return ZOOM

    def _focus_mode(self, rest: bytes) -> Outcome:
        if rest not in (b"\x02", b"\x03", b"\x10"):
            return SYNTAX_ERROR
        self.focus_auto = not self.focus_auto if rest == b"\x10" else rest == b"\x02"
        return NOTHING

    def _focus_drive(self, rest: bytes) -> Outcome:
        if len(rest) != 1 or rest[0] not in (0, 2, 3, *range(0x20, 0x28), *range(0x30, 0x38)):
            return SYNTAX_ERROR
        return NOT_NOW if self.focus_auto else NOTHING

    def _focus_once(self, rest: bytes) -> Outcome:
        if rest not in (b"\x01", b"\x02"):
            return SYNTAX_ERROR
        return NOT_NOW if self.focus_auto else NOTHING

    def _focus_direct(self, rest: bytes) -> Outcome:
        focus = number(b"\x00" + rest) if len(rest) == 4 else None
        if focus is None:
            return SYNTAX_ERROR
        if self.focus_auto:
            return NOT_NOW
        self.focus = focus
        return NOTHING

    def _memory(self, rest: bytes) -> Outcome:
        if len(rest) != 2 or rest[0] > 2 or rest[1] >= self.body.memories:
            return SYNTAX_ERROR
        action, place = rest
        if action == 0:
            self._memories.pop(place, None)
        elif action == 1:
            pan, tilt, zoom = (self.axes[name].position for name in ("pan", "tilt", "zoom"))
            self._memories[place] = (pan, tilt, zoom)
        elif place in self._memories:
            pan, tilt, zoom = self._memories[place]
            self._home()
            self.axes["pan"].go(pan, self.body.pan_speeds_deg_s[-1] * self.body.units_per_deg)
            self.axes["tilt"].go(tilt, self.body.tilt_speeds_deg_s[-1] * self.body.units_per_deg)
            self.axes["zoom"].go(zoom, self._zoom_top)
            return PAN_TILT | ZOOM
        return NOTHING

    # Questions ----------------------------------------------------------------------------

    def answer(self, question: bytes) -> bytes | None:
        """The data for what stands behind the 09 of an inquiry; None when it is unknown."""
        pan, tilt, zoom = (self.axes[name].position for name in ("pan", "tilt", "zoom"))
        width = self.body.nibbles
        speeds = (len(self.body.pan_speeds_deg_s), len(self.body.tilt_speeds_deg_s))
        answers: dict[bytes, bytes] = {
            b"\x00\x02": bytes.fromhex(self.body.identity),
            b"\x04\x00": b"\x02" if self.power else b"\x03",
            b"\x04\x38": b"\x02" if self.focus_auto else b"\x03",
            b"\x04\x47": digits(zoom, 4),
            b"\x04\x48": digits(self.focus, 4),
            b"\x06\x06": b"\x02" if self.menu_open else b"\x03",
            b"\x06\x10": self._status().to_bytes(2),
            b"\x06\x11": bytes(speeds),
            b"\x06\x12": digits(pan, width) + digits(tilt, width),
            b"\x06\x44": b"\x02" if self.slow else b"\x03",
            b"\x7e\x7e\x00": self._lens_block(zoom),
        }
        return answers.get(question)

    def _status(self) -> int:
        moving = not self.resting(PAN_TILT)
        movement = 1 if moving else 2 if self._moved else 0
        word = movement << self.body.movement_shift | 2 << self.body.initialised_shift
        pan, tilt = self.axes["pan"], self.axes["tilt"]
        ends = (
            pan.position <= pan.low,
            pan.position >= pan.high,
            tilt.position >= tilt.high,
            tilt.position <= tilt.low,
        )
        return word | sum(at_end << bit for bit, at_end in enumerate(ends))

    def _lens_block(self, zoom: float) -> bytes:
        zooming = not self.axes["zoom"].resting
        flags = bytes([0x00, self.focus_auto, zooming])
        return digits(zoom, 4) + digits(0x10, 2) + digits(self.focus, 4) + flags
