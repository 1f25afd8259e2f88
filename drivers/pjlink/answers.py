"""What the parameter of a PJLink answer means, body by body.

Owns the tables of values. Must not know lines or connections. Source: PJLink specification
1.04 and 2.00. Answers that bend the rules are read as far as they can be (Optoma projectors
say ``Class 1`` where ``1`` is due); what cannot be read adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

POWER = {"0": "standby", "1": "on", "2": "cooling", "3": "warming"}
SOURCES = {
    "1": "rgb",
    "2": "video",
    "3": "digital",
    "4": "storage",
    "5": "network",
    "6": "internal",
}
HEALTH = ("fan", "lamp", "temperature", "cover", "filter", "other")
"""Order of the digits of ERST: 0 good, 1 warning, 2 error."""


def meaning(body: str, param: str) -> dict[str, Any]:
    """What ``param`` says as the answer to ``body``; empty when there is nothing to add."""
    if param == "OK":
        return {"ok": True}
    if re.fullmatch(r"ERR[1-4A]", param):
        return {"error": param}
    reader = _READERS.get(body)
    return reader(param) if reader else {}


def _power(param: str) -> dict[str, Any]:
    return {"value": POWER[param]} if param in POWER else {}


def _input(param: str) -> dict[str, Any]:
    match = re.fullmatch(r"([1-6])([1-9A-Z])", param)
    return {"source": SOURCES[match[1]], "number": match[2]} if match else {}


def _mute(param: str) -> dict[str, Any]:
    match = re.fullmatch(r"([123])([01])", param)
    if match is None:
        return {}
    muted = match[2] == "1"
    return {"video": muted and match[1] in "13", "audio": muted and match[1] in "23"}


def _health(param: str) -> dict[str, Any]:
    if not re.fullmatch(r"[012]{6}", param):
        return {}
    return {name: int(digit) for name, digit in zip(HEALTH, param, strict=True)}


def _lamps(param: str) -> dict[str, Any]:
    if not re.fullmatch(r"[0-9]{1,5} [01](?: [0-9]{1,5} [01])*", param):
        return {}
    words = param.split(" ")
    pairs = zip(words[::2], words[1::2], strict=True)
    return {"lamps": [{"hours": int(hours), "on": on == "1"} for hours, on in pairs]}


def _inputs(param: str) -> dict[str, Any]:
    inputs = param.split(" ")
    known = all(re.fullmatch(r"[1-6][1-9A-Z]", number) for number in inputs)
    return {"inputs": inputs} if known else {}


def _class(param: str) -> dict[str, Any]:
    match = re.search(r"[1-9]", param)
    return {"value": int(match[0]), "non_conforming": match[0] != param} if match else {}


def _mac(param: str) -> dict[str, Any]:
    return {"transport": "udp", "mac": param}


_READERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "POWR": _power,
    "INPT": _input,
    "AVMT": _mute,
    "ERST": _health,
    "LAMP": _lamps,
    "INST": _inputs,
    "CLSS": _class,
    "ACKN": _mac,
    "LKUP": _mac,
}
