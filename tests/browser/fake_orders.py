"""What the stand-in hub makes of a command: parts of the state that change. Pure.

Owns just enough of a hub for a page to be driven. Must not judge: a test says what is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from tests.browser.sample_ballots import timed

Json = dict[str, Any]
Change = tuple[list[str], Any]

STAGES = {
    "ready_ballot": "ready_check",
    "open_ballot": "open",
    "pause_ballot": "paused",
    "resume_ballot": "open",
    "close_ballot": "closing",
    "count_ballot": "counted",
    "announce_ballot": "announced",
    "annul_ballot": "annulled",
    "abort_ballot": "aborted",
    "withdraw_ballot": "withdrawn",
}
"""Command, and the stage it leads to."""

SWITCHES = {"set_debate": "debating", "set_recess": "recess", "set_muted": "muted"}


def changes(state: Json, name: str, args: Json) -> Iterator[Change]:
    """Paths and their new values; none for a command that a device carries out."""
    if name in STAGES or name in ("again_ballot", "call_next", "recuse", "prepare_ballot"):
        yield ["ballots"], ballots_after(state, name, args)
    elif name in ("sign_in", "sign_in_seat", "ask_attendance"):
        yield ["attendance"], attendance_after(state["attendance"], name, args)
    elif name in ("start_meeting", "end_meeting"):
        begun = "running" if name == "start_meeting" else "ended"
        yield ["meeting"], {**state["meeting"], "session": begun}
    elif name == "set_mode":
        yield ["meeting"], {**state["meeting"], **args}
    else:
        floor = floor_after(state, name, args)
        if floor is not None:
            yield ["floor"], {**floor, "rev": floor["rev"] + 1}


def floor_after(state: Json, name: str, args: Json) -> Json | None:
    """The floor after a command about it; None when it is about something else."""
    floor: Json = copy.deepcopy(state["floor"])
    match name:
        case "open_microphone":
            _leave(floor, args["seat"])
            _give(state, floor, args["seat"])
        case "close_microphone" | "withdraw":
            _leave(floor, args["seat"])
        case "ask_floor":
            entry = {"seat": args["seat"], "name": _name(state, args["seat"]), "kind": args["kind"]}
            times = {"since_ms": state["hub"]["time_ms"], "suspended": False}
            floor["queue"].append({**entry, **times})
        case "next" if floor["queue"]:
            _give(state, floor, floor["queue"].pop(0)["seat"])
        case "end_turn" if floor["speaking"]:
            floor["speaking"].pop()
        case "all_off":
            floor["speaking"] = []
        case "extend":
            for turn in floor["speaking"]:
                if turn["seat"] == args["seat"]:
                    turn["left_ms"] += 60_000
        case "set_registration":
            floor["registration"] = args["to"]
        case "clear_queue":
            floor["queue"] = []
        case "set_debate" | "set_recess" | "set_muted":
            floor[SWITCHES[name]] = args["on"]
        case "acknowledge_fire":
            floor["alarm"] = False
        case "take_priority":
            floor["hold"] = {"seat": args["seat"], "opened": True}
        case "release_priority":
            floor["hold"] = None
        case "set_settings":
            floor["settings"] = args["settings"]
        case "next" | "end_turn":
            return floor
        case _:
            return None
    return floor


def _leave(floor: Json, seat: str) -> None:
    for part in ("speaking", "queue"):
        floor[part] = [entry for entry in floor[part] if entry["seat"] != seat]


def _name(state: Json, seat: str) -> str:
    room_id, _, number = seat.partition("/")
    name: str = state["rooms"][room_id]["names"].get(number, "")
    return name


def _give(state: Json, floor: Json, seat: str) -> None:
    turn = {"seat": seat, "name": _name(state, seat), "role": "delegate"}
    floor["speaking"].append(timed({**turn, "since_ms": state["hub"]["time_ms"]}, 0))


def ballots_after(state: Json, name: str, args: Json) -> list[Json]:
    """The list of ballots after a command about one of them."""
    ballots: list[Json] = copy.deepcopy(state["ballots"])
    if name == "prepare_ballot":
        return [*ballots, _prepared(args)]
    key = (args["ballot"], args["generation"])
    one = next(b for b in ballots if (b["ballot"], b["generation"]) == key)
    if name == "again_ballot":
        fresh = {"stage": "draft", "voted": 0, "counts": None, "result": None, "opened_ts": None}
        return [*ballots, {**one, **fresh, "generation": one["generation"] + 1}]
    if name == "call_next":
        person, entry = next(iter(state["attendance"]["people"].items()))
        one["called"] = {"person": person, "seat": entry["seat"], "name": entry["name"]}
    elif name == "recuse":
        one["members"] -= 1
    else:
        one["stage"] = STAGES[name]
        one["ending"] = {"by": "page", "why": args["why"]} if "why" in args else None
    return ballots


def _prepared(args: Json) -> Json:
    options = args.get("options") or [
        {"id": "yes", "label": {"vi": "Tán thành", "en": "For"}},
        {"id": "no", "label": {"vi": "Không tán thành", "en": "Against"}},
    ]
    return {
        "ballot": args["id"],
        "generation": 1,
        "stage": "draft",
        "kind": args["kind"],
        "text": args["text"],
        "options": [{"id": o["id"], **o["label"]} for o in options],
        "press": args["press"],
        "voted": 0,
        "present": 29,
        "members": 31,
        "counts": None,
        "quorum": {"needed": 0, "present": 29, "met": True, "missing_roles": []},
        "rooms_not_heard": [],
        "remaining_ms": None,
        "opened_ts": None,
        "called": None,
        "ending": None,
        "result": None,
    }


def attendance_after(attendance: Json, name: str, args: Json) -> Json:
    """Who is signed in after a command."""
    if name == "ask_attendance":
        return {**attendance, "asked": args["on"]}
    people = {
        person: {**entry, "present": args.get("present", True)}
        if args.get("everybody") or entry["seat"] == args["seat"]
        else entry
        for person, entry in attendance["people"].items()
    }
    present = sum(entry["present"] for entry in people.values())
    return {**attendance, "people": people, "present": present}
