"""The newest lines of the event log after a start.

Theory. A start reads thousands of events and pages show the last few, so only those are put into
words, each with the meeting as it was then.

Owns the choice. Must not know the words (``hub.meeting.wording``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from hub.api import views
from hub.api.pages import LOG_LINES
from hub.meeting.state import Meeting
from hub.meeting.wording import is_shown
from hub.store.store import Stored


class Recent:
    """Sees everything, keeps the last."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._kept: deque[tuple[Stored, Meeting]] = deque(maxlen=LOG_LINES)

    def see(self, stored: Stored, meeting: Meeting) -> None:
        """An event, and the meeting after it."""
        if is_shown(stored.event):
            self._kept.append((stored, meeting))

    def lines(self) -> Iterator[views.Json]:
        """In order."""
        return (views.log_entry(*each) for each in self._kept)
