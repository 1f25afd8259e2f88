"""A controller with devices of paper, on a clock that jumps: nothing is opened, all is seen.

Owns devices that prove at once what they are told, an outbox and a link in memory, and the
hub's messages. Must not know a rule. Stories run under ``tests.virtual_time``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from drivers.core.capability import (
    Aim,
    CameraState,
    DisplayState,
    Health,
    HealthState,
    KeyPress,
    Lamp,
    SeatOutputs,
    SeatState,
)
from drivers.core.errors import LinkDown, Refused
from drivers.core.reading import Reading
from edge.ballot_messages import paper_of
from edge.camera.aim import Pose
from edge.camera.targets import Bearings
from edge.contract import messages, topics
from edge.controller import Controller
from edge.kept_rules import Rules
from edge.room import Devices, Plan
from edge.rules.seat_votes import Paper
from edge.rules.state import Floor
from edge.runtime.outbox import OutboxFull
from edge.wishes import AroundMeeting, DisplayScene

BOOT, EPOCH = "boot-1", "epoch-1"
OK = Health(HealthState.OK)


class PaperDevice:
    """Works."""

    def __init__(self, ident: str) -> None:
        self.id = ident

    async def run(self) -> None:
        """There is nothing to do."""

    def health(self, now_s: float) -> Health:
        """Always well."""
        return OK


class PaperBus(PaperDevice):
    """Every unit does at once what it is told."""

    def __init__(self) -> None:
        super().__init__("bus-1")
        self.on_change = lambda: None
        self.told: dict[int, SeatOutputs] = {}

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """Shown from now on."""
        self.told[seat] = outputs

    def seat_state(self, seat: int, now_s: float) -> SeatState:
        """As told."""
        outputs = self.told.get(seat, SeatOutputs())
        return SeatState(
            Reading.known(True, now_s),
            Reading.known(outputs.microphone, now_s),
            Reading.known(outputs, now_s),
        )

    def seat_health(self, seat: int, now_s: float) -> Health:
        """Always well."""
        return OK


class PaperCamera(PaperDevice):
    """Is there as soon as it is sent."""

    def __init__(self, ident: str) -> None:
        super().__init__(ident)
        self.aims: list[Aim] = []

    async def move(self, aim: Aim) -> None:
        """Arrived."""
        self.aims.append(aim)

    async def stop(self) -> None:
        """It does not move."""

    def state(self, now_s: float) -> CameraState:
        """Where it was sent last."""
        aim = Reading.known(self.aims[-1], now_s) if self.aims else Reading[Aim].unknown("new")
        return CameraState(aim, Reading.known(False, now_s), Reading.known(True, now_s))

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """It was sent there last."""
        return bool(self.aims) and self.aims[-1] == aim

    def move_time_s(self, start: Aim, end: Aim) -> float:
        """No time at all."""
        return 0.0


class PaperDisplay(PaperDevice):
    """Off at first; ``deaf`` so many orders are lost."""

    def __init__(self, ident: str) -> None:
        super().__init__(ident)
        self.on = False
        self.source = "HDMI1"
        self.loud = 0
        self.deaf = 0
        self.orders = 0
        self.slow = asyncio.Event()
        self.slow.set()
        """Clear it, and power takes until it is set again."""

    async def set_power(self, on: bool) -> None:
        """Done, or not heard."""
        self.orders += 1
        if self.deaf:
            self.deaf -= 1
            raise LinkDown("no answer", device=self.id, command="power")
        await self.slow.wait()
        self.on = on

    async def set_source(self, source: str) -> None:
        """At once, when it is on."""
        if not self.on:
            raise Refused("it is off", device=self.id, command="source")
        self.source = source

    async def set_volume(self, percent: int) -> None:
        """At once."""
        self.loud = percent

    def state(self, now_s: float) -> DisplayState:
        """As told."""
        return DisplayState(
            Reading.known(self.on, now_s),
            Reading.known(self.source, now_s),
            Reading.known(self.loud, now_s),
        )


class PaperKeys(PaperDevice):
    """The chair's console: lamps only, its keys are pressed by ``PaperRoom.console``."""

    def __init__(self) -> None:
        super().__init__("console")
        self.works = True
        self.lamps: dict[str, Lamp] = {}
        self.names: tuple[str, ...] = ("priority", "next", "all_off", "vote", "wide")

    def health(self, now_s: float) -> Health:
        """Well, as long as it ``works``."""
        return OK if self.works else Health(HealthState.FAULT, "unplugged")

    def set_lamp(self, name: str, lamp: Lamp) -> None:
        """Lit from now on."""
        self.lamps[name] = lamp

    def contact(self, name: str) -> Reading[bool]:
        """The controller is told by its door."""
        return Reading.unknown("not asked here")


