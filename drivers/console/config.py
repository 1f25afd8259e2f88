"""Settings of the chair's console: which key, lamp and contact sits on which pin.

Owns what a room file may say about them. Must not import gpiozero or the driver: a room file
is checked on machines without pins.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Annotated

from pydantic import Field, model_validator

from drivers.core.section import Section

Name = Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
"""A function of the chair's panel: ``priority``, ``next``, ``all_off``, ``vote``, ``wide``...
Which there are: docs/devices/console.md."""

Pin = Annotated[int, Field(ge=2, le=27)]
"""A pin by its BCM number. 0 and 1 belong to the boards on top (Raspberry Pi HAT design guide)."""

PULLED_UP_PINS = (2, 3)
"""These have resistors to 3.3 V on the board itself (1.8 kohm), whatever software asks for."""


class ConsoleKey(Section):
    """One key and its lamp."""

    pin: Pin = Field(description="BCM number of the pin that the key is wired to")
    lamp_pin: Pin | None = Field(None, description="BCM number of the lamp's pin, if it has one")
    active_low: bool = Field(
        True,
        description="true: the key connects to ground, pull-up on; false: to 3.3 V, pull-down on",
    )
    lamp_active_low: bool = Field(False, description="true: the lamp lights when its pin is low")
    debounce_ms: int = Field(
        10, ge=0, le=200, description="milliseconds a level has to stay before it counts"
    )


class ConsoleLamp(Section):
    """A lamp without a key."""

    pin: Pin = Field(description="BCM number of the pin that the lamp is wired to")
    active_low: bool = Field(False, description="true: the lamp lights when its pin is low")


class ConsoleContact(Section):
    """A potential-free contact, such as that of the fire alarm."""

    pin: Pin = Field(description="BCM number of the pin that the contact is wired to")
    normally_closed: bool = Field(
        True,
        description="true: closed at rest, so a cut wire reads as active; false: closed if active",
    )
    active_low: bool = Field(
        True, description="true: it connects to ground, pull-up on; false: to 3.3 V, pull-down on"
    )
    debounce_ms: int = Field(
        50, ge=0, le=1000, description="milliseconds a level has to stay before it counts"
    )


class ConsoleConfig(Section):
    """The console of one room."""

    pins: str = Field(
        "gpio",
        pattern=r"^(gpio|twin:[a-z0-9-]{1,32}/[a-z0-9-]{1,32})$",
        description="gpio for the pins of this board, twin:ROOM/console for those of a twin",
    )
    keys: dict[Name, ConsoleKey] = Field(
        default_factory=dict, description="keys by the function they call"
    )
    lamps: dict[Name, ConsoleLamp] = Field(
        default_factory=dict, description="lamps without a key, such as link"
    )
    contacts: dict[Name, ConsoleContact] = Field(
        default_factory=dict, description="contacts by name, such as fire_alarm"
    )

    @model_validator(mode="after")
    def _names_and_pins_are_used_once(self) -> ConsoleConfig:
        tables = [
            ("key", self.keys.keys()),
            ("lamp", self.lamps.keys()),
            ("contact", self.contacts.keys()),
        ]
        for (one, here), (other, there) in combinations(tables, 2):
            if both := sorted(here & there):
                raise ValueError(f"{both[0]} is the name of a {one} and of a {other}")
        owners: dict[int, str] = {}
        for owner, pin in self._pins():
            if pin in owners:
                raise ValueError(f"pin {pin} is used twice: by {owners[pin]} and by {owner}")
            owners[pin] = owner
        for owner, pin in self._pins_pulled_down():
            if pin in PULLED_UP_PINS:
                raise ValueError(
                    f"{owner}: pin {pin} has a pull-up on the board; active_low = true"
                )
        return self

    def _pins(self) -> Iterator[tuple[str, int]]:
        for name, key in self.keys.items():
            yield f"keys.{name}.pin", key.pin
            if key.lamp_pin is not None:
                yield f"keys.{name}.lamp_pin", key.lamp_pin
        for name, lamp in self.lamps.items():
            yield f"lamps.{name}.pin", lamp.pin
        for name, contact in self.contacts.items():
            yield f"contacts.{name}.pin", contact.pin

    def _pins_pulled_down(self) -> Iterator[tuple[str, int]]:
        for name, key in self.keys.items():
            if not key.active_low:
                yield f"keys.{name}", key.pin
        for name, contact in self.contacts.items():
            if not contact.active_low:
                yield f"contacts.{name}", contact.pin
