"""What a technician wants to know of a room's board besides its devices.

Owns four questions: disk, clock, the room's certificate, the broker. Asks the broker by a
greeting alone: a second client with the room's name would throw the room out. Must not change
anything.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from edge.renewal import LEFT
from edge.runtime.identity import Identity, IdentityError

FREE_LEAST_BYTES = 256 << 20
"""The room's own file grows to 30 MB when the hub is away for weeks; the journal wants the rest."""

ASK_S = 5.0

Verdict = Literal["pass", "fail", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its answer."""

    what: str
    verdict: Verdict
    reason: str


def answers(data: Path, host: str, port: int, identity: Identity | None) -> Iterator[Answer]:
    """Every question in turn."""
    yield disk(data)
    yield clock()
    yield certificate(identity)
    yield broker(host, port, identity)


def disk(data: Path) -> Answer:
    """Room for what must survive a power cut."""
    place = data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    verdict: Verdict = "pass" if free >= FREE_LEAST_BYTES else "fail"
    return Answer("disk", verdict, f"{free >> 20} MiB free at {place}")


def clock() -> Answer:
    """A wrong one locks nobody out, but records carry it and certificates are renewed by it."""
    shown = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    ask = shutil.which("timedatectl")
    if ask is None:
        return Answer("clock", "unconfirmed", f"{shown}; nobody here says whether it is right")
    words = [ask, "show", "-P", "NTPSynchronized"]
    said = ""
    with contextlib.suppress(subprocess.TimeoutExpired):
        said = subprocess.run(  # noqa: S603  # a program of the system, with fixed words
            words, capture_output=True, text=True, check=False, timeout=ASK_S
        ).stdout.strip()
    match said:
        case "yes":
            return Answer("clock", "pass", f"{shown}, synchronised")
        case "no":
            reason = f"{shown}, not synchronised: timedatectl set-ntp true"
            return Answer("clock", "fail", reason)
    return Answer("clock", "unconfirmed", f"{shown}; systemd does not answer")


def certificate(identity: Identity | None) -> Answer:
    """How long it is good; it renews itself while the hub is there."""
    if identity is None:
        reason = "none: the broker is reached in the open, which is for one machine alone"
        return Answer("certificate", "unconfirmed", reason)
    try:
        until = identity.until()
        identity.context()
    except IdentityError as error:
        return Answer("certificate", "fail", str(error))
    now = datetime.now(UTC)
    if until <= now:
        reason = f"ended on {until:%Y-%m-%d}: phonghop-edge pair"
        return Answer("certificate", "fail", reason)
    if until - now < LEFT / 2:
        reason = f"until {until:%Y-%m-%d} and not renewed: has the hub the authority?"
        return Answer("certificate", "fail", reason)
    return Answer("certificate", "pass", f"until {until:%Y-%m-%d}")


def broker(host: str, port: int, identity: Identity | None) -> Answer:
    """Whether it listens, and is the one our authority vouches for."""
    place = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), ASK_S) as plain:
            if identity is None:
                return Answer("broker", "pass", f"{place} listens, in the open")
            with identity.tls().wrap_socket(plain, server_hostname=host) as safe:
                return Answer("broker", "pass", f"{place} listens, {safe.version()}, is ours")
    except OSError as error:
        return Answer("broker", "fail", f"{place}: {error}")
