"""What a VISCA camera is asked, and what its answers prove: greeting, polling, health.

Owns the questions and the readings made of the answers. Must not move the camera.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from drivers.core.capability import HealthState
from drivers.core.errors import NoReply, Refused
from drivers.core.reading import Clock, Reading
from drivers.visca.config import ViscaConfig
from drivers.visca.link import Link
from drivers.visca.tracker import Tracker

log = logging.getLogger(__name__)

SILENT_POLL_S = 2.0
"""How often a camera that answers nothing is greeted again."""

STALE_POLLS = 3
"""So many polls missed make a reading unknown."""

UNKNOWN_QUESTION = "02"
"""A syntax error: the camera does not know what it was asked."""

REFUSALS = 3
"""So often in a row the question is refused before that is believed: lines are noisy."""

BLIND = "it does not tell its position"

SIDE_POLL_S = 5.0
"""Power, menu and status are asked this often even while the camera moves."""


class Watch:
    """Keeps what one camera has proved."""

    def __init__(self, config: ViscaConfig, link: Link, now_s: Clock) -> None:
        """Everything is unknown until ``greet`` and ``poll``."""
        self.patience_s = max(
            STALE_POLLS * (config.rest_poll_s + config.reply_timeout_s), 2 * SILENT_POLL_S
        )
        self.tracker = Tracker(config.profile, config.tolerance_deg, self.patience_s)
        self.power: Reading[bool] = Reading.unknown("not asked yet")
        self.menu_closed = False
        self.greeted = False
        self.refusal: str | None = None
        self.held_back: str | None = None
        """Why it does not look quite where it was sent."""
        self.proof_at_s: float | None = None
        self.blind = not config.tells_position
        """It does not tell its position: whatever it is asked, only its life is proved."""
        self._config = config
        self._status = config.profile.status
        self._link = link
        self._now_s = now_s
        self._started_s = now_s()
        self._side_at_s: float | None = None
        self._unsupported: set[str] = set()
        self._fault: str | None = None
        self._refusals = 0

    # Questions ----------------------------------------------------------------------------

    def lost(self, reason: str) -> None:
        """The wire is gone or new: what was known is history."""
        self.tracker.lost(reason)
        self.blind, self._refusals = not self._config.tells_position, 0
        self.power = Reading.unknown(reason)
        self.greeted = self.menu_closed = False
        self._side_at_s = None

    async def greet(self) -> bool:
        """Make the camera ours again; True when it answered. Silence is no error here.

        Raises:
            LinkDown
        """
        try:
            async with self._link.greeting():
                if self._link.flavour == "sony-ip" and not self._config.fixed_sequence:
                    await self._link.reset()
                if self._link.flavour == "serial":
                    # A camera with its address on a switch may not return the address set.
                    with contextlib.suppress(NoReply):
                        await self._link.set_address()
                await self._hello()
        except NoReply:
            log.debug("%s: does not answer the greeting", self._link.device)
            return False
        self.greeted = True
        with contextlib.suppress(NoReply, Refused):
            await self._ask_power()
            if self.power.value is False and self._config.wake:
                await self._link.command("power", {"value": "on"})
            if self.power.value is not False:
                await self.close_menu()
        return True

    async def _hello(self) -> None:
        """Any answer will do, and a refusal is one."""
        with contextlib.suppress(Refused):
            said = await self._link.first_question("version")
            log.info("%s: version %s", self._link.device, said)

    async def close_menu(self) -> None:
        """With the on-screen menu open a camera accepts moves and does not move.

        Raises:
            LinkDown, NoReply, Refused
        """
        await self._link.command("menu", {"value": "off"})
        self.menu_closed = True

    async def poll(self) -> None:
        """Ask for the position; now and then for the rest.

        Raises:
            LinkDown, NoReply, Refused
        """
        if self._config.tells_position:
            await self._ask_position()
        now_s = self._now_s()
        waited_s = SIDE_POLL_S if self._side_at_s is None else now_s - self._side_at_s
        if self.blind or self.tracker.settled(now_s) or waited_s >= SIDE_POLL_S:
            self._side_at_s = now_s
            await self._ask_the_rest()

    async def _ask_position(self) -> None:
        try:
            at = await self._link.inquire("pan_tilt_position")
        except Refused as error:
            if error.code != UNKNOWN_QUESTION:
                raise
            self._refusals += 1
            if self._refusals == REFUSALS and not self.blind:
                log.warning("%s: does not tell its position", self._link.device)
                self.blind = True
                self.tracker.lost(BLIND)
            return
        self._refusals, self.blind = 0, False
        zoom = await self._link.inquire("zoom_position")
        now_s = self._now_s()
        self.proof_at_s = now_s
        self.tracker.reported(at["pan"], at["tilt"], zoom["zoom"], now_s)

    async def _ask_the_rest(self) -> None:
        await self._ask_power()
        if self.blind:
            self.proof_at_s = self._now_s()
        menu = await self._ask_if_supported("menu")
        if menu is not None:
            self.menu_closed = menu["value"] == "off"
        if self._status is not None:
            said = await self._ask_if_supported("pan_tilt_status")
            self._fault = None if said is None else self._status.fault(said["status"])

    async def _ask_power(self) -> None:
        said = await self._ask_if_supported("power")
        if said is not None:
            self.power = Reading.known(said["value"] == "on", self._now_s())

    async def _ask_if_supported(self, name: str) -> dict[str, Any] | None:
        if name in self._unsupported:
            return None
        try:
            return await self._link.inquire(name)
        except Refused as error:
            if error.code == UNKNOWN_QUESTION:
                self._unsupported.add(name)
            return None

    # Judgement ----------------------------------------------------------------------------

    def silent(self, now_s: float) -> bool:
        """No position for longer than patience lasts."""
        since_s = self._started_s if self.proof_at_s is None else self.proof_at_s
        return now_s - since_s >= self.patience_s

    def power_reading(self, now_s: float) -> Reading[bool]:
        """Whether it is on; unknown when it was not asked for long."""
        return self.power.fresh(now_s, self.patience_s + SIDE_POLL_S, "no answer lately")

    def counters(self) -> dict[str, int]:
        """What went wrong on the wire so far."""
        session = self._link.session
        names = ("timeouts", "errors", "buffer_full", "unexpected")
        return {name: self._link.counters[name] for name in names} | {
            "dropped_bytes": session.decoder.dropped_bytes,
            "reconnects": max(0, session.opened_count - 1),
        }

    def judge(self, now_s: float) -> tuple[HealthState, str | None]:
        """How the camera is, and why. Proof is a reported position."""
        session = self._link.session
        if not session.is_up and (session.opened_count or self.silent(now_s)):
            return HealthState.FAULT, f"link down: {session.down_reason}"
        if self.silent(now_s):
            return HealthState.FAULT, (
                "no answer; check power, cable, address, and that the camera speaks VISCA "
                f"{self._link.flavour}"
            )
        if self.proof_at_s is None:
            return HealthState.UNCONFIRMED, "has not answered yet"
        missed = self.tracker.missed(now_s)
        if missed is not None:
            reason = (
                f"accepted a move to pan {missed.pan_deg:.1f}°, tilt {missed.tilt_deg:.1f}° "
                "but does not go there"
            )
            return HealthState.FAULT, reason
        trouble = self.refusal or self._fault
        if trouble:
            return HealthState.FAULT, trouble
        return (HealthState.UNCONFIRMED, BLIND) if self.blind else (HealthState.OK, self.held_back)
