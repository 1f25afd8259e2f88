"""Keys of seats that stay down: something lies on them, or they are worn.

A key that is held is no new press, so a stuck one does nothing; but whoever sits there can
neither speak nor vote with it, and should not be the one who has to find out.

Owns since when each key is down, and the words of the alarm. Must not raise it
(``edge.alarms`` does) nor decide what a press means.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.core.capability import Health, HealthState, KeyPress
from edge.alarms import Subject
from edge.contract import messages

STUCK_AFTER_S = 10.0
"""Longer than anybody means a press, shorter than a vote."""

WELL = Health(HealthState.OK)


class StuckKeys:
    """The keys of one room's seats."""

    def __init__(self) -> None:
        """No key is known to be down."""
        self._down_since_s: dict[int, dict[str, float]] = {}

    def take(self, press: KeyPress) -> None:
        """A key went down, or came up."""
        keys = self._down_since_s.setdefault(int(press.source), {})
        if press.released:
            keys.pop(press.key, None)
        else:
            keys[press.key] = press.at_s

    def subjects(
        self, seats: Mapping[int, str], now_s: float, *, mic_is_held: bool
    ) -> dict[str, tuple[Subject, Health]]:
        """By the alarm's id: each seat, and whether its keys are up.

        ``seats`` names the seat of each number. ``mic_is_held``: people hold their microphone
        key while they speak (push to talk).
        """
        return {
            f"keys-{number}": (
                _subject(number, seat),
                self._health(number, now_s, mic_is_held=mic_is_held),
            )
            for number, seat in seats.items()
        }

    def _health(self, number: int, now_s: float, *, mic_is_held: bool) -> Health:
        stuck = [
            key
            for key, since_s in self._down_since_s.get(number, {}).items()
            if now_s - since_s >= STUCK_AFTER_S and not (mic_is_held and key == "mic")
        ]
        if not stuck:
            return WELL
        return Health(
            HealthState.FAULT, f"down for more than {STUCK_AFTER_S:.0f} s: {', '.join(stuck)}"
        )


def _subject(number: int, seat: str) -> Subject:
    title = messages.Text(vi=f"Ghế số {number}", en=f"Seat {number}")
    said = messages.Text(vi=f"{title.vi}: có phím bị kẹt", en=f"{title.en}: a key is stuck")
    return Subject(f"keys-{number}", title, seat=seat, said=said)
