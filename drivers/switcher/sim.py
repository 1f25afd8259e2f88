"""A video matrix made of bytes, with the words of Extron's CrossPoint, or a single-output SW.

Owns inputs, outputs and faults as such a switcher has them. Written from the makers' command
tables; must not share code with this package's codec, driver, words or settings.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from drivers.core.simulation import Reply

ANSWER_S = 0.015
DIGITS = b"0123456789"
STREAM_LIMIT = 16
"""A number longer than that is noise."""

NO_INPUT, NO_COMMAND, NO_OUTPUT, BUSY = "E01", "E10", "E12", "E22"


class SwitcherSim:
    """One switcher; see ``drivers.core.simulation.Sim``.

    Faults: ``busy`` (refuses every choice), ``stuck`` (answers as if, and switches nothing).
    """

    faults: tuple[str, ...] = ("busy", "stuck")

    def __init__(self, inputs: int = 8, outputs: int = 4, *, matrix: bool = True) -> None:
        """Input 1 is on every output."""
        self.fault: str | None = None
        self.inputs = inputs
        self.ties = dict.fromkeys(range(1, outputs + 1 if matrix else 2), 1)
        self.commands: deque[bytes] = deque(maxlen=200)
        self._matrix = matrix
        self._stream = bytearray()
        self._panel: list[Reply] = []

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``Sim.receive``: a command ends with its last sign, not with a line."""
        replies = []
        for byte in data:
            if byte in DIGITS or byte == ord("*"):
                self._stream.append(byte)
                del self._stream[:-STREAM_LIMIT]
                continue
            command = bytes(self._stream) + bytes([byte])
            self._stream.clear()
            if byte in b"!%":
                self.commands.append(command)
                replies.append(self._say(self._obey(command)))
            elif byte not in b"\r\n ":
                replies.append(self._say(NO_COMMAND))
        return replies

    def _obey(self, command: bytes) -> str:
        numbers = command[:-1].split(b"*")
        if not all(len(number) <= 3 for number in numbers):
            return NO_COMMAND
        if command.endswith(b"%"):
            output = int(numbers[0] or b"1") if self._matrix else 1
            return f"{self.ties[output]:02d}" if output in self.ties else NO_OUTPUT
        if len(numbers) != (2 if self._matrix else 1) or not all(numbers):
            return NO_COMMAND
        chosen, output = int(numbers[0]), int(numbers[-1]) if self._matrix else 1
        if not 0 <= chosen <= self.inputs:
            return NO_INPUT
        if output not in self.ties:
            return NO_OUTPUT
        if self.fault == "busy":
            return BUSY
        if self.fault != "stuck":
            self.ties[output] = chosen
        return self._tied(output, chosen)

    def _tied(self, output: int, chosen: int) -> str:
        return f"Out{output:02d} In{chosen:02d} All" if self._matrix else f"In{chosen} All"

    def _say(self, text: str) -> Reply:
        return Reply(text.encode() + b"\r\n", ANSWER_S)

    def press(self, output: int, chosen: int) -> None:
        """A finger on the front panel; the switcher tells it by itself."""
        self.ties[output] = chosen
        self._panel.append(self._say(self._tied(output, chosen)))

    def tick(self, now_s: float) -> list[Reply]:
        """See ``Sim.tick``."""
        told, self._panel = self._panel, []
        return told

    def show(self) -> dict[str, Any]:
        """What is really on each output."""
        return {
            "ties": {str(output): chosen for output, chosen in self.ties.items()},
            "commands": len(self.commands),
            "last_command": self.commands[-1].decode() if self.commands else None,
        }
