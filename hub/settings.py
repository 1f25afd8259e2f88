"""What a hub is started with.

Owns these values. Must not read files or decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from hub.bridges.settings import BridgeSettings
from hub.broker_tls import BrokerTls
from hub.meeting_form import MeetingForm
from hub.papers import MOST_BYTES
from hub.reception import Access

Ready = Callable[[str, str], None]
"""Is told the address of the page, and the set-up code while there is no account."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the hub listens and keeps its records."""

    mqtt_host: str
    mqtt_port: int
    http_host: str
    http_port: int
    data: Path
    meeting: MeetingForm | None
    """Of the meeting file; None: there is none."""
    access: Access = field(default_factory=Access)
    broker_tls: BrokerTls | None = None
    figures: tuple[str, int] | None = None
    """Where who watches the hub reads them."""
    paper_most_bytes: int = MOST_BYTES
    bridges: BridgeSettings = field(default_factory=BridgeSettings)
    """Doors for other systems; none unless given."""


def version() -> str:
    """The installed version of the project."""
    try:
        return metadata.version("phonghop")
    except metadata.PackageNotFoundError:
        return "0"
