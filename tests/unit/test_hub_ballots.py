"""Ballots at the hub: prepared, opened, ended; people and rooms that come and go meanwhile.

Owns orders, attendance and their effect on ballots. Votes are in ``test_hub_votes``.
"""

from __future__ import annotations

import pytest

from edge.rules import ballot_events as act
from edge.rules.ballot_state import Stage
from edge.rules.reasons import Reason
from hub import outgoing_ballots as outgoing
from hub.meeting import commands
from hub.meeting.motion import Member, Motion, options_of, rule_of
from hub.meeting.timing import next_deadline
from tests import hub_room
from tests.hub_votes import Sitting, motion, secret, sign_in, vote


def test_a_ballot_takes_the_list_as_it_is_when_it_is_made_ready() -> None:
    sitting = Sitting()
    assert sitting.order(act.Prepare("an")).refused is None
    ballot = sitting.ballot()
    assert ballot.stage is Stage.READY_CHECK
    assert ballot.plan.rooms == ("main", "sat")
    assert len(ballot.members()) == 6
    assert ballot.plan.voters["main/1"].role == "chair"
    assert sitting.meeting.shown == ("b-1", 1)


def test_an_item_can_be_planned_and_changed_until_it_is_made_ready() -> None:
    sitting = Sitting()
    for duration_s in (30.0, 60.0):
        planned = commands.PlanMotion(motion(id="b-2", duration_s=duration_s), "an")
        assert sitting.give(planned).refused is None
    sitting.order(act.Prepare(), ballot="b-2")
    assert sitting.ballot("b-2").plan.duration_s == 60.0
    assert sitting.give(commands.PlanMotion(motion(id="b-2"), "an")).refused is Reason.VOTE_RUNNING


def test_a_new_meeting_file_takes_its_items_with_it_and_leaves_those_of_pages() -> None:
    sitting = Sitting(motion(by_file=True))
    sitting.give(commands.PlanMotion(motion(id="page"), "an"))
    sitting.give(
        commands.Configure("v2", "t", "open", 1, 9, {}, {}, motions=(motion(id="f", by_file=True),))
    )
    assert list(sitting.meeting.motions) == ["f", "page"]


@pytest.mark.parametrize(
    ("ballot", "generation", "event", "reason"),
    [
        ("b-1", 1, act.Open(), Reason.VOTE_NOT_READY),
        ("b-1", 2, act.Prepare(), Reason.VOTE_UNKNOWN),
        ("x", 1, act.Prepare(), Reason.VOTE_UNKNOWN),
    ],
)
def test_orders_for_what_is_not_there(
    ballot: str, generation: int, event: act.Event, reason: Reason
) -> None:
    sitting = Sitting()
    assert sitting.order(event, ballot=ballot, generation=generation).refused is reason
    assert sitting.meeting.ballots == {}


def test_nothing_can_be_voted_on_without_anybody_in_the_list() -> None:
    sitting = Sitting(roster=(Member("guest", "main/1", role="guest"),))
    sitting.give(
        commands.Configure(
            "v2",
            "t",
            "open",
            1,
            9,
            {},
            {"main/1": "guest"},
            roster=(Member("guest", "main/1"),),
            motions=(motion(),),
        )
    )
    assert sitting.order(act.Prepare()).refused is Reason.BAD_ARGUMENT


def test_weights_are_refused_in_a_secret_ballot() -> None:
    roster = (Member("an", "main/1", weight=2), Member("chi", "main/2"))
    sitting = Sitting(secret(), roster=roster)
    assert sitting.order(act.Prepare()).refused is Reason.BAD_ARGUMENT


def test_the_keys_of_the_seats_belong_to_one_ballot_at_a_time() -> None:
    sitting = Sitting(motion(), motion(id="b-2")).opened()
    assert sitting.order(act.Prepare(), ballot="b-2").refused is Reason.VOTE_RUNNING
    sitting.order(act.Close(), act.Count("an"))
    assert sitting.order(act.Prepare(), ballot="b-2").refused is None
    assert sitting.meeting.shown == ("b-2", 1)


