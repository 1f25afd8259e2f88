"""The hub's figures for who watches it: Prometheus text, and the same few things as JSON.

Owns names and units of the figures (seconds, bytes, counts, as Prometheus wants them) and the
small server they are read from. Must not show what is said, voted, or who is called what: no
names of people, no seats.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its values by labels."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    values: list[tuple[Labels, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """One room as the hub knows it."""

    online: bool
    version: str
    outbox: int
    outbox_oldest_s: float
    alerts: Mapping[str, int]
    """By severity."""


@dataclass(frozen=True, slots=True)
class HubFigures:
    """What the hub counts."""

    version: str
    broker_connected: bool
    storage_ok: bool
    rooms: Mapping[str, RoomFigures]
    listeners: int
    refused_messages: int
    dropped_messages: int
    restarts: Mapping[str, int]
    heard: Mapping[str, int]
    """Messages by kind."""
    records_bytes: int
    certificates_until_s: Mapping[str, float]
    """By name, seconds since 1970."""


def figures(hub: HubFigures, now_s: float) -> Iterator[Figure]:
    """Everything, in a fixed order."""
    none: Labels = {}
    yield Figure("phonghop_info", "gauge", "Version.", [({"version": hub.version}, 1)])
    yield Figure("phonghop_broker_connected", "gauge", "1 while the link to the broker is up.",
                 [(none, hub.broker_connected)])  # fmt: skip
    yield Figure("phonghop_storage_ok", "gauge", "1 while records can be written.",
                 [(none, hub.storage_ok)])  # fmt: skip
    yield Figure("phonghop_records_bytes", "gauge", "Size of the records.",
                 [(none, hub.records_bytes)])  # fmt: skip
    yield Figure("phonghop_page_listeners", "gauge", "Pages that follow the meeting.",
                 [(none, hub.listeners)])  # fmt: skip
    yield Figure("phonghop_messages_refused_total", "counter", "Messages that broke the contract.",
                 [(none, hub.refused_messages)])  # fmt: skip
    yield Figure("phonghop_messages_dropped_total", "counter", "Messages the broker did not take.",
                 [(none, hub.dropped_messages)])  # fmt: skip
    yield Figure("phonghop_messages_heard_total", "counter", "Messages of rooms.",
                 [({"kind": k}, n) for k, n in sorted(hub.heard.items())])  # fmt: skip
    yield Figure("phonghop_part_restarts_total", "counter", "Parts that failed and began again.",
                 [({"part": k}, n) for k, n in sorted(hub.restarts.items())])  # fmt: skip
    until = sorted(hub.certificates_until_s.items())
    yield Figure("phonghop_certificate_left_seconds", "gauge", "Until a certificate ends.",
                 [({"name": k}, t - now_s) for k, t in until])  # fmt: skip
    rooms = sorted(hub.rooms.items())
    yield Figure("phonghop_room_online", "gauge", "1 while the room says so.",
                 [({"room": k, "version": r.version}, r.online) for k, r in rooms])  # fmt: skip
    yield Figure("phonghop_room_outbox_events", "gauge", "Events that wait in the room.",
                 [({"room": k}, r.outbox) for k, r in rooms])  # fmt: skip
    yield Figure("phonghop_room_outbox_oldest_seconds", "gauge", "Age of the oldest of them.",
                 [({"room": k}, r.outbox_oldest_s) for k, r in rooms])  # fmt: skip
    yield Figure("phonghop_room_alerts", "gauge", "Alerts that hold.",
                 [({"room": k, "severity": s}, n) for k, r in rooms
                  for s, n in sorted(r.alerts.items())])  # fmt: skip
    yield from _process()


def _process() -> Iterator[Figure]:
    """Of this process, by the names that Prometheus' own libraries use."""
    ours: Labels = {}
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[1])
    yield Figure("process_resident_memory_bytes", "gauge", "Memory in use.",
                 [(ours, pages * os.sysconf("SC_PAGE_SIZE"))])  # fmt: skip
    yield Figure("process_open_fds", "gauge", "Open files.",
                 [(ours, len(os.listdir("/proc/self/fd")))])  # fmt: skip
    yield Figure("process_cpu_seconds_total", "counter", "Time spent computing.",
                 [(ours, time.process_time())])  # fmt: skip


def text(found: Iterator[Figure]) -> str:
    """Prometheus' text format."""
    lines: list[str] = []
    for figure in found:
        lines += [f"# HELP {figure.name} {figure.help}", f"# TYPE {figure.name} {figure.kind}"]
        for labels, value in figure.values:
            shown = ",".join(f'{name}="{_escaped(label)}"' for name, label in labels.items())
            name = f"{figure.name}{{{shown}}}" if shown else figure.name
            lines.append(f"{name} {float(value)!r}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


class FiguresServer:
    """``/metrics`` and ``/health`` on an address of their own, where pages and sign-in are not."""

    def __init__(
        self, hub: Callable[[], HubFigures], health: Callable[[], Mapping[str, Any]]
    ) -> None:
        """``health`` says ``ok`` and why not."""
        self._hub = hub
        self._health = health
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port.

        Raises:
            OSError: the address cannot be used.
        """
        app = web.Application()
        app.add_routes([web.get("/metrics", self._metrics), web.get("/health", self._answer)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        found: int = self._runner.addresses[0][1]
        return found

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        body = text(figures(self._hub(), time.time())).encode()
        return web.Response(body=body, headers={"Content-Type": TYPE})

    async def _answer(self, _: web.Request) -> web.Response:
        found = dict(self._health())
        rooms = {
            k: {"online": r.online, "version": r.version} for k, r in self._hub().rooms.items()
        }
        return web.json_response(found | {"rooms": rooms}, status=200 if found.get("ok") else 503)
