"""The console's parts without pins: debouncing, rhythm of lamps, settings."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drivers.console.config import ConsoleConfig, ConsoleContact, ConsoleKey
from drivers.console.debounce import Debounce
from drivers.core.blinking import is_lit, next_change_s

SAMPLE_S = 0.002


def settled(level: bool) -> Debounce:
    debounce = Debounce(0.01)
    debounce.sample(level, 0.0)
    assert debounce.sample(level, 0.01)
    return debounce


def test_the_first_level_has_to_stay_too() -> None:
    debounce = Debounce(0.01)
    assert debounce.is_settling
    assert not debounce.sample(True, 1.0)
    assert not debounce.sample(False, 1.004)
    assert not debounce.sample(False, 1.012)
    assert debounce.state is None
    assert debounce.sample(False, 1.014)
    assert (debounce.state, debounce.changed_at_s) == (False, 1.004)
    assert not debounce.is_settling


@pytest.mark.parametrize(("stable_steps", "accepted"), [(0, 1), (1, 1), (5, 5)])
def test_a_change_is_dated_by_its_first_sample(stable_steps: int, accepted: int) -> None:
    step_s = 1 / 512  # exact in binary
    debounce = Debounce(stable_steps * step_s)
    debounce.sample(False, 0.0)
    debounce.sample(False, 0.5)
    changes = [step for step in range(20) if debounce.sample(True, 1.0 + step * step_s)]
    assert changes == [accepted]
    assert debounce.changed_at_s == 1.0


@given(st.booleans(), st.lists(st.integers(1, 9), max_size=200))
def test_m15_glitches_never_add_up(level: bool, good_between: list[int]) -> None:
    debounce = settled(level)
    now_s = 1.0
    for good in good_between:
        now_s += SAMPLE_S
        assert not debounce.sample(not level, now_s)
        for _ in range(good):
            now_s += SAMPLE_S
            assert not debounce.sample(level, now_s)
    assert debounce.state is level


@given(st.lists(st.booleans(), max_size=60))
def test_whatever_bounced_the_state_follows_the_level_that_stays(bounces: list[bool]) -> None:
    debounce = settled(False)
    for step, level in enumerate([*bounces, *[True] * 7]):
        debounce.sample(level, 1.0 + step * SAMPLE_S)
    assert debounce.state is True
    assert not debounce.is_settling


def test_lamps_blink_in_one_rhythm() -> None:
    quarters_s = [step / 8 for step in range(16)]
    assert [is_lit("slow", at_s) for at_s in quarters_s] == ([True] * 4 + [False] * 4) * 2
    assert [is_lit("fast", at_s) for at_s in quarters_s] == [True, False] * 8
    assert {is_lit("on", at_s) for at_s in quarters_s} == {True}
    assert {is_lit("off", at_s) for at_s in quarters_s} == {False}


def test_the_next_change_is_known() -> None:
    assert next_change_s(["on", "off"], 1.3) is None
    assert next_change_s(["on", "slow"], 1.3) == 1.5
    assert next_change_s(["slow", "fast"], 1.3) == 1.375
    assert next_change_s(["slow"], 1.5) == 2.0


def test_a_console_in_a_room_file() -> None:
    config = ConsoleConfig.model_validate(
        {
            "pins": "twin:main/console",
            "keys": {"priority": {"pin": 17, "lamp_pin": 5}, "all_off": {"pin": 22}},
            "contacts": {"fire_alarm": {"pin": 27}},
        }
    )
    assert config.keys["priority"] == ConsoleKey(pin=17, lamp_pin=5)
    assert config.contacts["fire_alarm"] == ConsoleContact(pin=27, normally_closed=True)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"keys": {"next": {"pin": 17}}, "contacts": {"fire_alarm": {"pin": 17}}},
            "pin 17 is used twice: by keys.next.pin and by contacts.fire_alarm.pin",
        ),
        (
            {"keys": {"next": {"pin": 17, "lamp_pin": 17}}},
            "pin 17 is used twice: by keys.next.pin and by keys.next.lamp_pin",
        ),
        ({"keys": {"a": {"pin": 4}}, "contacts": {"a": {"pin": 5}}}, "a is the name of a key and"),
        ({"keys": {"next": {"pin": 28}}}, "less than or equal to 27"),
        ({"keys": {"next": {"pin": 1}}}, "greater than or equal to 2"),
        ({"keys": {"Next": {"pin": 4}}}, "should match pattern"),
        ({"keys": {"next": {"pin": 2, "active_low": False}}}, "keys.next: pin 2 has a pull-up"),
        ({"contacts": {"x": {"pin": 3, "active_low": False}}}, "contacts.x: pin 3 has a pull-up"),
        ({"keys": {"next": {"pin": 4, "colour": "red"}}}, "colour"),
        ({"pins": "usb"}, "should match pattern"),
        ({"pins": "twin:serial:main/console"}, "should match pattern"),
    ],
)
def test_a_bad_console_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ConsoleConfig.model_validate(settings)


def test_every_setting_is_described() -> None:
    for model in (ConsoleConfig, ConsoleKey, ConsoleContact):
        for name, field in model.model_fields.items():
            assert field.description, name


def test_config_and_driver_load_without_a_gpio_library() -> None:
    program = (
        "import sys; import drivers.console.config, drivers.console.driver; "
        "sys.exit(any(name in sys.modules for name in ('gpiozero', 'lgpio')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
