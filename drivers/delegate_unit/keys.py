"""From counters and levels to presses: what happened to the keys of a seat.

Owns the baseline at first contact, the order of presses and their releases. A key already
held when a unit is first seen is no press; every press that was told is told to be released
once, also when the unit restarted in between. Must not know a register.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.core.capability import KeyPress
from drivers.delegate_unit.maps import KeyRecord
from drivers.delegate_unit.unit import PRESS_EXPIRES_S

MOST_PRESSES = 60
"""More presses of one key between two polls are no person: counters from elsewhere."""


class PressCounters:
    """Keys of a unit that counts presses itself."""

    def __init__(self, seat: int) -> None:
        """No baseline yet."""
        self.expired = 0
        self._source = str(seat)
        self._counts: dict[str, int] | None = None
        self._down: dict[str, float] = {}

    def forget(self) -> None:
        """The unit restarted: its next counters are the new baseline."""
        self._counts = None

    def take(
        self, records: Mapping[str, KeyRecord], held: frozenset[str], sampled_s: float
    ) -> list[KeyPress]:
        """The presses and releases between the last record and this one, oldest first."""
        before, self._counts = self._counts, {key: r.presses for key, r in records.items()}
        presses: list[KeyPress] = []
        for key, record in records.items():
            fresh = (record.presses - before[key]) & 0xFFFF if before is not None else 0
            baseline = before is None or fresh > MOST_PRESSES
            fresh = 0 if baseline else fresh
            presses += self._one_key(key, record, fresh, key in held, baseline, sampled_s)
        return sorted(presses, key=lambda press: press.at_s)

    def _one_key(
        self,
        key: str,
        record: KeyRecord,
        fresh: int,
        held: bool,
        baseline: bool,
        sampled_s: float,
    ) -> list[KeyPress]:
        at_s, hold_s = sampled_s - record.age_ms / 1000, record.hold_ms / 1000
        out: list[KeyPress] = []
        if fresh == 0:
            if not held and key in self._down:
                down_s = self._down.pop(key)
                if baseline:  # the hold in the record is of another life
                    out.append(KeyPress(self._source, key, sampled_s, released=True))
                else:
                    up_s = min(down_s + hold_s, sampled_s)
                    out.append(KeyPress(self._source, key, up_s, True, record.hold_ms))
            return out
        if record.age_ms > PRESS_EXPIRES_S * 1000:
            self.expired += fresh
            if key in self._down:
                out.append(KeyPress(self._source, key, self._down.pop(key), released=True))
            return out
        if key in self._down:  # came up and went down again in between
            down_s = self._down.pop(key)
            if fresh == 1 and held:
                up_s = min(down_s + hold_s, at_s)
                out.append(KeyPress(self._source, key, up_s, True, record.hold_ms))
            else:
                out.append(KeyPress(self._source, key, at_s, released=True))
        for _ in range(fresh - 1):  # the unit keeps the time of the last one only
            out.append(KeyPress(self._source, key, at_s))
            out.append(KeyPress(self._source, key, at_s, released=True))
        out.append(KeyPress(self._source, key, at_s))
        if held:
            self._down[key] = at_s
        else:
            up_s = min(at_s + hold_s, sampled_s)
            out.append(KeyPress(self._source, key, up_s, True, record.hold_ms))
        return out


class LevelKeys:
    """Keys of a seat that are plain inputs, debounced: two equal samples make a state."""

    def __init__(self, seat: int, channels: Mapping[str, int]) -> None:
        """``channels`` says which input each key is wired to."""
        self._source = str(seat)
        self._channels = channels
        self._state: dict[str, bool] = {}
        self._sample: dict[str, tuple[bool, float]] = {}
        self._down: dict[str, float] = {}

    @property
    def held(self) -> frozenset[str]:
        """Keys that are down."""
        return frozenset(key for key, down in self._state.items() if down)

    @property
    def unsettled(self) -> bool:
        """The last sample differs from the state: another one will tell."""
        return any(self._state.get(key) != sample[0] for key, sample in self._sample.items())

    def forget(self) -> None:
        """Nothing was seen for a while: the next state is the new baseline."""
        self._state.clear()
        self._sample.clear()

    def take(self, bits: tuple[int, ...], sampled_s: float) -> list[KeyPress]:
        """One sample of all inputs; what it settles."""
        out: list[KeyPress] = []
        for key, channel in self._channels.items():
            level = bool(bits[channel])
            last, since_s = self._sample.get(key, (None, sampled_s))
            if level != last:
                self._sample[key] = (level, sampled_s)
            elif level != self._state.get(key):
                out += self._settle(key, level, since_s)
        return out

    def _settle(self, key: str, level: bool, since_s: float) -> list[KeyPress]:
        baseline = key not in self._state
        self._state[key] = level
        if level and not baseline:
            self._down[key] = since_s
            return [KeyPress(self._source, key, since_s)]
        if level or key not in self._down:
            return []
        held_ms = None if baseline else round((since_s - self._down[key]) * 1000)
        del self._down[key]
        return [KeyPress(self._source, key, since_s, released=True, held_ms=held_ms)]