def test_voting_again_is_the_next_generation_with_who_is_there_now() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Abort("an", "noise"))
    sitting.give(commands.SignInOrder(("main/2",), None, False, "an"))
    for _ in range(2):
        assert sitting.give(commands.VoteAgain("b-1", 1, "an")).refused is None
    fresh = sitting.ballot("b-1", 2)
    assert (fresh.stage, "main/2" in fresh.attending) == (Stage.DRAFT, False)
    assert sitting.give(commands.VoteAgain("b-1", 2, "an")).refused is Reason.VOTE_RUNNING
    assert sitting.order(act.Prepare(), act.Open(), generation=2).refused is None


def test_a_timed_vote_closes_by_itself() -> None:
    sitting = Sitting(motion(duration_s=60.0)).opened()
    due_s = next_deadline(sitting.meeting)
    assert due_s == sitting.now_s + 60.0
    assert outgoing.remaining_ms(sitting.meeting, sitting.now_s) == 60_000
    sitting.give(commands.TimePassed(5.0))
    assert sitting.ballot().stage is Stage.OPEN
    sitting.now_s = due_s
    sitting.give(commands.TimePassed(5.0))
    ballot = sitting.ballot()
    assert (ballot.stage, next_deadline(sitting.meeting)) == (Stage.CLOSING, None)
    assert ballot.closed is not None
    assert (ballot.closed.by, ballot.closed.ts) == ("timer", 5.0)


def test_every_move_is_told_and_refusals_are_not() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Pause("an"), act.Announce("an"))
    moves = [e.what for e in sitting.happened if type(e).__name__ == "BallotMoved"]
    assert moves == ["ready_check", "open", "paused"]


# --- attendance --------------------------------------------------------------------------------


def test_with_a_gate_only_who_signed_in_is_there() -> None:
    sitting = Sitting(gate=True)
    assert sitting.order(act.Prepare(), act.Open()).refused is Reason.QUORUM_MISSING
    for seat in ("main/1", "main/2", "sat/1", "sat/2"):
        sitting.hear(sign_in(seat, int(seat[-1])))
    assert sitting.order(act.Open()).refused is None
    assert sitting.ballot().quorum().present == 4


def test_without_a_gate_everybody_is_there_until_they_leave() -> None:
    sitting = Sitting().opened()
    sitting.hear(sign_in("main/2", 1, present=False))
    assert sitting.ballot().quorum().present == 5
    sitting.hear(sign_in("main/2", 2))
    assert sitting.ballot().quorum().present == 6


def test_a_whole_room_and_everybody_can_be_signed_in_at_once() -> None:
    sitting = Sitting(gate=True)
    sitting.give(commands.SignInOrder((), "sat", True, "secretary"))
    assert sitting.meeting.attendance.signed_in == {"sat/1", "sat/2", "sat/3"}
    sitting.give(commands.SignInOrder((), None, True, "secretary"))
    assert len(sitting.meeting.attendance.signed_in) == 6
    assert sitting.give(commands.SignInOrder((), None, True, "x")).events == ()
    unknown = commands.SignInOrder((), "x", True, "x")
    assert sitting.give(unknown).refused is Reason.ROOM_UNKNOWN


def test_a_room_signs_in_its_own_seats_only() -> None:
    sitting = Sitting(gate=True)
    assert sitting.hear(sign_in("main/2", 1, room="sat")).refused is Reason.SEAT_UNKNOWN
    assert sitting.hear(sign_in("main/9", 1)).refused is Reason.SEAT_UNKNOWN
    assert sitting.meeting.attendance.signed_in == frozenset()


