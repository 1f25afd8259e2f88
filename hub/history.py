"""The last hour of each room in figures, for plots: link, latencies, what waits to be sent.

Theory. Samples come every few seconds and are kept as minimum, median and maximum of each
minute: a spike stays visible, and an hour of a room costs some kilobytes whatever comes.

Owns these figures; they live in memory. Must not measure, nor know what a figure means. Times
are seconds on the hub's clock.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from math import isfinite
from statistics import median

MINUTES = 60
MINUTE_S = 60.0

SAMPLES_MOST = 120
"""In a minute: two a second."""

SERIES_MOST = 32
"""In a room: a room cannot fill the memory with names."""

NAME_MOST = 64

Band = tuple[float, float, float]
"""Minimum, median, maximum of one minute."""


class Series:
    """One figure over the last hour."""

    def __init__(self) -> None:
        """Nothing was measured."""
        self._minutes = array("q", [-1] * MINUTES)
        self._bands = array("d", [0.0] * (3 * MINUTES))
        self._minute = -1
        self._samples: list[float] = []

    def add(self, value: float, at_s: float) -> None:
        """One sample, never older than the last one."""
        minute = int(at_s // MINUTE_S)
        if minute != self._minute:
            self._close()
            self._minute = minute
        if len(self._samples) < SAMPLES_MOST:
            self._samples.append(value)

    def bands(self, now_s: float) -> list[Band | None]:
        """One for each of the last minutes, oldest first; None where nothing was measured."""
        self._store()
        newest = int(now_s // MINUTE_S)
        return [self._band(minute) for minute in range(newest - MINUTES + 1, newest + 1)]

    def _close(self) -> None:
        self._store()
        self._samples = []

    def _store(self) -> None:
        if not self._samples:
            return
        slot = self._minute % MINUTES
        self._minutes[slot] = self._minute
        low, high = min(self._samples), max(self._samples)
        self._bands[3 * slot : 3 * slot + 3] = array("d", [low, median(self._samples), high])

    def _band(self, minute: int) -> Band | None:
        slot = minute % MINUTES
        if minute < 0 or self._minutes[slot] != minute:
            return None
        low, middle, high = self._bands[3 * slot : 3 * slot + 3]
        return low, middle, high


class History:
    """All rooms."""

    def __init__(self) -> None:
        """Nothing was measured."""
        self._rooms: dict[str, dict[str, Series]] = {}
        self._asked: dict[str, tuple[int, float]] = {}

    def add(self, room: str, figures: Mapping[str, float], at_s: float) -> None:
        """What a room said of itself, or the hub measured of it."""
        known = self._rooms.setdefault(room, {})
        for name, value in figures.items():
            if not isfinite(value) or len(name) > NAME_MOST:
                continue
            series = known.get(name)
            if series is None:
                if len(known) >= SERIES_MOST:
                    continue
                series = known[name] = Series()
            series.add(value, at_s)

    def asked(self, room: str, mono_ms: int, at_s: float) -> None:
        """The hub's time ``mono_ms`` goes out to the room now: its answer makes a round trip."""
        self._asked[room] = mono_ms, at_s

    def answered(self, room: str, mono_ms: float, at_s: float) -> None:
        """The room has heard that time, and we its answer."""
        sent = self._asked.pop(room, None)
        if sent is not None and sent[0] == mono_ms:
            self.add(room, {"round_trip_ms": (at_s - sent[1]) * 1000}, at_s)

    def part(self, room: str, now_s: float) -> dict[str, list[Band | None]]:
        """Every figure of a room, by name; what was not measured in the hour is left out."""
        found = {name: series.bands(now_s) for name, series in self._rooms.get(room, {}).items()}
        return {name: bands for name, bands in sorted(found.items()) if any(bands)}

    def newest(self, room: str, name: str, now_s: float) -> Band | None:
        """The newest minute in which something was measured, within the last three."""
        series = self._rooms.get(room, {}).get(name)
        bands = [] if series is None else series.bands(now_s)[-3:]
        return next((band for band in reversed(bands) if band is not None), None)
