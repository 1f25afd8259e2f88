"""The console's keys, lamps and contacts as gpiozero devices on one supply of pins.

Owns claiming and releasing of pins and the polarity of each. Must not know time: levels are
read when asked, and an edge only says that reading is worth while.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from drivers.console.config import ConsoleConfig
from drivers.core.errors import LinkDown


class Board:
    """All pins of one console, claimed together."""

    def __init__(
        self,
        config: ConsoleConfig,
        factory: Any,
        errors: tuple[type[Exception], ...],
        on_edge: Callable[[], None],
    ) -> None:
        """Claim every pin; ``on_edge`` is called from a thread of gpiozero's.

        Raises:
            LinkDown: a pin cannot be had; names it.
        """
        self._config = config
        self._errors = errors
        self._inputs: dict[str, Any] = {}
        self._lamps: dict[str, Any] = {}
        claiming = ""
        try:
            for claiming, pin, active_low in _inputs(config):
                self._inputs[claiming] = _input(pin, active_low, factory, on_edge)
            for claiming, pin, active_low in outputs(config):
                self._lamps[claiming] = _lamp(pin, active_low, factory)
        except errors as error:
            self.close()
            raise LinkDown(f"cannot use the pin of {claiming}: {error}") from error

    @property
    def input_pins(self) -> frozenset[int]:
        """BCM numbers of everything that is read."""
        return frozenset(pin for _, pin, _ in _inputs(self._config))

    def is_pressed(self, key: str) -> bool:
        """The key is down at this moment.

        Raises:
            LinkDown: the pin cannot be read any more.
        """
        return self._read(key)

    def is_active(self, contact: str) -> bool:
        """The contact tells of what it is there for: a fire, not a closed circuit.

        Raises:
            LinkDown: the pin cannot be read any more.
        """
        return self._read(contact) != self._config.contacts[contact].normally_closed

    def _read(self, name: str) -> bool:
        try:
            return bool(self._inputs[name].is_active)
        except self._errors as error:
            raise LinkDown(f"cannot read the pin of {name}: {error}") from error

    def light(self, name: str, lit: bool) -> None:
        """Light the lamp of that name, which there is.

        Raises:
            LinkDown: the pin cannot be written any more.
        """
        try:
            self._lamps[name].value = lit
        except self._errors as error:
            raise LinkDown(f"cannot light the lamp of {name}: {error}") from error

    def close(self) -> None:
        """Lamps off, pins free; what is broken already stays broken."""
        for lamp in self._lamps.values():
            with contextlib.suppress(*self._errors):
                lamp.off()
        for device in (*self._lamps.values(), *self._inputs.values()):
            with contextlib.suppress(*self._errors):
                device.close()


def _inputs(config: ConsoleConfig) -> Iterator[tuple[str, int, bool]]:
    """Name, pin and polarity of everything that is read."""
    for name, key in config.keys.items():
        yield name, key.pin, key.active_low
    for name, contact in config.contacts.items():
        yield name, contact.pin, contact.active_low


def outputs(config: ConsoleConfig) -> Iterator[tuple[str, int, bool]]:
    """Name, pin and polarity of every lamp."""
    for name, key in config.keys.items():
        if key.lamp_pin is not None:
            yield name, key.lamp_pin, key.lamp_active_low
    for name, lamp in config.lamps.items():
        yield name, lamp.pin, lamp.active_low


def _input(pin: int, active_low: bool, factory: Any, on_edge: Callable[[], None]) -> Any:
    from gpiozero import DigitalInputDevice

    device = DigitalInputDevice(pin, pull_up=active_low, pin_factory=factory)
    device.when_activated = on_edge
    device.when_deactivated = on_edge
    return device


def _lamp(pin: int, active_low: bool, factory: Any) -> Any:
    from gpiozero import DigitalOutputDevice

    return DigitalOutputDevice(pin, active_high=not active_low, pin_factory=factory)
