"""A VISCA camera of the room: ``Camera`` over a serial line, raw TCP/UDP or Sony's UDP.

Owns the order of moves, stop, and when the camera is asked what it does. Must not know the
room. An acknowledgement is taken as *accepted*; everything the camera is said to be comes from
its own answers. The completion of a move is not waited for: it only hastens the next poll.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping

from drivers.core.capability import Aim, CameraState, Health
from drivers.core.deadman import DeadMan
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.core.reading import Clock
from drivers.core.transport import Connect, connect_to
from drivers.core.unseen import NO_PRESETS, Belief, nearest_preset
from drivers.visca.config import ViscaConfig
from drivers.visca.link import SUPERSEDED, Link
from drivers.visca.replies import BUFFER_FULL, Completion, Failure, NetworkChange
from drivers.visca.verdicts import Said
from drivers.visca.watch import SILENT_POLL_S, Watch

log = logging.getLogger(__name__)

MOVING_POLL_S = 0.1
"""Between two questions while it moves: short against a move, long against an answer."""

STOP_REPEAT_S = 0.3
STOP_INSIST_S = 5.0
"""A stop is repeated while the camera still moves, but not for ever: somebody else may steer."""

MOVE_AGAIN_S = 5.0
"""How often a camera that rests elsewhere is told its target again (absolute: harmless)."""

SAME_SPEED_S = 0.7
"""A speed that the camera has is not told again sooner: a line has room for questions then."""

STAND: dict[str, str | int] = {
    "pan_speed": 1,  # a BRC-300 refuses speed 00, even to stop
    "tilt_speed": 1,
    "pan_direction": "none",
    "tilt_direction": "none",
}


class ViscaCamera:
    """One camera. Each order replaces the one before it; ``stop`` overtakes everything."""

    def __init__(
        self,
        config: ViscaConfig,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
        presets: Mapping[int, Aim] = NO_PRESETS,
    ) -> None:
        """``connect`` replaces the wire that the configuration names, for tests.

        ``presets`` says where the camera's presets look; a camera that does not tell its
        position is sent to them.
        """
        self.id = config.id
        self._rest_poll_s = config.rest_poll_s
        self._model = config.profile
        self._now_s = now_s
        self._link = Link(
            config.id,
            connect or connect_to(config.parsed_port, config.baud),
            flavour=config.wire_flavour,
            address=config.address,
            reply_timeout_s=config.reply_timeout_s,
            fixed_sequence=config.fixed_sequence,
            on_up=self._on_up,
            on_event=self._on_event,
            now_s=now_s,
        )
        self._watch = Watch(config, self._link, now_s)
        self._tracker = self._watch.tracker
        self._order = 0
        self._motion = asyncio.Lock()
        self._poll_now = asyncio.Event()
        self._stopped_at_s: float | None = None
        self._owes_stop = False  # a stop was replaced by an order that is not accepted yet
        self._stop_sent_s = 0.0
        self._deadman = DeadMan(self._let_go)
        self._speed: tuple[Mapping[str, str | int], float] = ({}, 0.0)  # told last, good until
        self._belief = Belief(config.settles_s, trust_time=config.trust_time)
        self._presets = presets
        self._told_again_s = now_s()

    # Life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """See ``Device.run``. Sends a stop on the way out unless rest is proved."""
        tasks = {
            asyncio.create_task(self._link.session.run(), name=f"{self.id} session"),
            asyncio.create_task(self._poll_forever(), name=f"{self.id} poll"),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._new_order()
            if self._tracker.may_move(self._now_s()):
                with contextlib.suppress(LinkDown):
                    self._send_stop()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _on_up(self) -> None:
        self._link.forget()
        self._watch.lost("not asked again yet")
        await self._greet()
        self._poll_now.set()

    async def _greet(self) -> None:
        if not await self._watch.greet():
            return
        if self._stopped_at_s is not None:
            self._send_stop()  # the wire was away when the stop was asked for
        elif self._owes_stop and not self._motion.locked():
            self._stop()

    def _on_event(self, name: str, said: Said) -> None:
        if isinstance(said, NetworkChange):
            self._watch.greeted = False
            self._poll_now.set()
        elif isinstance(said, Completion) and said.socket:
            self._poll_now.set()
        elif isinstance(said, Failure) and self._stopped_at_s is not None:
            log.debug("%s: %s of the stop: %s", self.id, name or "something", said.error)
            if said.code == BUFFER_FULL:
                with contextlib.suppress(LinkDown):
                    self._link.cancel_sockets()  # they execute the move that is to be stopped

    async def _poll_forever(self) -> None:
        while True:
            await self._link.session.wait_ready()
            pause_s = SILENT_POLL_S
            try:
                if not self._watch.greeted:
                    await self._greet()
                if self._watch.greeted:
                    await self._poll()
                    pause_s = self._pause_s()
            except NoReply as error:
                log.debug("%s", error)
                self._watch.greeted = not self._watch.silent(self._now_s())
            except LinkDown as error:
                self._watch.lost(f"link down: {error}")
            except Refused as error:
                log.debug("%s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._poll_now.wait()
            self._poll_now.clear()

    def _pause_s(self) -> float:
        if self._watch.blind:
            return self._rest_poll_s if self._stopped_at_s is None else STOP_REPEAT_S
        return self._rest_poll_s if self._tracker.settled(self._now_s()) else MOVING_POLL_S

    async def _poll(self) -> None:
        await self._watch.poll()
        now_s = self._now_s()
        if self._stopped_at_s is not None:
            self._insist_on_stop(now_s, self._stopped_at_s)
        if self._watch.blind or self._tracker.settled(now_s):
            await self._make_true(now_s)

    async def _make_true(self, now_s: float) -> None:
        """At rest: look whether a camera that refused or stuck has thought better of it."""
        order = self._order
        if self._watch.refusal is not None:
            # Standing still moves nothing, but shows whether motion is accepted again.
            await self._link.command("pan_tilt_drive", STAND, wanted=lambda: order == self._order)
            self._watch.refusal = None
        missed = self._tracker.missed(now_s)
        if missed is not None and now_s - self._told_again_s >= MOVE_AGAIN_S:
            self._told_again_s = now_s
            await self._send_aim(missed, order)

    # Orders -------------------------------------------------------------------------------

    def _new_order(self) -> int:
        """What was ordered before is no longer wanted."""
        self._order += 1
        self._owes_stop |= self._stopped_at_s is not None
        self._stopped_at_s = None
        self._deadman.release()
        self._belief.sent(None, self._now_s())
        return self._order

    async def move(self, aim: Aim) -> None:
        """See ``Camera.move``. An aim just beyond a limit is held there, and ``health`` says so.

        Raises:
            LinkDown, NoReply
            Refused: out of reach (code ``limit``), by the camera, or replaced by a newer order
                while it waited (code ``superseded``).
        """
        try:
            held, held_back = self._model.within_reach(aim)
        except ValueError as error:
            raise Refused(str(error), code="limit", device=self.id, command="move") from error
        preset = nearest_preset(self._presets, aim) if self._watch.blind else None
        order = self._new_order()
        self._watch.held_back = held_back
        async with self._motion:
            # Told before it is sent, so that no report can come too early to count.
            self._tracker.ordered(None, self._now_s())
            if preset is not None:
                memory = self._memory(preset)
                await self._motion_command("memory", order, action="recall", memory=memory)
            else:
                await self._send_aim(held, order)
            self._tracker.ordered(held, self._now_s())
            self._belief.sent(aim, self._now_s())
        self._poll_now.set()

    def out_of_reach(self, aim: Aim) -> str | None:
        """See ``Bounded.out_of_reach``."""
        try:
            self._model.within_reach(aim)
        except ValueError as error:
            return str(error)
        return None

    async def _send_aim(self, aim: Aim, order: int) -> None:
        pan, tilt, zoom = self._model.to_units(aim)
        speeds = self._model.swing_bytes(self._tracker.aim, aim)
        if not self._watch.menu_closed:
            with contextlib.suppress(Refused):
                await self._watch.close_menu()
        await self._motion_command(
            "pan_tilt_absolute",
            order,
            pan_speed=max(speeds) if self._model.one_speed else speeds[0],
            tilt_speed=0 if self._model.one_speed else speeds[1],
            pan=pan,
            tilt=tilt,
            nibbles=self._model.nibbles,
        )
        await self._motion_command("zoom_direct", order, zoom=zoom)

    async def _motion_command(self, name: str, order: int, **values: str | int) -> None:
        try:
            await self._link.command(
                name, values, wanted=lambda: order == self._order, takes_over=True
            )
        except Refused as error:
            if error.code != SUPERSEDED:
                self._watch.refusal = str(error)
                self._watch.menu_closed = False
            raise
        self._watch.refusal = None
        if order == self._order:
            self._owes_stop = False

    async def stop(self) -> None:
        """See ``Camera.stop``: pan, tilt and zoom; waiting orders are dropped.

        It is repeated while the camera still reports movement.

        Raises:
            LinkDown: the wire is down; it is then sent as soon as the wire is up again.
        """
        self._stop()

    def _stop(self) -> None:
        self._new_order()
        self._owes_stop, self._stopped_at_s = False, self._now_s()
        self._tracker.ordered(None, self._stopped_at_s)
        self._poll_now.set()
        self._send_stop()

    def _send_stop(self) -> None:
        self._stop_sent_s = self._now_s()
        self._link.send_now("pan_tilt_drive", STAND)
        self._link.send_now("zoom_drive", {"direction": "stop"})

    def _insist_on_stop(self, now_s: float, stopped_at_s: float) -> None:
        """A lost stop is found by what the camera does, not by its missing answer."""
        moving = self._tracker.moving(now_s).value
        # One that does not tell is told twice more, whatever it does.
        patience_s = 3 * STOP_REPEAT_S if self._watch.blind else STOP_INSIST_S
        if moving is False or now_s - stopped_at_s > patience_s:
            self._stopped_at_s = None
        elif (moving or self._watch.blind) and now_s - self._stop_sent_s >= STOP_REPEAT_S:
            self._send_stop()
            self._link.cancel_sockets()

    async def drive(self, pan_deg_s: float, tilt_deg_s: float) -> None:
        """See ``Drivable.drive``.

        Raises:
            LinkDown, NoReply, Refused
        """
        driving = self._deadman.is_held
        here = self._tracker.aim_reading(self._now_s()).value
        values = self._model.drive_values(here, pan_deg_s, tilt_deg_s)
        if driving and values == self._speed[0] and self._now_s() < self._speed[1]:
            self._deadman.hold()
            return
        order = self._new_order()
        self._deadman.hold()
        async with self._motion:
            if not driving:
                self._tracker.ordered(None, self._now_s())
            await self._motion_command("pan_tilt_drive", order, **values)
            self._speed = values, self._now_s() + SAME_SPEED_S
        self._poll_now.set()

    def fastest_deg_s(self, now_s: float) -> tuple[float, float]:
        """See ``Drivable.fastest_deg_s``."""
        return self._model.fastest_deg_s(self._tracker.aim_reading(now_s).value)

    def _let_go(self) -> None:
        log.warning("%s: a drive was not renewed, stopping", self.id)
        with contextlib.suppress(LinkDown):
            self._stop()

    def _memory(self, preset: int) -> int:
        if not 1 <= preset <= self._model.memories:
            text = f"preset {preset} is beyond 1..{self._model.memories}"
            raise Refused(text, code="limit", device=self.id, command="preset")
        return preset - 1 + self._model.memory_base

    # What is ------------------------------------------------------------------------------

    def state(self, now_s: float) -> CameraState:
        """See ``Camera.state``."""
        return CameraState(
            aim=self._tracker.aim_reading(now_s),
            moving=self._tracker.moving(now_s),
            power=self._watch.power_reading(now_s),
        )

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """See ``Camera.arrived``."""
        if self._watch.blind:
            return self._belief.arrived(aim, now_s)
        try:
            return self._tracker.arrived(self._model.within_reach(aim)[0], now_s)
        except ValueError:
            return False

    def move_time_s(self, start: Aim, end: Aim) -> float:
        """See ``Camera.move_time_s``."""
        return self._model.move_time_s(start, end)

    def health(self, now_s: float) -> Health:
        """See ``Device.health``. Proof is a reported position."""
        state, reason = self._watch.judge(now_s)
        return Health(state, reason, self._watch.proof_at_s, self._watch.counters())
