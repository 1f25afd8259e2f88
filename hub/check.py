"""``phonghop-hub check``: what a technician wants to know of the hub's machine before a meeting.

Owns the questions and their verdicts: pass, fail, or unconfirmed with what was not to be had.
Asks the broker by a greeting alone: a second client with the hub's name would throw the hub out.
Must not change anything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from hub import broker_tls
from hub.asking import ASK_S, Address, NoAnswerError, asked
from hub.identity.authority import IdentityError, ends
from hub.store.store import FILE

Verdict = Literal["pass", "fail", "unconfirmed"]

WORDS: dict[Verdict, str] = {
    "pass": "Đạt / pass",
    "fail": "Không đạt / fail",
    "unconfirmed": "Chưa xác nhận / unconfirmed",
}

FREE_LEAST_BYTES = 1 << 30
"""A meeting's records are some megabytes; backups and logs want the rest."""

CERTIFICATE_LEAST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and its answer."""

    what: str
    verdict: Verdict
    evidence: str


def add_parser(
    names: Any, data: Path, address: Callable[[str], Address], mqtt: str
) -> argparse.ArgumentParser:
    """Add the command; ``data`` and ``mqtt`` are where things usually are."""
    check: argparse.ArgumentParser = names.add_parser(
        "check", help="disk, clock, certificates, broker, hub, rooms and their versions"
    )
    check.add_argument("--data", type=Path, default=data, metavar="DIR", help="records")
    check.add_argument(
        "--mqtt", type=address, default=address(mqtt), metavar="HOST:PORT", help=f"broker ({mqtt})"
    )
    check.add_argument(
        "--figures",
        type=address,
        metavar="HOST:PORT",
        help="where the running hub serves its figures; else hub and rooms stay unconfirmed",
    )
    broker_tls.add_options(check)
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=run_check)
    return check


def run_check(chosen: argparse.Namespace) -> int:
    """The command: 0 only when everything passed."""
    found = list(findings(chosen))
    passed = all(f.verdict == "pass" for f in found)
    if chosen.json:
        report = {"ok": passed, "findings": [asdict(f) for f in found]}
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        for f in found:
            sys.stdout.write(f"{f.what:24} {WORDS[f.verdict]:28} {f.evidence}".rstrip() + "\n")
    return 0 if passed else 1


def findings(chosen: argparse.Namespace) -> Iterator[Finding]:
    """Every question in turn."""
    yield disk(chosen.data)
    yield clock()
    tls = None
    try:
        tls = broker_tls.chosen_tls(chosen)
    except IdentityError as error:
        yield Finding("certificates", "fail", str(error))
    else:
        yield from certificates(tls)
    host, port = chosen.mqtt
    yield broker(host, port, tls)
    yield from hub_and_rooms(chosen.figures)


def disk(data: Path) -> Finding:
    """Room for records, where they are or will be."""
    place = data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    size = sum(path.stat().st_size for path in data.glob(f"{FILE}*")) if data.exists() else 0
    evidence = f"{free >> 20} MiB free at {place}, records {size >> 10} KiB"
    return Finding("disk", "pass" if free >= FREE_LEAST_BYTES else "fail", evidence)


def clock() -> Finding:
    """Certificates of rooms are judged by it, records carry it."""
    ask = shutil.which("timedatectl")
    said = ""
    if ask is not None:
        words = [ask, "show", "-P", "NTPSynchronized"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(  # noqa: S603  # a program of the system, with fixed words
                words, capture_output=True, text=True, check=False, timeout=ASK_S
            )
            said = done.stdout.strip()
    shown = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if said == "yes":
        return Finding("clock", "pass", f"{shown}, synchronised")
    if said == "no":
        return Finding("clock", "fail", f"{shown}, not synchronised: timedatectl set-ntp true")
    return Finding("clock", "unconfirmed", f"{shown}; nobody here says whether it is right")


def certificates(tls: broker_tls.BrokerTls | None) -> Iterator[Finding]:
    """How long ours are good; rooms renew their own."""
    if tls is None:
        reason = "none: the broker is reached in the open, which is for one machine alone"
        yield Finding("certificates", "unconfirmed", reason)
        return
    for name, path in tls.certificates.items():
        try:
            until = ends(path.read_bytes())
        except (OSError, IdentityError) as error:
            yield Finding(f"certificate {name}", "fail", f"{path}: {error}")
            continue
        is_good = until - datetime.now(UTC) > CERTIFICATE_LEAST
        remedy = "" if is_good else "; phonghop-hub room init makes it anew"
        verdict: Verdict = "pass" if is_good else "fail"
        yield Finding(f"certificate {name}", verdict, f"until {until:%Y-%m-%d}{remedy}")


def broker(host: str, port: int, tls: broker_tls.BrokerTls | None) -> Finding:
    """Whether it listens, and is the one our authority vouches for."""
    place = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), ASK_S) as plain:
            if tls is None:
                return Finding("broker", "pass", f"{place} listens, in the open")
            with tls.context().wrap_socket(plain, server_hostname=host) as safe:
                return Finding("broker", "pass", f"{place} listens, {safe.version()}, is ours")
    except OSError as error:
        return Finding("broker", "fail", f"{place}: {error}")


def hub_and_rooms(place: Address | None) -> Iterator[Finding]:
    """What the running hub says of itself and of its rooms."""
    if place is None:
        yield Finding("hub", "unconfirmed", "not asked: --figures HOST:PORT, as it was started")
        return
    try:
        found = asked(place, "/health")
    except NoAnswerError as error:
        yield Finding("hub", "fail", str(error))
        return
    ours = str(found["version"])
    state = f"version {ours}, broker {found['broker']}, records {found['storage']}"
    yield Finding("hub", "pass" if found["ok"] else "fail", state)
    for name, room in sorted(found["rooms"].items()):
        yield _room(name, bool(room["online"]), str(room["version"]), ours)


def _room(name: str, is_online: bool, version: str, hubs: str) -> Finding:
    if not is_online:
        return Finding(f"room {name}", "fail", "offline")
    if version != hubs:
        evidence = f"online, version {version}; the hub has {hubs}: upgrade one of them"
        return Finding(f"room {name}", "unconfirmed", evidence)
    return Finding(f"room {name}", "pass", f"online, version {version}")
