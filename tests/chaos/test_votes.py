"""The judge of the ballots: what it must let pass, and what it must never let pass.

Owns one small history per case. Must not start a process.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.history import History, Press, Question
from tests.chaos.votes import judge

Shown = tuple[float, dict[str, str]]
SEAT = "main/3"
OFF = dict.fromkeys(("red", "green", "yes", "abstain", "no"), "off")


def press(at_s: float, key: str, seat: str = SEAT) -> Press:
    """A finger on a vote key."""
    room, _, number = seat.partition("/")
    return Press(at_s, room, number, key)


def shows(at_s: float, **lamps: str) -> Shown:
    """All lamps of the seat from then on."""
    return at_s, OFF | lamps


def standing(*votes: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A result document of an open ballot."""
    counts = {key: sum(choice == key for _, choice in votes) for key in ("yes", "no", "abstain")}
    return {
        "form": "open",
        "ballots": [{"person": person, "choices": [choice]} for person, choice in votes],
        "counts": counts,
        "late_ballots": [],
        "rooms_not_heard": [],
        "late_rooms": [],
    } | more


def late(choice: str | None, **rooms: list[str]) -> dict[str, Any]:
    """Its part about a vote that came too late."""
    choices = [] if choice is None else [choice]
    return {"late_ballots": [{"person": SEAT, "choices": choices}], "rooms_not_heard": []} | rooms


def sealed(
    voted: tuple[str, ...], counts: dict[str, int], missing: int = 0, **more: Any
) -> dict[str, Any]:
    """A result document of a secret ballot among three."""
    people = ["main/3", "main/4", "main/5"]
    return {
        "form": "secret",
        "entitled": people,
        "did_not_take_part": {
            "not_voting": [p for p in people if p not in voted],
            "absent": [],
            "recused": [],
        },
        "counts": counts,
        "slips": {"returned": sum(counts.values()), "missing": missing},
        "late_ballots": [],
        "rooms_not_heard": [],
        "late_rooms": [],
    } | more


def figures(
    document: dict[str, Any] | None, presses: list[Press], **lamps: list[Shown]
) -> dict[str, int]:
    """What the judge finds in one ballot, opened at 10 s; without what is nought."""
    history = History(presses=presses)
    history.questions = [Question("b", 1, "open", "last_press", 10.0, document)]
    for name, shown in lamps.items():
        history.lamps[name.replace("_", "/")] = shown
    found = judge(history).figures()
    return {name: count for name, count in found.items() if count and name != "ballots"}


YES, NO = press(11.0, "yes"), press(13.0, "no")
SAW_YES = [shows(11.2, yes="fast"), shows(11.5, yes="on")]
SAW_BOTH = [*SAW_YES, shows(13.2, no="fast")]


def test_what_was_shown_and_is_counted_is_right() -> None:
    one = {"presses": 1, "accepted": 1, "tallied": 1}
    assert figures(standing((SEAT, "yes")), [YES], main_3=SAW_YES) == one
    two = {"presses": 2, "accepted": 1, "tallied": 1}
    assert figures(standing((SEAT, "no")), [YES, NO], main_3=SAW_BOTH) == two


@pytest.mark.parametrize(
    ("document", "presses", "shown"),
    [
        (standing(), [YES], SAW_YES),
        (standing((SEAT, "yes")), [YES, NO], SAW_BOTH),  # the change of mind is what was shown
        (standing(**late("yes")), [YES], SAW_YES),  # late, and no room is named
        (standing(**late("no", late_rooms=["main"])), [YES], SAW_YES),
        (None, [YES], SAW_YES),
    ],
)
def test_what_was_shown_and_is_not_counted_is_lost(
    document: dict[str, Any] | None, presses: list[Press], shown: list[Shown]
) -> None:
    assert figures(document, presses, main_3=shown)["lost"] == 1


def test_late_by_name_beside_its_room_is_honest() -> None:
    for rooms in ({"rooms_not_heard": ["main"]}, {"late_rooms": ["main"]}):
        found = figures(standing(**late("yes", **rooms)), [YES], main_3=SAW_YES)
        assert found == {"presses": 1, "accepted": 1, "late_named": 1}
    earlier = figures(
        standing((SEAT, "yes"), **late("no", late_rooms=["main"])), [YES, NO], main_3=SAW_BOTH
    )
    assert earlier == {"presses": 2, "accepted": 1, "tallied": 1, "late_named": 1}


