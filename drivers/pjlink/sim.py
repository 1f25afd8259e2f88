"""A PJLink projector as bytes in and bytes out.

Owns the simulated projector: greeting and password, power with warm-up and cool-down, inputs,
mute, lamp and errors, and that it hangs up when nobody asks. Must not import the codec or the
driver: all three are judged by the golden frames, each alone. Source: PJLink specification
1.04 and 2.00.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from drivers.core.simulation import Reply

ANSWER_S = 0.05

IDLE_S = 30.0
"""So long after its last answer the projector closes the connection (specification 5.2)."""

HEARING_LIMIT_BYTES = 256

RANDOM = "498e4a67"
"""The random of the specification's own example, so that its vectors hold here."""

POWER_DIGITS = {"standby": "0", "on": "1", "cooling": "2", "warming": "3"}

INPUTS = ("11", "21", "31", "32", "51")


class PjlinkSim:
    """One projector of the simulated room.

    Faults beyond those of the wire: ``busy`` answers every setting with ERR3, ``failure`` every
    question for power with ERR4, ``stuck`` acknowledges power and does nothing, ``lamp``
    reports a broken lamp, ``locked`` refuses every password.
    """

    faults: tuple[str, ...] = ("busy", "failure", "stuck", "lamp", "locked")

    def __init__(
        self,
        password: str = "",
        *,
        on: bool = False,
        source: str = "31",
        klass: int = 1,
        lamp_hours: int | None = 1234,
        warm_up_s: float = 5.0,
        cool_down_s: float = 3.0,
    ) -> None:
        """How the projector was left. ``lamp_hours`` None: a laser, which has no lamp."""
        self.fault: str | None = None
        self.commands = 0
        self.greeted = 0
        self._password = password
        self._power = "on" if on else "standby"
        self._busy_until_s = 0.0
        self._source = source
        self._klass = klass
        self._lamp_hours = lamp_hours
        self._warm_up_s = warm_up_s
        self._cool_down_s = cool_down_s
        self._mute = "30"
        self._proved = not password
        self._answered_s: float | None = None
        self._heard = bytearray()

    def greet(self, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Greets``."""
        self.greeted += 1
        self._heard.clear()
        self._answered_s = now_s
        self._proved = not self._password
        asks = f"1 {RANDOM}" if self._password else "0"
        return [Reply(f"PJLINK {asks}\r".encode())]

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Sim.receive``."""
        self._settle(now_s)
        self._heard += data
        replies = []
        for line in self._lines():
            replies += self._answer(line, now_s)
        return replies

    def tick(self, now_s: float) -> list[Reply]:
        """See ``drivers.core.simulation.Sim.tick``."""
        self._settle(now_s)
        if self._answered_s is not None and now_s - self._answered_s > IDLE_S:
            self._answered_s = None
            return [Reply(b"", hang_up=True)]
        return []

    def show(self) -> dict[str, Any]:
        """See ``drivers.core.simulation.Sim.show``."""
        return {
            "power": self._power,
            "picture": self._power == "on" and self._mute not in ("11", "31"),
            "source": self._source,
            "lamp_hours": self._lamp_hours,
            "commands": self.commands,
        }

    def _settle(self, now_s: float) -> None:
        if self._power in ("warming", "cooling") and now_s >= self._busy_until_s:
            self._power = "on" if self._power == "warming" else "standby"

    def _lines(self) -> Iterator[str]:
        while b"\r" in self._heard:
            line, _, rest = bytes(self._heard).partition(b"\r")
            self._heard[:] = rest
            yield line.decode("utf-8", "replace")
        del self._heard[:-HEARING_LIMIT_BYTES]

    def _answer(self, line: str, now_s: float) -> list[Reply]:
        proof, percent, command = line.partition("%")
        if not percent or len(command) < 6 or command[5] != " ":
            return []
        if not self._proved or self.fault == "locked":
            wanted = hashlib.md5((RANDOM + self._password).encode(), usedforsecurity=False)
            if self.fault == "locked" or proof.lower() != wanted.hexdigest():
                self._answered_s = None
                return [Reply(b"PJLINK ERRA\r", ANSWER_S, hang_up=True)]
            self._proved = True
        self.commands += 1
        self._answered_s = now_s
        klass, body, param = command[0], command[1:5], command[6:]
        told = self._perform(klass, body, param, now_s)
        return [Reply(f"%{klass}{body}={told}\r".encode(), ANSWER_S)]

    def _perform(self, klass: str, body: str, param: str, now_s: float) -> str:
        asked = self._questions().get(body)
        if asked is None or klass not in ("1", "2") or int(klass) > self._klass:
            return "ERR1"
        if param == "?":
            return asked()
        if body == "POWR":
            return self._switch(param, now_s)
        if body not in ("INPT", "AVMT"):
            return "ERR2"
        if self._power != "on" or self.fault == "busy":
            return "ERR3"
        if body == "INPT":
            if param not in INPUTS:
                return "ERR2"
            self._source = param
        else:
            if param not in ("10", "11", "20", "21", "30", "31"):
                return "ERR2"
            self._mute = param
        return "OK"

    def _questions(self) -> dict[str, Callable[[], str]]:
        def lit(text: str) -> Callable[[], str]:
            return lambda: text if self._power == "on" else "ERR3"

        is_on = int(self._power == "on")
        lamp = "ERR1" if self._lamp_hours is None else f"{self._lamp_hours} {is_on}"
        errors = "020000" if self.fault == "lamp" else "000000"
        power = "ERR4" if self.fault == "failure" else POWER_DIGITS[self._power]
        return {
            "POWR": lambda: power,
            "INPT": lit(self._source),
            "AVMT": lit(self._mute),
            "ERST": lambda: errors,
            "LAMP": lambda: lamp,
            "INST": lambda: " ".join(INPUTS),
            "NAME": lambda: "Twin",
            "INF1": lambda: "phonghop",
            "INF2": lambda: "PJ-TWIN",
            "INFO": lambda: "",
            "CLSS": lambda: str(self._klass),
        }

    def _switch(self, param: str, now_s: float) -> str:
        """What is under way must end before the other way can begin."""
        if param not in ("0", "1"):
            return "ERR2"
        if self.fault == "failure":
            return "ERR4"
        if self._power in ("warming", "cooling") or self.fault == "busy":
            return "ERR3"
        if self.fault == "stuck":
            return "OK"
        if param == "1" and self._power == "standby":
            self._power, self._busy_until_s = "warming", now_s + self._warm_up_s
        elif param == "0" and self._power == "on":
            self._power, self._busy_until_s = "cooling", now_s + self._cool_down_s
        return "OK"
