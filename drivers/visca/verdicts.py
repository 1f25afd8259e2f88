"""What a camera's packets say of the commands they answer.

Owns these judgements, one packet at a time, and what must be remembered of a packet that was sent.
Must not know a wire.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.visca import ip
from drivers.visca.codec import Message
from drivers.visca.replies import CANCELLED, NO_SOCKET, Ack, Completion, Failure

Heard = Message | ip.Wrapped
Said = Message | ip.ControlReply
Wants = Callable[[Said], bool]


@dataclass(slots=True, eq=False)
class Sent:
    """A packet on the wire whose answer has not come yet."""

    name: str
    wants: Wants
    sequence: int | None
    at_s: float


def is_verdict(said: Said) -> bool:
    """An error about a packet, not about a socket that was to be cancelled."""
    if isinstance(said, ip.ControlReply):
        return said.name == "error"
    return isinstance(said, Failure) and said.code not in (CANCELLED, NO_SOCKET)


def ends_command(said: Said) -> bool:
    """Accepted, or refused."""
    accepted = isinstance(said, Ack) or (isinstance(said, Completion) and said.socket == 0)
    return accepted or is_verdict(said)


def ends_cancel(said: Said) -> bool:
    """Cancelled, or nothing was there."""
    return isinstance(said, Failure) and said.code in (CANCELLED, NO_SOCKET)


def out_of_sequence(said: Said) -> bool:
    """Behind Sony's header: another number was expected."""
    return isinstance(said, ip.ControlReply) and said.error == "sequence"


def opened(heard: Heard) -> tuple[Said, int | None]:
    """What is said, and behind Sony's header under which number."""
    return (heard.message, heard.sequence) if isinstance(heard, ip.Wrapped) else (heard, None)
