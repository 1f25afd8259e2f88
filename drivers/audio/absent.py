"""What stands where the sound would be when a package for it is missing.

Owns a fault that says what to install. Must not import what may be missing.
"""

from __future__ import annotations

import asyncio

from drivers.core.capability import Health, HealthState


class AbsentInput:
    """Never hears anything, and says why. Implements ``Device``."""

    def __init__(self, ident: str, package: str) -> None:
        """``package`` could not be imported."""
        self.id = ident
        self._reason = f"the package {package} is missing: install phonghop[audio]"

    async def run(self) -> None:
        """Wait to be cancelled."""
        await asyncio.Event().wait()

    def health(self, now_s: float) -> Health:
        """A fault, and its cure."""
        return Health(HealthState.FAULT, self._reason)
