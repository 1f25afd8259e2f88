"""A seeded snapshot of two rooms, in the shape that ``GET /api/v1/state`` has.

Owns sample data for the page's tests: a 25-seat room around a U, an 8-seat satellite room, one
seat in each state the page can show. Must not be used by anything but tests.
"""

from __future__ import annotations

from typing import Any

from tests.browser.sample_ballots import CALM, attendance, timed

Json = dict[str, Any]

HUB_TIME_MS = 5_000_000
"""The hub's monotonic clock at the snapshot."""

EPOCH_S = 1_760_000_000.0
"""Wall clock of the newest event."""

MAIN_NAMES = (
    "Nguyễn Thị Minh Khai", "Trần Văn Bình", "Lê Hoàng Long", "Phạm Thu Hằng", "Hoàng Đức Thắng",
    "Vũ Ngọc Ánh", "Đặng Quốc Khánh", "Bùi Thị Lan Hương", "Đỗ Mạnh Cường", "Hồ Xuân Trường",
    "Ngô Thanh Tùng", "Dương Thị Mỹ Linh", "Lý Gia Bảo", "Nguyễn Hữu Phước", "Trịnh Thị Kim Oanh",
    "Phan Anh Tuấn", "Võ Thị Bích Ngọc", "Huỳnh Tấn Phát", "Mai Thế Vinh", "Cao Thị Diệu Hiền",
    "Tạ Quang Bửu", "Lương Thị Thùy Dung", "Đinh Công Tráng", "", "Châu Văn Liêm",
)  # fmt: skip
SATELLITE_NAMES = (
    "Quách Thị Hồng Nhung", "Triệu Văn Sơn", "Nông Thị Thảo", "Lò Văn Pánh",
    "Giàng A Phủ", "Hà Thị Cầu", "Vàng Thị Mai", "",
)  # fmt: skip


def text(vi: str, en: str) -> Json:
    """A sentence in both languages."""
    return {"vi": vi, "en": en}


def u_shape() -> list[tuple[float, float]]:
    """Places of 25 seats: the chair in the middle of the back, then its left, then its right."""
    back = [(6.0 + 0.9 * step, 8.4) for step in (1, 2, 3)]
    leg = [(9.8, 7.5 - 0.72 * step) for step in range(9)]
    half = back + leg
    return [(6.0, 8.4), *half, *((12.0 - x, y) for x, y in half)]


def seat(number: int, role: str, place: tuple[float, float], bus: str) -> Json:
    """A seat of the plan."""
    return {"number": number, "role": role, "position_m": [*place, 1.2], "device": bus}


def actual(**changes: Any) -> Json:
    """A silent seat whose unit answers, with changes."""
    state: Json = {
        "microphone": False,
        "wanted": False,
        "red": "off",
        "green": "off",
        "amber": "off",
        "sign_in": "off",
        "votes": "off",
        "health": "ok",
        "reason": None,
        "age_ms": 40,
        "seen_ms": HUB_TIME_MS,
    }
    return {**state, **changes}


def device(device_id: str, kind: str, title: Json, **changes: Any) -> Json:
    """A device of the plan."""
    state: Json = {
        "id": device_id,
        "kind": kind,
        "title": title,
        "position_m": None,
        "heading_deg": None,
        "model": "",
        "sources": [],
        "simulated": True,
    }
    return {**state, **changes}


def camera(**changes: Any) -> Json:
    """A camera that rests on the overview, with changes."""
    state: Json = {
        "pan_deg": 0.0,
        "tilt_deg": -6.0,
        "fov_deg": 60.0,
        "moving": False,
        "target": "wide",
        "arrived": True,
        "on_air": False,
        "why": None,
        "health": "ok",
        "reason": None,
        "age_ms": 120,
    }
    return {**state, **changes}


def display(**changes: Any) -> Json:
    """A display that is on, with changes."""
    state: Json = {
        "power": True,
        "source": "HDMI1",
        "volume": 20,
        "wanted_power": True,
        "health": "ok",
        "reason": None,
        "age_ms": 900,
    }
    return {**state, **changes}


def healthy(**counters: int) -> Json:
    """A device that answers."""
    return {"health": "ok", "reason": None, "age_ms": 60, "counters": counters}


