"""The rules of the last meeting, kept on disk for a start without a hub.

Theory. A room that starts alone would otherwise lead by defaults: another mode, no limits,
the seats' usual roles. What the hub said last is better. Who spoke or waited is not kept:
after a start everything is silent.

Owns one small file and what stands in it. Must not decide who leads.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from edge.rules import plain
from edge.rules.settings import Mode, Registration, Role, Settings
from edge.rules.state import Floor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """What of a floor is kept."""

    mode: Mode
    max_open: int
    queue_max: int
    registration: Registration
    debating: bool
    settings: Settings
    roles: Mapping[str, Role]

    @staticmethod
    def of(floor: Floor) -> Rules:
        """The rules of ``floor``."""
        return Rules(
            mode=floor.mode,
            max_open=floor.max_open,
            queue_max=floor.queue_max,
            registration=floor.registration,
            debating=floor.debating,
            settings=floor.settings,
            roles=dict(floor.roles),
        )

    def on(self, floor: Floor) -> Floor:
        """``floor`` with these rules; seats that are not there any more are left out."""
        roles = {seat: self.roles.get(seat, role) for seat, role in floor.roles.items()}
        return replace(
            floor,
            mode=self.mode,
            max_open=self.max_open,
            queue_max=self.queue_max,
            registration=self.registration,
            debating=self.debating,
            settings=self.settings,
            roles=MappingProxyType(roles),
        )


class KeptRules:
    """The file. ``keep`` from the event loop; writing happens beside it, the newest wins."""

    def __init__(self, path: Path) -> None:
        """Nothing is read before ``read``."""
        self._path = path
        self._wanted: Rules | None = None
        self._on_disk: Rules | None = None
        self._writing: asyncio.Task[None] | None = None

    def read(self) -> Rules | None:
        """What was kept; None when there is nothing, or nothing that can be used."""
        try:
            found = json.loads(self._path.read_bytes())
            self._on_disk = plain.read(Rules, found, "rules")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            log.warning("%s: %s; started alone, the room has default rules", self._path, error)
        return self._on_disk

    def keep(self, floor: Floor) -> None:
        """Keep the rules of ``floor``; what cannot be written is tried again with the next."""
        self._wanted = Rules.of(floor)
        if self._writing is None and self._wanted != self._on_disk:
            self._writing = asyncio.create_task(self._write(), name="kept rules")

    async def _write(self) -> None:
        try:
            while (wanted := self._wanted) is not None and wanted != self._on_disk:
                await asyncio.to_thread(_replace, self._path, json.dumps(plain.write(wanted)))
                self._on_disk = wanted
        except OSError as error:
            log.error("%s: not kept: %s", self._path, error)
        finally:
            self._writing = None

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._writing is not None:
            await asyncio.wait({self._writing})


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, also when the power fails."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
