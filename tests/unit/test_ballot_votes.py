"""What becomes of one vote: counted once, corrected, refused with its reason, or kept apart."""

from __future__ import annotations

from typing import Any

import pytest

from edge.rules.ballot import step
from edge.rules.ballot_events import (
    Arrived,
    Called,
    CallNext,
    Close,
    Departed,
    Event,
    Late,
    Open,
    Prepare,
    Recorded,
    Recuse,
    Refused,
)
from edge.rules.ballot_labels import Option
from edge.rules.ballot_plan import Plan, Voter
from edge.rules.ballot_state import Ballot, Stage, interim, tally
from edge.rules.reasons import Reason, Sentence
from tests.ballots import EVERYBODY, VOTERS, at, cast, drained, mark, plan, play, secret

ABC = tuple(Option(key, Sentence(key.upper(), key.upper())) for key in "abc")


def opened(sample: Plan, attending: frozenset[str] = EVERYBODY) -> Ballot:
    """The ballot of this plan, open."""
    return play(Ballot(sample, attending=attending), Prepare(), Open())


def refusal(ballot: Ballot, event: Event) -> Reason | None:
    """Why ``event`` is refused; None when it is not. A refusal must change nothing."""
    after, effects = step(ballot, event, 50.0)
    reasons = [effect.reason for effect in effects if isinstance(effect, Refused)]
    if not reasons:
        return None
    assert after is ballot
    return reasons[0]


# --- sent again, changed, first and last press ---------------------------------------------------


@pytest.mark.parametrize("press", ["first_press", "last_press"])
def test_the_same_cast_gets_the_same_answer_and_changes_nothing(press: str) -> None:
    ballot, first = step(opened(plan(press=press)), cast("chi", "yes"), 1.0)
    again, second = step(ballot, cast("chi", "yes"), 2.0)
    assert again is ballot
    assert first == second == (Recorded("chi", "chi-1"),)


def test_last_press_the_newer_revision_stands() -> None:
    ballot = play(opened(plan()), cast("chi", "yes"), cast("chi", "no", revision=2))
    assert tally(ballot) == {"yes": 0, "no": 1, "abstain": 0}
    # The older one, late on its way, is answered as recorded and does not come back.
    after, effects = step(ballot, cast("chi", "yes"), 9.0)
    assert after is ballot
    assert effects == (Recorded("chi", "chi-1"),)


def test_last_press_equal_revisions_are_decided_by_their_ids_in_any_order() -> None:
    one, other = cast("chi", "yes", id="page-1"), cast("chi", "no", id="seat-1")
    assert tally(play(opened(plan()), one, other)) == tally(play(opened(plan()), other, one))


def test_first_press_stands() -> None:
    ballot = play(opened(plan(press="first_press")), cast("chi", "yes"))
    assert refusal(ballot, cast("chi", "no", revision=2)) is Reason.ALREADY_VOTED


def test_a_copy_that_comes_after_the_count_is_no_late_vote() -> None:
    ballot = play(
        opened(plan()),
        cast("chi", "yes", recorded=True),
        cast("chi", "no", revision=2, recorded=True),
        Close(),
        drained("main"),
        drained("sat"),
    )
    assert ballot.stage is Stage.COUNTED
    for revision in (1, 2):
        after, effects = step(ballot, cast("chi", "yes", revision=revision, recorded=True), 60.0)
        assert after is ballot
        assert effects == (Recorded("chi", f"chi-{revision}"),)


# --- the end -------------------------------------------------------------------------------------


def test_what_a_room_recorded_in_time_counts_until_the_room_is_drained() -> None:
    closing = play(opened(plan()), Close())
    ballot, effects = step(closing, cast("dung", "no", recorded=True), 5.0)
    assert effects == (Recorded("dung", "dung-1"),)
    ballot = play(ballot, drained("sat"))
    later, effects = step(ballot, cast("giang", "yes", recorded=True), 6.0)
    assert effects == (Late("giang", "giang-1"),)
    assert tally(later) == tally(ballot) == {"yes": 0, "no": 1, "abstain": 0}
    # The other room is not drained: its votes still count.
    assert step(later, cast("chi", "yes", recorded=True), 7.0)[1] == (Recorded("chi", "chi-1"),)


