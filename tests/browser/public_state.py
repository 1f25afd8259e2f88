"""The snapshot of the public audience, made from the sample of the technician's.

Owns its form for the tests of delegates' pages, as ``GET /api/v1/state?audience=public`` has it.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def public(state: Json, votes: dict[str, str]) -> Json:
    """What a delegate's page is told; ``votes`` says by seat whence its vote came."""
    people = state["attendance"]["people"].values()
    seats: Json = {
        entry["seat"]: {"present": entry["present"], "vote": votes.get(entry["seat"])}
        for entry in people
    }
    for turn in state["floor"]["speaking"]:
        room, _, number = turn["seat"].partition("/")
        actual = state["rooms"][room]["seats"].get(number, {})
        seats.setdefault(turn["seat"], {"present": None, "vote": None})
        seats[turn["seat"]]["open"] = actual.get("microphone")
    return {
        "hub": {**state["hub"], "alerts": {}},
        "meeting": state["meeting"],
        "floor": state["floor"],
        "ballots": [{"picks_min": 1, "picks_max": 1, **b} for b in state["ballots"][-1:]],
        "attendance": {**state["attendance"], "people": {}},
        "rooms": {ident: _room(room) for ident, room in state["rooms"].items()},
        "seats": seats,
        "commands": {},
        "events": [],
    }


def _room(room: Json) -> Json:
    seats = [{"number": s["number"], "role": s["role"]} for s in room["plan"]["seats"]]
    kept = {key: room[key] for key in ("id", "title", "online", "since_ms", "sits", "names")}
    return {**kept, "plan": {"seats": seats, "devices": []}, "alerts": {}}
