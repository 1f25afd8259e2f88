"""What the hub makes of each event about votes: every kind, every outcome.

Owns the deciders of votes, boxes and the chair's keys. Rules of a ballot are tested elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules.ballot_journal import verify
from edge.rules.ballot_state import Stage, tally
from edge.rules.reasons import Reason
from hub.meeting import commands
from hub.meeting.motion import Member
from tests import hub_votes
from tests.hub_votes import Sitting, box, chair, drained, mark, secret, vote


def recorded(sitting: Sitting) -> int:
    """Lines of b-1 that record a refusal."""
    return sum("refused" in json.loads(line) for line in sitting.lines["b-1", 1])


def test_a_vote_counts_and_leaves_one_line_and_no_event() -> None:
    sitting = Sitting().opened()
    before, happened = len(sitting.lines["b-1", 1]), len(sitting.happened)
    decision = sitting.hear(vote("main/2", 1, "yes"))
    assert (decision.refused, decision.held, decision.events) == (None, False, ())
    assert tally(sitting.ballot())["yes"] == 1
    assert len(sitting.lines["b-1", 1]) == before + 1
    assert len(sitting.happened) == happened


def test_the_same_vote_again_gets_the_same_answer_and_leaves_nothing() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes"))
    before = list(sitting.lines["b-1", 1])
    assert sitting.hear(vote("main/2", 1, "yes")).refused is None
    assert sitting.lines["b-1", 1] == before


def test_a_vote_of_an_earlier_start_counts_just_the_same() -> None:
    sitting = Sitting().opened()
    old = vote("main/2", 1, "yes", boot="b0")
    assert sitting.hear(old, met=False).refused is None
    assert tally(sitting.ballot())["yes"] == 1


@pytest.mark.parametrize(
    ("cast", "reason"),
    [
        (vote("main/2", 1, "yes", room="sat"), Reason.SEAT_UNKNOWN),
        (vote("main/2", 1, "yes", person="main/3"), Reason.NOT_ENTITLED),
        (vote("main/9", 1, "yes"), Reason.NOT_ENTITLED),
        (vote("main/2", 1, "yes", "no"), Reason.CHOICE_NUMBER),
        (vote("main/2", 1, "maybe"), Reason.CHOICE_UNKNOWN),
        (mark("main/2", 1), Reason.BAD_ARGUMENT),
        (vote("main/2", 1, "yes", generation=2), Reason.VOTE_UNKNOWN),
        (vote("main/2", 1, "yes", ballot="x"), Reason.VOTE_UNKNOWN),
    ],
)
def test_what_does_not_fit_is_refused_and_the_tally_untouched(
    cast: messages.Event, reason: Reason
) -> None:
    sitting = Sitting().opened()
    before = sitting.ballot()
    decision = sitting.hear(cast)
    assert decision.refused is reason
    assert sitting.ballot() is before
    assert recorded(sitting) + len(decision.events) == 1


STAGES: dict[str, tuple[act.Event, ...]] = {
    "ready_check": (),
    "paused": (act.Open(), act.Pause()),
    "closing": (act.Open(), act.Close()),
    "counted": (act.Open(), act.Close(), act.Count("chair")),
    "aborted": (act.Open(), act.Abort("chair", "noise")),
    "withdrawn": (act.Withdraw("chair", "not today"),),
}


@pytest.mark.parametrize(
    ("stage", "reason", "votes"),
    [
        ("ready_check", Reason.VOTE_NOT_OPEN, 0),
        ("paused", None, 1),
        ("closing", None, 1),
        ("counted", Reason.VOTE_CLOSED, 0),
        ("aborted", Reason.VOTE_CLOSED, 0),
        ("withdrawn", Reason.VOTE_NOT_OPEN, 0),
    ],
)
def test_a_recorded_vote_at_each_stage(stage: str, reason: Reason | None, votes: int) -> None:
    sitting = Sitting()
    sitting.order(act.Prepare(), *STAGES[stage])
    assert sitting.ballot().stage == stage
    assert sitting.hear(vote("main/2", 1, "yes")).refused is reason
    assert sum(1 for _ in sitting.ballot().held()) == votes


def test_a_vote_after_its_room_was_drained_is_kept_apart() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Close())
    sitting.hear(drained("main", 5))
    assert sitting.hear(vote("main/2", 6, "yes")).refused is Reason.VOTE_CLOSED
    assert [late.person for late in sitting.ballot().late] == ["main/2"]


def test_drained_waits_for_everything_before_it() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Close())
    assert sitting.hear(drained("main", 5), newest_missing=4).held
    assert sitting.ballot().drained == frozenset()
    assert not sitting.hear(drained("main", 5)).held
    assert sitting.ballot().drained == {"main"}


def test_drained_does_not_wait_for_what_an_earlier_hub_has_receipted() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Close())
    assert sitting.hear(drained("main", 90, since=85), newest_missing=85).held
    assert not sitting.hear(drained("main", 90, since=85), newest_missing=84).held


def test_the_last_room_drained_counts_the_ballot() -> None:
    sitting = Sitting().opened()
    for seat in ("main/1", "main/2", "sat/1", "sat/2"):
        sitting.hear(vote(seat, int(seat[-1]), "yes"))
    sitting.order(act.Close())
    sitting.hear(drained("main", 5))
    assert sitting.ballot().stage is Stage.CLOSING
    sitting.hear(drained("sat", 5))
    assert sitting.ballot().stage is Stage.COUNTED
    assert verify(sitting.lines["b-1", 1]).journal == sitting.meeting.ballots["b-1", 1]


@pytest.mark.parametrize(
    ("order", "stage"),
    [("pause", "paused"), ("close", "closing"), ("abort", "aborted"), ("open", "open")],
)
def test_the_chairs_keys_mean_the_same_as_a_page(order: str, stage: str) -> None:
    sitting = Sitting().opened()
    assert sitting.hear(chair("main", 1, order)).refused is None
    assert sitting.ballot().stage == stage


def test_only_the_chairs_room_has_the_chairs_keys() -> None:
    sitting = Sitting().opened()
    assert sitting.hear(chair("sat", 1, "close")).refused is Reason.NOT_CHAIR
    assert sitting.ballot().stage is Stage.OPEN


def test_a_chairs_key_of_an_unknown_room_state_waits() -> None:
    sitting = Sitting().opened()
    assert sitting.hear(chair("main", 1, "close"), met=False).held


def test_a_refused_press_is_recorded_without_a_choice() -> None:
    sitting = Sitting().opened()
    body = messages.RefusedVote(ballot="b-1", seat="main/2", reason="press_one_key")
    decision = sitting.hear(hub_votes.event("main", 1, "vote_refused", body))
    (event,) = decision.events
    assert (event.seat, event.code) == ("main/2", "press_one_key")  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["vote", "mark", "drained", "sign_in", "ballot", "vote_refused"])
def test_a_body_nobody_can_read_is_refused_and_put_aside(kind: str) -> None:
    sitting = Sitting().opened()
    poison = hub_votes.event("main", 1, kind, messages.Part())
    decision = sitting.hear(poison)
    assert decision.refused is Reason.BAD_ARGUMENT
    assert decision.unreadable.startswith(f"body of {kind}: ")
    assert len(decision.events) == (0 if kind == "mark" else 1)


def test_weights_and_proxies_come_from_the_roster() -> None:
    roster = (
        Member("an", "main/1", "An", weight=3),
        Member("binh", "main/2", proxy="chi"),
        Member("dung", "sat/1"),
    )
    sitting = Sitting(hub_votes.motion(proxy_vote=True), gate=True, roster=roster)
    for seq, seat in enumerate(("main/1", "main/2", "sat/1"), 1):
        sitting.hear(hub_votes.sign_in(seat, seq))
    assert sitting.meeting.attendance.signed_in == {"an", "chi", "dung"}
    sitting.opened()
    for seat, person in (("main/1", "an"), ("main/2", "binh"), ("sat/1", "dung")):
        assert sitting.hear(vote(seat, 9, "yes", person=person)).refused is None
    assert sitting.hear(vote("sat/2", 10, "yes", person="sat/2")).refused is Reason.NOT_ENTITLED
    assert sitting.ballot().quorum().present == 3


# --- secret ballots ----------------------------------------------------------------------------


def closing_in_secret() -> Sitting:
    """Three have voted in main, two in sat, and the vote is over."""
    sitting = Sitting(secret()).opened()
    for seat in ("main/1", "main/2", "main/3", "sat/1", "sat/2"):
        assert sitting.hear(mark(seat, int(seat[-1]))).refused is None
    sitting.order(act.Close())
    return sitting


def test_a_secret_box_is_receipted_when_the_count_is_committed() -> None:
    sitting = closing_in_secret()
    before = len(sitting.lines["b-1", 1])
    main = drained("main", 9, box("main", "yes", "yes", "no"))
    assert sitting.hear(main).held
    assert sitting.hear(main).held
    assert len(sitting.lines["b-1", 1]) == before
    assert not sitting.hear(drained("sat", 9, box("sat", "yes", "abstain"))).held
    assert sitting.ballot().stage is Stage.COUNTED
    assert tally(sitting.ballot()) == {"yes": 3, "no": 1, "abstain": 1}
    again = sitting.hear(main)
    assert (again.held, again.refused) == (False, None)
    assert verify(sitting.lines["b-1", 1]).journal == sitting.meeting.ballots["b-1", 1]


def test_the_key_lives_from_ready_to_the_count() -> None:
    sitting = Sitting(secret())
    assert sitting.order(act.Prepare()).keys[0].value == hub_votes.KEY
    assert sitting.meeting.keys == {("b-1", 1): hub_votes.KEY}
    sitting.order(act.Open(), act.Close(), act.Count("chair"))
    assert sitting.meeting.keys == {}


def test_the_key_goes_with_an_abort_and_is_made_once() -> None:
    sitting = Sitting(secret())
    sitting.order(act.Prepare())
    sitting.give(commands.BallotOrder("b-1", 1, act.Prepare(), b"x" * 32))
    assert sitting.meeting.keys == {("b-1", 1): hub_votes.KEY}
    sitting.order(act.Open(), act.Abort("chair", "noise"))
    assert sitting.meeting.keys == {}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: box("main", "yes", key=b"x" * 32),
        lambda: box("sat", "yes"),
        lambda: box("main", "yes", generation=2),
        lambda: "not base64!",
        lambda: "",
        lambda: box("main", *["yes"] * 6),
    ],
)
def test_a_box_that_is_wrong_is_refused_by_name(wrong: Callable[[], str]) -> None:
    sitting = closing_in_secret()
    decision = sitting.hear(drained("main", 9, wrong()))
    assert (decision.refused, decision.held) == (Reason.BAD_ARGUMENT, False)
    assert [type(event).__name__ for event in decision.events] == ["BoxRefused"]
    assert decision.events[0].room == "main"  # type: ignore[union-attr]
    assert sitting.ballot().rooms_not_heard() == ["main", "sat"]


def test_a_named_choice_has_no_place_in_a_secret_ballot() -> None:
    sitting = Sitting(secret()).opened()
    assert sitting.hear(vote("main/2", 1, "yes")).refused is Reason.BAD_ARGUMENT
    assert "yes" not in sitting.lines["b-1", 1][-1]


def test_nothing_that_is_kept_of_a_secret_ballot_has_the_time_of_a_mark() -> None:
    sitting = closing_in_secret()
    kept = [json.loads(line) for line in sitting.lines["b-1", 1]]
    marks = [line for line in kept if line.get("event", {}).get("what") == "mark"]
    assert [line["at_s"] for line in marks] == [None] * 5
    assert not any("choices" in line["event"] for line in marks)
    unknown = sitting.hear(mark("main/2", 20, ballot="x"))
    assert (unknown.refused, unknown.events) == (Reason.VOTE_UNKNOWN, ())


def test_nobody_is_recused_while_a_secret_vote_runs() -> None:
    sitting = Sitting(secret())
    assert sitting.order(act.Prepare(), act.Recuse("main/2")).refused is None
    sitting.order(act.Open())
    assert sitting.order(act.Recuse("main/3")).refused is Reason.VOTE_RUNNING
