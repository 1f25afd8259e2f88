"""Which vote stands for whom, and which ballots this room is done with; survives any crash.

Theory. A row is written in the transaction of the event that carries the vote, so *recorded*
means both or neither. Whether a vote has been *counted* is not stored: it is, when the outbox
no longer holds its event. Only a refusal is written down, in the transaction that lets the
event go. A ballot stays known as done after its votes are gone, so that an old message cannot
open it again. Of a secret vote the book knows that it was cast, the box what (``sealed_box``).

Owns these tables and their copy in memory, which follows the disk and never leads. Must not
judge a vote.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from edge.rules.seat_votes import BallotId, Held, Standing
from edge.runtime import sealed_box
from edge.runtime.outbox import Also, Change, Outbox
from edge.runtime.sealed_box import Seal

DONE_KEPT = 1000
"""Ballots that are over and still remembered as such: years of meetings."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's newest vote in one ballot. ``seq`` is 0 until it has one."""

    ballot: BallotId
    person: str
    seat: int
    held: Held
    seq: int = 0


@dataclass
class Page:
    """One ballot in the book. ``gen`` and ``rev`` are of the newest message obeyed for it."""

    gen: int = 0
    rev: int = 0
    drained_gen: int = 0
    """Generation of the hub that was told *drained*; 0: none was."""
    drained_seq: int = 0
    is_drained_settled: bool = True
    over: bool = False
    votes: dict[str, Entry] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """The hub has answered everything that is in it."""
        recorded = (e.held.standing is Standing.RECORDED for e in self.votes.values())
        return self.is_drained_settled and not any(recorded)


