"""From counters and levels to presses: baselines, releases, debouncing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.core.capability import KeyPress
from drivers.delegate_unit.keys import MOST_PRESSES, LevelKeys, PressCounters
from drivers.delegate_unit.maps import KEYS, KeyRecord

NONE: frozenset[str] = frozenset()
MIC = frozenset({"mic"})


def counters(mic: int = 0, age_ms: int = 65535, hold_ms: int = 0) -> dict[str, KeyRecord]:
    """Records in which only the microphone key was ever touched."""
    quiet = dict.fromkeys(KEYS, KeyRecord(0, 65535, 0))
    return quiet | {"mic": KeyRecord(mic, age_ms, hold_ms)}


def told(presses: list[KeyPress]) -> list[tuple[bool, float, int | None]]:
    return [(press.released, round(press.at_s, 3), press.held_ms) for press in presses]


@pytest.mark.parametrize("held", [NONE, MIC])
def test_the_first_record_is_the_baseline(held: frozenset[str]) -> None:
    keys = PressCounters(1)
    assert keys.take(counters(500, 10, 0), held, 10.0) == []
    assert keys.take(counters(500, 110, 100), NONE, 10.1) == []


def test_held_between_two_presses_is_two_presses_with_both_holds() -> None:
    keys = PressCounters(1)
    keys.take(counters(), NONE, 10.0)
    assert told(keys.take(counters(1, 20), MIC, 10.1)) == [(False, 10.08, None)]
    again = keys.take(counters(2, 30, 50), MIC, 10.2)
    assert told(again) == [(True, 10.13, 50), (False, 10.17, None)]
    assert told(keys.take(counters(2, 130, 90), NONE, 10.3)) == [(True, 10.26, 90)]


def test_counters_from_elsewhere_are_a_new_baseline() -> None:
    keys = PressCounters(1)
    keys.take(counters(5), NONE, 10.0)
    assert keys.take(counters(5 + MOST_PRESSES + 1, 10), NONE, 10.1) == []
    assert len(keys.take(counters(5 + MOST_PRESSES + 2, 10, 5), NONE, 10.2)) == 2


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=40))
def test_every_press_told_is_released_once_and_in_order(
    story: list[tuple[int, bool, bool]],
) -> None:
    keys = PressCounters(1)
    count, events, now_s = 0, [], 100.0
    keys.take(counters(), NONE, now_s)
    for fresh, held, restart in story:
        now_s += 0.1
        if restart:
            keys.forget()
            count = 0
        count += fresh
        events += keys.take(counters(count, 40, 20), MIC if held else NONE, now_s)
    now_s += 0.1
    events += keys.take(counters(count, 140, 60), NONE, now_s)
    assert [event.released for event in events] == [False, True] * (len(events) // 2)


def level(keys: LevelKeys, samples: str, start_s: float = 0.0) -> list[KeyPress]:
    """Feed samples of channel 0 every 0.1 s."""
    out: list[KeyPress] = []
    for place, sample in enumerate(samples):
        out += keys.take((int(sample), 0), start_s + 0.1 * place)
    return out


def test_two_equal_samples_make_a_press_timed_at_the_first() -> None:
    keys = LevelKeys(1, {"mic": 0})
    assert told(level(keys, "00111100")) == [(False, 0.2, None), (True, 0.6, 400)]


@given(st.lists(st.integers(1, 5), max_size=30))
def test_isolated_glitches_never_add_up(gaps: list[int]) -> None:
    keys = LevelKeys(1, {"mic": 0})
    samples = "00" + "".join("1" + "0" * gap for gap in gaps)
    assert level(keys, samples) == []
    inverted = LevelKeys(1, {"mic": 0})
    assert level(inverted, samples.translate({48: "1", 49: "0"})) == []
    assert inverted.held == MIC


def test_held_at_the_start_is_held_and_no_press() -> None:
    keys = LevelKeys(1, {"mic": 0})
    assert level(keys, "111") == []
    assert keys.held == MIC
    assert level(keys, "000") == []
    assert told(level(keys, "11")) == [(False, 0.0, None)]


def test_a_press_told_before_a_gap_is_released_after_it() -> None:
    keys = LevelKeys(1, {"mic": 0})
    level(keys, "0011")
    keys.forget()
    assert told(level(keys, "00", 5.0)) == [(True, 5.0, None)]
