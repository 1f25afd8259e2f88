"""What a press of a vote key leads to: every stage, every right, every vote that stands already."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules.ballot_state import Stage
from edge.rules.reasons import Reason
from edge.rules.seat_votes import (
    BEFORE,
    KEYS,
    OVER,
    SHUT,
    Cast,
    Held,
    Lamps,
    Paper,
    Refused,
    Right,
    Standing,
    as_told,
    is_over,
    judge,
    lamps,
    may_sign_in,
    meanings,
    objection,
    sign_in_lamp,
)

OPEN = Paper("b1", 1, Stage.OPEN, options=("yes", "no", "abstain"), seats={1: Right("ann")})
FIRST = replace(OPEN, press="first_press")
SECRET = replace(FIRST, kind="secret")


def held(standing: Standing, *choices: str, revision: int = 3) -> Held:
    """A vote that stands."""
    return Held(choices, revision, standing)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("yes", "no", "abstain"), {"yes": "yes", "no": "no", "abstain": "abstain"}),
        (("no", "yes"), {"yes": "yes", "no": "no"}),
        (("a", "b", "c"), {"yes": "a", "no": "b", "abstain": "c"}),
        (("a", "b"), {"yes": "a", "no": "b"}),
        (("other", "yes"), {"yes": "yes", "no": "other"}),
        (("other", "no", "yes"), {"yes": "yes", "no": "no", "abstain": "other"}),
        (("a", "b", "c", "d"), {}),
    ],
)
def test_which_key_means_which_option(options: tuple[str, ...], expected: dict[str, str]) -> None:
    assert meanings(options) == expected


@given(st.lists(st.sampled_from([*KEYS, "a", "b", "c"]), unique=True, min_size=1, max_size=3))
def test_every_option_has_one_key(options: list[str]) -> None:
    assert sorted(meanings(tuple(options)).values()) == sorted(options)


# --- every stage ----------------------------------------------------------------------------------


def test_only_one_stage_is_open() -> None:
    assert set(Stage) - set(SHUT) == {Stage.OPEN}


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("standing", [None, *Standing])
@pytest.mark.parametrize("kind", ["open", "secret", "roll_call"])
@pytest.mark.parametrize("press", ["first_press", "last_press"])
def test_state_by_event(stage: Stage, standing: Standing | None, kind: str, press: str) -> None:
    """The whole table, said once more in other words."""
    paper = Paper(
        "b1",
        1,
        stage,
        kind=kind,
        press=press,
        options=KEYS,
        seats={1: Right("ann")},  # type: ignore[arg-type]
    )
    vote = None if standing is None else held(standing, *(() if kind == "secret" else ("no",)))
    answer = judge(paper, 1, vote, "yes")
    if stage in SHUT:
        assert answer == Refused(SHUT[stage])
    elif vote is None:
        assert answer == Cast("ann", ("yes",), 1)
    elif kind == "secret" or (press == "first_press" and standing is not Standing.REFUSED):
        assert answer == Refused(Reason.ALREADY_VOTED)
    else:
        assert answer == Cast("ann", ("yes",), 4)


@pytest.mark.parametrize("standing", list(Standing))
def test_the_same_again_under_last_press(standing: Standing) -> None:
    """Only what the hub refused is cast anew."""
    expected = Cast("ann", ("no",), 4) if standing is Standing.REFUSED else None
    assert judge(OPEN, 1, held(standing, "no"), "no") == expected


@pytest.mark.parametrize(
    ("paper", "seat", "reason"),
    [
        (None, 1, Reason.VOTE_NOT_OPEN),
        (OPEN, 2, Reason.NOT_ENTITLED),
        (replace(OPEN, seats=None), 1, Reason.NOT_ENTITLED),
        (replace(OPEN, seats={1: Right("ann", Reason.NOT_CALLED)}), 1, Reason.NOT_CALLED),
        (replace(OPEN, picks_max=2), 1, Reason.NOT_AT_KEYS),
        (replace(OPEN, options=("a", "b", "c", "d")), 1, Reason.NOT_AT_KEYS),
        (replace(SECRET, can_seal=False), 1, Reason.VOTE_NOT_READY),
        (replace(OPEN, options=("yes", "no")), 1, None),
    ],
)
def test_who_and_what_cannot_vote_here(
    paper: Paper | None, seat: int, reason: Reason | None
) -> None:
    assert objection(paper, seat, None) == reason


def test_a_key_without_a_meaning() -> None:
    two = replace(OPEN, options=("yes", "no"))
    assert judge(two, 1, None, "abstain") == Refused(Reason.CHOICE_UNKNOWN)


# --- lamps ----------------------------------------------------------------------------------------

SLOW = Lamps("slow", "slow", "slow")
DARK = Lamps()


@pytest.mark.parametrize(
    ("paper", "vote", "expected"),
    [
        (None, None, DARK),
        (OPEN, None, SLOW),
        (replace(OPEN, options=("yes", "no")), None, Lamps("slow", "slow")),
        (OPEN, held(Standing.RECORDED, "no"), Lamps(no="fast")),
        (OPEN, held(Standing.COUNTED, "abstain"), Lamps(abstain="on")),
        (OPEN, held(Standing.REFUSED, "no"), SLOW),
        (FIRST, held(Standing.RECORDED, "no"), Lamps(no="fast")),
        (SECRET, None, SLOW),
        (replace(SECRET, can_seal=False), None, DARK),
        (SECRET, held(Standing.RECORDED), Lamps("fast", "fast", "fast")),
        (SECRET, held(Standing.COUNTED), Lamps("on", "on", "on")),
        (SECRET, held(Standing.REFUSED), DARK),
        (replace(SECRET, options=("yes", "no")), held(Standing.COUNTED), Lamps("on", "on", "on")),
        (replace(OPEN, seats={}), None, DARK),
        (replace(OPEN, options=("a", "b")), held(Standing.COUNTED, "b"), Lamps(no="on")),
    ],
)
def test_lamps(paper: Paper | None, vote: Held | None, expected: Lamps) -> None:
    assert lamps(paper, 1, vote) == expected


@pytest.mark.parametrize("stage", list(Stage))
def test_lamps_at_every_stage(stage: Stage) -> None:
    """Asking only while it is open; *recorded* until the hub has answered; *counted* to the end."""
    paper = replace(OPEN, stage=stage)
    shown = [lamps(paper, 1, None), lamps(paper, 1, held(Standing.RECORDED, "yes"))]
    shown.append(lamps(paper, 1, held(Standing.COUNTED, "yes")))
    asking = SLOW if stage is Stage.OPEN else DARK
    counted = DARK if stage in OVER else Lamps(yes="on")
    assert shown == [asking, Lamps(yes="fast"), counted]


@given(st.sampled_from([None, *Standing]), st.sampled_from(list(Stage)), st.booleans())
def test_no_lamp_of_a_secret_vote_differs_from_the_others(
    standing: Standing | None, stage: Stage, can_seal: bool
) -> None:
    paper = replace(SECRET, stage=stage, can_seal=can_seal)
    shown = lamps(paper, 1, None if standing is None else held(standing))
    assert len({shown.yes, shown.no, shown.abstain}) == 1


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", list(Stage))
def test_a_ballot_this_room_is_done_with_stays_shut(stage: Stage) -> None:
    done = as_told(replace(OPEN, stage=stage), done=True)
    assert objection(done, 1, None) is not None
    assert as_told(replace(OPEN, stage=stage), done=False).stage is stage
    assert done.stage is (stage if stage in OVER else Stage.CLOSING)


@pytest.mark.parametrize("stage", list(Stage))
def test_when_a_ballot_is_over(stage: Stage) -> None:
    """By its own stage, or because another one has been opened since."""
    paper = replace(OPEN, stage=stage)
    assert is_over(("b1", 1), paper) == (stage in OVER)
    assert is_over(("b0", 1), paper) == (stage not in BEFORE)
    assert is_over(("b1", 2), paper) == (stage not in BEFORE)


# --- signing in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "asked", "present", "expected"),
    [
        (None, True, False, True),
        (Stage.READY_CHECK, True, False, True),
        (Stage.ANNOUNCED, True, False, True),
        (Stage.OPEN, True, False, False),
        (Stage.PAUSED, True, False, False),
        (None, False, False, False),
        (None, True, True, False),
        (None, True, None, False),
    ],
)
def test_when_a_key_signs_in(
    stage: Stage | None, asked: bool, present: bool | None, expected: bool
) -> None:
    paper = None if stage is None else replace(OPEN, stage=stage)
    assert may_sign_in(paper, asked, present) is expected


@pytest.mark.parametrize(
    ("asked", "present", "signed", "lamp"),
    [
        (True, False, False, "slow"),
        (True, False, True, "on"),
        (False, False, True, "on"),
        (False, False, False, "off"),
        (True, True, True, "off"),
        (True, None, False, "off"),
    ],
)
def test_the_sign_in_lamp(asked: bool, present: bool | None, signed: bool, lamp: str) -> None:
    assert sign_in_lamp(asked, present, signed) == lamp
