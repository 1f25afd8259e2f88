"""The life of a ballot: quorum at the opening, timer, pauses, lost rooms, waiting at the end."""

from __future__ import annotations

import pytest

from edge.rules.ballot import step
from edge.rules.ballot_events import (
    Announce,
    Arrived,
    Close,
    Count,
    Departed,
    Entered,
    Open,
    Pause,
    Prepare,
    QuorumChanged,
    Refused,
    Resume,
    RoomBack,
    RoomLost,
    Tick,
)
from edge.rules.ballot_plan import Plan, Voter
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.presets import preset
from edge.rules.reasons import Reason
from tests.ballots import EVERYBODY, VOTERS, at, cast, drained, plan, play, secret

SOME = frozenset({"an", "chi", "dung"})
"""Three of five members: below two thirds, which are four persons."""


def ready(sample: Plan, attending: frozenset[str] = EVERYBODY) -> Ballot:
    """The ballot of this plan, in its ready check."""
    return play(Ballot(sample, attending=attending), Prepare())


# --- opening -------------------------------------------------------------------------------------


def test_it_opens_only_with_a_quorum() -> None:
    ballot = ready(plan(), SOME)
    assert step(ballot, Open(), 1.0) == (ballot, (Refused(Reason.QUORUM_MISSING),))
    assert step(ballot, Open(anyway=True), 1.0) == (ballot, (Refused(Reason.QUORUM_MISSING),))
    four = play(ballot, Arrived(frozenset({"giang"})))
    assert step(four, Open(), 1.0)[0].stage is Stage.OPEN


def test_the_chair_goes_on_without_quorum_where_the_body_allows_it() -> None:
    ballot = ready(plan(may_open_without_quorum=True), SOME)
    assert step(ballot, Open(), 1.0)[1] == (Refused(Reason.QUORUM_MISSING),)
    opened, _ = step(ballot, Open("an", anyway=True), 1.0)
    assert opened.stage is Stage.OPEN
    assert opened.opened_anyway
    assert opened.quorum_opening is not None
    assert (opened.quorum_opening.present, opened.quorum_opening.needed) == (3, 4)


def test_required_roles_are_looked_for_among_those_present() -> None:
    council = plan(rule=preset("hoi_dong_khcn_3_4"))
    ballot = ready(council, EVERYBODY - {"binh"})
    assert step(ballot, Open(), 1.0) == (ballot, (Refused(Reason.ROLE_MISSING),))
    there = play(ballot, Arrived(frozenset({"binh"})))
    opened, _ = step(there, Open("an"), 1.0)
    assert opened.stage is Stage.OPEN
    assert not opened.opened_anyway


def test_lost_and_reached_quorum_is_said_while_the_vote_runs() -> None:
    ballot = play(ready(plan(rule=preset("ubnd"))), Open())
    four, effects = step(ballot, Departed(frozenset({"chi"})), 2.0)
    assert effects == ()
    three, effects = step(four, Departed(frozenset({"dung"})), 3.0)
    assert effects == (QuorumChanged(met=False, present=3, needed=4),)
    _, effects = step(three, Arrived(frozenset({"dung"})), 4.0)
    assert effects == (QuorumChanged(met=True, present=4, needed=4),)


# --- timer and pause -----------------------------------------------------------------------------


def test_a_timed_vote_closes_by_itself_and_a_pause_stops_the_time() -> None:
    ballot, _ = step(ready(plan(duration_s=30.0)), Open(), 100.0)
    assert step(ballot, Tick(), 129.9) == (ballot, ())
    closed, effects = step(ballot, Tick(ts=7.0), 130.0)
    assert effects == (Entered(Stage.CLOSING),)
    assert closed.closed is not None
    assert (closed.closed.at_s, closed.closed.ts, closed.closed.by) == (130.0, 7.0, "timer")

    paused, _ = step(ballot, Pause(), 110.0)
    assert step(paused, Tick(), 500.0) == (paused, ())
    resumed, _ = step(paused, Resume(), 500.0)
    assert step(resumed, Tick(), 519.9) == (resumed, ())
    assert step(resumed, Tick(), 520.0)[0].stage is Stage.CLOSING


def test_a_vote_without_a_time_never_closes_by_itself() -> None:
    ballot = play(ready(plan()), Open(), Pause(), Resume())
    assert step(ballot, Tick(), 1e9) == (ballot, ())


# --- lost rooms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "stage"),
    [
        ("pause", Stage.PAUSED),
        ("continue_without", Stage.OPEN),
        ("abort_and_repeat", Stage.ABORTED),
    ],
)
def test_a_lost_room_is_treated_as_was_decided_before(policy: str, stage: Stage) -> None:
    ballot = play(ready(plan(on_room_lost=policy, rule=None)), Open(), cast("dung", "no"))
    lost, _ = step(ballot, RoomLost("sat"), 9.0)
    assert lost.stage is stage
    # Whose vote is in stays present, the others of the room do not; all stay members.
    assert lost.present() == ["an", "binh", "chi", "dung"]
    assert len(lost.members()) == 5
    assert step(lost, RoomLost("sat"), 9.5)[0] is lost