def test_a_press_without_a_lamp_may_count_or_not() -> None:
    for document, tallied in ((standing(), {}), (standing((SEAT, "yes")), {"tallied": 1})):
        assert figures(document, [YES]) == {"presses": 1, "unknown": 1} | tallied
    for choice in ("yes", "no"):
        found = figures(standing((SEAT, choice)), [YES, NO], main_3=SAW_YES)
        assert found == {"presses": 2, "accepted": 1, "tallied": 1}


@pytest.mark.parametrize(
    "presses",
    [
        [],
        [NO],
        [press(9.0, "yes")],  # before the opening
        [YES, press(11.05, "no")],  # a slip of the hand
    ],
)
def test_what_nobody_pressed_is_a_phantom(presses: list[Press]) -> None:
    assert figures(standing((SEAT, "yes")), presses)["phantom"] == 1


def test_a_person_or_a_count_too_many_is_doubled() -> None:
    twice = standing((SEAT, "yes"), (SEAT, "yes"))
    assert figures(twice, [YES], main_3=SAW_YES)["doubled"] == 2
    more = standing((SEAT, "yes"), counts={"yes": 2, "no": 0, "abstain": 0})
    assert figures(more, [YES], main_3=SAW_YES)["doubled"] == 1
    fewer = standing((SEAT, "yes"), counts={"yes": 0, "no": 0, "abstain": 0})
    assert figures(fewer, [YES], main_3=SAW_YES)["lost"] == 1


def test_a_refusal_is_counted_when_it_answers_a_vote_key() -> None:
    blinks = [shows(11.1, red="fast", green="fast"), shows(13.0)]
    assert figures(standing(), [YES], main_3=blinks) == {"presses": 1, "refused_visibly": 1}
    microphone = Press(11.05, "main", "3", "mic")
    assert "refused_visibly" not in figures(standing(), [YES, microphone], main_3=blinks)


ALL = {"yes": "fast", "no": "fast", "abstain": "fast"}
SAW_ALL = [shows(11.2, **ALL), shows(12.0, **dict.fromkeys(ALL, "on"))]


def test_a_secret_vote_is_a_person_and_a_slip() -> None:
    right = sealed((SEAT,), {"yes": 1})
    assert figures(right, [YES], main_3=SAW_ALL) == {"presses": 1, "accepted": 1, "tallied": 1}
    assert figures(right, [YES, NO], main_3=SAW_ALL)["accepted"] == 1
    unheard = sealed((SEAT,), {}, missing=1, rooms_not_heard=["main"])
    assert figures(unheard, [YES], main_3=SAW_ALL) == {"presses": 1, "accepted": 1}
    apart = sealed((), {}, **late(None, late_rooms=["main"]))
    assert figures(apart, [YES], main_3=SAW_ALL)["late_named"] == 1


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (sealed((), {}), "lost"),
        (sealed((SEAT,), {}, missing=1), "lost"),
        (sealed((SEAT,), {"no": 1}), "phantom"),  # and the yes is lost
        (sealed((SEAT,), {"no": 1}), "lost"),
        (sealed((SEAT,), {"yes": 2}), "doubled"),
        (sealed((SEAT, "main/4"), {"yes": 1}, missing=1), "phantom"),
    ],
)
def test_a_secret_ballot_that_does_not_add_up(document: dict[str, Any], what: str) -> None:
    assert figures(document, [YES], main_3=SAW_ALL)[what] >= 1


def test_two_ballots_are_told_apart_by_their_openings() -> None:
    history = History(presses=[YES, press(21.0, "no")])
    history.lamps[SEAT] = [*SAW_YES, shows(15.0), shows(21.2, no="fast")]
    history.questions = [
        Question("a", 1, "open", "last_press", 10.0, standing((SEAT, "yes"))),
        Question("b", 1, "open", "last_press", 20.0, standing((SEAT, "no"))),
    ]
    assert judge(history).wrong == []
    history.questions[1].document = standing()
    assert judge(history).lost == 1
    history.questions[0].document = standing((SEAT, "yes"), **late("no", late_rooms=["main"]))
    assert judge(history).late_named == 1


def test_a_room_that_knows_of_no_later_ballot_shows_the_vote_of_the_earlier() -> None:
    """It was started anew behind a dead link: the lamp tells of a vote that counts there."""
    history = History(presses=[YES, press(21.0, "no")])
    history.lamps[SEAT] = [*SAW_YES, shows(15.0), shows(22.0, yes="fast")]
    history.questions = [
        Question("a", 1, "open", "last_press", 10.0, standing((SEAT, "yes"))),
        Question("b", 1, "open", "last_press", 20.0, standing()),
    ]
    assert judge(history).lost == 1
    history.questions[0].document = standing((SEAT, "yes"), rooms_not_heard=["main"])
    assert judge(history).lost == 0
