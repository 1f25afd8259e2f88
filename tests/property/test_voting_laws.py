"""A room's votes under any order of presses, receipts, messages and deaths: what always holds.

1.  A lamp that says *recorded* has its event on the disk; one that says *counted* a receipt.
2.  Who was told *recorded* is never without an event or a receipt again.
3.  Revisions of a person in a ballot grow with the numbers of their events.
4.  After *drained* nothing of that ballot follows.
5.  Numbers have no gaps, and what one number carries never changes.
6.  The box holds as many slips as there are marks.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge.contract import messages
from edge.rules import slip_sheet
from edge.runtime.sealed_box import Seal
from tests.seat_room import KEY, YES_NO_ABSTAIN, SeatRoom, person

SEATS = st.sampled_from((1, 2, 3))
STAGES = ("ready_check", "open", "paused", "closing", "counted", "announced", "aborted")


class Votes(RuleBasedStateMachine):
    """One room, one ballot after the other."""

    def __init__(self) -> None:
        """A loop of our own: Hypothesis knows none."""
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.events: dict[int, tuple[str, dict[str, Any]]] = {}
        self.accepted: set[int] = set()
        self.refused: set[int] = set()
        self.told_recorded: set[tuple[str, str]] = set()
        self.messages: list[messages.Ballot] = []
        self.number = 1

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Inside the loop."""
        return self.loop.run_until_complete(work)

    @initialize(secret=st.booleans(), last=st.booleans())
    def begin(self, secret: bool, last: bool) -> None:
        """Kind and press rule stay the same for all ballots of this evening."""
        self.secret = secret
        press = "last_press" if last and not secret else "first_press"
        self.words = {"kind": "secret" if secret else "open", "press": press}

        async def make() -> None:
            self.room = SeatRoom(Path(self.folder.name))

        self.run(make())
        self.tell("open", in_doubt=False)

    # --- what may happen -------------------------------------------------------------------------

    @rule(seat=SEATS, key=st.sampled_from(YES_NO_ABSTAIN))
    def press(self, seat: int, key: str) -> None:
        """A short press."""

        async def tap() -> None:
            self.room.tap(seat, key)
            await asyncio.sleep(0)

        self.run(tap())

    @rule()
    def disk_stalls(self) -> None:
        """From now on nothing is written, until it is."""
        self.room.disk.held = True

    @rule()
    def disk_writes(self) -> None:
        """All that waited."""
        self.run(self.room.settle())

    @rule(stage=st.sampled_from(STAGES), in_doubt=st.booleans())
    def tell(self, stage: str, in_doubt: bool) -> None:
        """The hub says a stage, in any order; the key of the box may be missing."""

        async def say() -> None:
            ballot = {"ballot": f"b{self.number}", "generation": 1}
            self.messages.append(self.room.tell(stage, **ballot, **self.words))
            if not in_doubt:
                self.room.give_key(**ballot)

        self.run(say())

    @rule()
    def next_ballot(self) -> None:
        """Another one is opened."""
        self.number += 1
        self.tell("open", in_doubt=False)

    @rule(data=st.data())
    def old_message(self, data: st.DataObject) -> None:
        """A broker that comes back from an old file."""
        message = data.draw(st.sampled_from(self.messages))

        async def say() -> None:
            self.room.voting.deliver(message)

        self.run(say())

    @rule()
    def hub_restarts(self) -> None:
        """A new generation says the same."""
        self.room.hub_gen += 1

    @rule(data=st.data(), refuse=st.booleans())
    def receipt(self, data: st.DataObject, refuse: bool) -> None:
        """The hub answers some of what it was sent, refusals once and for all."""
        self.run(self.room.settle())
        self.events |= self.on_disk()
        seqs = [seq for seq, _, _ in self.room.events()]
        chosen = data.draw(st.sets(st.sampled_from(seqs))) if seqs else set()
        no = {s for s in chosen if refuse and s not in self.accepted} | chosen & self.refused
        self.refused |= no
        self.accepted |= chosen - no

        async def answer() -> None:
            self.room.receipt(*(chosen - no), refused=dict.fromkeys(no, "not_entitled"))

        self.run(answer())

    @rule(unaware=st.booleans())
    def dies(self, unaware: bool) -> None:
        """SIGKILL, with what the disk has at this moment."""

        async def die() -> None:
            if unaware:
                self.room.outbox._committed = lambda *_: None  # type: ignore[method-assign]
                await self.room.settle()
            await self.room.kill()

        self.run(die())

    @precondition(lambda self: self.messages)
    @rule()
    def hears_again(self) -> None:
        """The broker repeats the newest."""

        async def say() -> None:
            self.room.voting.deliver(self.messages[-1])

        self.run(say())

    # --- what holds ------------------------------------------------------------------------------

    def on_disk(self) -> dict[int, tuple[str, dict[str, Any]]]:
        """What another process finds in the file now."""
        database = sqlite3.connect(self.room.path)
        found = {
            seq: (kind, json.loads(body))
            for seq, kind, body in database.execute("SELECT seq, kind, body FROM outbox")
        }
        database.close()
        return found

    @invariant()
    def laws(self) -> None:
        """All of them."""
        if not hasattr(self, "room"):
            return
        disk = self.on_disk()
        assert all(self.events.get(seq, event) == event for seq, event in disk.items())
        self.events |= disk
        assert sorted(self.events) == list(range(1, len(self.events) + 1))
        self.check_lamps(disk)
        self.check_numbers()
        self.check_boxes()

    def check_lamps(self, disk: dict[int, tuple[str, dict[str, Any]]]) -> None:
        """Laws 1 and 2."""
        ballot = self.room.voting.ballot
        for seat in (1, 2, 3) if ballot is not None else ():
            shown = self.room.shown(seat).removesuffix("!").split("/")
            lit = [key for key, lamp in zip(YES_NO_ABSTAIN, shown, strict=True) if lamp != "off"]
            mine = {
                seq: body
                for seq, (kind, body) in self.events.items()
                if kind in ("vote", "mark")
                and (body["ballot"], body["person"]) == (ballot.ballot, person(seat))
            }
            says = {
                s for s, body in mine.items() if body.get("choices", list(YES_NO_ABSTAIN)) == lit
            }
            assert "fast" not in shown or says & disk.keys()
            assert "on" not in shown or says & self.accepted
            if "fast" in shown or "on" in shown:
                self.told_recorded.add((ballot.ballot, person(seat)))
        for name, who in self.told_recorded:
            assert any(
                seq in disk or seq in self.accepted | self.refused
                for seq, (kind, body) in self.events.items()
                if kind in ("vote", "mark") and (body["ballot"], body["person"]) == (name, who)
            )

    def check_numbers(self) -> None:
        """Laws 3 and 4."""
        revisions: dict[tuple[str, str], int] = {}
        drained: set[str] = set()
        for _, (kind, body) in sorted(self.events.items()):
            if kind == "drained":
                drained.add(body["ballot"])
            elif kind in ("vote", "mark"):
                assert body["ballot"] not in drained
                whose = body["ballot"], body["person"]
                assert body.get("revision", 1) > revisions.get(whose, 0)
                revisions[whose] = body.get("revision", 1)

    def check_boxes(self) -> None:
        """Law 6, once the disk has answered."""
        if not self.secret or self.room.outbox._writing is not None:
            return
        for ballot, box in self.room.voting._book.boxes.items():
            sheet = Seal("main", ballot, KEY).open(box)
            slips = sum(slip.count for slip in slip_sheet.slips(sheet, YES_NO_ABSTAIN))
            marks = [b for kind, b in self.events.values() if kind == "mark"]
            assert slips == sum(body["ballot"] == ballot[0] for body in marks)

    def teardown(self) -> None:
        """Leave nothing."""
        if hasattr(self, "room"):
            self.run(self.room.close())
        self.loop.close()
        self.folder.cleanup()


TestVotes = Votes.TestCase
TestVotes.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
