"""What the hub tells everybody: that it is there, and what happens in meetings.

Owns the payloads of ``phonghop/v1/hub/...``. Must not hold what only rooms read.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.contract import topics
from edge.contract.base import Fields, Message, Word
from edge.contract.messages import HubStatus


class Fact(Message):
    """``hub/fact``, not retained: something that happened in a meeting, as a webhook is told it."""

    id: Word
    """The same at each telling; what comes twice is one fact."""
    type: Literal["meeting", "attendance", "speech", "result"]
    meeting: Annotated[str, Field(max_length=32)]
    """Id of the prepared meeting; empty where the one of the hub's file sits."""
    data: Fields
    """As in ``docs/bridges.md``. Of a vote the sums alone."""


OF_HUB: dict[str, type[Message]] = {topics.HUB_STATUS: HubStatus, topics.HUB_FACT: Fact}
"""What stands on which topic of the hub's own."""
