"""Room files: everything the schema allows loads, everything else is one line with file and key.

The cases are made from the schema itself, so a key that is added later is tested too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firmware_config.loader import ROOMS_DIR, RoomFileError, load_room
from firmware_config.schema import RoomConfig, room_schema
from tests.small_room import Data, Path_, at, base, complaint, with_value, write

SHIPPED = sorted(path.stem for path in ROOMS_DIR.glob("*.toml"))


@dataclass(frozen=True)
class Key:
    """One key that the schema knows, where it may stand, and what the schema says of it."""

    path: Path_
    schema: Data

    def __str__(self) -> str:
        return ".".join(map(str, self.path))


def keys(node: Data, path: Path_ = ()) -> Iterator[Key]:
    """Every key of the schema, for the first entry of each list."""
    node = plain(node)
    for name, child in node.get("properties", {}).items():
        below = plain(child)
        yield Key((*path, name), below)
        if "items" in below:
            for option in _options(below["items"]):
                yield from keys(option, (*path, name, _first_of(option, (*path, name))))
        elif "patternProperties" in below and path:
            (entry,) = below["patternProperties"].values()
            for some in list(at(base(), (*path, name)) if name in at(base(), path) else ())[-1:]:
                yield from keys(entry, (*path, name, some))
        else:
            yield from keys(below, (*path, name))


def _first_of(option: Data, path: Path_) -> int:
    """Where the base room has its first entry of that kind."""
    driver = plain(option).get("properties", {}).get("driver", {}).get("const")
    entries = at(base(), path) if path[0] in base() else []
    return next((i for i, one in enumerate(entries) if driver and one["driver"] == driver), 0)


def _options(entry: Data) -> list[Data]:
    """The kinds of an entry: cameras and displays have several."""
    options: list[Data] = entry.get("oneOf", [entry])
    return options


def plain(node: Data) -> Data:
    """The node itself, without reference and without ``or null``."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return plain(room_schema()["$defs"][name])
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    return plain(options[0]) if options else node


KEYS = [key for key in keys(room_schema()) if key.path[:-1] != ("seats", 0, "position_m")]

OUT_OF_USE = {
    "seats.0.slot": (1, 2),
    "cameras.0.sightings.0.seat": (1, 3),
    "cameras.2.sightings.0.seat": (1, 3),
}
"""Bounds that another rule narrows: no module has more than two slots, no room other seats."""

BOUNDS = [
    pytest.param(key, side, id=f"{key}-{side}")
    for key in KEYS
    for side in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    if side in key.schema and str(key) not in OUT_OF_USE
]


def step(key: Key) -> float:
    return 1 if key.schema["type"] == "integer" else 1e-6