@dataclass
class PaperOutbox:
    """Records at once, as long as there is ``room``."""

    boot: str = BOOT
    epoch: str = EPOCH
    start: int = 1
    depth: int = 0
    folder: Path | None = None
    has_room: bool = True
    disk_works: bool = True
    events: list[dict[str, Any]] = field(default_factory=list)

    def append(
        self, kind: str, body: dict[str, Any], at_s: float
    ) -> tuple[int, asyncio.Future[None]]:
        """As ``edge.runtime.outbox.Outbox``."""
        if not self.has_room:
            raise OutboxFull("no room")
        recorded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self.disk_works:
            recorded.set_exception(OutboxFull("the disk is full"))
            return len(self.events) + 1, recorded
        self.events.append({"kind": kind, "at_s": at_s, **body})
        recorded.set_result(None)
        return len(self.events), recorded

    def settle(self, *receipt: object) -> None:
        """Nothing is kept."""

    def intents(self) -> list[tuple[str, str | None]]:
        """What was asked, in order."""
        return [(event["intent"], event["seat"]) for event in self.events]


@dataclass
class PaperLink:
    """Keeps what would be published."""

    retained: dict[str, messages.Message | None] = field(default_factory=dict)
    gatekeeper: Any = field(default_factory=lambda: SimpleNamespace(total_refused=0))

    def publish_state(self, name: str, message: messages.Message | None) -> None:
        """As ``edge.runtime.link.Link``."""
        self.retained[name] = message

    def publish_once(self, name: str, message: messages.Message, qos: int = 1) -> None:
        """Lost."""

    def refresh_status(self) -> None:
        """Nobody reads it."""


@dataclass
class PaperKept:
    """Rules kept in memory."""

    rules: Rules | None = None

    def read(self) -> Rules | None:
        """What was kept last."""
        return self.rules

    def keep(self, floor: Floor) -> None:
        """At once."""
        self.rules = Rules.of(floor)


class PaperVoting:
    """Nobody votes; the ballot is the one that the hub has told of."""

    def __init__(self) -> None:
        self.on_change = lambda: None
        self.ballot: Paper | None = None

    def deliver(self, message: messages.Message) -> None:
        """The newest is the ballot."""
        if isinstance(message, messages.Ballot):
            self.ballot = paper_of(message)

    def key(self, press: KeyPress) -> None:
        """Means nothing."""

    def settled(self, receipt: messages.Receipt) -> None:
        """Nothing waits."""

    def time(self, now_s: float) -> None:
        """Nothing is due."""

    def lamps(self, seat: int, floor: SeatOutputs) -> SeatOutputs:
        """What the floor wants."""
        return floor


FIVE: dict[int, Any] = {1: "chair", 2: "delegate", 3: "delegate", 4: "delegate", 5: "guest"}


