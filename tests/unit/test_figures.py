"""What watches the hub gets: figures Prometheus understands, and a dashboard that knows them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import aiohttp

from hub.figures import FiguresServer, HubFigures, RoomFigures, figures, text
from hub.service import Hub
from hub.settings import Settings
from hub.watch import Watch

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+)\})? (-?[0-9.e+]+)\Z')


def sample() -> HubFigures:
    return HubFigures(
        version='1"x\\',
        broker_connected=True,
        storage_ok=False,
        rooms={
            "main": RoomFigures(True, "0.1.0", 3, 1.5, {"fault": 2}),
            "satellite-1": RoomFigures(False, "", 0, 0, {}),
        },
        listeners=4,
        refused_messages=5,
        dropped_messages=0,
        restarts={"link": 1},
        heard={"event": 1234567890},
        records_bytes=5_000_000,
        certificates_until_s={"hub": 1100.0},
    )


def read() -> dict[str, dict[str, float]]:
    """The text as Prometheus reads it: every value has its type before it, and a name."""
    found: dict[str, dict[str, float]] = {}
    types: dict[str, str] = {}
    for line in text(figures(sample(), 1000.0)).splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types
            types[name] = kind
        elif not line.startswith("# HELP "):
            match = LINE.match(line)
            assert match is not None, line
            assert match[1] in types
            assert types[match[1]] == ("counter" if match[1].endswith("_total") else "gauge")
            found.setdefault(match[1], {})[match[2] or ""] = float(match[3])
    return found


def test_every_line_is_one_that_prometheus_reads() -> None:
    found = read()
    assert found["phonghop_info"] == {'version="1\\"x\\\\"': 1.0}
    assert found["phonghop_broker_connected"] == {"": 1.0}
    assert found["phonghop_storage_ok"] == {"": 0.0}
    assert found["phonghop_room_online"]['room="main",version="0.1.0"'] == 1.0
    assert found["phonghop_room_alerts"] == {'room="main",severity="fault"': 2.0}
    assert found["phonghop_messages_heard_total"] == {'kind="event"': 1234567890.0}
    assert found["phonghop_certificate_left_seconds"] == {'name="hub"': 100.0}
    assert found["process_open_fds"][""] > 3


def test_the_dashboard_asks_for_figures_that_there_are() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"(?:phonghop|process)_\w+", target["expr"])
    }
    known = set(read())
    assert asked <= known
    assert {name for name in known if name.startswith("phonghop")} - asked == {"phonghop_info"}
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)


async def test_pages_of_both_audiences_are_counted(tmp_path: Path) -> None:
    hub = Hub(Settings("127.0.0.1", 1, "127.0.0.1", 0, tmp_path, None))
    pages = hub.pages
    frames = [of.frames(b"{}") for of in (pages.broadcaster, pages.public.broadcaster)]
    for each in frames:
        await anext(each)
    assert Watch(hub, hub._settings).collect().listeners == 2
    for each in frames:
        await each.aclose()
    hub.reception.close()
    hub._store.close()


async def test_health_says_no_with_a_status_of_its_own() -> None:
    state = {"ok": True}
    server = FiguresServer(sample, lambda: state)
    port = await server.start("127.0.0.1", 0)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            async with session.get("/metrics") as answer:
                assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
                assert "phonghop_room_online" in await answer.text()
            async with session.get("/health") as answer:
                assert answer.status == 200
                assert (await answer.json())["rooms"]["main"]["online"] is True
            state["ok"] = False
            async with session.get("/health") as answer:
                assert answer.status == 503
    finally:
        await server.stop()
