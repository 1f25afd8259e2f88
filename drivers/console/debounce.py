"""From bouncing levels to a state: pure, no clock of its own.

Owns the rule that a change counts when it has stayed. Must not know pins or keys.
"""

from __future__ import annotations


class Debounce:
    """Follows one input.

    A new level counts when two samples at least ``stable_s`` apart show it and every sample
    between them does too. One sample of the old level starts the wait anew, so glitches
    never add up. The very first level has to stay as well.
    """

    def __init__(self, stable_s: float) -> None:
        """``stable_s`` 0 still wants two equal samples."""
        self.state: bool | None = None
        self.changed_at_s: float | None = None
        self._stable_s = stable_s
        self._candidate: bool | None = None
        self._since_s = 0.0

    @property
    def is_settling(self) -> bool:
        """A level differs from the state, or there is no state yet: sample again soon."""
        return self.state is None or self._candidate is not None

    def sample(self, level: bool, now_s: float) -> bool:
        """Take one sample; True when the state has just changed.

        ``changed_at_s`` is then the time of the first sample of the new level.
        """
        if level == self.state:
            self._candidate = None
            return False
        if level != self._candidate:
            self._candidate, self._since_s = level, now_s
            return False
        if now_s - self._since_s < self._stable_s:
            return False
        self.state, self._candidate = level, None
        self.changed_at_s = self._since_s
        return True
