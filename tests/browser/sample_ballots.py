"""Ballots, attendance and a complete floor for the sample state, in the shape of the snapshot.

Owns sample data about votes: one ballot at any stage, its result document, who is signed in.
Must not be used by anything but tests.
"""

from __future__ import annotations

from typing import Any

from tests.browser.sample_care import DRILLS, last_check, running_check

Json = dict[str, Any]

NOT_SIGNED_IN = ("main/25", "satellite/7")

SETTINGS: Json = {
    "max_open_per_room": {},
    "seat_priority": {},
    "interrupt": "none",
    "protected": [],
    "may_switch_off": True,
    "may_cancel": True,
    "guest_may_request": False,
    "chair_only_queues": False,
    "limit_s": {"delegate": 180.0, "guest": 120.0},
    "warning_s": 60.0,
    "at_limit": "overrun",
    "extension_s": 60.0,
    "silence_off_s": 0.0,
    "voice_release_s": 4.0,
    "take_back_s": 10.0,
    "priority_release": "restore",
    "priority_clears_queue": False,
    "chair_beats_deputy": False,
}

CALM: Json = {
    "settings": SETTINGS,
    "registration": "open",
    "debating": False,
    "hold": None,
    "recess": False,
    "muted": False,
    "alarm": False,
    "fire_rooms": [],
}
"""A floor on which nothing holds anybody back."""

OPTIONS: list[Json] = [
    {"id": "yes", "vi": "Tán thành", "en": "For"},
    {"id": "no", "vi": "Không tán thành", "en": "Against"},
    {"id": "abstain", "vi": "Không biểu quyết", "en": "Abstain"},
]

QUESTION = {
    "vi": "Thông qua dự thảo Nghị quyết về dự toán ngân sách năm 2027",
    "en": "Adopt the draft resolution on the 2027 budget",
}


def timed(turn: Json, spent_ms: int, limit_s: float | None = 180.0) -> Json:
    """A turn with its times; without a limit nobody counts."""
    left_ms = None if limit_s is None else int(limit_s * 1000) - spent_ms
    phase = "calm"
    if left_ms is not None and left_ms <= 60_000:
        phase = "warning" if left_ms > 0 else "over"
    times = {"spent_ms": spent_ms, "limit_s": limit_s, "left_ms": left_ms, "phase": phase}
    return {**turn, **times, "paused": False, "muted": False, "suspended": False}


def attendance(rooms: Json, asked: bool = False) -> Json:
    """Everybody who has a name is expected; two are not signed in."""
    people = {}
    for room_id, room in rooms.items():
        for number, name in room["names"].items():
            seat = f"{room_id}/{number}"
            people[seat] = {"seat": seat, "name": name, "present": seat not in NOT_SIGNED_IN}
    present = sum(person["present"] for person in people.values())
    return {"asked": asked, "people": people, "present": present, "members": len(people)}


def ballot(stage: str = "open", ident: str = "budget", **changes: Any) -> Json:
    """One ballot of the snapshot, with changes."""
    begun = stage not in ("draft", "ready_check", "withdrawn")
    counted = stage in ("counted", "announced", "annulled")
    found: Json = {
        "ballot": ident,
        "generation": 1,
        "stage": stage,
        "kind": "open",
        "text": QUESTION,
        "options": OPTIONS,
        "press": "last_press",
        "voted": 23 if begun else 0,
        "present": 29,
        "members": 31,
        "counts": {"yes": 17, "no": 4, "abstain": 2} if counted else None,
        "quorum": {"needed": 21, "present": 29, "met": True, "missing_roles": []},
        "rooms_not_heard": ["satellite"] if stage == "closing" else [],
        "remaining_ms": None,
        "opened_ts": 1_760_000_000.0 if begun else None,
        "called": None,
        "ending": None,
        "result": summary() if counted else None,
    }
    return {**found, **changes}


def summary(**changes: Any) -> Json:
    """The result document of a ballot that passed, without its lists of people."""
    seen = {"present": 29, "members": 31, "needed": 21, "met": True, "missing_roles": []}
    found: Json = {
        "counts": {"yes": 17, "no": 4, "abstain": 2, "not_voting": 6, "absent": 2},
        "rule": {
            "majority": {
                "numerator": 1,
                "denominator": 2,
                "base": "all_members",
                "comparison": ">",
            },
            "quorum": {"numerator": 2, "denominator": 3, "comparison": ">="},
            "tie": "chair_decides",
        },
        "needed": 16,
        "outcome": "passed",
        "quorum": {"opening": seen, "closing": seen, "opened_anyway": False},
        "slips": None,
        "rooms_not_heard": [],
        "announcement": {
            "vi": "Có mặt 29/31; tán thành 17; không tán thành 4; không biểu quyết 2; "
            "chưa biểu quyết 6. Cần ít nhất 16 phiếu tán thành. Kết quả: ĐƯỢC THÔNG QUA.",
            "en": "Present 29/31; for 17; against 4; abstain 2; not yet voted 6. "
            "Needed: 16 for. Result: PASSED.",
        },
        "chain": {"algorithm": "sha256", "length": 31, "head": "9f2ac01b" * 8},
    }
    return {**found, **changes}


SILENT: Json = {
    "not_voting": ["main/3", "main/8", "main/14", "main/20", "satellite/2", "satellite/4"],
    "absent": ["main/25", "satellite/7"],
    "recused": [],
}
"""Who did not take part: stands in the whole document only."""


def voting(seats: Json, names: Json) -> Json:
    """Seats of a room whose vote lamps say every state: waiting, recorded, counted."""
    lamps = {0: "on", 1: "on", 2: "fast", 3: "slow"}
    return {
        number: {**seat, "votes": lamps[int(number) % 4]} if number in names else seat
        for number, seat in seats.items()
    }


def burdened(state: Json) -> Json:
    """The sample with everything at once: for looking at, and for rules that hold everywhere."""
    floor = state["floor"]
    chair = {"seat": "main/1", "name": "Nguyễn Thị Minh Khai", "role": "chair"}
    first, second = floor["speaking"]
    speaking = [
        timed({**chair, "since_ms": first["since_ms"]}, 31_000, None),
        {**timed(first, 192_000), "muted": True, "paused": True},
        {**timed(second, 130_000), "muted": True, "paused": True},
    ]
    kinds = ("point_of_order", "debate", "speech")
    queue = [{**waiting, "kind": kind} for waiting, kind in zip(floor["queue"], kinds, strict=True)]
    held = {"hold": {"seat": "main/1", "opened": True}, "debating": True, "registration": "paused"}
    state["floor"] = {**floor, "speaking": speaking, "queue": queue, **held}
    state["attendance"] = attendance(state["rooms"], asked=True)
    state["ballots"] = [
        ballot("announced", "minutes"),
        ballot("annulled", "agenda", generation=2),
        ballot("draft", "personnel", kind="secret", press="first_press"),
        ballot("open", remaining_ms=95_000, counts={"yes": 17, "no": 4, "abstain": 2}),
    ]
    for room in state["rooms"].values():
        room["seats"] = voting(room["seats"], room["names"])
    main = state["rooms"]["main"]
    main["last_check"], main["drills"] = last_check(), DRILLS
    main["screen"] = {"alive": False, "showing": "floor", "since_ms": 4_900_000}
    state["rooms"]["satellite"]["check"] = running_check()
    muted = {"microphone": False, "wanted": False, "red": "off", "amber": "on"}
    seats = state["rooms"]["main"]["seats"]
    seats["1"] |= {"microphone": True, "wanted": True, "red": "on"}
    seats["6"] |= muted
    seats["18"] |= muted
    return state
