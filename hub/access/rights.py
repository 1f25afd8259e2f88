"""What each role may give, see and fetch: one table, and the few functions that read it.

Theory. A line names the *scope* an integration's token needs, the roles that may do it at all, and
the roles that may do it for their own seat only (the ``seat`` of the command's body). What has no
line is refused: a new command, route or part of the snapshot must be entered here.

Owns the rights. Pure; must not know how somebody proved who they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from edge.rules.reasons import Reason


class Role(StrEnum):
    """What somebody is at this hub. Roles at the table (vice-chair, guest) are the meeting's."""

    TECHNICIAN = "technician"
    CHAIR = "chair"
    SECRETARY = "secretary"
    DELEGATE = "delegate"
    DISPLAY = "display"
    INTEGRATION = "integration"


STAFF = frozenset({Role.TECHNICIAN, Role.CHAIR, Role.SECRETARY})
"""Roles of local accounts; the others come by a code or a token."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who proved who they are."""

    name: str
    """As people read it."""
    role: Role
    seat: str | None = None
    """Where they sit: a delegate always, others when their account says so."""
    account: str = ""
    """Account, token or display behind it; empty for a seat."""
    scopes: frozenset[str] = frozenset()
    """What a token is for."""
    session: bytes = b""
    """Key of the session or the token in the book."""
    csrf: str = ""
    """What a POST of this session must carry; empty for a token: no browser sends one by itself."""

    @property
    def by(self) -> str:
        """Who it was, in orders and records."""
        return self.seat if self.role is Role.DELEGATE and self.seat else self.name


@dataclass(frozen=True, slots=True)
class Right:
    """One line of the table."""

    scope: str
    roles: frozenset[Role]
    own: frozenset[Role] = frozenset()
    """These too, but for their own seat only."""
    quiet: bool = False
    """Not recorded when it is accepted: it is repeated, or the time of it must not be known."""
    public: bool = False
    """Without any sign-in."""


_T, _C, _S, _D = Role.TECHNICIAN, Role.CHAIR, Role.SECRETARY, Role.DELEGATE
_SCREEN, _API = Role.DISPLAY, Role.INTEGRATION
_EVERYBODY = frozenset(Role)
_DESK = frozenset({_T, _C, _S, _API})
_DEVICES = frozenset({_T, _API})

_FLOOR = Right("floor", _DESK)
_BALLOTS = Right("ballots", _DESK)
_ATTENDANCE = Right("attendance", _DESK)
_DEVICE = Right("devices", _DEVICES)
_OFTEN = Right("devices", _DEVICES, quiet=True)
_SEATED = frozenset({_D, _C, _S})
_AT_SEAT = Right("seats", frozenset({_API}), own=_SEATED)
_MEETINGS = Right("meetings", frozenset({_T, _S, _API}))
_LED = Right("meetings", _DESK)

SCOPES = {
    "read": "see the meeting: state, stream, records",
    "floor": "lead the floor",
    "ballots": "prepare and lead ballots",
    "attendance": "sign people in and out",
    "devices": "cameras, displays, lamps",
    "meetings": "prepare meetings, their agenda and papers",
    "seats": "act for any seat, as a conference system does that has keys of its own",
    "access": "seat codes and displays",
}
"""What a token may be for."""

