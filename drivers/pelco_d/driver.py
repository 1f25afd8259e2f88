"""A Pelco-D camera of the room: one-way in practice, and honest about it.

Owns orders to one camera and what may be said about them. Must not know the room. What was
commanded is never shown as where the camera is: only one that answers questions is confirmed.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping

from drivers.core.capability import Aim, CameraState, Health, HealthState, down_state
from drivers.core.deadman import DeadMan
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.core.reading import Clock, Reading
from drivers.core.unseen import NO_PRESETS, Belief, nearest_preset
from drivers.pelco_d.codec import Frame
from drivers.pelco_d.config import PelcoConfig
from drivers.pelco_d.line import PelcoLine
from drivers.pelco_d.place import Place

FULL_SPEED = 0x3F
PRESETS_MOST = 32
"""Higher numbers are functions in many cameras: 33 turns round, 95 opens a menu."""

GO_TO_PRESET = 0x07
SET_PAN, SET_TILT = 0x4B, 0x4D
RIGHT, LEFT, UP, DOWN = 0x02, 0x04, 0x08, 0x10

SAID_TWICE = 2
"""Nobody confirms an order to a preset, and lines are noisy: it is absolute, so twice is once."""

MOVING_POLL_S = 0.25
SILENT_POLLS = 3
UNTOLD = "it never tells where it looks"


class PelcoCamera:
    """One camera on a line. Each order replaces the one before; ``stop`` overtakes everything."""

    def __init__(
        self,
        config: PelcoConfig,
        line: PelcoLine,
        presets: Mapping[int, Aim] = NO_PRESETS,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``line`` is shared by all cameras on it; ``presets`` says where presets look."""
        self.id = config.id
        self._config = config
        self._line = line
        self._presets = presets
        self._now_s = now_s
        self._belief = Belief(config.settles_s, trust_time=config.trust_time)
        self._place = Place(config)
        self._deadman = DeadMan(self._let_go)
        self._order = 0
        self._may_move = False
        self._silent_polls = 0
        self._poll_now = asyncio.Event()

    # Life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """See ``Device.run``. Sends stops on the way out when it may be moving."""
        tasks = {asyncio.create_task(self._line.run(), name=f"{self.id} line")}
        if self._is_told:
            tasks.add(asyncio.create_task(self._poll_forever(), name=f"{self.id} poll"))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._new_order()
            try:
                if self._may_move:
                    with contextlib.suppress(LinkDown):
                        # Twice at once, for whoever ends us may not grant us the turns.
                        self._line.stop(self._frame())
                        self._line.stop(self._frame())
                        await self._line.settle()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    @property
    def _is_told(self) -> bool:
        return self._config.positions == "told"

    async def _poll_forever(self) -> None:
        while True:
            await self._line.session.wait_ready()
            try:
                pan = await self._line.ask(self._frame(0x51), 0x59, "query_pan")
                tilt = await self._line.ask(self._frame(0x53), 0x5B, "query_tilt")
                self._place.told(pan, tilt, self._now_s())
                self._silent_polls = 0
            except NoReply:
                self._silent_polls += 1
            except LinkDown:
                self._silent_polls = 0
            rests = self._place.moving(self._now_s()).value is False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._config.rest_poll_s if rests else MOVING_POLL_S):
                    await self._poll_now.wait()
            self._poll_now.clear()

    # Orders -------------------------------------------------------------------------------

    def _frame(self, cmd2: int = 0, data1: int = 0, data2: int = 0) -> Frame:
        """A frame for this camera; all zero, it is the stop."""
        return Frame(self._config.address, 0, cmd2, data1, data2)

    def _new_order(self) -> int:
        self._order += 1
        self._deadman.release()
        self._belief.sent(None, self._now_s())
        self._place.ordered(self._now_s())
        return self._order

    async def move(self, aim: Aim) -> None:
        """See ``Camera.move``: to angles where it tells them, else to the preset that shows it.

        Raises:
            LinkDown
            Refused: out of its limits (code ``limit``), no preset shows it (``preset``), or
                replaced by a newer order (``superseded``).
        """
        reason = aim.beyond(self._config.pan_limits_deg, self._config.tilt_limits_deg)
        if reason is not None:
            raise Refused(reason, code="limit", device=self.id, command="move")
        if self._is_told:
            order, (pan, tilt) = self._new_order(), self._place.to_units(aim)
            await self._send(self._frame(SET_PAN, *divmod(pan, 256)), order)
            await self._send(self._frame(SET_TILT, *divmod(tilt, 256)), order)
            return
        preset = nearest_preset(self._presets, aim)
        if preset is None:
            raise Refused(_no_preset(aim), code="preset", device=self.id, command="move")
        await self.recall(preset)
        self._belief.sent(aim, self._now_s())

    def out_of_reach(self, aim: Aim) -> str | None:
        """See ``Bounded.out_of_reach``."""
        reason = aim.beyond(self._config.pan_limits_deg, self._config.tilt_limits_deg)
        if reason is None and not self._is_told and nearest_preset(self._presets, aim) is None:
            return _no_preset(aim)
        return reason

    async def _send(self, frame: Frame, order: int) -> None:
        self._may_move = True
        await self._line.order(frame, f"{self.id} move", lambda: order == self._order)
        self._place.ordered(self._now_s())
        self._poll_now.set()

    async def recall(self, preset: int) -> None:
        """Go to a preset; 1 to 32.

        Raises:
            LinkDown, Refused
        """
        if not 1 <= preset <= PRESETS_MOST:
            text = f"preset {preset} is beyond 1..{PRESETS_MOST}"
            raise Refused(text, code="limit", device=self.id, command="preset")
        order = self._new_order()
        for _ in range(SAID_TWICE):
            await self._send(self._frame(GO_TO_PRESET, 0, preset), order)

    async def drive(self, pan_deg_s: float, tilt_deg_s: float) -> None:
        """See ``Drivable.drive``.

        Raises:
            LinkDown, Refused
        """
        order = self._new_order()
        self._deadman.hold()
        top = self._config.fastest_deg_s
        pan, tilt = _speed(pan_deg_s, top[0]), _speed(tilt_deg_s, top[1])
        ways = (RIGHT if pan_deg_s > 0 else LEFT) if pan else 0
        ways |= (UP if tilt_deg_s > 0 else DOWN) if tilt else 0
        await self._send(self._frame(ways, pan, tilt), order)

    def fastest_deg_s(self, now_s: float) -> tuple[float, float]:
        """See ``Drivable.fastest_deg_s``; nothing is known of its zoom."""
        return self._config.fastest_deg_s

    async def stop(self) -> None:
        """See ``Camera.stop``: at once, and twice more in turn.

        Raises:
            LinkDown: the line is down; it is then sent as soon as the line is up again.
        """
        self._stop()

    def _stop(self) -> None:
        self._new_order()
        self._may_move = False
        self._poll_now.set()
        self._line.stop(self._frame())

    def _let_go(self) -> None:
        with contextlib.suppress(LinkDown):
            self._stop()

    # What is ------------------------------------------------------------------------------

    def state(self, now_s: float) -> CameraState:
        """See ``Camera.state``."""
        if not self._is_told:
            unknown: Reading[bool] = Reading.unknown(UNTOLD)
            return CameraState(Reading.unknown(UNTOLD), unknown, unknown)
        return CameraState(
            aim=self._place.aim(now_s),
            moving=self._place.moving(now_s),
            power=Reading.unknown("Pelco-D has no question for it"),
        )

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """See ``Camera.arrived``."""
        if self._is_told:
            return self._place.arrived(aim, now_s)
        return self._belief.arrived(aim, now_s)

    def move_time_s(self, start: Aim, end: Aim) -> float:
        """See ``Camera.move_time_s``; where positions are untold, what the room file says."""
        if not self._is_told:
            return self._config.settles_s
        pan, tilt = self._config.fastest_deg_s
        return max(
            abs(end.pan_deg - start.pan_deg) / pan, abs(end.tilt_deg - start.tilt_deg) / tilt
        )

    def health(self, now_s: float) -> Health:
        """See ``Device.health``. A camera that never answers is unconfirmed at best."""
        session = self._line.session
        proof_at_s = self._place.at_s
        counters = {
            "dropped_bytes": session.decoder.dropped_bytes,
            "reconnects": max(0, session.opened_count - 1),
        }
        if not session.is_up:
            reason = session.down_reason
            return Health(down_state(reason), f"line down: {reason}", proof_at_s, counters)
        if not self._is_told:
            return Health(HealthState.UNCONFIRMED, UNTOLD, None, counters)
        if self._silent_polls >= SILENT_POLLS:
            reason = (
                f"no answer for its position; check power, cable, address {self._config.address}, "
                "baud, and that it answers questions at all"
            )
            return Health(HealthState.FAULT, reason, proof_at_s, counters)
        if proof_at_s is None:
            return Health(HealthState.UNCONFIRMED, "has not answered yet", None, counters)
        return Health(HealthState.OK, None, proof_at_s, counters)


def _no_preset(aim: Aim) -> str:
    return f"no preset shows pan {aim.pan_deg:.1f}°, tilt {aim.tilt_deg:.1f}°"


def _speed(speed_deg_s: float, top_deg_s: float) -> int:
    """Speed byte: straight up to the top (an estimate; makers publish no table)."""
    return min(FULL_SPEED, round(abs(speed_deg_s) / top_deg_s * FULL_SPEED))