def room(room_id: str, title: Json, **parts: Any) -> Json:
    """A room that is online and led by the hub."""
    state: Json = {
        "id": room_id,
        "title": title,
        "online": True,
        "since_ms": HUB_TIME_MS - 3_000_000,
        "sits": True,
        "boot": "b1",
        "version": "0.1.0",
        "clock": "synced",
        "outbox": 0,
        "authority": "hub",
        "on_link_loss": "standalone",
        "restarts": {},
        "alerts": {},
    }
    return {**state, **parts}


def names(all_names: tuple[str, ...]) -> Json:
    """Names by seat number; an empty one is a seat without a delegate."""
    return {str(n): name for n, name in enumerate(all_names, start=1) if name}


def main_room() -> Json:
    """The 25-seat room, with one seat in each state."""
    places = u_shape()
    buses = ["units-left" if n <= 13 else "units-right" for n in range(1, 26)]
    roles = ["chair", "vice_chair", *(["delegate"] * 22), "guest"]
    seats = {str(n): actual() for n in range(1, 26)}
    seats["6"] = actual(microphone=True, wanted=True, red="on")
    seats["18"] = actual(microphone=False, wanted=True, red="slow")
    seats["9"] = actual(green="slow")
    seats["21"] = actual(green="on")
    seats["12"] = actual(
        microphone=None, health="unconfirmed", reason="máy không trả lời 3 lần", age_ms=4200
    )
    return room(
        "main",
        text("Phòng họp chính", "Main room"),
        plan={
            "seats": [
                seat(n, role, place, bus)
                for n, (role, place, bus) in enumerate(
                    zip(roles, places, buses, strict=True), start=1
                )
            ],
            "devices": [
                device("units-left", "units", text("Máy đại biểu bên trái", "Units, left side")),
                device("units-right", "units", text("Máy đại biểu bên phải", "Units, right side")),
                device(
                    "cam-1",
                    "camera",
                    text("Camera 1", "Camera 1"),
                    position_m=[1.2, 0.5, 2.4],
                    heading_deg=35.0,
                    model="SRG-300H",
                ),
                device(
                    "cam-2",
                    "camera",
                    text("Camera 2", "Camera 2"),
                    position_m=[10.8, 0.5, 2.4],
                    heading_deg=-35.0,
                    model="SRG-300H",
                ),
                device(
                    "display-1",
                    "display",
                    text("Màn hình chính", "Main display"),
                    position_m=[6.0, 0.0, 2.0],
                    model="QM65",
                    sources=["HDMI1", "HDMI2"],
                    abilities=["power", "source", "volume"],
                ),
                device("console", "console", text("Bàn phím chủ trì", "Chair console")),
            ],
            "scenes": [
                {"id": "conference", "title": text("Họp trực tuyến", "Video conference")},
                {"id": "internal", "title": text("Họp nội bộ", "Internal meeting")},
                {"id": "presentation", "title": text("Trình chiếu", "Presentation")},
            ],
        },
        names=names(MAIN_NAMES),
        seats=seats,
        cameras={
            "cam-1": camera(
                pan_deg=17.1, tilt_deg=-9.4, fov_deg=12.5, target="main/6", on_air=True,
                why="Ghế số 6 đang phát biểu",
            ),
            "cam-2": camera(
                pan_deg=-8.0, tilt_deg=-8.1, fov_deg=16.0, target="main/18", moving=True,
                arrived=False, why="Ghế số 18 sắp phát biểu",
            ),
        },
        displays={"display-1": display()},
        devices={
            "units-left": healthy(polls=48211, timeouts=12, crc_errors=0),
            "units-right": healthy(polls=48190, timeouts=0, crc_errors=1),
            "cam-1": healthy(commands=41, timeouts=0),
            "cam-2": healthy(commands=37, timeouts=1),
            "display-1": healthy(commands=6),
            "console": healthy(presses=9),
            "tasks": healthy(),
        },
        restarts={"bus units-left": 0, "camera cam-1": 1},
        alerts={
            "seat-12": {
                "severity": "warning",
                "device": "units-left",
                "seat": "main/12",
                "text": text("Máy ở ghế số 12 không trả lời", "The unit at seat 12 is silent"),
                "evidence": "3 timeouts in a row, last answer 4.2 s ago",
                "since_ms": HUB_TIME_MS - 42_000,
            }
        },
    )  # fmt: skip


