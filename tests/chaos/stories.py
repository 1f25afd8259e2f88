"""What one seat did and saw in one ballot: the measure by which ballots are judged.

Theory. A lamp does not say which ballot it is about. It is about the one that the room was told
of last: the link's witness knows when that was. A room that was away may be at an earlier
ballot than the chair, and a lamp that lights again after a restart says nothing new.

Owns the reading of lamps and presses. Must not know results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.history import VOTE_KEYS, History, Press, Span

TOLD = ("fast", "on")
"""Recorded, counted."""

SLIP_S = 0.150
"""Two keys within this are a slip of the hand and no vote."""

BELATED_S = 6.0
"""A press may reach its controller so late: units keep those of a gap for five seconds."""

AGAIN_S = 1.5
"""What lights within this after a new ballot came, and was lit before, is of the old one."""

UNSEEN = "*"
"""That a vote was cast, and not which: the lamps of a secret ballot."""


@dataclass(frozen=True, slots=True)
class Story:
    """What one seat did and saw in one ballot."""

    accepted: str | None = None
    """The choice that the lamps showed last; ``*`` in a secret ballot; None: never any."""
    open_keys: frozenset[str] = frozenset()
    """Pressed after that and not answered by a lamp: may count, or may not."""
    pressed: frozenset[str] = frozenset()
    is_refused: bool = False
    """The seat has blinked *refused*."""

    @property
    def is_unknown(self) -> bool:
        """Pressed, and the seat has said neither yes nor no."""
        return bool(self.pressed) and self.accepted is None and not self.is_refused


def story(history: History, seat: str, ballot: str) -> Story:
    """The story of ``seat`` in ``ballot``."""
    span = _told_span(history, seat.partition("/")[0], ballot)
    if span is None:
        return Story()
    presses = [
        press
        for press in history.presses
        if press.seat == seat
        and press.key in VOTE_KEYS
        and span.from_s - BELATED_S <= press.at_s < span.to_s
    ]
    accepted, lit_s = _accepted(history, seat, span)
    pressed = frozenset(press.key for press in presses if not _is_slip(press, presses))
    is_refused = any(span.from_s <= at_s < span.to_s for at_s in refusals(history, seat))
    if accepted is None:
        return Story(None, pressed, pressed, is_refused)
    if accepted == UNSEEN:
        keys = frozenset(press.key for press in presses if press.at_s <= lit_s)
        return Story(UNSEEN, keys, pressed, is_refused)
    answered_s = max(
        (press.at_s for press in presses if press.key == accepted and press.at_s <= lit_s),
        default=0.0,
    )
    still_open = frozenset(press.key for press in presses if press.at_s > answered_s)
    return Story(accepted, still_open & pressed, pressed, is_refused)


def _told_span(history: History, room: str, ballot: str) -> Span | None:
    """While this was the newest ballot that the room had been told of."""
    told = [*history.told[room], (float("inf"), "")]
    for (from_s, name), (to_s, _) in pairwise(told):
        if name == ballot:
            return Span(_awake_s(history, room, from_s), _awake_s(history, room, to_s))
    return None


def _awake_s(history: History, room: str, at_s: float) -> float:
    """A controller that is stopped reads its mail when it goes on."""
    return max([at_s, *(span.to_s for span in history.away[room] if span.meets(at_s, at_s))])


def _accepted(history: History, seat: str, span: Span) -> tuple[str | None, float]:
    """What the lamps said last, of a secret vote first; and when."""
    accepted: str | None = None
    lit_s = 0.0
    before: list[str] = []
    for at_s, lit in _lit(history, seat):
        is_old = at_s < span.from_s + AGAIN_S and lit == before
        if span.from_s <= at_s < span.to_s and not is_old and accepted != UNSEEN:
            accepted, lit_s = (UNSEEN if len(lit) > 1 else lit[0]), at_s
        before = lit
    return accepted, lit_s


def _lit(history: History, seat: str) -> Iterator[tuple[float, list[str]]]:
    """When the vote lamps began to say recorded or counted, and which did."""
    before: list[str] = []
    for at_s, lamps in history.lamps[seat]:
        lit = [key for key in VOTE_KEYS if lamps.get(key) in TOLD]
        if lit and lit != before:
            yield at_s, lit
        before = lit


def _is_slip(press: Press, presses: Sequence[Press]) -> bool:
    """Another key went down with it."""
    return any(
        other.key != press.key and abs(other.at_s - press.at_s) < SLIP_S for other in presses
    )


def refusals(history: History, seat: str) -> Iterator[float]:
    """When a seat began to blink *refused*, and it followed a press of a vote key."""
    own = [press for press in history.presses if press.seat == seat]
    for (_, before), (at_s, lamps) in pairwise([(0.0, {}), *history.lamps[seat]]):
        if _refuses(lamps) and not _refuses(before):
            last = max((p for p in own if p.at_s <= at_s), key=lambda p: p.at_s, default=None)
            if last is not None and last.key in VOTE_KEYS:
                yield at_s


def _refuses(lamps: dict[str, str]) -> bool:
    return lamps.get("red") == "fast" and lamps.get("green") == "fast"
