"""The reception of a running hub: its door, its gate, and what is recorded of them.

Owns how they are wired to meeting, clock and records, and the certificate the hub shows. Must not
decide who is let in.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.contract.topics import split_seat
from edge.rules.floor import room_of
from hub.access.book import Book
from hub.access.door import Door
from hub.api.gate import Entrance
from hub.api.sign_in import SignIn
from hub.meeting import access_events
from hub.meeting.inputs import NotedEvent
from hub.meeting.state import Meeting


@dataclass(frozen=True, slots=True)
class Access:
    """How the hub is reached, and whether it is real."""

    hosts: frozenset[str] = frozenset()
    """Names and addresses besides the loopback's."""
    certificate: tuple[Path, Path] | None = None
    """Certificate with its chain, and key: PEM files."""
    behind_proxy: bool = False
    simulation: bool = False
    """Roles are chosen, not proved: for demo and training, on the loopback alone."""

    @property
    def https(self) -> bool:
        """Browsers come by HTTPS."""
        return self.certificate is not None or self.behind_proxy


class Reception:
    """Built once per hub; ``close`` it."""

    def __init__(
        self,
        access: Access,
        data: Path,
        now_s: Callable[[], float],
        meeting: Callable[[], Meeting],
        note: Callable[[NotedEvent], None],
    ) -> None:
        """``note`` takes what is for the records.

        Raises:
            BookError: the file of accounts cannot be used.
        """
        self._access = access
        self._now_s = now_s
        self._meeting = meeting
        self._note = note
        self.door = Door(
            Book(data),
            now_s,
            lambda: meeting().identity,
            lambda seat: meeting().names.get(seat, seat),
            simulation=access.simulation,
        )
        entrance = Entrance(access.hosts, access.https, access.behind_proxy)
        self.sign_in = SignIn(
            self.door, entrance, self._people, self._noted, lambda: meeting().title
        )

    def _people(self) -> dict[str, str]:
        """Every seat of the meeting, with who sits there."""
        meeting = self._meeting()
        named = {*meeting.names, *meeting.assigned}
        seats = {*(s for s in named if meeting.sits_in(room_of(s))), *meeting.floor.roles}
        return {seat: meeting.names.get(seat, "") for seat in sorted(seats, key=split_seat)}

    def _noted(self, what: str, by: str, role: str, code: str) -> None:
        self._note(access_events.AccessNoted(self._now_s(), what, by[:64], role, code))

    def tls(self) -> ssl.SSLContext | None:
        """What the hub shows browsers; None without a certificate of its own.

        Raises:
            OSError: the files cannot be used.
        """
        if self._access.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self._access.certificate)
        return context

    def close(self) -> None:
        """Let go of the accounts."""
        self.door.close()
