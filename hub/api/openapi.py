"""The OpenAPI 3.1 document, made from the models that judge the requests.

Owns the document; must not describe what no model judges. A test compares it with the routes,
so it cannot drift.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub.api import openapi_meetings
from hub.api.event_records import EventsAsked
from hub.api.models import COMMANDS, Accepted, Health, Rejected
from hub.api.openapi_access import MODELS, SECURITY, SECURITY_SCHEMES, with_access
from hub.bridges.document import MeetingDocument
from hub.meeting_form import MeetingForm

_REF = "#/components/schemas/{model}"


def document(version: str) -> dict[str, Any]:
    """The whole document."""
    models = [*COMMANDS.values(), Accepted, Rejected, Health, MeetingForm, MeetingDocument, *MODELS]
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    paths: dict[str, Any] = {
        f"/api/v1/commands/{name}": {"post": _command(name, model)}
        for name, model in COMMANDS.items()
    }
    paths["/api/v1/state"] = {"get": _get("state", "Everything a page shows", "application/json")}
    paths["/api/v1/stream"] = {
        "get": _get(
            "stream",
            "The same as server-sent events: one `snapshot`, then a `part` for each change, "
            "with `path` and `value` (or `append`)",
            "text/event-stream",
        )
    }
    for place in ("/api/v1/state", "/api/v1/stream"):
        paths[place]["get"]["parameters"] = [_AUDIENCE]
    paths["/api/v1/health"] = {"get": _get("health", "Whether the hub works", "application/json")}
    paths["/api/v1/health"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
        "$ref": _REF.format(model="Health")
    }
    healthy = paths["/api/v1/health"]["get"]["responses"]
    healthy["503"] = {**healthy["200"], "description": "It does not work, and this is why"}
    for path, (name, summary, content) in _RECORDS.items():
        paths[path] = {"get": _get(name, summary, content)}
        if "{ballot}" in path:
            places = [_in_path("ballot", "string"), _in_path("generation", "integer")]
            paths[path]["parameters"] = places
            _refused(paths[path]["get"], {404: "There is no such ballot", 409: "Not now"})
    history = _get(
        "history",
        "The last hour of a room: per figure one [least, median, most] for each minute, or null",
        "application/json",
    )
    history["parameters"] = [_in_path("room", "string")]
    _refused(history, {404: "There is no such room"})
    paths["/api/v1/rooms/{room}/history"] = {"get": history}
    events = _get(
        "events",
        "The record of events: `events`, and `next` to ask for `after` (or `before`) next",
        "application/json",
    )
    events["responses"]["200"]["content"]["text/csv"] = {"schema": {}}
    events["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in EventsAsked.model_json_schema()["properties"].items()
    ]
    _refused(events, {400: "The filter does not fit"})
    paths["/api/v1/events"] = {"get": events}
    preview = _get("preview", "The newest small picture, after preview_camera", "image/jpeg")
    _refused(preview, {404: "There is no picture"})
    preview["parameters"] = [_in_path("room", "string"), _in_path("camera", "string")]
    paths["/api/v1/rooms/{room}/cameras/{camera}/preview"] = {"get": preview}
    paths |= openapi_meetings.paths()
    paths["/api/v1/openapi.json"] = {"get": _get("openapi", "This document", "application/json")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "phonghop hub",
            "version": version,
            "description": "State and commands of one site's meeting.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": with_access(paths, _REF),
        "security": SECURITY,
        "components": {"schemas": schemas["$defs"], "securitySchemes": SECURITY_SCHEMES},
    }


_AUDIENCE: dict[str, Any] = {
    "name": "audience",
    "in": "query",
    "required": False,
    "description": "`public`: what delegates' pages and displays may see; the whole without it",
    "schema": {"type": "string", "enum": ["public"]},
}

_RECORDS = {
    "/api/v1/ballots": ("ballots", "Every ballot, newest last", "application/json"),
    "/api/v1/ballots/{ballot}/{generation}": (
        "ballot_result",
        "The result document of a counted ballot; 404 and 409 say why there is none",
        "application/json",
    ),
    "/api/v1/ballots/{ballot}/{generation}/journal": (
        "ballot_journal",
        "The record of a ballot that is over, for phonghop-hub tally --verify",
        "application/x-ndjson",
    ),
}


def _in_path(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


def _get(name: str, summary: str, content: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": summary, "content": {content: {"schema": {}}}}},
    }


def _refused(operation: dict[str, Any], why: dict[int, str]) -> None:
    """Answers with a reason."""
    for status, description in why.items():
        content = {"application/json": {"schema": {"$ref": _REF.format(model="Rejected")}}}
        operation["responses"][str(status)] = {"description": description, "content": content}


def _command(name: str, model: type[BaseModel]) -> dict[str, Any]:
    def answer(description: str, schema: str) -> dict[str, Any]:
        content = {"application/json": {"schema": {"$ref": _REF.format(model=schema)}}}
        return {"description": description, "content": content}

    body = {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
    return {
        "operationId": name,
        "summary": (model.__doc__ or name).splitlines()[0],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "202": answer("Committed", "Accepted"),
            "400": answer("The body does not fit", "Rejected"),
            "403": answer("Not allowed, or another site's page asks", "Rejected"),
            "408": answer("The body did not arrive in time", "Rejected"),
            "409": answer("Refused, with the reason", "Rejected"),
            "413": answer("The body is longer than 16 KiB", "Rejected"),
            "415": answer("The body is not JSON", "Rejected"),
            "429": answer("Too many refused: see Retry-After", "Rejected"),
            "503": answer("Nothing can be recorded now", "Rejected"),
        },
    }
