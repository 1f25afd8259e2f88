"""What is kept of the floor, and what goes out of it: no field may be forgotten on either way.

Owns records, old and new, and the translation to messages and back.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract import messages
from edge.rules.floor import Floor, Hold, Left, Settings, Turn, Waiting
from edge.rules.timers import elapsed_s
from hub import outgoing
from hub.meeting import causes, events, wire
from hub.meeting.evolve import apply, replay
from hub.meeting.state import Meeting

NOW_S = 1000.0

SETTINGS = Settings(
    max_open_per_room={"main": 2},
    seat_priority={"main/2": 3},
    interrupt="lower",
    protected=frozenset({"main/4", "main/3"}),
    may_switch_off=False,
    may_cancel=False,
    guest_may_request=True,
    chair_only_queues=True,
    limit_s={"delegate": 300.0},
    warning_s=30.0,
    at_limit="stop",
    extension_s=90.0,
    silence_off_s=20.0,
    voice_release_s=2.0,
    take_back_s=5.0,
    priority_release="reset",
    priority_clears_queue=True,
    chair_beats_deputy=True,
)

TURN = Turn("main/2", 900.0, 10.0, 990.0, 60.0, by_voice=True, silent_since_s=995.0)

EVERYTHING = Floor(
    mode="voice",
    max_open=3,
    queue_max=7,
    roles={"main/1": "chair"},
    speaking=(TURN,),
    queue=(Waiting("main/5", 950.0, "debate"),),
    lost_rooms=frozenset({"b", "a"}),
    settings=SETTINGS,
    registration="paused",
    debating=True,
    hold=Hold("main/1", opened=True),
    recess=True,
    muted=True,
    fire_rooms=frozenset({"d", "c"}),
    alarm=True,
    left=(Left(Turn("main/6", 800.0), 850.0),),
    totals_s={"main/6": 50.0},
    merged_s={"main/6": 20.0},
)
"""No field as it is by itself."""


def plain(kind: type[Any]) -> dict[str, object]:
    """Every field of ``kind`` as it is by itself."""
    made = kind()
    return {field.name: getattr(made, field.name) for field in fields(kind)}


@pytest.mark.parametrize(
    ("kind", "made"), [(Floor, EVERYTHING), (Settings, SETTINGS)], ids=["floor", "settings"]
)
def test_the_example_says_something_new_of_every_field(kind: type[Any], made: Any) -> None:
    same = [name for name, value in plain(kind).items() if getattr(made, name) == value]
    assert same == []


def test_every_field_of_the_floor_is_kept_but_the_roles() -> None:
    kept = {field.name for field in fields(events.FloorNow)}
    assert kept == {field.name for field in fields(Floor)} - {"roles"}


def test_a_record_gives_the_whole_floor_again() -> None:
    record = events.FloorChanged(NOW_S, "next", "t", (), events.floor_now(EVERYTHING))
    what, body = events.to_json(record)
    again = apply(Meeting(floor=Floor(roles=EVERYTHING.roles)), events.from_json(what, body))
    assert again.floor == EVERYTHING
    assert events.to_json(events.from_json(what, body)) == (what, body)


OLD_FLOOR: dict[str, Any] = {
    "mode": "request",
    "max_open": 2,
    "queue_max": 40,
    "speaking": [{"seat": "main/2", "since_s": 5.0}],
    "queue": [{"seat": "main/3", "asked_s": 6.0}],
    "lost_rooms": ["satellite-1"],
}

OLD_RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("meeting_set", {
        "at_s": 1.0, "source": "s", "title": "T", "mode": "open", "max_open": 1, "queue_max": 9,
        "names": {}, "roles": {},
    }),
    ("room_online", {"at_s": 2.0, "room": "main", "boot": "b1"}),
    ("pressed", {
        "at_s": 5.0, "room": "main", "seat": "main/2", "key": "mic", "intent": "ask",
        "epoch": "e1", "seq": 4, "age_ms": 0, "outcome": "decided", "code": "",
    }),
    ("floor_changed", {
        "at_s": 6.0, "cause": "ask", "by": "key mic", "changes": [], "floor": OLD_FLOOR,
        "room": "main", "seat": "main/2",
    }),
    ("room_merged", {
        "at_s": 7.0, "room": "main", "boot": "b1", "report": 3, "changes": [], "floor": OLD_FLOOR,
    }),
]  # fmt: skip
"""As the first version wrote them."""


def test_records_of_the_first_version_are_read() -> None:
    read = [events.from_json(what, json.dumps(body)) for what, body in OLD_RECORDS]
    meeting = replay(read)
    assert meeting.floor == Floor(
        mode="request",
        max_open=2,
        queue_max=40,
        speaking=(Turn("main/2", 5.0),),
        queue=(Waiting("main/3", 6.0),),
        lost_rooms=frozenset({"satellite-1"}),
    )
    room = meeting.room("main")
    assert (room.epoch, room.start, room.merged_report, room.presses) == ("e1", 0, 3, {"main/2": 4})


# --- messages ----------------------------------------------------------------------------------


def test_settings_travel_whole() -> None:
    message = wire.settings_message(SETTINGS)
    read = messages.FloorSettings.model_validate_json(message.model_dump_json())
    assert wire.settings_of(read) == SETTINGS


def test_only_what_was_named_is_an_order() -> None:
    said = messages.FloorSettings.model_validate({"warning_s": 5, "protected": ["main/1"]})
    named = wire.settings_given(said, named=True)
    assert named == {"warning_s": 5.0, "protected": frozenset({"main/1"})}


def test_nothing_of_the_floor_stays_behind() -> None:
    meeting = Meeting(floor=EVERYTHING, rev=9)
    sent = messages.Floor.model_validate_json(outgoing.Floors(meeting, 7, NOW_S).to("main"))
    assert sent == outgoing.floor(meeting, "main", 7, NOW_S)
    bare = outgoing.floor(Meeting(), "main", 7, NOW_S)
    addressed = {
        "v",
        "gen",
        "for_boot",
        "for_report",
        "heard_epoch",
        "heard_seq",
        "heard_extra",
        "free",
    }
    names = set(messages.Floor.model_fields) - addressed
    assert [name for name in names if getattr(sent, name) == getattr(bare, name)] == []
    (turn,) = sent.speaking
    assert turn == messages.Turn(
        seat="main/2",
        for_ms=100_000,
        spent_ms=80_000,
        extra_ms=60_000,
        paused=True,
        by_voice=True,
        silent_ms=5000,
    )
    assert (sent.queue[0].kind, sent.hold) == ("debate", messages.Hold(seat="main/1", opened=True))


def test_a_report_is_read_whole() -> None:
    state = messages.FloorState(
        boot="b",
        rev=1,
        authority="room",
        report=2,
        mode="open",
        speaking=[messages.Turn(seat="main/1", for_ms=9000, spent_ms=4000, paused=True)],
        queue=[messages.Waiting(seat="main/2", for_ms=500, kind="point_of_order")],
        ended={"main/3": 2},
        hold=messages.Hold(seat="main/1"),
        alarm=True,
        fire=False,
        spoken_s={"main/3": 12.5},
    )
    report = wire.report_of("main", state, NOW_S)
    assert report.speaking == (Turn("main/1", 991.0, paused_s=5.0, paused_at_s=NOW_S),)
    assert report.queue == (Waiting("main/2", 999.5, "point_of_order"),)
    assert (report.ended, report.hold) == ({"main/3": 2}, Hold("main/1"))
    assert (report.alarm, report.fire, report.spoken_s) == (True, False, {"main/3": 12.5})


def test_a_turn_of_an_older_room_has_used_all_its_time() -> None:
    turn = wire.turn_of(messages.Turn(seat="main/1", for_ms=9000), NOW_S)
    assert elapsed_s(turn, NOW_S) == 9.0


milliseconds = st.integers(0, 10**7).map(lambda ms: ms / 1000)


@given(
    st.builds(
        Turn,
        st.just("main/1"),
        milliseconds,
        paused_s=st.just(0.0),
        extra_s=milliseconds,
        by_voice=st.booleans(),
    ),
    milliseconds,
    milliseconds,
    st.booleans(),
)
def test_a_turn_is_the_same_on_the_other_side(
    turn: Turn, spoken_s: float, later_s: float, paused: bool
) -> None:
    stopped_s = turn.since_s + spoken_s
    at_s = {True: stopped_s, False: None}[paused]
    turn = replace(turn, paused_at_s=at_s)
    now_s, there_s = stopped_s + later_s, 77.0
    read = wire.turn_of(wire.turn_message(turn, now_s), there_s)
    assert elapsed_s(read, there_s) == pytest.approx(elapsed_s(turn, now_s), abs=0.002)
    assert there_s - read.since_s == pytest.approx(now_s - turn.since_s, abs=0.001)
    assert (read.extra_s, read.by_voice) == (turn.extra_s, turn.by_voice)
    assert (read.paused_at_s is None) is (turn.paused_at_s is None)


def test_a_long_list_of_overtakers_is_cut_at_its_old_end() -> None:
    room = replace(Meeting().room("main"), heard=((1, 2), (5, 6), (9, 12)))
    found = [room.heard_extra(most) for most in (0, 2, 5, 50)]
    assert found == [[], [11, 12], [6, 9, 10, 11, 12], [5, 6, 9, 10, 11, 12]]
    new_database = replace(room, heard=((7, 8),))
    assert (new_database.heard_seq, new_database.heard_extra(9)) == (0, [7, 8])


def test_words_for_causes_are_short_sentences_in_both_languages() -> None:
    for text in causes.TEXTS.values():
        assert text.vi
        assert text.en
    assert causes.TEXTS.keys() >= causes.LOUD
