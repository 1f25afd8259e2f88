"""The meeting as it was when the hub ended: from its events, and from the ballots' journals.

Theory. Both were written in the same transactions, so together they are the state of one moment.
A journal is not believed: its chain is computed again. One that does not hold is put aside with
the reason, and the meeting goes on without that ballot.

Owns the reading. Must not write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from edge.rules.ballot_journal import Journal, JournalError, verify
from hub.meeting.evolve import apply, heard_before
from hub.meeting.state import BallotKey, Meeting
from hub.store.store import Store, Stored

log = logging.getLogger(__name__)


def replayed(store: Store, each: Callable[[Stored, Meeting], None]) -> Meeting:
    """The meeting; ``each`` is told of every event with the meeting after it.

    Raises:
        StoreError: an event cannot be read.
    """
    meeting = Meeting()
    for stored in store.history():
        meeting = apply(meeting, stored.event)
        each(stored, meeting)
    for room in meeting.rooms.values():
        ranges = store.inbox.ranges(room.id, room.epoch or "")
        meeting = heard_before(meeting, room.id, ranges)
    ballots: dict[BallotKey, Journal] = {}
    damaged: dict[BallotKey, str] = {}
    for key, lines in store.journals().items():
        try:
            journal = verify(lines).journal
            if journal.ballot.plan.key != key:
                raise JournalError("line 1: this is the journal of another ballot")
            ballots[key] = journal
        except JournalError as error:
            log.error("%s: record of ballot %s, generation %d: %s", store.path, *key, error)
            damaged[key] = str(error)
    return replace(meeting, ballots=ballots, damaged=damaged, keys=store.keys())