def make_plan(
    roles: Mapping[int, Any] = FIVE, on_link_loss: Any = "standalone", room: str = "main"
) -> Plan:
    """So many seats in a row, one camera on each side."""
    text = messages.Text(vi="Phòng", en="Room")
    devices = [("bus-1", "units"), ("cam-1", "camera"), ("cam-2", "camera")]
    devices += [("display-1", "display"), ("console", "console")]
    return Plan(
        id=room,
        on_link_loss=on_link_loss,
        describe=messages.Describe.model_validate(
            {
                "boot": BOOT,
                "title": text,
                "on_link_loss": on_link_loss,
                "seats": [],
                "devices": [{"id": i, "kind": kind, "title": text} for i, kind in devices],
            }
        ),
        roles=roles,
        places_m={n: (float(n), 4.0, 1.2) for n in roles},
        bearings={
            "cam-1": Bearings(Pose((0.0, 0.0, 2.0), 0.0)),
            "cam-2": Bearings(Pose((9.0, 0.0, 2.0), 0.0)),
        },
    )


class PaperRoom:
    """The room ``main``: five seats, two cameras, a display, a console, and its hub's words."""

    def __init__(
        self,
        kept: PaperKept | None = None,
        on_link_loss: str = "standalone",
        scenes: tuple[DisplayScene, ...] = (),
        around: AroundMeeting | None = None,
    ) -> None:
        self.bus, self.keys, self.display = PaperBus(), PaperKeys(), PaperDisplay("display-1")
        self.cameras = {ident: PaperCamera(ident) for ident in ("cam-1", "cam-2")}
        self.outbox, self.link = PaperOutbox(), PaperLink()
        self.kept = kept or PaperKept()
        plan = make_plan(on_link_loss=on_link_loss)
        self.plan = replace(plan, scenes=scenes, around_meeting=around or AroundMeeting())
        devices = Devices(
            buses=dict.fromkeys(self.plan.roles, self.bus),
            cameras=dict(self.cameras),
            displays={"display-1": self.display},
            console=self.keys,
        )
        self.controller = Controller(
            self.plan,
            devices,
            cast(Any, self.outbox),
            cast(Any, self.kept),
            cast(Any, PaperVoting()),
            self.now_s,
        )
        self.controller.connect(cast(Any, self.link))
        self.rev = 0

    def now_s(self) -> float:
        """The loop's own clock."""
        return asyncio.get_running_loop().time()

    # What people do

    def key(self, seat: int, key: str = "mic", *, released: bool = False) -> None:
        """A key at a seat goes down, or comes up."""
        press = KeyPress(str(seat), key, self.now_s(), released)
        self.controller.seat_key(press)

    def console(self, key: str, *, released: bool = False) -> None:
        """A key of the console."""
        self.controller.console_key(KeyPress("console", key, self.now_s(), released))

    def fire(self, closed: bool) -> None:
        """The fire contact."""
        self.controller.contact("fire_alarm", closed)

    # What the hub says

    def hub(self, state: Any = "online", gen: int = 1, contact: int = 1) -> None:
        """The link is up, and the hub says how it is."""
        self.controller.deliver(None, messages.HubStatus(state=state, gen=gen, contact=contact))

    def floor(self, *speaking: str, **more: Any) -> None:
        """``down/floor`` for this boot; every event of ours is heard unless said otherwise."""
        self.rev += 1
        told: dict[str, Any] = {
            **{"gen": 1, "rev": self.rev, "for_boot": BOOT, "mode": "open"},
            **{"max_open": 2, "queue_max": 20, "heard_epoch": EPOCH},
            **{"heard_seq": len(self.outbox.events), "queue": []},
            "for_report": self.controller.room.report,
            "speaking": [{"seat": seat} for seat in speaking],
        }
        message = messages.Floor.model_validate({**told, **more})
        self.controller.deliver(topics.Topic("main", "down", "floor"), message)

    # What is seen

    def seat(self, number: int) -> SeatOutputs:
        """What the unit shows."""
        return self.bus.told[number]

    def open(self) -> list[int]:
        """Seats whose microphone is open."""
        return [number for number, outputs in self.bus.told.items() if outputs.microphone]

    def told(self, kind: str, item: str | None = None) -> Any:
        """What is retained under ``up``."""
        return self.link.retained.get(topics.up("main", kind, item))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let its time pass meanwhile."""
        task = asyncio.create_task(self.controller.run(), name="controller")
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
