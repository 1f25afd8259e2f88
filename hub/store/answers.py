"""What pages' presses were answered: the same press sent again gets the same answer.

Theory. A page that lost its connection cannot know whether its vote arrived, so it sends it again
under the same id until it is answered. The answer is written in the transaction of the vote, so
a crash leaves both or neither.

Owns the answers in memory; the store keeps the same rows. Must not know what was pressed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

ANSWERS_KEPT = 20_000
"""Presses of a whole site for days; one that is repeated later finds its ballot closed."""

Press = tuple[str, str]
"""Seat, and the id that its page made for this press."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A press was decided; ``code`` says why it was refused, empty when it was not."""

    press: Press
    code: str = ""


class Answers:
    """The newest answers."""

    def __init__(self, known: Iterable[Answered] = ()) -> None:
        """Take over what the store has, oldest first."""
        self._codes: OrderedDict[Press, str] = OrderedDict()
        for answered in known:
            self.add(answered)

    def get(self, press: Press) -> str | None:
        """How the press was answered; None: it was not."""
        return self._codes.get(press)

    def add(self, answered: Answered) -> None:
        """An answer has been committed."""
        self._codes[answered.press] = answered.code
        while len(self._codes) > ANSWERS_KEPT:
            self._codes.popitem(last=False)
