"""Votes that no room sent: from a seat's page, or entered by hand. Key and page are one voter.

Owns the press rule between key and page, and that a press of a page counts once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from edge.ballot_messages import paper_of
from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules import seat_votes
from edge.rules.ballot_journal import verify
from edge.rules.ballot_labels import Option
from edge.rules.ballot_state import Stage, tally
from edge.rules.reasons import Reason, Sentence
from edge.rules.seat_votes import Held, Paper, Right, Standing
from hub import outgoing_ballots
from hub.clock import HubClock
from hub.desk import Desk
from hub.meeting import commands, page_votes
from hub.meeting.commands import Decision
from hub.replay import replayed
from hub.store.store import Store
from tests.hub_votes import Sitting, motion, secret, vote

FOUR = tuple(Option(name, Sentence(name, name)) for name in ("a", "b", "c", "d"))


def page(sitting: Sitting, seat: str, *choices: str, **more: object) -> Decision:
    """The seat votes on its page."""
    given: dict[str, object] = {"press": "press-0001", "age_s": 0.0, "ballot": "b-1"}
    given |= {"generation": 1, "seat": seat, "choices": choices}
    return sitting.give(commands.PageVote(**given | more))  # type: ignore[arg-type]


def stands(sitting: Sitting, person: str) -> tuple[str, ...] | None:
    """What stands for the person."""
    held = sitting.ballot().vote_of(person)
    return None if held is None else held.choices


def test_a_vote_from_a_page_counts_and_its_record_holds() -> None:
    sitting = Sitting().opened()
    decision = page(sitting, "main/2", "yes")
    assert (decision.refused, decision.events) == (None, ())
    assert stands(sitting, "main/2") == ("yes",)
    assert verify(sitting.lines["b-1", 1]).journal.ballot == sitting.ballot()


def test_the_last_press_counts_whether_of_the_key_or_of_the_page() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes", revision=1))
    assert page(sitting, "main/2", "no").refused is None
    assert stands(sitting, "main/2") == ("no",)
    assert page(sitting, "main/2", "abstain", press="press-0002").refused is None
    assert stands(sitting, "main/2") == ("abstain",)
    sitting.hear(vote("main/2", 2, "yes", revision=2))
    assert stands(sitting, "main/2") == ("yes",)
    assert sum(tally(sitting.ballot()).values()) == 1


def test_a_first_press_of_the_page_ends_it_for_the_key() -> None:
    sitting = Sitting(motion(press="first_press")).opened()
    page(sitting, "main/2", "no")
    told = outgoing_ballots.ballots(sitting.meeting, 1)["main"]
    assert told.entered == {"2": ["no"]}
    assert sitting.hear(vote("main/2", 1, "yes")).refused is Reason.ALREADY_VOTED
    assert page(sitting, "main/2", "yes", press="press-0002").refused is Reason.ALREADY_VOTED
    assert stands(sitting, "main/2") == ("no",)


def test_a_key_pressed_before_the_page_that_comes_later_is_the_older_one() -> None:
    sitting = Sitting().opened()
    page(sitting, "main/2", "no")
    late = vote("main/2", 5, "yes", revision=5, age_ms=60_000)
    assert sitting.hear(late).refused is None
    assert stands(sitting, "main/2") == ("no",)


def test_a_page_that_waited_is_refused_when_the_key_was_pressed_since() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes"))
    decision = page(sitting, "main/2", "no", age_s=90.0)
    assert decision.refused is Reason.VOTE_OUTDATED
    assert stands(sitting, "main/2") == ("yes",)
    assert '"vote_outdated"' in sitting.lines["b-1", 1][-1]


def test_both_cut_off_the_later_press_counts_however_they_arrive() -> None:
    """The page pressed 60 s ago comes first, then the key pressed 30 s ago; and the reverse."""
    for key_age_s, page_age_s, last in ((30, 60, "yes"), (60, 30, "no")):
        for is_page_first in (True, False):
            sitting = Sitting().opened()
            key = vote("main/2", 1, "yes", revision=1, age_ms=key_age_s * 1000)
            if is_page_first:
                page(sitting, "main/2", "no", age_s=page_age_s)
                assert sitting.hear(key).refused is None
            else:
                sitting.hear(key)
                refused = page(sitting, "main/2", "no", age_s=page_age_s).refused
                assert refused is (Reason.VOTE_OUTDATED if last == "yes" else None)
            assert stands(sitting, "main/2") == (last,), (key_age_s, is_page_first)
            assert sum(tally(sitting.ballot()).values()) == 1
            assert verify(sitting.lines["b-1", 1]).journal.ballot == sitting.ballot()


def test_a_first_press_that_was_counted_stands_against_an_earlier_one_that_comes_later() -> None:
    sitting = Sitting(motion(press="first_press")).opened()
    page(sitting, "main/2", "no", age_s=10.0)
    late = vote("main/2", 1, "yes", age_ms=60_000)
    assert sitting.hear(late).refused is Reason.ALREADY_VOTED
    assert stands(sitting, "main/2") == ("no",)


def test_presses_of_a_page_that_waited_count_in_their_order() -> None:
    sitting = Sitting().opened()
    page(sitting, "main/2", "no", age_s=30.0)
    assert page(sitting, "main/2", "yes", press="press-0002", age_s=20.0).refused is None
    assert stands(sitting, "main/2") == ("yes",)


@pytest.mark.parametrize(
    ("orders", "seat", "choices", "reason"),
    [
        ((), "main/9", ("yes",), Reason.NOT_ENTITLED),
        ((), "main/2", ("maybe",), Reason.CHOICE_UNKNOWN),
        ((), "main/2", ("yes", "no"), Reason.CHOICE_NUMBER),
        ((act.Pause(),), "main/2", ("yes",), Reason.VOTE_PAUSED),
        ((act.Close(),), "main/2", ("yes",), Reason.VOTE_CLOSED),
        ((act.Abort(why="x"),), "main/2", ("yes",), Reason.VOTE_CLOSED),
    ],
)
def test_what_is_no_vote_is_refused_and_recorded(
    orders: tuple[act.Event, ...], seat: str, choices: tuple[str, ...], reason: Reason
) -> None:
    sitting = Sitting().opened()
    sitting.order(*orders)
    assert page(sitting, seat, *choices).refused is reason
    assert f'"{reason.value}"' in sitting.lines["b-1", 1][-1]
    assert not any(tally(sitting.ballot()).values())


@pytest.mark.parametrize(
    ("ballot", "reason"), [("b-1", Reason.VOTE_NOT_OPEN), ("b-7", Reason.VOTE_UNKNOWN)]
)
def test_a_vote_for_nothing_that_runs_is_refused(ballot: str, reason: Reason) -> None:
    assert page(Sitting(), "main/2", "yes", ballot=ballot).refused is reason


def test_a_secret_vote_is_not_taken_from_a_page_and_its_choice_stands_nowhere() -> None:
    sitting = Sitting(secret()).opened()
    decision = page(sitting, "main/2", "abstain")
    assert decision.refused is Reason.ONLY_AT_KEYS
    assert sitting.ballot().vote_of("main/2") is None
    line = json.loads(sitting.lines["b-1", 1][-1])
    assert line["at_s"] is None
    assert "abstain" not in json.dumps(line)


@pytest.mark.parametrize("change", [{"picks_max": 2}, {"options": FOUR}])
def test_a_secret_ballot_that_keys_cannot_say_is_not_put_on_the_list(
    change: dict[str, object],
) -> None:
    sitting = Sitting(motion(id="other"))
    planned = secret(**{"rule": None, "label_set": "own", "options": FOUR[:3]} | change)
    assert sitting.give(commands.PlanMotion(planned, "chair")).refused is Reason.BEYOND_KEYS
    open_one = replace(planned, kind="open")
    assert sitting.give(commands.PlanMotion(open_one, "chair")).refused is None


def test_choose_two_of_four_works_on_a_page() -> None:
    chosen = motion(rule=None, label_set="own", options=FOUR, picks_min=1, picks_max=2)
    sitting = Sitting(chosen).opened()
    ids = [option.id for option in FOUR]
    assert page(sitting, "main/2", ids[0], ids[2]).refused is None
    assert page(sitting, "sat/1", ids[0], press="press-0002").refused is None
    assert tally(sitting.ballot())[ids[0]] == 2
    assert page(sitting, "sat/2", *ids[:3], press="press-0003").refused is Reason.CHOICE_NUMBER


def test_in_a_roll_call_the_answer_is_entered_by_hand_once_called() -> None:
    sitting = Sitting(motion(kind="roll_call")).opened()
    entered = commands.HandVote("b-1", 1, "main/2", ("yes",), "secretary")
    assert sitting.give(entered).refused is Reason.NOT_CALLED
    while "main/2" not in sitting.ballot().called:
        sitting.order(act.CallNext())
    assert sitting.give(entered).refused is None
    held = sitting.ballot().vote_of("main/2")
    assert held is not None
    assert (held.choices, held.by, page_votes.source_of(held)) == (("yes",), "secretary", "hand")
    assert verify(sitting.lines["b-1", 1]).journal.ballot == sitting.ballot()


def test_only_a_roll_call_is_entered_by_hand() -> None:
    entered = commands.HandVote("b-1", 1, "main/2", ("yes",), "secretary")
    assert Sitting().opened().give(entered).refused is Reason.NOT_ROLL_CALL


# --- at the seat -----------------------------------------------------------------------------


def paper(entered: tuple[str, ...] | None, press: seat_votes.PressRule = "last_press") -> Paper:
    """An open ballot, with what stands for seat 2."""
    seats = {2: Right("main/2", entered=entered)}
    return Paper("b-1", 1, Stage.OPEN, press=press, options=("yes", "no", "abstain"), seats=seats)


def test_the_lamp_of_the_seat_shows_what_its_page_voted() -> None:
    told = paper(("no",))
    held = seat_votes.newest(told.right(2), None)
    assert seat_votes.lamps(told, 2, held) == seat_votes.Lamps(no="on")
    assert seat_votes.judge(told, 2, held, "no") is None
    assert seat_votes.judge(told, 2, held, "yes") == seat_votes.Cast("main/2", ("yes",), 1)
    first = paper(("no",), "first_press")
    refused = seat_votes.judge(first, 2, seat_votes.newest(first.right(2), None), "yes")
    assert refused == seat_votes.Refused(Reason.ALREADY_VOTED)


@pytest.mark.parametrize("standing", [Standing.WRITING, Standing.RECORDED])
def test_a_key_pressed_since_is_newer_than_what_was_told(standing: Standing) -> None:
    written = Held(("yes",), 3, standing)
    assert seat_votes.newest(paper(("no",)).right(2), written) is written
    counted = Held(("yes",), 3, Standing.COUNTED)
    assert seat_votes.newest(paper(("no",)).right(2), counted) == Held(("no",), 3, Standing.COUNTED)


def test_a_room_is_told_again_only_when_a_vote_from_no_room_is_new() -> None:
    sitting = Sitting().opened()
    before = outgoing_ballots.ballot_facts(sitting.meeting)
    sitting.hear(vote("main/3", 1, "yes"))
    assert outgoing_ballots.ballot_facts(sitting.meeting) == before
    page(sitting, "main/2", "yes")
    assert outgoing_ballots.ballot_facts(sitting.meeting) != before
    sitting.hear(vote("main/2", 2, "no"))
    assert outgoing_ballots.ballot_facts(sitting.meeting) == before
    assert outgoing_ballots.ballots(sitting.meeting, 1)["main"].entered == {}


# --- exactly once ----------------------------------------------------------------------------


@asynccontextmanager
async def desk_on(folder: Path) -> AsyncIterator[Desk]:
    """The desk of a hub on this directory."""
    store = Store(folder)
    meeting = replayed(store, lambda *_: None)
    desk = Desk(meeting, store, HubClock(store.last), lambda _: None, lambda _: None)
    running = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        store.close()


async def lived(desk: Desk) -> None:
    """A meeting with a ballot open."""
    sitting = Sitting()
    for given in sitting.given:
        await desk.ask(given)
    for wanted in (act.Prepare("chair"), act.Open("chair")):
        assert await desk.ask(commands.BallotOrder("b-1", 1, wanted)) is None


async def test_a_press_that_comes_again_gets_its_answer_again_also_after_a_restart(
    tmp_path: Path,
) -> None:
    cast = commands.PageVote("b-1", 1, "main/2", ("yes",), "press-0001")
    changed = commands.PageVote("b-1", 1, "main/2", ("no",), "press-0002")
    wrong = commands.PageVote("b-1", 1, "main/3", ("maybe",), "press-0003")
    async with desk_on(tmp_path) as desk:
        await lived(desk)
        twice = [desk.ask(cast, ("main/2", cast.press)) for _ in range(2)]
        assert await asyncio.gather(*twice) == [None, None]
        assert await desk.ask(changed, ("main/2", changed.press)) is None
        assert await desk.ask(wrong, ("main/3", wrong.press)) is Reason.CHOICE_UNKNOWN
        length = desk.meeting.ballots["b-1", 1].length
        # What was answered late, or never: the page sends it again.
        assert await desk.ask(cast, ("main/2", cast.press)) is None
        assert desk.meeting.ballots["b-1", 1].length == length
    async with desk_on(tmp_path) as desk:
        for again, answer in ((cast, None), (changed, None), (wrong, Reason.CHOICE_UNKNOWN)):
            assert await desk.ask(again, (again.seat, again.press)) is answer
        assert desk.meeting.ballots["b-1", 1].length == length
        held = desk.meeting.ballots["b-1", 1].ballot.vote_of("main/2")
        assert held is not None
        assert held.choices == ("no",)


def test_papers_read_what_came_from_no_room() -> None:
    sitting = Sitting().opened()
    page(sitting, "main/2", "no")
    told = outgoing_ballots.ballots(sitting.meeting, 1)["main"]
    read = paper_of(messages.Ballot.model_validate_json(told.model_dump_json()))
    assert read is not None
    right = read.right(2)
    assert right is not None
    assert right.entered == ("no",)