def test_a_correction_after_its_room_was_drained_is_kept_apart() -> None:
    ballot = play(opened(plan()), cast("dung", "no", recorded=True), Close(), drained("sat"))
    after, effects = step(ballot, cast("dung", "yes", revision=2, recorded=True), 9.0)
    assert effects == (Late("dung", "dung-2"),)
    assert tally(after)["no"] == 1


def test_a_late_vote_is_kept_once() -> None:
    counted = at(Stage.COUNTED)
    once, first = step(counted, cast("chi", "yes", recorded=True), 60.0)
    twice, second = step(once, cast("chi", "yes", recorded=True), 61.0)
    assert first == second == (Late("chi", "chi-1"),)
    assert twice is once
    assert [late.person for late in twice.late] == ["chi"]
    assert tally(twice) == tally(counted)


@pytest.mark.parametrize("stage", [Stage.CLOSING, Stage.COUNTED])
def test_a_late_vote_of_somebody_without_a_right_is_refused(stage: Stage) -> None:
    assert refusal(at(stage), cast("khach", "yes", recorded=True)) is Reason.NOT_ENTITLED


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["nobody", "khach"])
def test_strangers_and_guests_do_not_vote(person: str) -> None:
    assert refusal(opened(plan()), cast(person, "yes")) is Reason.NOT_ENTITLED


def test_the_recused_do_not_vote_and_leave_every_base() -> None:
    ballot = play(opened(plan(recused=frozenset({"an"}))), Recuse("chi", by="binh"))
    assert refusal(ballot, cast("chi", "yes")) is Reason.NOT_ENTITLED
    assert refusal(ballot, cast("an", "yes")) is Reason.NOT_ENTITLED
    assert ballot.members() == ["binh", "dung", "giang"]
    assert refusal(ballot, Recuse("khach")) is Reason.NOT_ENTITLED
    assert refusal(play(ballot, cast("dung", "no")), Recuse("dung")) is Reason.ALREADY_VOTED


def test_a_room_that_does_not_count_has_members_but_no_votes() -> None:
    ballot = opened(plan(uncounted_rooms=frozenset({"sat"}), rule=None))
    assert refusal(ballot, cast("dung", "yes", recorded=True)) is Reason.NOT_ENTITLED
    assert len(ballot.members()) == 5
    assert ballot.present() == ["an", "binh", "chi"]
    # And nobody waits for it.
    assert play(ballot, Close(), drained("main")).stage is Stage.COUNTED


@pytest.mark.parametrize(("gate", "reason"), [(True, Reason.NOT_CHECKED_IN), (False, None)])
def test_attendance_may_gate_voting(gate: bool, reason: Reason | None) -> None:
    ballot = opened(plan(gate_voting_by_attendance=gate), EVERYBODY - {"chi"})
    assert refusal(ballot, cast("chi", "yes")) is reason
    assert refusal(play(ballot, Arrived(frozenset({"chi"}))), cast("chi", "yes")) is None


def test_without_the_gate_who_votes_is_present() -> None:
    ballot = opened(plan(gate_voting_by_attendance=False), EVERYBODY - {"chi"})
    assert "chi" not in ballot.present()
    assert "chi" in play(ballot, cast("chi", "yes")).present()


def test_who_leaves_after_voting_stays_present_for_this_vote() -> None:
    ballot = play(opened(plan(rule=None)), cast("chi", "yes"), Departed(frozenset({"chi", "dung"})))
    assert ballot.present() == ["an", "binh", "chi", "giang"]
    # A vote recorded before leaving, still on its way, is not lost either; a press now is.
    assert refusal(ballot, cast("dung", "no", recorded=True)) is None
    assert refusal(ballot, cast("dung", "no")) is Reason.NOT_CHECKED_IN