def test_a_room_lost_before_the_opening_does_not_open_the_vote() -> None:
    ballot = play(ready(plan()), RoomLost("sat"))
    assert step(ballot, Open(), 5.0)[1] == (Refused(Reason.QUORUM_MISSING),)
    assert step(play(ballot, RoomBack("sat")), Open(), 5.0)[0].stage is Stage.OPEN


def test_a_lost_room_aborts_a_paused_vote_too() -> None:
    ballot = play(ready(plan(on_room_lost="abort_and_repeat")), Open(), Pause(), RoomLost("sat"))
    assert ballot.stage is Stage.ABORTED
    assert ballot.ending is not None
    assert "sat" in ballot.ending.why


def test_the_loss_of_a_room_that_does_not_count_stops_nothing() -> None:
    sample = plan(uncounted_rooms=frozenset({"sat"}), rule=None)
    assert play(ready(sample), Open(), RoomLost("sat")).stage is Stage.OPEN


def test_an_unknown_room_is_refused() -> None:
    ballot = at(Stage.OPEN)
    for event in (RoomLost("attic"), RoomBack("attic")):
        assert step(ballot, event, 1.0) == (ballot, (Refused(Reason.ROOM_UNKNOWN),))


def test_after_the_closing_a_lost_room_changes_nobodys_presence() -> None:
    closing = play(ready(plan()), Open(), Close())
    for event in (RoomLost("sat"), Departed(EVERYBODY), Arrived(frozenset({"new"}))):
        assert step(closing, event, 9.0) == (closing, ())


# --- closing -------------------------------------------------------------------------------------


def test_the_count_waits_for_every_room() -> None:
    ballot = play(ready(plan()), Open(), Close(), drained("main"))
    assert ballot.stage is Stage.CLOSING
    assert ballot.rooms_not_heard() == ["sat"]
    counted, effects = step(ballot, drained("sat"), 9.0)
    assert effects == (Entered(Stage.COUNTED),)
    assert counted.counted_by is None
    # Each side's message again changes nothing.
    assert step(counted, drained("sat"), 10.0) == (counted, ())
    assert step(counted, Close(), 10.0) == (counted, ())


def test_the_chair_may_count_without_a_silent_room_after_the_grace() -> None:
    ballot = play(ready(plan(closing_grace_s=2.0)), Open())
    closing, _ = step(ballot, Close(), 100.0)
    closing, _ = step(closing, drained("main"), 100.1)
    assert step(closing, Count("an"), 101.9) == (closing, (Refused(Reason.ROOMS_AWAITED),))
    counted, _ = step(closing, Count("an"), 102.0)
    assert (counted.counted_by, counted.rooms_not_heard()) == ("an", ["sat"])
    # It is heard at last: said, not counted.
    late, effects = step(counted, drained("sat"), 200.0)
    assert effects == ()
    assert late.late_rooms == {"sat"}
    assert late.rooms_not_heard() == ["sat"]
    assert step(late, drained("sat"), 201.0) == (late, ())
    assert step(late, drained("attic"), 201.0) == (late, (Refused(Reason.ROOM_UNKNOWN),))


def test_a_result_without_one_vote_is_questioned_once() -> None:
    counted = at(Stage.COUNTED)
    assert step(counted, Announce("an"), 9.0) == (counted, (Refused(Reason.VOTE_EMPTY),))
    assert step(counted, Announce("an", anyway=True), 9.0)[0].stage is Stage.ANNOUNCED
    nobody = at(Stage.COUNTED, attending=frozenset(), rule=None)
    assert step(nobody, Announce("an"), 9.0)[0].stage is Stage.ANNOUNCED


# --- plans that cannot be ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"generation": 0}, "generation"),
        ({"options": ()}, "options"),
        ({"options": plan().options[:1] * 2, "rule": None}, "options"),
        ({"options": plan().options[:2]}, "options"),
        ({"picks_min": 0}, "picks_min"),
        ({"picks_min": 2, "picks_max": 1}, "picks_min"),
        ({"picks_max": 4, "rule": None}, "picks_min"),
        ({"picks_max": 2}, "options"),
        ({"duration_s": 0.0}, "duration_s"),
        ({"closing_grace_s": -1.0}, "closing_grace_s"),
        ({"rooms": ("main", "main", "sat")}, "rooms"),
        ({"rooms": ("main",)}, "voters.dung.room"),
        ({"uncounted_rooms": frozenset({"attic"})}, "uncounted_rooms"),
        ({"uncounted_rooms": frozenset({"main", "sat"})}, "rooms"),
        ({"rule": preset("tin_nhiem", majority={
            "numerator": 1, "denominator": 2, "base": "all_members", "comparison": ">"})}, "kind"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_says_which_key(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=rf"^{key}: "):
        plan(**changes)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        # An earlier choice could only be taken back by knowing whose it was.
        ({"press": "last_press"}, "press"),
        ({"show_interim": True}, "show_interim"),
        # A rare weight would say who chose what.
        ({"voters": VOTERS | {"chi": Voter("main", weight=3)}}, "voters"),
    ],
)
def test_a_secret_ballot_cannot_have_what_would_tell(changes: dict[str, object], key: str) -> None:
    secret()
    with pytest.raises(ValueError, match=rf"^{key}: "):
        secret(**changes)


def test_a_weight_is_at_least_one() -> None:
    with pytest.raises(ValueError, match=r"^weight: 0, must be at least 1$"):
        Voter("main", weight=0)
