"""The addresses of meetings, rosters and papers in the OpenAPI document.

Owns their part of the document. Must not describe what ``meeting_routes``, ``roster_routes``,
``paper_routes`` and ``bridge_routes`` do not do.
"""

from __future__ import annotations

from typing import Any

from hub.api.paper_routes import ENDINGS
from hub.api.requests import UPLOAD_TYPE
from hub.bridges.export import KINDS, WHATS
from hub.sheet import XLSX_TYPE

Json = dict[str, Any]

JSON = "application/json"
REJECTED = "#/components/schemas/Rejected"


def paths() -> Json:
    """By address, as ``openapi.document`` has them."""
    meeting = _in_path("meeting")
    whole = "/api/v1/meetings/{meeting}"
    return {
        "/api/v1/meetings": {"get": _get("meetings", "Prepared meetings", [JSON])},
        whole: {
            "parameters": [meeting],
            "get": _get("meeting", "A prepared meeting with its form and papers", [JSON], 404),
            "put": {
                **_sent(
                    "save_meeting",
                    "Save a meeting over the revision you have seen; without one a new meeting",
                    {JSON: {"schema": {"$ref": "#/components/schemas/MeetingForm"}}},
                    (200, 201),
                    (400, 403, 404, 409, 413, 415, 503),
                ),
                "parameters": [_in_query("rev", "integer")],
            },
        },
        f"{whole}/roster.{{kind}}": {
            "parameters": [meeting, _kind()],
            "get": _get("roster", "The roster as a table", ["text/csv", XLSX_TYPE], 404),
        },
        "/api/v1/roster/template.{kind}": {
            "parameters": [_kind()],
            "get": _get("roster_template", "A roster to write over", ["text/csv", XLSX_TYPE], 404),
        },
        "/api/v1/roster": {
            "post": _sent(
                "judge_roster",
                "What a CSV or XLSX says: its seats, or everything that is wrong; changes nothing",
                {UPLOAD_TYPE: {}},
                (200,),
                (403, 413, 415),
            )
        },
        f"{whole}/papers": {
            "parameters": [meeting],
            "post": {
                **_sent(
                    "add_paper",
                    "A PDF, PNG, JPEG or WebP as a paper of an item",
                    {UPLOAD_TYPE: {}},
                    (201,),
                    (400, 403, 404, 409, 413, 415, 503),
                ),
                "parameters": [
                    _in_query("item", is_needed=True),
                    _in_query("title", is_needed=True),
                    _in_query("readers"),
                ],
            },
        },
        "/api/v1/import": {
            "post": _sent(
                "import_meeting",
                "A meeting of another system, JSON (MeetingDocument) or a table, joined with what "
                "is here; the same again changes nothing",
                {UPLOAD_TYPE: {}},
                (200, 201),
                (400, 403, 409, 413, 415, 503),
            )
        },
        f"{whole}/export/{{what}}.{{kind}}": {
            "parameters": [
                meeting,
                _in_path("what") | {"schema": {"enum": list(WHATS)}},
                _in_path("kind") | {"schema": {"enum": [*KINDS]}},
            ],
            "get": _get(
                "export_meeting",
                "Attendance, speeches or results",
                [JSON, "text/csv", XLSX_TYPE],
                404,
                503,
            ),
        },
        "/api/v1/papers/{paper}": {
            "parameters": [_in_path("paper")],
            "get": {
                **_get("paper", "The paper itself", list(ENDINGS), 403, 404),
                "parameters": [_in_query("save")],
            },
        },
    }


def _in_path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _kind() -> Json:
    return _in_path("kind") | {"schema": {"enum": ["csv", "xlsx"]}}


def _in_query(name: str, kind: str = "string", *, is_needed: bool = False) -> Json:
    return {"name": name, "in": "query", "required": is_needed, "schema": {"type": kind}}


def _refusals(*statuses: int) -> Json:
    content = {JSON: {"schema": {"$ref": REJECTED}}}
    return {str(status): {"description": "Refused", "content": content} for status in statuses}


def _get(name: str, summary: str, types: list[str], *refused: int) -> Json:
    done = {"description": summary, "content": {kind: {"schema": {}} for kind in types}}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": done, **_refusals(*refused)},
    }


def _sent(
    name: str, summary: str, body: Json, done: tuple[int, ...], refused: tuple[int, ...]
) -> Json:
    answer = {"description": summary, "content": {JSON: {"schema": {}}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": body},
        "responses": {**{str(status): answer for status in done}, **_refusals(*refused)},
    }