def test_every_shipped_file_is_tested() -> None:
    assert {"main", "satellite-1", "example-real"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_room_loads(name: str) -> None:
    config = load_room(name)
    assert config == load_room(ROOMS_DIR / f"{name}.toml")


def test_main_room_is_as_promised() -> None:
    config = load_room("main")
    assert [seat.number for seat in config.seats] == list(range(1, 26))
    assert [seat.role for seat in config.seats[:3]] == ["chair", "vice_chair", "delegate"]
    assert [(bus.id, bus.baud, bus.map) for bus in config.buses] == [
        ("bus-1", 115200, "phonghop-unit-1")
    ]
    assert {camera.id: camera.parsed_port.kind for camera in config.cameras} == {
        "cam-left": "udp",
        "cam-right": "tcp",
    }


def test_satellite_room_is_as_promised() -> None:
    config = load_room("satellite-1")
    assert len(config.seats) == 8
    assert {bus.map for bus in config.buses} == {"phonghop-unit-1", "waveshare-io-8"}


def test_base_room_loads(tmp_path: Path) -> None:
    assert isinstance(load_room(write(tmp_path, base())), RoomConfig)


@pytest.mark.parametrize(("key", "side"), BOUNDS)
def test_bound_holds_on_both_sides(tmp_path: Path, key: Key, side: str) -> None:
    bound = key.schema[side]
    outwards = step(key) if "aximum" in side else -step(key)
    exclusive = side.startswith("exclusive")
    inside = bound - outwards if exclusive else bound
    outside = bound if exclusive else bound + outwards
    line = complaint(tmp_path, with_value(key.path, outside))
    assert f".{key.path[-1]}: must be" in line
    assert f"{bound:g}" in line
    data = with_value(key.path, inside)
    if key.path == ("seats", 0, "unit"):  # a bus has fewer addresses than a conference system
        data["seats"][0] |= {"bus": "dis-1", "slot": 1}
    data["audio"]["channels"] = [0] * data["audio"]["streams"][0]["channels"]
    load_room(write(tmp_path, data))


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_misspelt_key_is_named(tmp_path: Path, key: Key) -> None:
    data = base()
    table = at(data, key.path[:-1])
    name = str(key.path[-1])
    misspelt = name + "x"
    table[misspelt] = table.pop(name, 1)
    line = complaint(tmp_path, data)
    assert f"{misspelt}: unknown key; did you mean {name!r}?" in line


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("wrong", [{"a": [1]}, [[]], True], ids=["table", "list", "bool"])
def test_wrong_type_is_named(tmp_path: Path, key: Key, wrong: Any) -> None:
    if isinstance(wrong, bool) and key.schema.get("type") == "boolean":
        wrong = 1
    line = complaint(tmp_path, with_value(key.path, wrong))
    assert str(key.path[0]) in line
    assert line.count(": ") >= 2


def test_every_key_is_described() -> None:
    tables = [room_schema(), *room_schema()["$defs"].values()]
    silent = [
        f"{table['title']}.{name}"
        for table in tables
        for name, key in table.get("properties", {}).items()
        if "description" not in key
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (
            ("cameras", 1, "port"),
            "/dev/ttyS3",
            "cameras[id=cam-2].port: '/dev/ttyS3' is the port of cameras[id=cam-1]",
        ),
        (
            ("displays", 0, "port"),
            "/dev/ttyS1",
            "displays[id=display-1].port: '/dev/ttyS1' is the port of buses[id=bus-1]",
        ),
        (("displays", 0, "id"), "cam-1", "displays[id=cam-1].id: 'cam-1' is used twice"),
        (("buses", 1, "id"), "bus-1", "buses[id=bus-1].id: 'bus-1' is used twice"),
        (("cameras", 0, "id"), "room", "cameras[id=room].id: 'room' has a meaning of its own"),
        (
            ("cameras", 0, "id"),
            "seat-3",
            "cameras[id=seat-3].id: 'seat-3' has a meaning of its own",
        ),
        (("seats", 1, "number"), 1, "seats[number=1].number: 1 is used twice"),
        (("seats", 1, "slot"), 1, "seat 2: unit 1 slot 1 of bus 'bus-1' belongs to seat 1 already"),
        (("seats", 1, "slot"), 3, "seat 2: slot 3, but waveshare-io-8 has slots 1 to 2"),
        (("seats", 2, "slot"), 2, "seat 3: slot 2, but phonghop-unit-1 has slots 1 to 1"),
        (
            ("seats", 2, "bus"),
            "bus-3",
            "seats[number=3].bus: 'bus-3' is no bus of this room (buses: bus-1, bus-2, dis-1,",
        ),
        (
            ("cameras", 1, "port"),
            "twin:udp:other/cam-2",
            "cameras[id=cam-2].port: 'twin:udp:other/cam-2' must be twin:udp:small/NAME",
        ),
        (("cameras", 1, "port"), "twin:udp:small/../x", "cameras[id=cam-2].port"),
        (
            ("console", "keys", "wide", "pin"),
            6,
            "console: pin 6 is used twice: by keys.next.lamp_pin and by keys.wide.pin",
        ),
        (
            ("console", "contacts", "fire_alarm", "pin"),
            5,
            "console: pin 5 is used twice: by keys.next.pin and by contacts.fire_alarm.pin",
        ),
        (
            ("console", "keys", "wide", "pin"),
            28,
            "console.keys.wide.pin: must be at most 27, is 28",
        ),
        (
            ("console", "keys", "wide", "pni"),
            9,
            "console.keys.wide.pni: unknown key; did you mean 'pin'?",
        ),
        (
            ("console", "contacts", "next"),
            {"pin": 10},
            "console: next is the name of a key and of a contact",
        ),
        (
            ("console", "lamps", "wide"),
            {"pin": 10},
            "console: wide is the name of a key and of a lamp",
        ),
        (
            ("console", "lamps", "link", "pin"),
            7,
            "console: pin 7 is used twice: by keys.wide.pin and by lamps.link.pin",
        ),
        (("console", "keys", "Next"), {"pin": 9}, "console.keys.Next"),
        (
            ("console", "pins"),
            "twin:other/console",
            "console.pins: 'twin:other/console' must be gpio or twin:small/console",
        ),
        (("cameras", 0, "video", "source"), "twin:small/cam-2", "must be twin:small/cam-1,"),
        (
            ("cameras", 0, "presets"),
            {"4": 1},
            "cameras[id=cam-1].presets: there is no seat 4 in this room",
        ),
        (
            ("cameras", 0, "sightings"),
            [{"seat": 9, "pan_deg": 1.0, "tilt_deg": 0.0}],
            "cameras[id=cam-1].sightings: there is no seat 9 in this room",
        ),
        (
            ("cameras", 0, "sightings"),
            [{"seat": 1, "pan_deg": pan_deg, "tilt_deg": 0.0} for pan_deg in (1.0, 2.0)],
            "cameras[id=cam-1].sightings: seat 1 is sighted twice; keep the better one",
        ),
        (
            ("seats", 0, "walks_m"),
            150,
            "seats[number=1].walks_m: must be at most 8, is 150",
        ),
        (("cameras", 3, "address"), 1, "cameras[id=cam-4].address: 1 is the address of cam-3"),
        (("cameras", 3, "baud"), 9600, "cameras[id=cam-4].baud: 9600 is not the 2400 of cam-3"),
        (("cameras", 1, "port"), "/dev/ttyS5", "'/dev/ttyS5' is the port of cameras[id=cam-2]"),
        (("cameras", 0, "driver"), "vista", "cameras[id=cam-1]: must be 'visca', 'pelco_d'"),
        (
            ("switcher", "inputs"),
            {"cam-9": 1},
            "switcher.inputs: 'cam-9' is no camera of this room (cameras: cam-1, cam-2,",
        ),
        (("switcher", "inputs"), {"room:small": 1}, "'room:small' is this room itself"),
        (("displays", 1, "driver"), "lg", "displays[id=display-2]: must be 'samsung_mdc',"),
        (
            ("scenes", 0, "displays", 0, "id"),
            "cam-1",
            "scenes[id=first].displays[id=cam-1].id: 'cam-1' is no display of this room",
        ),
        (
            ("scenes", 0, "displays", 0, "source"),
            "DVI",
            "displays[id=display-1].source: 'DVI' is no input of display-1 (sources: HDMI1)",
        ),
        (
            ("scenes", 0, "displays", 0, "power"),
            False,
            "displays[id=display-1].power: a display that is off has neither source nor volume",
        ),
        (
            ("scenes", 0, "displays", 1),
            {"id": "display-3", "volume": 5},
            "displays[id=display-3].volume: pjlink cannot set a volume",
        ),
        (
            ("scenes", 0, "displays", 1),
            {"id": "display-1"},
            "scenes[id=first].displays: 'display-1' is named twice",
        ),
        (
            ("meeting", "scene"),
            "second",
            "meeting.scene: 'second' is no scene of this room (scenes: first)",
        ),
        (("switcher", "id"), "cam-1", "switcher.id: 'cam-1' is used twice"),
        (("switcher", "port"), "/dev/ttyS3", "switcher.port: '/dev/ttyS3' is the port of"),
        (("room", "id"), "hub", "room.id: 'hub' is the hub's own place"),
        (("room", "broker"), "127.0.0.1", "room.broker: '127.0.0.1' is not HOST:PORT"),
        (
            ("room", "on_link_loss"),
            "stand alone",
            "room.on_link_loss: must be 'standalone' or 'hold', is \"stand alone\"; did you mean",
        ),
        (("cameras", 0, "heading_deg"), math.nan, "cameras[id=cam-1].heading_deg: must be"),
        (("seats", 0, "position_m"), [1.0, 2.0], "seats[number=1].position_m[entry 3]: is missing"),
        (
            ("seats", 0, "position_m"),
            [1.0, 2.0, 1200],
            "seats[number=1].position_m[entry 3]: must be at most 200, is 1200",
        ),
        (("seats", 0, "unit"), 1.0, "seats[number=1].unit: must be a whole number, is 1.0"),
        (("seats", 0, "unit"), "1", 'seats[number=1].unit: must be a whole number, is "1"'),
    ],
)
def test_bad_value_or_clash_is_named(tmp_path: Path, path: Path_, value: Any, words: str) -> None:
    assert words in complaint(tmp_path, with_value(path, value))


