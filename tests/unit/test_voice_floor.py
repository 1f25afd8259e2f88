"""What voices ask of the floor: only differences, never a flood."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules.floor import Floor
from edge.rules.following import Pending, Room
from edge.rules.settings import Settings
from edge.rules.state import Hold, Turn
from edge.voice_floor import AGAIN_S, QUIET_S, REPEAT_S, SeatSound, VoiceFloor

ROLES: Any = {"main/1": "chair", "main/2": "delegate", "main/3": "delegate", "main/9": "observer"}
TALKS, OPEN_AND_SILENT = SeatSound(True, 100.0, 90.0), SeatSound(False, None, 90.0)
CLOSED = SeatSound(False, None, None)


def room(*speaking: Turn, mode: Any = "open", silence_off_s: float = 5.0, **more: Any) -> Room:
    floor = Floor(
        roles=MappingProxyType(ROLES),
        mode=mode,
        max_open=2,
        speaking=speaking,
        settings=Settings(silence_off_s=silence_off_s),
        **more,
    )
    return Room("main", "boot", "standalone", floor, authority="hub")


def owed(now: Room, sound: SeatSound, seat: str = "main/2", listens: bool = True) -> Any:
    return VoiceFloor().owed(now, {seat: sound}, 100.0, listens=listens)


SPEAKS = Turn("main/2", 90.0)
SILENT = replace(SPEAKS, silent_since_s=95.0)


@pytest.mark.parametrize(
    ("turn", "sound", "says"),
    [
        (SPEAKS, TALKS, ()),
        (SPEAKS, OPEN_AND_SILENT, (("silent", "main/2"),)),
        (SILENT, OPEN_AND_SILENT, ()),
        (SILENT, TALKS, (("heard", "main/2"),)),
        (SPEAKS, CLOSED, ()),
        (SPEAKS, SeatSound(False, 100.1 - QUIET_S, 90.0), ()),
        (SPEAKS, SeatSound(False, None, 100.1 - QUIET_S), ()),
        (SPEAKS, SeatSound(False, 100.0 - QUIET_S, 90.0), (("silent", "main/2"),)),
        (replace(SPEAKS, paused_at_s=95.0), OPEN_AND_SILENT, ()),
    ],
)
def test_only_what_the_floor_does_not_know_is_said(
    turn: Turn, sound: SeatSound, says: tuple[tuple[str, str], ...]
) -> None:
    assert owed(room(turn), sound) == says


def test_where_silence_ends_nothing_nothing_is_said() -> None:
    assert owed(room(SPEAKS, silence_off_s=0.0), OPEN_AND_SILENT) == ()
    assert owed(room(Turn("main/1", 90.0)), OPEN_AND_SILENT, "main/1") == ()
    by_voice = room(replace(SPEAKS, by_voice=True), silence_off_s=0.0)
    assert owed(by_voice, OPEN_AND_SILENT) == (("silent", "main/2"),)


def test_what_nobody_can_hear_is_no_silence() -> None:
    """And a silence that runs is taken back when the sound is lost."""
    assert owed(room(SPEAKS), OPEN_AND_SILENT, listens=False) == ()
    assert owed(room(SILENT), OPEN_AND_SILENT, listens=False) == (("heard", "main/2"),)


def test_in_voice_mode_talking_asks_where_it_may() -> None:
    free = room(mode="voice")
    assert owed(free, TALKS, "main/3") == (("heard", "main/3"),)
    assert owed(free, OPEN_AND_SILENT, "main/3") == ()
    assert owed(free, TALKS, "main/9") == ()
    assert owed(room(mode="request"), TALKS, "main/3") == ()
    full = room(SPEAKS, Turn("main/9", 1.0), mode="voice")
    assert owed(full, TALKS, "main/3") == ()
    assert owed(full, TALKS, "main/1") == (("heard", "main/1"),)
    assert owed(room(mode="voice", hold=Hold("main/1", False)), TALKS, "main/3") == ()
    assert owed(room(mode="voice", registration="closed"), TALKS, "main/3") == ()
    assert owed(replace(free, burning=True), TALKS, "main/3") == ()
    assert owed(replace(free, authority="none"), TALKS, "main/3") == ()


def test_an_answer_is_waited_for() -> None:
    waiting = replace(room(SPEAKS), pending=(Pending("main/2", "silent", 99.0, 1),))
    assert owed(waiting, OPEN_AND_SILENT) == ()


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=300))
def test_it_never_floods(story: list[tuple[bool, bool, bool]]) -> None:
    """Whatever is heard and answered: per seat one thing a second, the same one rarely."""
    voice = VoiceFloor()
    said: list[tuple[float, str]] = []
    for n, (talks, knows_silence, listens) in enumerate(story):
        now_s = 100.0 + n * 0.1
        now = room(SILENT if knows_silence else SPEAKS)
        sound = SeatSound(talks, now_s if talks else 90.0, 90.0)
        found = voice.owed(now, {"main/2": sound}, now_s, listens=listens)
        said += [(now_s, intent) for intent, _ in found]
    for (before_s, before), (after_s, after) in itertools.pairwise(said):
        assert after_s - before_s >= AGAIN_S - 1e-6
        assert after != before or after_s - before_s >= REPEAT_S - 1e-6
