"""The chair's console as ``Keys``: presses out, lamps in, contacts to be read.

Owns debouncing, the true-up of lost edges, blinking, and the reopening of pins. Must not know
what a key means or where pins come from.

Edges come from threads and get lost in a storm (libgpiod and lgpio both report it), so an edge
only wakes the sampling, and every level is read again each second anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from drivers.console.board import Board, outputs
from drivers.console.config import ConsoleConfig
from drivers.console.debounce import Debounce
from drivers.console.mock_pins import TwinPins
from drivers.console.pins import GpioPins, PinSource
from drivers.core.blinking import is_lit, next_change_s
from drivers.core.capability import (
    NOT_OPENED,
    Health,
    HealthState,
    KeyPress,
    Lamp,
    down_state,
)
from drivers.core.errors import LinkDown
from drivers.core.reading import Clock, Reading
from drivers.core.session import retry_delay_s

log = logging.getLogger(__name__)

SOURCE = "console"

SAMPLE_S = 0.002
"""Between two samples while a level is new: five of them in the usual 10 ms."""

TRUE_UP_S = 1.0
"""Every level is read at least this often, edges or not."""

STALE_S = 3.0
"""Three missed true-ups: the driver itself does not run any more."""

STUCK_S = 60.0
"""Nobody holds a key for a minute: something lies on it, or it is broken."""


class _Key:
    """One key: its level, and whether its press has been told."""

    def __init__(self, stable_s: float) -> None:
        self.level = Debounce(stable_s)
        self.pressed_at_s: float | None = None
        self.down_since_s: float | None = None


class Console:
    """All keys, lamps and contacts of the chair's console (``Keys`` and ``Device``)."""

    def __init__(
        self,
        config: ConsoleConfig,
        on_key: Callable[[KeyPress], None],
        *,
        on_contact: Callable[[str, bool], None] | None = None,
        pins: PinSource | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``on_key`` hears presses and releases, ``on_contact`` the first state and changes.

        ``pins`` replaces those of ``config`` in tests.
        """
        self.id = SOURCE
        self._config = config
        self._on_key = on_key
        self._on_contact = on_contact
        self._now_s = now_s
        self._pins = pins or _pins_of(config)
        self._keys: dict[str, _Key] = {}
        self._contacts: dict[str, Debounce] = {}
        self._forget_levels()
        self._lamps: dict[str, Lamp] = {name: "off" for name, _, _ in outputs(config)}
        self._lit: dict[str, bool] = {}
        self._down_reason: str | None = NOT_OPENED
        self._read_at_s: float | None = None
        self._edge = asyncio.Event()
        self._edge_told = False
        self._lamps_changed = asyncio.Event()
        self._counters = {"opened": 0, "presses": 0, "edges": 0, "found_by_true_up": 0}

    def _forget_levels(self) -> None:
        """Levels are unknown again; presses that were told stay open until the key is read."""
        told = {name: key.pressed_at_s for name, key in self._keys.items()}
        for name, settings in self._config.keys.items():
            self._keys[name] = _Key(settings.debounce_ms / 1000)
            self._keys[name].pressed_at_s = told.get(name)
        self._contacts = {
            name: Debounce(contact.debounce_ms / 1000)
            for name, contact in self._config.contacts.items()
        }

    # What others see

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that this console has, with or without a lamp."""
        return tuple(self._config.keys)

    @property
    def held(self) -> frozenset[str]:
        """Keys that are down now, those found down at the start among them."""
        return frozenset(name for name, key in self._keys.items() if key.level.state)

    def set_lamp(self, name: str, lamp: Lamp) -> None:
        """Light that lamp; where a console has no such lamp there is nothing to do."""
        if name in self._lamps and self._lamps[name] != lamp:
            self._lamps[name] = lamp
            self._lamps_changed.set()

    def contact(self, name: str) -> Reading[bool]:
        """State of a contact such as ``fire_alarm``; unknown before it was read."""
        level = self._contacts.get(name)
        if level is None:
            return Reading.unknown(f"no contact {name}")
        if self._down_reason is not None or level.state is None or self._read_at_s is None:
            return Reading.unknown(self._down_reason or "not read yet")
        return Reading.known(level.state, self._read_at_s).fresh(self._now_s(), STALE_S)

    def health(self, now_s: float) -> Health:
        """Ok while every level is read; a key that stays down for a minute is unconfirmed."""
        state, reason = self._judge(now_s)
        return Health(state, reason, self._read_at_s, dict(self._counters))

    def _judge(self, now_s: float) -> tuple[HealthState, str | None]:
        if self._down_reason is not None:
            return down_state(self._down_reason), self._down_reason
        if self._read_at_s is None or now_s - self._read_at_s > STALE_S:
            return HealthState.UNCONFIRMED, "its pins are not being read"
        for name, key in self._keys.items():
            if key.down_since_s is not None and now_s - key.down_since_s > STUCK_S:
                return HealthState.UNCONFIRMED, f"the key {name} is down all the time: stuck?"
        return HealthState.OK, None

    # Life

    async def run(self) -> None:
        """Hold the pins until cancelled and take them again when they go; lamps off at the end."""
        attempt = 0
        while True:
            try:
                opened = self._counters["opened"]
                await self._live_once()
            except LinkDown as error:
                if attempt == 0 or self._counters["opened"] != opened:
                    log.warning("%s: %s", self.id, error)
                    attempt = 0
                self._down_reason = str(error)
            attempt += 1
            await asyncio.sleep(retry_delay_s(attempt))

    async def _live_once(self) -> None:
        loop = asyncio.get_running_loop()
        board: Board | None = None
        lost: BaseException | None = None
        try:
            factory = await self._pins.open()
            board = Board(
                self._config, factory, self._pins.errors, lambda: self._edge_from_thread(loop)
            )
            await self._pins.begin(board.input_pins)
            self._forget_levels()
            self._lit.clear()
            self._down_reason = None
            self._counters["opened"] += 1
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pins.lost(), name=f"{self.id} pins")
                tasks.create_task(self._watch(board), name=f"{self.id} keys")
                tasks.create_task(self._show(board), name=f"{self.id} lamps")
        except* LinkDown as group:
            lost = _first(group)
        finally:
            if board is not None:
                board.close()
            await self._pins.close()
        if lost is not None:
            raise lost

    def _edge_from_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by gpiozero; one wake-up is enough however many edges a bad contact makes."""
        self._counters["edges"] += 1
        if not self._edge_told:
            self._edge_told = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
                loop.call_soon_threadsafe(self._edge.set)

    # Keys and contacts

    async def _watch(self, board: Board) -> None:
        woken = True
        while True:
            settling = self._sample(board, woken)
            woken = True
            if settling:
                await asyncio.sleep(SAMPLE_S)
                continue
            try:
                async with asyncio.timeout(TRUE_UP_S):
                    await self._edge.wait()
            except TimeoutError:
                woken = False
            self._edge.clear()
            self._edge_told = False

    def _sample(self, board: Board, woken: bool) -> bool:
        """Read everything once; True while something has to be read again soon."""
        now_s = self._now_s()
        for name, key in self._keys.items():
            known = key.level.state
            calm = not key.level.is_settling
            if key.level.sample(board.is_pressed(name), now_s):
                self._key_changed(name, key, was=known)
            elif calm and key.level.is_settling and not woken:
                self._counters["found_by_true_up"] += 1
        for name, level in self._contacts.items():
            if level.sample(board.is_active(name), now_s) and self._on_contact is not None:
                self._on_contact(name, bool(level.state))
        self._read_at_s = now_s
        levels = [key.level for key in self._keys.values()] + list(self._contacts.values())
        return any(level.is_settling for level in levels)

    def _key_changed(self, name: str, key: _Key, was: bool | None) -> None:
        at_s = key.level.changed_at_s or 0.0
        if key.level.state:
            key.down_since_s = at_s
            if was is None:  # found down: held, but nobody pressed it while we looked
                return
            key.pressed_at_s = at_s
            self._counters["presses"] += 1
            self._on_key(KeyPress(SOURCE, name, at_s))
            return
        key.down_since_s = None
        if key.pressed_at_s is not None:
            held_ms = round((at_s - key.pressed_at_s) * 1000)
            key.pressed_at_s = None
            self._on_key(KeyPress(SOURCE, name, at_s, released=True, held_ms=held_ms))

    # Lamps

    async def _show(self, board: Board) -> None:
        while True:
            now_s = self._now_s()
            for name, lamp in self._lamps.items():
                lit = is_lit(lamp, now_s)
                if self._lit.get(name) != lit:
                    board.light(name, lit)
                    self._lit[name] = lit
            change_s = next_change_s(self._lamps.values(), now_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if change_s is None else change_s - now_s):
                    await self._lamps_changed.wait()
            self._lamps_changed.clear()


def _pins_of(config: ConsoleConfig) -> PinSource:
    if config.pins == "gpio":
        return GpioPins()
    return TwinPins(config.pins.removeprefix("twin:"))


def _first(group: BaseExceptionGroup[LinkDown]) -> BaseException:
    """The first error of a group of groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
