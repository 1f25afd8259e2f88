"""A small room file as data, in which every optional thing is allowed, and what is said of it.

Owns that room and the way to a file. Must not judge.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from firmware_config.loader import RoomFileError, load_room

Data = dict[str, Any]
Path_ = tuple[str | int, ...]


def base() -> Data:
    """A small room in which every optional thing is allowed."""
    title = {"vi": "Phòng", "en": "Room"}
    place = {"position_m": [1.0, 2.0, 1.2]}
    camera = {"title": title, "heading_deg": 0.0, "model": "sony-srg-300h", "driver": "visca"}
    room = {
        "room": {"id": "small", "title": title},
        "buses": [
            {"id": "bus-1", "port": "/dev/ttyS1", "map": "waveshare-io-8", "title": title},
            {"id": "bus-2", "port": "/dev/ttyS2", "title": title},
        ],
        "conference_systems": [
            {"driver": "shure_dis", "id": "dis-1", "port": "tcp:192.0.2.14:3142", "title": title},
            {"driver": "televic", "id": "dis-2", "port": "/dev/ttyS9", "title": title},
        ],
        "seats": [
            {"number": 1, "bus": "bus-1", "unit": 1, "slot": 1, **place},
            {"number": 2, "bus": "bus-1", "unit": 1, "slot": 2, **place},
            {"number": 3, "bus": "bus-2", "unit": 1, **place},
            {"number": 41, "bus": "dis-1", "unit": 212, **place},
            {"number": 42, "bus": "dis-1", "unit": 213, **place},
        ],
        "cameras": [
            {
                "id": "cam-1",
                "port": "/dev/ttyS3",
                "wide_shot": {"pan_deg": 0.0, "tilt_deg": 0.0, "fov_deg": 60.0},
                "sightings": [{"seat": 2, "pan_deg": 0.0, "tilt_deg": 0.0}],
                "video": {"source": "/dev/video0"},
                "presets": {"2": 7, "wide": 8},
                **camera,
                **place,
            },
            {"id": "cam-2", "port": "udp:192.0.2.10:52381", **camera, **place},
            {
                "id": "cam-3",
                "port": "/dev/ttyS5",
                "presets": {"2": 1},
                "positions": "told",
                "fov_deg": 40.0,
                "wide_shot": {"pan_deg": 0.0, "tilt_deg": 0.0, "fov_deg": 60.0},
                "sightings": [{"seat": 2, "pan_deg": 0.0, "tilt_deg": 0.0}],
                "video": {"source": "/dev/video1"},
                **camera,
                **place,
                "driver": "pelco_d",
            },
            {"id": "cam-4", "port": "/dev/ttyS5", "address": 2}
            | {**camera, **place, "driver": "pelco_d"},
        ],
        "displays": [
            {"id": "display-1", "port": "tcp:192.0.2.11:1515", "title": title, **place}
            | {"driver": "samsung_mdc", "sources": {"HDMI1": 0x21}},
            {"id": "display-2", "port": "/dev/ttyS4", "title": title, **place}
            | {"driver": "lg_rs232", "sources": {"HDMI1": "90"}},
            {"id": "display-3", "port": "tcp:192.0.2.13:4352", "title": title, **place}
            | {"driver": "pjlink", "sources": {"HDMI1": "31"}, "password": "abc1"},
            {"id": "display-4", "port": "/dev/cec0", "title": title, **place}
            | {"driver": "cec", "sources": {"HDMI1": "1.0.0.0"}},
        ],
        "scenes": [
            {
                "id": "first",
                "title": title,
                "camera": "track",
                "displays": [
                    {"id": "display-1", "source": "HDMI1", "volume": 30},
                    {"id": "display-3", "power": False},
                ],
            }
        ],
        "meeting": {"scene": "first"},
        "switcher": {
            "id": "switcher",
            "port": "tcp:192.0.2.12:23",
            "title": title,
            "words": {"select": "{input}!", "ask": "%", "tied": "In(?P<input>1)"},
            "inputs": {"cam-1": 1, "room:other": 2},
        },
        "stream": {},
        "console": {
            "title": title,
            "keys": {"next": {"pin": 5, "lamp_pin": 6}, "wide": {"pin": 7}},
            "lamps": {"link": {"pin": 9}},
            "contacts": {"fire_alarm": {"pin": 8}},
        },
        "audio": {
            "source": "rtp",
            "streams": [{"port": 5004, "channels": 3}],
            "channels": [0, 2, 3],
            "title": title,
            "margins": {},
        },
        "pacing": {},
        "vision": {},
    }
    separate: Data = json.loads(json.dumps(room))  # the parts above are shared
    return separate


def toml(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def write(folder: Path, data: Data) -> Path:
    """The data as a room file."""
    path = folder / "room.toml"
    path.write_text("".join(f"{key} = {toml(value)}\n" for key, value in data.items()))
    return path


def at(data: Any, path: Path_) -> Any:
    """What stands at ``path``."""
    for part in path:
        data = data[part]
    return data


def with_value(path: Path_, value: Any) -> Data:
    """The base room with one value changed or added."""
    data = base()
    at(data, path[:-1])[path[-1]] = value
    return data


def complaint(folder: Path, data: Data) -> str:
    """What the loader says of ``data``: one line, beginning with the file."""
    path = write(folder, data)
    with pytest.raises(RoomFileError) as caught:
        load_room(path)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"{path}: ")
    return line
