"""What a hub is started with.

Owns these values. Must not read files or decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from hub.meeting import commands
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
    meeting: commands.Configure
    access: Access = field(default_factory=Access)


def version() -> str:
    """The installed version of the project."""
    try:
        return metadata.version("phonghop")
    except metadata.PackageNotFoundError:
        return "0"