COMMANDS: Mapping[str, Right] = {
    # the floor
    "open_microphone": _FLOOR,
    "close_microphone": _FLOOR,
    "next": _FLOOR,
    "end_turn": _FLOOR,
    "extend": _FLOOR,
    "all_off": _FLOOR,
    "set_mode": _FLOOR,
    "set_settings": _FLOOR,
    "set_registration": _FLOOR,
    "clear_queue": _FLOOR,
    "set_debate": _FLOOR,
    "set_recess": _FLOOR,
    "set_muted": _FLOOR,
    "acknowledge_fire": _FLOOR,
    "take_priority": Right("floor", frozenset({_T, _C, _API})),
    "release_priority": Right("floor", frozenset({_T, _C, _API})),
    # ballots
    "prepare_ballot": _BALLOTS,
    "ready_ballot": _BALLOTS,
    "open_ballot": _BALLOTS,
    "pause_ballot": _BALLOTS,
    "resume_ballot": _BALLOTS,
    "close_ballot": _BALLOTS,
    "count_ballot": _BALLOTS,
    "announce_ballot": _BALLOTS,
    "annul_ballot": _BALLOTS,
    "abort_ballot": _BALLOTS,
    "withdraw_ballot": _BALLOTS,
    "again_ballot": _BALLOTS,
    "call_next": _BALLOTS,
    "recuse": _BALLOTS,
    "roll_call_vote": _BALLOTS,
    # of a seat: nobody votes for another person's seat, whatever their role
    "ask_floor": _AT_SEAT,
    "withdraw": _AT_SEAT,
    "sign_in_seat": _AT_SEAT,
    "cast_vote": Right("seats", frozenset({_API}), own=_SEATED, quiet=True),
    # attendance
    "sign_in": Right("attendance", _DESK, own=frozenset({_D})),
    "ask_attendance": _ATTENDANCE,
    # meetings
    "copy_meeting": _MEETINGS,
    "delete_meeting": _MEETINGS,
    "start_meeting": _LED,
    "end_meeting": _LED,
    "next_item": _LED,
    "set_item": _LED,
    "edit_paper": _MEETINGS,
    "remove_paper": _MEETINGS,
    # devices
    "aim_camera": _DEVICE,
    "nudge_camera": _OFTEN,
    "sight_camera": _DEVICE,
    "forget_sighting": _DEVICE,
    "lock_camera": _DEVICE,
    "preview_camera": _OFTEN,
    "display_power": _DEVICE,
    "display_input": _DEVICE,
    "display_volume": _DEVICE,
    "set_scene": _DEVICE,
    "display_alive": Right("devices", _DEVICES | {_SCREEN}, quiet=True),
    "expect_screen": _DEVICE,
    "acknowledge_alarm": _DEVICE,
    "check_room": _DEVICE,
    "drill": _DEVICE,
    "locate_seat": _DEVICE,
}
"""Who may give a command, by its name in the address."""

_PUBLIC = Right("read", _EVERYBODY, public=True)
_ANYBODY = Right("read", _EVERYBODY)
_READ_DESK = Right("read", _DESK)
_READ_MEMBERS = Right("read", _DESK | {_D, _SCREEN})
_PAIR = Right("access", frozenset({_T, _API}))
_ISSUE = Right("access", frozenset({_T, _S, _API}))

ROUTES: Mapping[str, Right] = {
    # pages
    "GET /": Right("read", STAFF),
    "GET /chair": Right("read", STAFF),
    "GET /secretary": Right("meetings", frozenset({_T, _S})),
    "GET /seat": Right("read", _SEATED),
    "GET /display/{room}": Right("read", STAFF | {_SCREEN}),
    "GET /signin": _PUBLIC,
    "GET /codes": Right("access", frozenset({_T, _S})),
    "GET /web": _PUBLIC,
    # state and records
    "GET /api/v1/state": _ANYBODY,
    "GET /api/v1/stream": _ANYBODY,
    "GET /api/v1/ballots": _READ_DESK,
    "GET /api/v1/ballots/{ballot}/{generation}": _READ_MEMBERS,
    "GET /api/v1/ballots/{ballot}/{generation}/journal": _READ_DESK,
    "GET /api/v1/rooms/{room}/cameras/{camera}/preview": _READ_DESK,
    "GET /api/v1/events": _READ_DESK,
    "GET /api/v1/rooms/{room}/history": _READ_DESK,
    "GET /api/v1/meetings": _READ_DESK,
    "GET /api/v1/meetings/{meeting}": _READ_DESK,
    "PUT /api/v1/meetings/{meeting}": _MEETINGS,
    "POST /api/v1/meetings/{meeting}/papers": _MEETINGS,
    "GET /api/v1/meetings/{meeting}/roster.{kind}": _MEETINGS,
    "POST /api/v1/roster": _MEETINGS,
    "GET /api/v1/roster/template.{kind}": _MEETINGS,
    "GET /api/v1/papers/{paper}": _READ_MEMBERS,
    # other systems
    "POST /api/v1/import": _MEETINGS,
    "GET /api/v1/meetings/{meeting}/export/{what}.{kind}": _READ_DESK,
    "GET /api/v1/health": _PUBLIC,
    "GET /api/v1/openapi.json": _PUBLIC,
    # which command it is decides
    "POST /api/v1/commands/{name}": _ANYBODY,
    # signing in and out
    "GET /api/v1/me": _ANYBODY,
    "GET /api/v1/sign-in": _PUBLIC,
    "POST /api/v1/sign-in": _PUBLIC,
    "POST /api/v1/sign-in/seat": _PUBLIC,
    "POST /api/v1/sign-in/set-up": _PUBLIC,
    "POST /api/v1/sign-in/simulation": _PUBLIC,
    "POST /api/v1/sign-out": _ANYBODY,
    # screens
    "POST /api/v1/pairing": _PUBLIC,
    "POST /api/v1/pairing/claim": _PUBLIC,
    "GET /api/v1/displays": _PAIR,
    "POST /api/v1/displays": _PAIR,
    "POST /api/v1/displays/remove": _PAIR,
    # codes of seats
    "GET /api/v1/seat-codes": _ISSUE,
    "POST /api/v1/seat-codes": _ISSUE,
    "POST /api/v1/seat-codes/revoke": _ISSUE,
}
"""Who may fetch what: method and path as the server has them registered. HEAD counts as GET."""