def test_seats_are_asked_to_sign_in() -> None:
    sitting = Sitting(gate=True)
    sitting.give(commands.AskAttendance(True, "an"))
    sitting.hear(sign_in("main/2", 1))
    told = outgoing.attendances(sitting.meeting, ["main"], 7)["main"]
    assert told.asked
    assert {number: seat.present for number, seat in told.seats.items()} == {
        "1": False, "2": True, "3": False,
    }  # fmt: skip


# --- rooms -------------------------------------------------------------------------------------


def test_a_lost_room_pauses_the_vote_and_its_people_are_not_present() -> None:
    sitting = Sitting().opened()
    sitting.lose("sat")
    ballot = sitting.ballot()
    assert (ballot.stage, ballot.quorum().present) == (Stage.PAUSED, 3)
    sitting.arrive("sat", "b2")
    assert sitting.ballot().quorum().present == 6
    assert sitting.ballot().stage is Stage.PAUSED


def test_a_room_of_the_roster_that_never_came_is_missing_and_waited_for() -> None:
    roster = tuple(Member(seat, seat) for seat in ("main/1", "main/2", "main/3", "far/1"))
    sitting = Sitting(roster=roster).opened()
    assert sitting.ballot().quorum().present == 3
    sitting.order(act.Close())
    assert sitting.ballot().rooms_not_heard() == ["far", "main"]
    assert sitting.order(act.Count("an")).refused is None
    assert sitting.ballot().counted_by == "an"


# --- what rooms are told -----------------------------------------------------------------------


def test_rooms_are_told_whose_vote_each_seat_casts_and_who_may_not() -> None:
    sitting = Sitting(gate=True)
    sitting.hear(sign_in("main/1", 1))
    sitting.order(act.Prepare(), act.Recuse("main/2"))
    told = outgoing.ballots(sitting.meeting, 7)["main"]
    assert (told.ballot, told.stage, told.press) == ("b-1", "ready_check", "last_press")
    assert [option.id for option in told.options] == ["yes", "no", "abstain"]
    assert {number: seat.refused for number, seat in told.seats.items()} == {
        "1": None, "2": "not_entitled", "3": "not_checked_in",
    }  # fmt: skip


def test_a_vote_alone_is_no_news_for_rooms() -> None:
    sitting = Sitting().opened()
    before = outgoing.ballot_facts(sitting.meeting)
    sitting.hear(vote("main/2", 1, "yes"))
    assert outgoing.ballot_facts(sitting.meeting) == before
    sitting.order(act.Pause())
    assert outgoing.ballot_facts(sitting.meeting) != before


def test_the_key_goes_only_to_rooms_that_take_part_while_it_is_needed() -> None:
    sitting = Sitting(secret())
    sitting.order(act.Prepare())
    sitting.give(commands.StatusHeard("other", hub_room.status("online", "b1")))
    assert [key for key, _ in outgoing.keys_of(sitting.meeting, "sat")] == [("b-1", 1)]
    assert list(outgoing.keys_of(sitting.meeting, "other")) == []
    sitting.order(act.Withdraw("an", "not today"))
    assert list(outgoing.keys_of(sitting.meeting, "sat")) == []


def test_without_a_ballot_rooms_are_told_so() -> None:
    told = outgoing.ballots(Sitting().meeting, 7)
    assert {room: message.ballot for room, message in told.items()} == {"main": None, "sat": None}


# --- items -------------------------------------------------------------------------------------


def test_an_item_that_cannot_be_voted_on_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match=r"press: 'last_press', must be first_press"):
        secret(press="last_press")
    with pytest.raises(ValueError, match="rule: 'nix', must be one of chinh_phu"):
        rule_of("nix")
    with pytest.raises(ValueError, match="label_set: 'nix', must be one of law"):
        options_of("nix")


def test_a_rule_may_be_a_preset_with_changes() -> None:
    rule = rule_of({"preset": "ubnd", "tie": "fails"})
    assert rule is not None
    assert (rule.name, rule.tie) == ("ubnd", "fails")
    assert rule_of(None) is None
    assert Motion("x", motion().text, rule=rule).rule is rule
