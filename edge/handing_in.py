"""The end of a ballot in the room: *drained*, the box destroyed, the votes forgotten.

Theory. *Drained* is appended when nothing of the ballot is being written any more, so it has a
higher number than every vote; once it is on the disk no message opens the ballot again here.
A hub that restarts in the closing has forgotten the boxes of a secret ballot: so each
generation of the hub that says *closing* is answered once. A ballot that ended while the room
was away is handed in late and without its box: the hub keeps such votes apart.

Owns what follows from the stage that the hub tells. Must not judge presses, nor open a box.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable
from functools import partial

from drivers.core.reading import Clock
from edge.contract import messages
from edge.rules import seat_votes
from edge.rules.ballot_state import Stage
from edge.rules.seat_votes import BallotId, Paper
from edge.runtime.outbox import Outbox
from edge.runtime.vote_book import Page, VoteBook

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""A *drained* that the disk refused is tried again after this."""


class HandingIn:
    """Hands in, destroys and forgets what is due. ``look`` may be called at any time."""

    def __init__(
        self,
        outbox: Outbox,
        book: VoteBook,
        now_s: Clock,
        is_writing: Callable[[BallotId], bool],
        on_drained: Callable[[], None],
    ) -> None:
        """``is_writing`` says whether a vote of this ballot is not on the disk yet."""
        self._outbox = outbox
        self._book = book
        self._now_s = now_s
        self._is_writing = is_writing
        self._on_drained = on_drained
        self._paper: Paper | None = None
        self._told = (0, 0)
        self._draining: set[BallotId] = set()
        self._retry_at_s: float | None = None

    def told(self, paper: Paper | None, told: tuple[int, int]) -> None:
        """The ballot that is shown now, by the message with this generation and revision."""
        self._paper, self._told = paper, told
        self.look()

    def time(self, now_s: float) -> None:
        """Try again what the disk refused."""
        if self._retry_at_s is not None and now_s >= self._retry_at_s:
            self._retry_at_s = None
            self.look()

    def look(self) -> None:
        """Do what is due."""
        paper = self._paper
        if paper is None:
            return
        page = self._book.pages.get(paper.key)
        if paper.stage is Stage.CLOSING and (page is None or page.drained_gen < self._told[0]):
            self._drain(paper.key)
        for ballot, page in list(self._book.pages.items()):
            if not page.over and seat_votes.is_over(ballot, paper):
                self._end(ballot, page, paper)

    def _end(self, ballot: BallotId, page: Page, paper: Paper) -> None:
        """It is over: the box goes at once, the votes when the hub has answered them all."""
        if self._is_writing(ballot):
            return
        if ballot in self._book.boxes:
            self._outbox.change(self._book.destroy_box(ballot))
            self._outbox.scrub()
        has_result = paper.key != ballot or paper.stage not in seat_votes.WITHOUT_RESULT
        if page.votes and not page.drained_gen and has_result:
            self._drain(ballot)
        elif page.is_settled and ballot not in self._draining:
            self._outbox.change(self._book.forget(ballot))

    def _drain(self, ballot: BallotId) -> None:
        waits = ballot in self._draining or self._retry_at_s is not None
        if waits or self._is_writing(ballot):
            return
        box = self._book.boxes.get(ballot)
        body = messages.Drained(
            ballot=ballot[0],
            generation=ballot[1],
            since=self._outbox.oldest_open(),
            box=base64.b64encode(box).decode() if box is not None else None,
        )
        also, note = self._book.draining(ballot, self._told)
        seq, done = self._outbox.append("drained", body.model_dump(), self._now_s(), also)
        self._draining.add(ballot)
        done.add_done_callback(partial(self._written, ballot, seq, note))

    def _written(
        self,
        ballot: BallotId,
        seq: int,
        note: Callable[[int], None],
        done: asyncio.Future[None],
    ) -> None:
        self._draining.discard(ballot)
        if (error := done.exception()) is None:
            note(seq)
            self._outbox.scrub()  # the log file holds earlier versions of the box
        else:
            log.error("%s is not handed in yet: %s", ballot[0], error)
            self._retry_at_s = self._now_s() + RETRY_S
        self._on_drained()
        self.look()