PARTS: Mapping[str, frozenset[Role]] = {
    "hub": _EVERYBODY,
    "meeting": _EVERYBODY,
    "floor": _EVERYBODY,
    "ballots": _EVERYBODY,
    "attendance": _EVERYBODY,
    "rooms": _EVERYBODY,
    "meetings": _DESK,
    "commands": _DESK,
    "events": _DESK,
}
"""Who is told which part of the snapshot, in the stream too."""

HOME = {
    Role.TECHNICIAN: "/",
    Role.CHAIR: "/chair",
    Role.SECRETARY: "/secretary",
    Role.DELEGATE: "/seat",
}
"""The page of a role."""


PAGES = ("/", "/chair", "/secretary", "/seat", "/codes")
"""Pages for people, in the order in which they are listed."""


def may_open(who: Who, page: str) -> bool:
    """``who`` may open this page; a seat's page is for those who have a seat."""
    return may_fetch(who, f"GET {page}") is None and (page != "/seat" or who.seat is not None)


def may_fetch(who: Who | None, route: str) -> Reason | None:
    """Why ``who`` may not use the route ``GET /path``; None when they may."""
    right = ROUTES.get(route)
    if right is not None and right.public:
        return None
    if who is None:
        return Reason.SIGN_IN_NEEDED
    return _refusal(who, right)


def may_give(who: Who, name: str, seat: object = None) -> Reason | None:
    """Why ``who`` may not give this command; None when they may.

    ``seat`` is what the body names as the seat it acts for.
    """
    right = COMMANDS.get(name)
    refused = _refusal(who, right)
    if refused is None or right is None or who.role not in right.own:
        return refused
    return None if who.seat is not None and seat == who.seat else Reason.NOT_YOUR_SEAT


def is_quiet(name: str) -> bool:
    """An accepted command of this name is not recorded here."""
    right = COMMANDS.get(name)
    return right is not None and right.quiet


def leads(who: Who) -> bool:
    """Prepares or leads the meeting, and is told all of it; the others are told what is public."""
    return who.role in _DESK


def shown_parts(who: Who) -> frozenset[str]:
    """Parts of the snapshot that ``who`` is told."""
    return frozenset(part for part, roles in PARTS.items() if who.role in roles)


def given_to(who: Who) -> list[str]:
    """Names of the commands that ``who`` may give, some of them for their own seat only."""
    return [name for name, right in COMMANDS.items() if may_give(who, name, who.seat) is None]


def may_read(who: Who, readers: Collection[str], at_table: str | None) -> bool:
    """``who`` may open a paper that is for these ``readers`` (none: for everybody).

    ``at_table`` is the role of their seat in the meeting.
    """
    if not readers or who.role is Role.SECRETARY:
        return True
    if who.role is Role.INTEGRATION:
        return "meetings" in who.scopes
    if who.role is Role.DELEGATE:
        role = "chair" if at_table == "vice_chair" else at_table or "delegate"
        return role in readers
    return who.role.value in readers


def _refusal(who: Who, right: Right | None) -> Reason | None:
    if right is None or who.role not in right.roles:
        return Reason.NOT_YOUR_ROLE
    if who.role is Role.INTEGRATION and right.scope not in who.scopes:
        return Reason.NOT_IN_TOKEN
    return None
