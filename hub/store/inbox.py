"""Which events of rooms have been decided, and which of them were refused.

Owns the dedupe by (source, epoch, seq) and the receipts that follow from it. In memory; the
store keeps the same keys. Must not know how an event was decided.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from edge.contract import messages
from hub.meeting.numbers import Numbers
from hub.meeting.wording import reason_text

REFUSALS_KEPT = 2000
"""Refused events that can still be named in the receipt of a duplicate. A room repeats an
event within seconds; this is hours of refusals."""

TOGETHER = 50
"""Events per receipt: if all are refused, with two sentences each, it still fits a message."""


@dataclass(frozen=True, slots=True)
class Key:
    """The one identity of a room's event, whatever happens to room, broker or hub."""

    source: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Decided:
    """An event was decided; ``code`` says why it was refused, empty when it was not."""

    key: Key
    code: str = ""


class Inbox:
    """What has been committed about rooms' events."""

    def __init__(self) -> None:
        """Empty; ``learn`` fills it from the store."""
        self._seen: dict[tuple[str, str], Numbers] = {}
        self._refused: OrderedDict[Key, str] = OrderedDict()
        self._first_refused: dict[tuple[str, str], int] = {}

    def learn(self, source: str, epoch: str, ranges: Iterable[tuple[int, int]]) -> None:
        """Take over what the store has of one epoch."""
        self._seen[source, epoch] = Numbers(ranges)

    def gap_before(self, key: Key) -> int:
        """The newest event of its epoch before a committed one that is not; 0 when all are."""
        return self._seen[key.source, key.epoch].gap_before(key.seq)

    def ranges(self, source: str, epoch: str) -> tuple[tuple[int, int], ...]:
        """What has been committed of one epoch: first and last number of each range."""
        return self._seen.get((source, epoch), Numbers()).ranges

    def __contains__(self, key: Key) -> bool:
        """The event is committed."""
        return key.seq in self._seen.get((key.source, key.epoch), ())

    def add(self, decided: Decided) -> None:
        """An event has been committed."""
        key = decided.key
        self._seen.setdefault((key.source, key.epoch), Numbers()).add(key.seq)
        if decided.code:
            epoch = (key.source, key.epoch)
            self._first_refused[epoch] = min(key.seq, self._first_refused.get(epoch, key.seq))
            self._refused[key] = decided.code
            while len(self._refused) > REFUSALS_KEPT:
                self._refused.popitem(last=False)

    def receipts(self, keys: Iterable[Key]) -> list[tuple[str, messages.Receipt]]:
        """Receipts by room and epoch for ``keys``, duplicates included."""
        grouped: dict[tuple[str, str], list[Key]] = {}
        for key in dict.fromkeys(keys):
            grouped.setdefault((key.source, key.epoch), []).append(key)
        return [
            (source, self._receipt(epoch, self._upto(source, epoch), keys[i : i + TOGETHER]))
            for (source, epoch), keys in grouped.items()
            for i in range(0, len(keys), TOGETHER)
        ]

    def _upto(self, source: str, epoch: str) -> int:
        """How far a receipt may speak for events that it does not name.

        Never over a refused one: the receipt that named it may be lost, and a room that is told
        *committed* without the refusal would show a refused vote as counted.
        """
        upto = self._seen[source, epoch].upto
        return min(upto, self._first_refused.get((source, epoch), upto + 1) - 1)

    def _receipt(self, epoch: str, upto: int, keys: list[Key]) -> messages.Receipt:
        refused = [(key.seq, code) for key in keys if (code := self._refused.get(key))]
        return messages.Receipt(
            epoch=epoch,
            upto=upto,
            extra=sorted(key.seq for key in keys if key.seq > upto),
            refused=[
                messages.RefusedEvent(seq=seq, code=code, text=reason_text(code))
                for seq, code in refused
            ],
        )