def satellite_room() -> Json:
    """The 8-seat room: everything is well."""
    right = [(3.6, 5.0), (4.6, 4.2), (4.6, 3.3), (4.6, 2.4)]
    places = [*right, *((6.0 - x, y) for x, y in right)]
    return room(
        "satellite",
        text("Phòng họp vệ tinh", "Satellite room"),
        plan={
            "seats": [
                seat(n, "vice_chair" if n == 1 else "delegate", place, "units")
                for n, place in enumerate(places, start=1)
            ],
            "devices": [
                device("units", "units", text("Máy đại biểu", "Delegate units")),
                device(
                    "cam-1",
                    "camera",
                    text("Camera", "Camera"),
                    position_m=[3.0, 0.9, 2.2],
                    heading_deg=0.0,
                    model="PTZOptics 20X",
                ),
                device(
                    "display-1",
                    "display",
                    text("Màn hình", "Display"),
                    position_m=[3.0, 0.0, 2.0],
                    model="pjlink",
                    sources=["HDMI1"],
                    abilities=["power", "source"],
                ),
            ],
        },
        names=names(SATELLITE_NAMES),
        seats={str(n): actual() for n in range(1, 9)},
        cameras={"cam-1": camera()},
        displays={"display-1": display(power=False, source=None, volume=None, wanted_power=False)},
        devices={
            "units": healthy(polls=15120, timeouts=0, crc_errors=0),
            "cam-1": healthy(commands=4),
            "display-1": healthy(commands=1),
        },
    )


def snapshot() -> Json:
    """The whole state, fresh at each call."""
    waiting = [("main/9", 95_000), ("satellite/3", 61_000), ("main/21", 12_000)]
    rooms = {"main": main_room(), "satellite": satellite_room()}
    rooms["satellite"]["seats"]["3"] = actual(green="on")

    def name(seat_name: str) -> str:
        room_id, _, number = seat_name.partition("/")
        return str(rooms[room_id]["names"].get(number, ""))

    return {
        "hub": {
            "gen": 3,
            "version": "0.1.0",
            "broker": "connected",
            "time_ms": HUB_TIME_MS,
            "ts": EPOCH_S,
        },
        "meeting": {
            "title": "Hội nghị giao ban tháng 11",
            "mode": "request",
            "max_open": 2,
            "queue_max": 33,
        },
        "floor": {
            "rev": 17,
            **CALM,
            "at_ms": HUB_TIME_MS,
            "speaking": [
                timed(
                    {
                        "seat": seat_name,
                        "name": name(seat_name),
                        "role": "delegate",
                        "since_ms": HUB_TIME_MS - for_ms,
                    },
                    for_ms,
                )
                for seat_name, for_ms in (("main/6", 134_000), ("main/18", 1_000))
            ],
            "queue": [
                {
                    "seat": seat_name,
                    "name": name(seat_name),
                    "since_ms": HUB_TIME_MS - for_ms,
                    "suspended": False,
                    "kind": "speech",
                }
                for seat_name, for_ms in waiting
            ],
        },
        "ballots": [],
        "attendance": attendance(rooms),
        "rooms": rooms,
        "commands": {},
        "events": events(),
    }


def events() -> list[Json]:
    """A few things that happened, oldest first."""
    lines = [
        (300, "main", None, "Phòng đã kết nối", "The room is online"),
        (280, "satellite", None, "Phòng đã kết nối", "The room is online"),
        (134, "main", "main/6", "Ghế số 6 được phát biểu", "Seat 6 has the floor"),
        (95, "main", "main/9", "Ghế số 9 đăng ký phát biểu", "Seat 9 asks for the floor"),
        (61, "satellite", "satellite/3", "Ghế số 3 đăng ký phát biểu", "Seat 3 asks for the floor"),
        (42, "main", "main/12", "Máy ở ghế số 12 không trả lời", "The unit at seat 12 is silent"),
        (12, "main", "main/21", "Ghế số 21 đăng ký phát biểu", "Seat 21 asks for the floor"),
        (1, "main", "main/18", "Ghế số 18 được phát biểu", "Seat 18 has the floor"),
    ]
    return [
        {
            "n": n,
            "ts": EPOCH_S - ago_s,
            "room": room_id,
            "what": "floor",
            "seat": seat_name,
            "text": text(vi, en),
        }
        for n, (ago_s, room_id, seat_name, vi, en) in enumerate(lines, start=1)
    ]
