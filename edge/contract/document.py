"""The contract as documents: AsyncAPI 3 and one JSON Schema per payload, from the models.

Owns the shape of ``docs/contract/``. Must not say anything that the models do not: a test
fails when the files and the models disagree. ``python -m edge.contract.document DIR`` writes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from edge.contract import messages, topics
from edge.contract.facts import OF_HUB

QOS = {"tele": 0, "time": 0, "preview": 0, "receipt": 0}
"""Kinds that may be lost, a receipt because the event then comes again; all else is QoS 1."""

RETAINED = {
    "status",
    "describe",
    "state",
    "alert",
    "floor",
    "meeting",
    "ballot",
    "attendance",
}
"""Kinds whose last message the broker keeps."""


def documents() -> dict[str, dict[str, Any]]:
    """File name -> content."""
    kinds: set[type[messages.Message]] = {*OF_HUB.values(), *messages.PAYLOADS.values()}
    models = sorted(kinds, key=lambda model: model.__name__)
    schemas, whole = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    names = {model.__name__: ref["$ref"] for (model, _), ref in schemas.items()}
    return {"asyncapi.json": _asyncapi(names, whole["$defs"]), "schemas.json": whole["$defs"]}


def _asyncapi(names: dict[str, str], schemas: dict[str, Any]) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    entries: dict[tuple[str, str, str | None], type[messages.Message]] = {
        **{("hub", name.rpartition("/")[2], None): model for name, model in OF_HUB.items()},
        **messages.PAYLOADS,
    }
    for (direction, kind, item), model in entries.items():
        name = "-".join(part.replace("*", "any") for part in (direction, kind, item) if part)
        channels[name] = _channel(direction, kind, item, model)
        operations[name] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": f"{'the room' if direction == 'up' else 'the hub'} writes this",
            "bindings": {"mqtt": {"qos": QOS.get(kind, 1), "retain": kind in RETAINED}},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "phonghop rooms and hub",
            "version": f"{messages.VERSION}",
            "description": (messages.__doc__ or "").partition("\n")[0],
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {
                model: {"name": model, "payload": {"$ref": ref}} for model, ref in names.items()
            },
            "schemas": schemas,
        },
    }


def _channel(
    direction: str, kind: str, item: str | None, model: type[messages.Message]
) -> dict[str, Any]:
    if direction == "hub":
        return {"address": f"{topics.ROOT}/hub/{kind}", "messages": _message(model)}
    parameters = {"room": {"description": "id of the room"}}
    tail = f"/{item}" if item and item != "*" else ""
    if item == "*":
        tail = "/{item}"
        parameters["item"] = {"description": "id of the device, alert or group"}
    return {
        "address": f"{topics.ROOT}/{{room}}/{direction}/{kind}{tail}",
        "parameters": parameters,
        "messages": _message(model),
    }


def _message(model: type[messages.Message]) -> dict[str, Any]:
    return {model.__name__: {"$ref": f"#/components/messages/{model.__name__}"}}


def write(folder: Path) -> None:
    """Write every document."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in documents().items():
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / name).write_text(text + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