def test_who_came_and_went_during_the_vote_keeps_what_a_room_recorded() -> None:
    chi = frozenset({"chi"})
    ballot = play(opened(plan(), EVERYBODY - chi), Arrived(chi), Departed(chi))
    assert refusal(ballot, cast("chi", "yes", recorded=True)) is None


def test_a_recorded_vote_of_somebody_who_was_never_signed_in_is_refused() -> None:
    ballot = opened(plan(), EVERYBODY - {"chi"})
    assert refusal(ballot, cast("chi", "yes", recorded=True)) is Reason.NOT_CHECKED_IN


def test_proxies_vote_only_where_they_are_allowed() -> None:
    voters = VOTERS | {"chi": Voter("main", "main/3", proxy="yen")}
    without = opened(plan(voters=voters))
    assert refusal(without, cast("chi", "yes", by="yen")) is Reason.NOT_ENTITLED
    assert refusal(without, cast("chi", "yes", by="chi")) is None
    allowed = opened(plan(voters=voters, proxy_vote=True), EVERYBODY - {"chi"} | {"yen"})
    assert refusal(allowed, cast("chi", "yes", by="yen")) is None
    assert refusal(allowed, cast("chi", "yes", by="chi")) is Reason.NOT_ENTITLED
    # One seat, one vote: the proxy counts for the member, and only while being there.
    assert "chi" in allowed.present()
    assert "chi" not in play(allowed, Departed(frozenset({"yen"}))).present()


# --- what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (("maybe",), Reason.CHOICE_UNKNOWN),
        ((), Reason.CHOICE_NUMBER),
        (("yes", "no"), Reason.CHOICE_NUMBER),
        (("yes",), None),
    ],
)
def test_one_of_three(choices: tuple[str, ...], reason: Reason | None) -> None:
    assert refusal(opened(plan()), cast("chi", *choices)) is reason


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (("a",), Reason.CHOICE_NUMBER),
        (("a", "b"), None),
        (("a", "a"), Reason.CHOICE_NUMBER),
        (("a", "b", "c"), Reason.CHOICE_NUMBER),
    ],
)
def test_choose_k_of_n(choices: tuple[str, ...], reason: Reason | None) -> None:
    sample = plan(rule=None, options=ABC, picks_min=2, picks_max=2)
    assert refusal(opened(sample), cast("chi", *choices)) is reason


def test_choose_k_of_n_is_counted_by_option() -> None:
    sample = plan(rule=None, options=ABC, picks_max=2)
    ballot = play(opened(sample), cast("chi", "b", "a"), cast("an", "a"))
    assert tally(ballot) == {"a": 2, "b": 1, "c": 0}


# --- secret --------------------------------------------------------------------------------------


def test_a_secret_vote_is_cut_from_its_person_at_once() -> None:
    ballot = play(opened(secret()), cast("chi", "yes"), cast("an", "no"), cast("dung", "yes"))
    assert {person for person, _ in ballot.held()} == {"chi", "an", "dung"}
    assert all(vote.choices == () and vote.at_s is None for _, vote in ballot.held())
    assert [(slip.choices, slip.count) for slip in ballot.slips] == [(("no",), 1), (("yes",), 2)]
    assert refusal(ballot, cast("chi", "no", revision=2)) is Reason.ALREADY_VOTED


def test_the_order_of_secret_votes_leaves_no_trace() -> None:
    one = play(opened(secret()), cast("chi", "yes"), cast("an", "no"))
    # The same people in the same order, but each with the other's choice.
    other = play(opened(secret()), cast("chi", "no"), cast("an", "yes"))
    assert one == other


def test_the_order_of_choices_within_a_secret_ballot_leaves_no_trace() -> None:
    sample = secret(rule=None, options=ABC, picks_max=2)
    ballot = play(opened(sample), cast("chi", "b", "a"), cast("an", "a", "b"))
    assert [(slip.choices, slip.count) for slip in ballot.slips] == [(("a", "b"), 2)]


