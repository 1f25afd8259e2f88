"""From key presses at a seat to one choice: two keys at once, and keys that are held.

Theory. A press of a vote key waits ``CHORD_S`` before it counts. If another key of the same
seat goes down in that time, neither counts and the seat says so. A key that is still down
counts once, however long it is held; a key that was down before the vote opened counts only
after it was let go.

Owns this judgement for one seat. Must not know ballots, options or lamps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.rules.reasons import Reason

CHORD_S = 0.150
"""Two keys within this time are one slip of the hand (assumption, from a council that voted
wrongly by it; to be tuned with users)."""

STUCK_S = 10.0
"""A key down for longer is stuck: masked, and the technician is told."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The vote keys of one seat. Times are seconds on the room's clock."""

    down: frozenset[str] = frozenset()
    pending: str | None = None
    pending_since_s: float = 0.0
    spoilt_until_s: float | None = None
    """Two keys met: what goes down before this time belongs to the same slip."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """This key counts as pressed, at ``at_s``."""

    key: str
    at_s: float


@dataclass(frozen=True, slots=True)
class NotChosen:
    """The press does not count, and why."""

    reason: Reason


KeyEffect = Chosen | NotChosen


def press(keys: Keys, key: str, at_s: float) -> tuple[Keys, tuple[KeyEffect, ...]]:
    """``key`` goes down at ``at_s``. A key that is down already is held, and counts no more."""
    if key in keys.down:
        return keys, (NotChosen(Reason.KEY_HELD),)
    keys, settled = settle(keys, at_s)
    down = keys.down | {key}
    if keys.pending is not None or keys.spoilt_until_s is not None:
        is_first = keys.spoilt_until_s is None
        spoilt = replace(keys, down=down, pending=None, spoilt_until_s=at_s + CHORD_S)
        # Said once per slip, however many keys the hand hits.
        return spoilt, (*settled, NotChosen(Reason.PRESS_ONE_KEY)) if is_first else settled
    return replace(keys, down=down, pending=key, pending_since_s=at_s), settled


def release(keys: Keys, key: str, at_s: float) -> tuple[Keys, tuple[KeyEffect, ...]]:
    """``key`` comes up at ``at_s``; a short press still waits for its time."""
    keys, settled = settle(keys, at_s)
    return replace(keys, down=keys.down - {key}), settled


def settle(keys: Keys, now_s: float) -> tuple[Keys, tuple[KeyEffect, ...]]:
    """What has waited long enough by ``now_s`` counts."""
    if keys.spoilt_until_s is not None and now_s >= keys.spoilt_until_s:
        keys = replace(keys, spoilt_until_s=None)
    if keys.pending is None or now_s - keys.pending_since_s < CHORD_S:
        return keys, ()
    chosen = Chosen(keys.pending, keys.pending_since_s)
    return replace(keys, pending=None), (chosen,)


def due_s(keys: Keys) -> float | None:
    """When ``settle`` should be asked next; None when nothing waits."""
    return None if keys.pending is None else keys.pending_since_s + CHORD_S


def at_opening(down: frozenset[str]) -> Keys:
    """The seat when the vote opens: keys that are down count only after they were let go."""
    return Keys(down=down)
