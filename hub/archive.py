"""Journals of ballots, wherever they are: this meeting's in memory, past ones in the store.

Theory. A journal from the store is not believed: its chain is computed again each time, which takes
some milliseconds, in a thread. After a start every past chain is computed once, one after the other
while the hub works, so that a change of an old record is noticed without anybody waiting for it.

Owns the reading. Must not write, nor decide what is past (``hub.meeting.past``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from edge.rules.ballot_journal import Journal, JournalError, verify
from hub.meeting.state import BallotKey, Meeting

log = logging.getLogger(__name__)

Lines = Callable[[BallotKey], Awaitable[list[str]]]

REST = 9
"""After a proof, so many times as long passes before the next: a tenth of a processor."""


def restored(key: BallotKey, lines: Iterable[str]) -> Journal:
    """The journal that these lines make.

    Raises:
        JournalError: they do not hold, or are those of another ballot.
    """
    journal = verify(lines).journal
    if journal.ballot.plan.key != key:
        raise JournalError("line 1: this is the journal of another ballot")
    return journal


class Archive:
    """Finds journals."""

    def __init__(self, meeting: Callable[[], Meeting], lines: Lines) -> None:
        """``lines`` fetches a record as it is stored."""
        self._meeting = meeting
        self._lines = lines

    async def journal(self, key: BallotKey) -> Journal | None:
        """The journal of a ballot; None when there is none, or it does not hold.

        Raises:
            StoreError: it cannot be read.
        """
        meeting = self._meeting()
        if key in meeting.ballots or key not in meeting.past:
            return meeting.ballots.get(key)
        try:
            return await self._past(key)
        except JournalError as error:
            log.error("record of ballot %s, generation %d: %s", *key, error)
            return None

    async def prove_past(self, damaged: Callable[[BallotKey, str], None]) -> None:
        """Compute every past chain again, then rest; ``damaged`` is told which does not hold.

        Raises:
            StoreError: one cannot be read.
        """
        loop = asyncio.get_running_loop()
        for key in sorted(self._meeting().past):
            began_s = loop.time()
            try:
                await self._past(key)
            except JournalError as error:
                log.error("record of ballot %s, generation %d: %s", *key, error)
                damaged(key, str(error))
            await asyncio.sleep(REST * (loop.time() - began_s))
        await loop.create_future()

    async def _past(self, key: BallotKey) -> Journal:
        lines = await self._lines(key)
        return await asyncio.to_thread(restored, key, lines)