def test_secret_marks_and_boxes_come_apart_and_never_more_slips_than_people() -> None:
    ballot = play(opened(secret()), mark("chi"), mark("an"), mark("dung"), Close())
    assert tally(ballot) == {"yes": 0, "no": 0, "abstain": 0}
    assert refusal(ballot, drained("main", ("yes", 4))) is Reason.BAD_ARGUMENT
    assert refusal(ballot, drained("main", ("maybe", 1))) is Reason.BAD_ARGUMENT
    assert refusal(ballot, drained("main", ("yes", 0))) is Reason.BAD_ARGUMENT
    ballot = play(ballot, drained("main", ("yes", 1), ("no", 1)))
    assert refusal(ballot, drained("sat", ("yes", 2))) is Reason.BAD_ARGUMENT
    # Its box again, as after a lost answer: nothing is added.
    assert step(ballot, drained("main", ("yes", 1), ("no", 1)), 9.0) == (ballot, ())
    ballot = play(ballot, drained("sat", ("yes", 1)))
    assert ballot.stage is Stage.COUNTED
    assert tally(ballot) == {"yes": 2, "no": 1, "abstain": 0}


def test_a_slip_too_many_in_one_room_does_not_fill_the_place_of_one_missing_elsewhere() -> None:
    ballot = play(opened(secret()), mark("chi"), mark("an"), mark("dung"), Close())
    in_sat = len(ballot.votes["sat"])
    ballot = play(ballot, drained("main"))  # its box is lost
    assert refusal(ballot, drained("sat", ("yes", in_sat + 1))) is Reason.BAD_ARGUMENT
    assert play(ballot, drained("sat", ("yes", in_sat))).stage is Stage.COUNTED


def test_a_late_secret_vote_keeps_no_choice() -> None:
    counted = at(Stage.COUNTED, kind="secret", press="first_press")
    after, effects = step(counted, cast("chi", "yes", recorded=True), 60.0)
    assert effects == (Late("chi", "chi-1"),)
    assert [(late.person, late.choices, late.at_s) for late in after.late] == [("chi", (), None)]


def test_a_box_in_an_open_ballot_is_refused() -> None:
    assert refusal(at(Stage.CLOSING), drained("main", ("yes", 1))) is Reason.BAD_ARGUMENT
    assert refusal(at(Stage.CLOSING), drained("attic")) is Reason.ROOM_UNKNOWN


@pytest.mark.parametrize(
    ("changes", "hidden"),
    [({}, True), ({"show_interim": True}, False), ({"kind": "secret"}, True)],
)
def test_interim_results_are_shown_only_where_the_plan_says_so(
    changes: dict[str, Any], hidden: bool
) -> None:
    ballot = play(opened(plan(press="first_press", **changes)), cast("chi", "yes"))
    shown = interim(ballot)
    assert (shown.voted, shown.present) == (1, 5)
    assert (shown.counts is None) is hidden
    ended = play(ballot, Close(), drained("main"), drained("sat"))
    assert interim(ended).counts == {"yes": 1, "no": 0, "abstain": 0}


# --- roll call -----------------------------------------------------------------------------------


def test_a_roll_call_calls_everybody_then_the_silent_again_and_the_chair_last() -> None:
    ballot = opened(plan(kind="roll_call"))
    assert refusal(ballot, cast("binh", "yes")) is Reason.NOT_CALLED
    called = []
    while True:
        ballot, (effect,) = step(ballot, CallNext("binh"), 2.0)
        if not isinstance(effect, Called):
            break
        called.append(effect.person)
        if effect.person in {"chi", "an"}:
            ballot = play(ballot, cast(effect.person, "yes"))
    assert called == ["binh", "chi", "dung", "giang", "binh", "dung", "giang", "an"]
    assert effect == Refused(Reason.ROLL_COMPLETE)


def test_in_a_roll_call_the_secretary_may_enter_the_answer() -> None:
    ballot = play(opened(plan(kind="roll_call")), CallNext(), cast("binh", "no", by="thu-ky"))
    assert [vote.by for _, vote in ballot.held()] == ["thu-ky"]
    assert refusal(opened(plan()), cast("chi", "no", by="thu-ky")) is Reason.NOT_ENTITLED