class VoteBook:
    """The room's votes. Writes are handed to the outbox; ``note_*`` follow once they are there."""

    def __init__(self, outbox: Outbox) -> None:
        """Read what earlier starts left.

        Raises:
            OutboxError: the file is damaged.
        """
        self.pages: dict[BallotId, Page] = {}
        self.boxes: dict[BallotId, bytes] = {}
        """Sealed boxes as they are stored."""
        outbox.read(self._load)

    def _load(self, database: sqlite3.Connection) -> None:
        waiting = {seq for (seq,) in database.execute("SELECT seq FROM outbox")}
        for ballot, generation, gen, rev, drained_gen, drained_seq, over in database.execute(
            "SELECT ballot,generation,gen,rev,drained_gen,drained_seq,over FROM vote_ballots"
        ):
            self.pages[ballot, generation] = Page(
                gen, rev, drained_gen, drained_seq, drained_seq not in waiting, bool(over)
            )
        for ballot, generation, person, seat, seq, revision, choices, code in database.execute(
            "SELECT ballot,generation,person,seat,seq,revision,choices,code FROM vote_book"
        ):
            standing = Standing.RECORDED if seq in waiting else Standing.COUNTED
            held = Held(
                tuple(json.loads(choices)), revision, Standing.REFUSED if code else standing
            )
            entry = Entry((ballot, generation), person, seat, held, seq)
            self.page(entry.ballot).votes[person] = entry
        for ballot, generation, box in database.execute("SELECT * FROM vote_boxes"):
            self.boxes[ballot, generation] = box

    def page(self, ballot: BallotId) -> Page:
        """The page of a ballot, empty when nothing is written there yet."""
        return self.pages.setdefault(ballot, Page())

    def is_done(self, ballot: BallotId) -> bool:
        """This room takes no more votes in it, whatever it is told."""
        page = self.pages.get(ballot)
        return page is not None and (page.over or page.drained_gen > 0)

    def newest_told(self) -> tuple[int, int]:
        """Generation and revision of the newest message behind a ballot that is not over."""
        return max(((p.gen, p.rev) for p in self.pages.values() if not p.over), default=(0, 0))

    # --- what is written together with an event -------------------------------------------------

    def recording(
        self, entry: Entry, told: tuple[int, int], seal: Seal | None = None, place: int = 0
    ) -> tuple[Also, Callable[[int], None]]:
        """How ``entry`` is written with its event, and what to call when that is done.

        With ``seal`` the choice, the option at ``place``, goes into the box instead.
        """
        boxes: list[bytes] = []
        choices = json.dumps(entry.held.choices)

        def also(database: sqlite3.Connection, seq: int) -> None:
            _touch(database, entry.ballot, told)
            database.execute(
                "INSERT OR REPLACE INTO vote_book VALUES (?,?,?,?,?,?,?,'')",
                (*entry.ballot, entry.person, entry.seat, seq, entry.held.revision, choices),
            )
            if seal is not None:
                boxes.append(sealed_box.drop(database, seal, place))

        def note(seq: int) -> None:
            page = self.page(entry.ballot)
            page.gen, page.rev = told
            page.votes[entry.person] = replace(entry, seq=seq)
            if boxes:
                self.boxes[entry.ballot] = boxes[-1]

        return also, note

    def draining(
        self, ballot: BallotId, told: tuple[int, int]
    ) -> tuple[Also, Callable[[int], None]]:
        """How *drained* is remembered with its event, and what to call when that is done."""

        def also(database: sqlite3.Connection, seq: int) -> None:
            _touch(database, ballot, told)
            database.execute(
                "UPDATE vote_ballots SET drained_gen=?, drained_seq=?"
                " WHERE ballot=? AND generation=?",
                (told[0], seq, *ballot),
            )

        def note(seq: int) -> None:
            page = self.page(ballot)
            page.gen, page.rev = told
            page.drained_gen, page.drained_seq, page.is_drained_settled = told[0], seq, False

        return also, note

    # --- what is written later ------------------------------------------------------------------

    def settle(
        self, upto: int, extra: Collection[int], refused: dict[int, str]
    ) -> tuple[list[Entry], Change | None]:
        """The hub has answered these events.

        Returns:
            The votes that were refused, and what is to be written when the events go.
        """
        turned_down: list[Entry] = []
        for page in self.pages.values():
            if page.drained_seq <= upto or page.drained_seq in (*extra, *refused):
                page.is_drained_settled = True
            for person, entry in page.votes.items():
                if entry.seq in refused and entry.held.standing is not Standing.REFUSED:
                    page.votes[person] = _standing(entry, Standing.REFUSED)
                    turned_down.append(entry)
                elif entry.held.standing is Standing.RECORDED and (
                    entry.seq <= upto or entry.seq in extra
                ):
                    page.votes[person] = _standing(entry, Standing.COUNTED)
        codes = [(refused[entry.seq], entry.seq) for entry in turned_down]
        if not codes:
            return turned_down, None

        def change(database: sqlite3.Connection) -> None:
            database.executemany("UPDATE vote_book SET code=? WHERE seq=?", codes)

        return turned_down, change

    def destroy_box(self, ballot: BallotId) -> Change:
        """The box, in memory now and on the disk soon."""
        self.boxes.pop(ballot, None)
        return lambda database: sealed_box.destroy(database, ballot)

    def forget(self, ballot: BallotId) -> Change:
        """The votes of a ballot that is over; that it is over stays known."""
        page = self.page(ballot)
        page.votes.clear()
        page.over = True
        told = page.gen, page.rev
        newest = sorted(((p.gen, p.rev) for p in self.pages.values() if p.over), reverse=True)
        for last in newest[DONE_KEPT : DONE_KEPT + 1]:
            known = self.pages.items()
            self.pages = {k: p for k, p in known if not p.over or (p.gen, p.rev) > last}

        def change(database: sqlite3.Connection) -> None:
            _touch(database, ballot, told)
            database.execute("DELETE FROM vote_book WHERE ballot=? AND generation=?", ballot)
            database.execute(
                "UPDATE vote_ballots SET over=1 WHERE ballot=? AND generation=?", ballot
            )
            database.execute(
                "DELETE FROM vote_ballots WHERE over=1 AND (gen, rev) <= (SELECT gen, rev FROM"
                " vote_ballots WHERE over=1 ORDER BY gen DESC, rev DESC LIMIT 1 OFFSET ?)",
                (DONE_KEPT,),
            )

        return change


def _standing(entry: Entry, standing: Standing) -> Entry:
    return replace(entry, held=replace(entry.held, standing=standing))


def _touch(database: sqlite3.Connection, ballot: BallotId, told: tuple[int, int]) -> None:
    """The ballot has a row, and it says which message was obeyed last."""
    database.execute(
        "INSERT INTO vote_ballots VALUES (?,?,?,?,0,0,0)"
        " ON CONFLICT DO UPDATE SET gen=excluded.gen, rev=excluded.rev",
        (*ballot, *told),
    )
