"""The votes of one room over a real file, with a hand at the keys and a hub that says things.

Owns the room's file, its clock, and crashes: ``kill`` leaves the file as the disk had it at that
moment. Must not know how votes are kept.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.core.capability import KeyPress, SeatOutputs
from edge.contract import messages
from edge.rules.vote_keys import CHORD_S
from edge.runtime.outbox import Outbox
from edge.voting import Voting

YES_NO_ABSTAIN = ("yes", "no", "abstain")
KEY = bytes(range(32))


def text(words: str) -> messages.Text:
    """The same in both languages."""
    return messages.Text(vi=words, en=words)


def person(seat: int) -> str:
    """Who sits there."""
    return f"person-{seat}"


class Disk(Executor):
    """Writes at once, or when it is told to: no thread decides what happens first."""

    def __init__(self) -> None:
        """Writes at once."""
        self.held = False
        self._waiting: deque[Callable[[], None]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Work for the disk."""
        answer: Future[Any] = Future()

        def work() -> None:
            try:
                answer.set_result(fn(*args, **kwargs))
            except Exception as error:  # noqa: BLE001  # whoever waits gets it
                answer.set_exception(error)

        self._waiting.append(work)
        if not self.held:
            self.write()
        return answer

    def write(self) -> None:
        """Everything that waits."""
        while self._waiting:
            self._waiting.popleft()()


@dataclass
class SeatRoom:
    """Room ``main`` with seats 1 to 4. Use inside a running loop."""

    folder: Path
    bound_rows: int = 1000
    now_s: float = 100.0
    starts: int = 0
    kills: int = 0
    hub_gen: int = 1
    rev: int = 0
    disk: Disk = field(init=False)
    outbox: Outbox = field(init=False)
    voting: Voting = field(init=False)

    def __post_init__(self) -> None:
        """First start."""
        self.start()

    def start(self) -> None:
        """Open the file that is there, as a new process would."""
        self.starts += 1
        self.outbox = Outbox(
            self.path,
            f"boot-{self.starts}",
            bound_rows=self.bound_rows,
            now_s=lambda: self.now_s,
            wall_s=lambda: 1e9 + self.now_s,
        )
        self.outbox._thread.shutdown()
        self.disk = Disk()
        self.outbox._thread = self.disk  # type: ignore[assignment]  # an executor
        self.voting = Voting("main", self.outbox, lambda: self.now_s)

    @property
    def path(self) -> Path:
        """The room's file; each start after a kill has a copy of its own."""
        return self.folder / f"main-{self.kills}" / "main.sqlite"

    async def kill(self) -> None:
        """SIGKILL and a new start: what was on the disk at this moment is all there is."""
        before = self.path.parent
        self.kills += 1
        shutil.copytree(before, self.path.parent)
        await self.close()
        shutil.rmtree(before)
        self.start()

    async def close(self) -> None:
        """End properly."""
        self.disk.held = False
        self.disk.write()
        await self.outbox.close()

    async def settle(self) -> None:
        """Everything handed to the disk is there, or refused, and everybody knows."""
        self.disk.held = False
        self.disk.write()
        while self.outbox._writing is not None:
            await asyncio.wait({self.outbox._writing})
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    # --- the hand ----------------------------------------------------------------------------

    def down(self, seat: int, key: str) -> None:
        """A key goes down."""
        self.voting.key(KeyPress(str(seat), key, self.now_s))

    def up(self, seat: int, key: str) -> None:
        """A key comes up."""
        self.voting.key(KeyPress(str(seat), key, self.now_s, released=True))

    def tap(self, seat: int, key: str) -> None:
        """One short press, and the time in which a second key would spoil it."""
        self.down(seat, key)
        self.wait(0.05)
        self.up(seat, key)
        self.wait(2 * CHORD_S)

    def wait(self, span_s: float) -> None:
        """Time passes."""
        self.now_s += span_s
        self.voting.time(self.now_s)

    # --- the hub -----------------------------------------------------------------------------

    def tell(self, stage: str, **changes: Any) -> messages.Ballot:
        """A newer ``down/ballot`` comes in."""
        self.rev += 1
        options = changes.pop("options", YES_NO_ABSTAIN)
        seats = {str(n): messages.BallotSeat(person=person(n)) for n in (1, 2, 3)}
        seats["4"] = messages.BallotSeat(person=person(4), refused="not_checked_in")
        message = messages.Ballot.model_validate(
            {
                "gen": self.hub_gen,
                "rev": self.rev,
                "ballot": "b1",
                "generation": 1,
                "stage": stage,
                "options": [{"id": o, "label": text(o)} for o in options],
                "seats": seats,
                **changes,
            }
        )
        self.voting.deliver(message)
        return message

    def tell_secret(self, stage: str, **changes: Any) -> messages.Ballot:
        """The same for a secret ballot."""
        return self.tell(stage, kind="secret", press="first_press", **changes)

    def give_key(self, seal: bytes = KEY, **changes: Any) -> None:
        """The key of the box."""
        fields = {
            "gen": self.hub_gen,
            "for_boot": self.outbox.boot,
            "ballot": "b1",
            "generation": 1,
            "key": base64.b64encode(seal).decode(),
            **changes,
        }
        self.voting.deliver(messages.BallotKey.model_validate(fields))

    def ask(self, asked: bool = True, present: tuple[int, ...] = ()) -> None:
        """A newer ``down/attendance`` about seats 1 and 2."""
        self.rev += 1
        seats = {
            str(n): messages.SeatAttendance(present=n in present, person=person(n)) for n in (1, 2)
        }
        self.voting.deliver(
            messages.Attendance(gen=self.hub_gen, rev=self.rev, asked=asked, seats=seats)
        )

    def receipt(
        self, *seqs: int, refused: dict[int, str] | None = None, epoch: str | None = None
    ) -> None:
        """The hub has committed these; ``refused`` of them with a code."""
        codes = refused or {}
        message = messages.Receipt(
            epoch=epoch or self.outbox.epoch,
            upto=0,
            extra=list(seqs),
            refused=[
                messages.RefusedEvent(seq=seq, code=code, text=text(code))
                for seq, code in codes.items()
            ],
        )
        change = self.voting.settled(message)
        self.outbox.settle(message.epoch, 0, seqs, codes, change)

    # --- what can be seen ----------------------------------------------------------------------

    def shown(self, seat: int) -> str:
        """The vote lamps, ``yes/no/abstain``; with ``!`` when the seat says no."""
        lamps = self.voting.lamps(seat, SeatOutputs())
        refused = (lamps.red, lamps.green) == ("fast", "fast")
        return f"{lamps.yes}/{lamps.no}/{lamps.abstain}{'!' if refused else ''}"

    def sign_in_lamp(self, seat: int) -> str:
        """The sign-in lamp."""
        return self.voting.lamps(seat, SeatOutputs()).sign_in

    def events(self) -> list[tuple[int, str, dict[str, Any]]]:
        """Number, kind and body of all that waits for the hub."""
        self.outbox.forget_sent()
        return [(row.seq, row.kind, row.body) for row in self.outbox.due(5.0)]

    def kinds(self) -> list[str]:
        """Kinds of all that waits, in order."""
        return [kind for _, kind, _ in self.events()]
