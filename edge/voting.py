"""Votes and signing in at the seats of one room: keys in, events out, lamps as the disk allows.

A key, a message about ballots or attendance, a receipt, and time come in through four doors;
``lamps`` says what a seat shows. A vote counts as recorded when the transaction with its event
is on the disk, and as counted when the hub's receipt is here; nothing is shown before. How a
ballot ends here is in ``handing_in``.

Owns the way of a press, and the keys of secret ballots in memory only. Must not judge a press
(``edge.rules.seat_votes``, ``vote_keys``), nor write, print or keep who chose what in a secret
ballot.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from drivers.core.capability import KeyPress, SeatOutputs
from drivers.core.reading import Clock
from edge.ballot_messages import paper_of
from edge.contract import messages
from edge.contract.topics import seat_name
from edge.handing_in import HandingIn
from edge.rules import seat_votes, vote_keys
from edge.rules.ballot_state import Stage
from edge.rules.following import REFUSED_SHOWN_S
from edge.rules.reasons import Reason
from edge.rules.seat_votes import BallotId, Cast, Held, Paper, Refused, Right, Standing
from edge.rules.slip_sheet import KEY_BYTES
from edge.rules.vote_keys import Chosen, Keys
from edge.runtime.outbox import Change, Outbox, OutboxFull
from edge.runtime.sealed_box import BoxError, Seal
from edge.runtime.vote_book import Entry, VoteBook
from edge.signing_in import SigningIn

log = logging.getLogger(__name__)

UNSEEN_KEYS = 8
"""Keys kept of ballots that were never shown: a key may come before its ballot."""

SOON_S = 0.001
"""No timer rings sooner: a clock must have moved when it is looked at again."""

ENDS_PRESSES = (Stage.PAUSED, Stage.CLOSING)


class Voting:
    """The votes of one room. All doors are to be used from the event loop."""

    def __init__(self, room: str, outbox: Outbox, now_s: Clock = time.monotonic) -> None:
        """Read what earlier starts recorded; ``on_change`` is called when lamps may differ.

        Raises:
            OutboxError: the file is damaged.
        """
        self.on_change: Callable[[], None] = lambda: None
        self._room = room
        self._outbox = outbox
        self._now_s = now_s
        self._book = VoteBook(outbox)
        self._told = self._book.newest_told()
        self._told_paper: Paper | None = None
        self._paper: Paper | None = None
        """The ballot by which presses are judged: as told, but for what is known better here."""
        self._keys: dict[BallotId, bytes] = {}
        self._hands: dict[int, Keys] = {}
        self._under_way: dict[tuple[BallotId, str], Entry] = {}
        self._no_until_s: dict[int, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._signing_in = SigningIn(room, outbox, self._say_no)
        self._handing_in = HandingIn(outbox, self._book, now_s, self._is_writing, self._drained)

    # --- doors -------------------------------------------------------------------------------

    def key(self, press: KeyPress) -> None:
        """A key at a seat went down or came up; other keys than the vote keys are ignored."""
        if press.key not in seat_votes.KEYS:
            return
        if press.released:
            self._signing_in.time(press.at_s, self._paper)
        seat = int(press.source)
        step = vote_keys.release if press.released else vote_keys.press
        hand, effects = step(self._hands.get(seat, Keys()), press.key, press.at_s)
        self._take(seat, hand, effects)
        self._signing_in.hold(seat, len(hand.down), press.at_s)
        self._arm()

    def deliver(self, message: messages.Message) -> None:
        """What the hub says about ballots and attendance."""
        match message:
            case messages.Ballot() if (message.gen, message.rev) >= self._told:
                self._ballot(message)
            case messages.Ballot():
                told = (message.gen, message.rev, *self._told)
                log.warning("ballot message %d.%d is older than %d.%d: not obeyed", *told)
            case messages.BallotKey() if message.for_boot == self._outbox.boot:
                self._key(message)
            case messages.Attendance():
                self._signing_in.deliver(message)
        self.on_change()

    def settled(self, receipt: messages.Receipt) -> Change | None:
        """The hub has answered these events; what is to be written when they go."""
        if receipt.epoch != self._outbox.epoch:
            return None
        refused = {refusal.seq: refusal.code for refusal in receipt.refused}
        turned_down, change = self._book.settle(receipt.upto, receipt.extra, refused)
        for entry in turned_down:
            self._say_no(entry.seat)
        self._signing_in.settled(receipt)
        self._handing_in.look()
        return change

    def time(self, now_s: float) -> None:
        """Time passes: presses have waited long enough, keys are held long enough."""
        self._settle_hands(now_s)
        self._signing_in.time(now_s, self._paper)
        self._handing_in.time(now_s)

    def lamps(self, seat: int, floor: SeatOutputs) -> SeatOutputs:
        """What the seat shows: its vote and signing in beside what the floor wants there."""
        entry = self._written_vote(seat)
        held = seat_votes.newest(self._right(seat), entry.held if entry is not None else None)
        votes = seat_votes.lamps(self._paper, seat, held)
        shown = replace(
            floor,
            yes=votes.yes,
            no=votes.no,
            abstain=votes.abstain,
            sign_in=self._signing_in.lamp(seat),
        )
        if self._no_until_s.get(seat, 0.0) > self._now_s():
            return replace(shown, red="fast", green="fast")
        return shown

    @property
    def ballot(self) -> Paper | None:
        """The ballot as the hub told it: what the keys of the console are about."""
        return self._told_paper

    # --- the ballot as it is here -----------------------------------------------------------------

    def _ballot(self, message: messages.Ballot) -> None:
        before, told = self._paper, paper_of(message)
        was_open = before is not None and before.stage is Stage.OPEN
        same = before is not None and told is not None and before.key == told.key
        if was_open and same and told is not None and told.stage in ENDS_PRESSES:
            # What was pressed before the end counts; nobody waits for a second key now.
            self._settle_hands(self._now_s() + 2 * vote_keys.CHORD_S)
        self._told, self._told_paper = (message.gen, message.rev), told
        for known in (before, told):
            if known is not None and told is not None and seat_votes.is_over(known.key, told):
                self._keys.pop(known.key, None)
        self._refresh()
        is_open = self._paper is not None and self._paper.stage is Stage.OPEN
        if is_open and not (was_open and same):
            self._opened()
        self._handing_in.told(told, self._told)

    def _key(self, message: messages.BallotKey) -> None:
        try:
            key = base64.b64decode(message.key, validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            log.error("the key of %s is not %d bytes in base64", message.ballot, KEY_BYTES)
            return
        self._keys[message.ballot, message.generation] = key
        if len(self._keys) > UNSEEN_KEYS:
            del self._keys[next(iter(self._keys))]
        self._refresh()

    def _refresh(self) -> None:
        """Look at the ballot again: a key came or went, or this room is done with it."""
        paper = self._told_paper
        if paper is not None:
            paper = replace(paper, can_seal=paper.key in self._keys)
            paper = seat_votes.as_told(paper, self._book.is_done(paper.key))
        self._paper = paper

    def _drained(self) -> None:
        self._refresh()
        self.on_change()

    def _is_writing(self, ballot: BallotId) -> bool:
        return any(known == ballot for known, _ in self._under_way)

    def _right(self, seat: int) -> Right | None:
        return self._paper.right(seat) if self._paper is not None else None

    def _written_vote(self, seat: int) -> Entry | None:
        """The vote that stands for the seat's person on the disk."""
        paper, right = self._paper, self._right(seat)
        page = self._book.pages.get(paper.key) if paper is not None else None
        return page.votes.get(right.person) if page is not None and right is not None else None

    def _opened(self) -> None:
        """Keys that are down now count only after they were let go."""
        for seat, hand in self._hands.items():
            self._hands[seat] = vote_keys.at_opening(hand.down)
            if hand.down:
                self._refuse(seat, Reason.KEY_HELD)

    # --- a press ----------------------------------------------------------------------------------

    def _arm(self) -> None:
        """Look at the keys again when the next press counts; ticks would come late."""
        if self._timer is not None:
            self._timer.cancel()
        due_s = [due for hand in self._hands.values() if (due := vote_keys.due_s(hand)) is not None]
        if due_s:
            delay_s = max(SOON_S, min(due_s) - self._now_s())
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._ring)

    def _ring(self) -> None:
        self._settle_hands(self._now_s())
        self._arm()

    def _settle_hands(self, now_s: float) -> None:
        for seat, hand in self._hands.items():
            self._take(seat, *vote_keys.settle(hand, now_s))

    def _take(self, seat: int, hand: Keys, effects: tuple[vote_keys.KeyEffect, ...]) -> None:
        self._hands[seat] = hand
        for effect in effects:
            if self._signing_in.is_asked(seat, self._paper):
                continue
            if isinstance(effect, Chosen):
                self._pressed(seat, effect.key, effect.at_s)
            else:
                self._refuse(seat, effect.reason)

    def _pressed(self, seat: int, key: str, at_s: float) -> None:
        paper = self._paper
        match seat_votes.judge(paper, seat, self._newest(paper, seat), key):
            case Refused(reason):
                self._refuse(seat, reason)
            case Cast() as cast if paper is not None:
                self._cast(paper, seat, cast, at_s)

    def _newest(self, paper: Paper | None, seat: int) -> Held | None:
        """The newest vote of the seat's person, one included that is not on the disk yet."""
        right = self._right(seat)
        if paper is None or right is None:
            return None
        entry = self._under_way.get((paper.key, right.person)) or self._written_vote(seat)
        return seat_votes.newest(right, entry.held if entry is not None else None)

    def _cast(self, paper: Paper, seat: int, cast: Cast, at_s: float) -> None:
        """Hand the vote to the outbox; a secret one is cut in two here and now."""
        whose = {
            "ballot": paper.ballot,
            "generation": paper.generation,
            "seat": seat_name(self._room, seat),
            "person": cast.person,
        }
        choices = () if paper.is_secret else cast.choices
        held = Held(choices, cast.revision, Standing.RECORDED)
        entry = Entry(paper.key, cast.person, seat, held)
        body: messages.Mark | messages.Vote
        if paper.is_secret:
            body = messages.Mark.model_validate(whose)
            seal = Seal(self._room, paper.key, self._keys[paper.key])
            place = paper.options.index(cast.choices[0])
            also, note = self._book.recording(entry, self._told, seal, place)
        else:
            body = messages.Vote.model_validate(
                {**whose, "choices": cast.choices, "revision": cast.revision}
            )
            also, note = self._book.recording(entry, self._told)
        kind, when_s = ("mark", None) if paper.is_secret else ("vote", at_s)
        try:
            seq, done = self._outbox.append(kind, body.model_dump(), when_s, also)
        except OutboxFull as error:
            self._not_recorded(seat, error)
            return
        writing = replace(entry, seq=seq, held=replace(held, standing=Standing.WRITING))
        self._under_way[entry.ballot, entry.person] = writing
        done.add_done_callback(partial(self._written, writing, note))

    def _written(
        self, entry: Entry, note: Callable[[int], None], done: asyncio.Future[None]
    ) -> None:
        whose = entry.ballot, entry.person
        if self._under_way.get(whose) == entry:
            del self._under_way[whose]
        error = done.exception()
        if error is None:
            note(entry.seq)
        else:
            if isinstance(error.__cause__, BoxError):
                self._keys.pop(entry.ballot, None)  # nothing more goes into this box
                self._refresh()
            self._not_recorded(entry.seat, error)
        self._handing_in.look()
        self.on_change()

    def _refuse(self, seat: int, reason: Reason) -> None:
        """Say no at the seat, and in the records when there is a ballot; never which key."""
        self._say_no(seat)
        if (paper := self._told_paper) is None:
            return
        body = messages.RefusedVote(
            ballot=paper.ballot,
            generation=paper.generation,
            seat=seat_name(self._room, seat),
            reason=reason,
        )
        try:
            _, done = self._outbox.append("vote_refused", body.model_dump(), self._now_s())
        except OutboxFull:
            return  # the seat has been told, and that the outbox is full is an alarm of its own
        done.add_done_callback(asyncio.Future.exception)

    def _not_recorded(self, seat: int, error: BaseException) -> None:
        log.error("a press at %s is not recorded: %s", seat_name(self._room, seat), error)
        self._say_no(seat)

    def _say_no(self, seat: int) -> None:
        self._no_until_s[seat] = self._now_s() + REFUSED_SHOWN_S
        self.on_change()