def test_two_names_of_one_port_clash(tmp_path: Path) -> None:
    (tmp_path / "usb-Camera").symlink_to("/dev/ttyS1")
    data = with_value(("cameras", 0, "port"), str(tmp_path / "usb-Camera"))
    assert "usb-Camera' is the port of buses[id=bus-1] already" in complaint(tmp_path, data)


def test_nothing_is_opened(tmp_path: Path) -> None:
    """Ports that do not exist are no matter for the loader."""
    load_room(write(tmp_path, with_value(("buses", 0, "port"), "/dev/serial/by-id/none")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[room\n", "is not TOML"),
        (b"a = 1\nb = \n", "line 2"),
        (b"a = 1\nb = '\xff'\n", "line 2 is not UTF-8 text"),
        (b"", "room: is missing"),
        (b"a = " + b"[" * 5000, "is not TOML"),
        (b"#" * (1 << 20) + b"#", "is larger than"),
        (b"'a\\nb\x01' = 1\n", "is not TOML"),
        (b'"a\\nb" = 1\n', "a b: unknown key"),
        (b"room = 1979-05-27\n", "room: must be a table"),
    ],
)
def test_what_is_no_room_file(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "room.toml"
    path.write_bytes(content)
    with pytest.raises(RoomFileError) as caught:
        load_room(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert words in line
    assert line.isprintable()


def test_missing_file_and_directory(tmp_path: Path) -> None:
    with pytest.raises(RoomFileError, match="there is no such file"):
        load_room(tmp_path / "none.toml")
    with pytest.raises(RoomFileError, match="is not a file"):
        load_room(tmp_path)


def test_unknown_name_suggests() -> None:
    with pytest.raises(RoomFileError, match=r"no such room.*did you mean 'main'"):
        load_room("mian")


def test_error_is_a_value_error() -> None:
    assert issubclass(RoomFileError, ValueError)


def test_schema_is_json() -> None:
    schema = json.loads(json.dumps(room_schema()))
    assert schema["additionalProperties"] is False
