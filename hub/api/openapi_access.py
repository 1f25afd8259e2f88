"""The part of the OpenAPI document about signing in, codes, and how requests say who they are.

Owns these descriptions. Must not describe what no model judges.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from hub.access import rights
from hub.api import access_bodies as bodies
from hub.api.gate import CSRF_HEADER
from hub.api.models import Rejected

SECURITY_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-phonghop",
        "description": "of a page, from signing in; without HTTPS it is called phonghop. Every "
        f"POST then carries the header {CSRF_HEADER} with the word that GET /api/v1/me tells",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "of a program, from phonghop-hub user token; its scopes: "
        + "; ".join(f"{scope}: {text}" for scope, text in rights.SCOPES.items()),
    },
}

SECURITY: list[dict[str, list[str]]] = [{"session": []}, {"token": []}]

MODELS: list[type[BaseModel]] = [
    bodies.SignInByName,
    bodies.SignInBySeatCode,
    bodies.SetUp,
    bodies.ChooseRole,
    bodies.SignOut,
    bodies.MakeSeatCodes,
    bodies.RevokeSeatCodes,
    bodies.BeginPairing,
    bodies.ClaimPairing,
    bodies.ConfirmPairing,
    bodies.RemoveDisplay,
    bodies.PairingBegun,
    bodies.Paired,
    bodies.Displays,
    bodies.Me,
    bodies.WaysIn,
    bodies.NotLetIn,
    bodies.SeatCodes,
    bodies.SeatsWithCode,
]

_Answers = dict[int, tuple[str, type[BaseModel] | None]]

_LET_IN: _Answers = {200: ("Signed in; the cookie is set", bodies.Me)}
_NOT_IN: _Answers = {
    401: ("Not let in", bodies.NotLetIn),
    429: ("Too many wrong tries; wait_s and Retry-After say how long", bodies.NotLetIn),
    503: ("Nothing can be recorded now", Rejected),
}
_CHANGED: _Answers = {503: ("Nothing can be recorded now", Rejected)}

_POSTS: dict[str, tuple[str, type[BaseModel], _Answers]] = {
    "/api/v1/sign-in": ("sign_in_by_name", bodies.SignInByName, _LET_IN | _NOT_IN),
    "/api/v1/sign-in/seat": ("sign_in_by_seat_code", bodies.SignInBySeatCode, _LET_IN | _NOT_IN),
    "/api/v1/sign-in/set-up": (
        "set_up",
        bodies.SetUp,
        _LET_IN | _NOT_IN | {409: ("The first account exists", bodies.NotLetIn)},
    ),
    "/api/v1/sign-in/simulation": (
        "choose_role",
        bodies.ChooseRole,
        _LET_IN | _CHANGED | {409: ("There is no such seat", Rejected)},
    ),
    "/api/v1/sign-out": ("sign_out", bodies.SignOut, _CHANGED | {204: ("Signed out", None)}),
    "/api/v1/pairing": (
        "begin_pairing",
        bodies.BeginPairing,
        {200: ("A code to show and a ticket to keep", bodies.PairingBegun)},
    ),
    "/api/v1/pairing/claim": (
        "claim_pairing",
        bodies.ClaimPairing,
        _CHANGED
        | {
            200: ("Confirmed; the cookie is set", bodies.Paired),
            204: ("Not yet", None),
            401: ("Ask for another code", Rejected),
        },
    ),
    "/api/v1/displays": (
        "confirm_display",
        bodies.ConfirmPairing,
        {
            200: ("The screen is let in", bodies.Paired),
            409: ("No screen shows this code", Rejected),
            429: ("Too many wrong tries", Rejected),
        },
    ),
    "/api/v1/displays/remove": (
        "remove_display",
        bodies.RemoveDisplay,
        _CHANGED | {200: ("Those that are left", bodies.Displays), 409: ("No such", Rejected)},
    ),
    "/api/v1/seat-codes": (
        "make_seat_codes",
        bodies.MakeSeatCodes,
        _CHANGED
        | {200: ("The codes, told once", bodies.SeatCodes), 409: ("No such seat", Rejected)},
    ),
    "/api/v1/seat-codes/revoke": (
        "revoke_seat_codes",
        bodies.RevokeSeatCodes,
        _CHANGED | {200: ("They hold no more", bodies.SeatsWithCode)},
    ),
}

_GETS: dict[str, tuple[str, str, type[BaseModel]]] = {
    "/api/v1/me": ("me", "Who is signed in, and what they may do", bodies.Me),
    "/api/v1/sign-in": ("ways_in", "How one can sign in here", bodies.WaysIn),
    "/api/v1/displays": ("displays", "Screens that are let in", bodies.Displays),
    "/api/v1/seat-codes": (
        "seats_with_code",
        "Who sits where, and who has a valid code",
        bodies.SeatsWithCode,
    ),
}

_ALWAYS: _Answers = {
    400: ("The body does not fit", Rejected),
    413: ("The body is longer than 16 KiB", Rejected),
    415: ("The body is not JSON", Rejected),
}


def with_access(paths: dict[str, Any], ref: str) -> dict[str, Any]:
    """``paths`` with those of this part, and each operation with who may use it."""
    for path, (name, summary, model) in _GETS.items():
        answers: _Answers = {200: (summary, model)}
        paths.setdefault(path, {})["get"] = {
            "operationId": name,
            "summary": summary,
            "responses": _responses(answers, ref),
        }
    for path, (name, body, answers) in _POSTS.items():
        paths.setdefault(path, {})["post"] = {
            "operationId": name,
            "summary": (body.__doc__ or name).splitlines()[0],
            "requestBody": {"required": True, "content": _content(body, ref)},
            "responses": _responses(_ALWAYS | answers, ref),
        }
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method in ("get", "post"):
                _guarded(f"{method.upper()} {path}", operation, ref)
    return paths


def _guarded(route: str, operation: dict[str, Any], ref: str) -> None:
    """What the gate adds to every operation."""
    _, _, name = route.partition("/commands/")
    right = rights.COMMANDS.get(name) if name else rights.ROUTES.get(route)
    if right is not None and right.public:
        operation["security"] = []
    else:
        operation["responses"].setdefault("401", _answer("Nobody is signed in", Rejected, ref))
    operation["responses"].setdefault("403", _answer("Not allowed", Rejected, ref))
    if right is not None:
        operation["x-roles"] = sorted(right.roles | right.own)
        operation["x-scope"] = right.scope


def _responses(answers: _Answers, ref: str) -> dict[str, Any]:
    return {str(status): _answer(text, model, ref) for status, (text, model) in answers.items()}


def _answer(text: str, model: type[BaseModel] | None, ref: str) -> dict[str, Any]:
    return {"description": text} | ({} if model is None else {"content": _content(model, ref)})


def _content(model: type[BaseModel], ref: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": ref.format(model=model.__name__)}}}
