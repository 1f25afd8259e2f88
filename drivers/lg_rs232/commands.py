"""The commands of LG commercial displays: letters, names and what their data means.

Owns the tables. Must not know lines or ports. Source: LG manuals M4210, 42WS50 and 55WV70.
"""

from __future__ import annotations

from collections.abc import Mapping

READ = "ff"
"""Data that asks for the present value instead of setting one."""

NAMES: Mapping[str, str] = {
    "ka": "power",
    "kb": "input",
    "kc": "aspect",
    "kd": "screen_mute",
    "ke": "volume_mute",
    "kf": "volume",
    "kg": "contrast",
    "kh": "brightness",
    "km": "remote_lock",
    "xb": "input",
    "mg": "backlight",
    "jq": "energy_saving",
    "dn": "temperature",
    "dl": "elapsed_hours",
    "dp": "lamp",
    "fy": "serial_number",
    "mc": "remote_key",
}
"""What the two letters of a command do; of those that share a second letter, the first here is
the one a reply is named after, because a reply carries the second letter only."""

_OFF_ON = {"00": "off", "01": "on"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "power": _OFF_ON,
    "screen_mute": _OFF_ON,
    "remote_lock": _OFF_ON,
    "lamp": {"00": "broken", "01": "works"},
    # The other way round: 00 silences the set, 01 lets the sound through.
    "volume_mute": {"00": "on", "01": "off"},
    "input": {
        "60": "RGB",
        "70": "DVI",
        "80": "DVI",
        "90": "HDMI1",
        "91": "HDMI2",
        "c0": "DP",
    },
}
"""Data as words."""

NUMBERS = frozenset(
    {"volume", "contrast", "brightness", "backlight", "temperature", "elapsed_hours"}
)
"""Data as a hexadecimal number."""


def name_of(letters: str) -> str:
    """The name of a command, or its letters where nobody has named it."""
    return NAMES.get(letters, letters)


def names_of_reply(letter: str) -> list[str]:
    """What a reply with this second letter may be about, the likeliest first."""
    names = [name for letters, name in NAMES.items() if letters[1] == letter]
    # A reply in x begins with its own terminator; "dx" is the one command known to give it.
    return list(dict.fromkeys(names)) or (["dx"] if letter == "x" else [letter])


def value_of(name: str, data: str) -> str | int | None:
    """What ``data`` means for ``name``; None when the tables do not say."""
    if name in NUMBERS:
        try:
            return int(data, 16)
        except ValueError:
            return None
    return WORDS.get(name, {}).get(data.lower().zfill(2))


def data_for(name: str, value: object) -> str | None:
    """The data that says ``value``: the inverse of ``value_of``; None when there is none."""
    if name in NUMBERS and isinstance(value, int) and 0 <= value <= 0xFE:
        return f"{value:02x}"
    words = WORDS.get(name, {})
    return next((data for data, word in words.items() if word == value), None)
