"""The meeting as it was when the hub ended: from its events, and from the ballots' journals.

Theory. Both were written in the same transactions, so together they are the state of one moment.
Events up to a snapshot (``hub.snapshots``) need not be read again.
A journal is not believed: its chain is computed again. One that does not hold is put aside with
the reason, and the meeting goes on without that ballot. Journals of past ballots stay where they
are (``hub.archive``); only a proof of everything reads them too.

Owns the reading. Must not write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from edge.rules.ballot_journal import Journal, JournalError
from hub import notify
from hub.archive import restored
from hub.meeting.evolve import apply, heard_before
from hub.meeting.state import BallotKey, Meeting
from hub.snapshots import Snapshots, newest
from hub.store.store import Store, Stored

log = logging.getLogger(__name__)

PATIENCE_S, PATIENCE_EVERY = 60, 20_000
"""systemd waits so much longer after so many events: years of them are read after an update."""


def replayed(
    store: Store,
    each: Callable[[Stored, Meeting], None],
    snapshots: Snapshots | None = None,
    *,
    whole: bool = False,
) -> Meeting:
    """The meeting.

    Args:
        store: where it is.
        each: is told of every event that is read, with the meeting after it.
        snapshots: see them too.
        whole: read every event, as a proof does; else those after the newest snapshot.

    Raises:
        StoreError: an event cannot be read.
    """
    n, meeting = (0, Meeting()) if whole else newest(store)
    if snapshots is not None:
        snapshots.see(n, meeting)
    for stored in store.history(n):
        meeting = apply(meeting, stored.event)
        each(stored, meeting)
        if snapshots is not None:
            snapshots.see(stored.n, meeting)
        if stored.n % PATIENCE_EVERY == 0:
            notify.notify(f"EXTEND_TIMEOUT_USEC={PATIENCE_S * 1_000_000}")
    for room in meeting.rooms.values():
        ranges = store.inbox.ranges(room.id, room.epoch or "")
        meeting = heard_before(meeting, room.id, ranges)
    present = [key for key in store.ballots() if key not in meeting.past]
    ballots, damaged = _journals(store, present)
    return replace(meeting, ballots=ballots, damaged=damaged, keys=store.keys())


def damaged_past(store: Store, meeting: Meeting) -> dict[BallotKey, str]:
    """Past ballots whose record does not hold, and why."""
    return _journals(store, sorted(meeting.past))[1]


def _journals(
    store: Store, keys: list[BallotKey]
) -> tuple[dict[BallotKey, Journal], dict[BallotKey, str]]:
    ballots: dict[BallotKey, Journal] = {}
    damaged: dict[BallotKey, str] = {}
    for key in keys:
        try:
            ballots[key] = restored(key, store.lines_now(key))
        except JournalError as error:
            log.error("%s: record of ballot %s, generation %d: %s", store.path, *key, error)
            damaged[key] = str(error)
    return ballots, damaged
