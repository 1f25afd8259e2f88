"""Payloads to bytes and back, with a bound, a count and one log line for what is refused.

Owns the judgement *this may stand on that topic*. Must not act on what it reads.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from edge.contract import messages, topics
from edge.contract.facts import OF_HUB

log = logging.getLogger(__name__)

MAX_PAYLOAD_BYTES = 16384
"""Bound of contract v1; the broker's ``max_packet_size`` should be no smaller."""

_EVENTS_HEAD, _EVENTS_TAIL = f'{{"v":{messages.VERSION},"events":['.encode(), b"]}"

EVENT_BYTES_MOST = MAX_PAYLOAD_BYTES - len(_EVENTS_HEAD) - len(_EVENTS_TAIL)
"""Bound of one event, so that it fits among others."""

TOLD_MOST = 300
"""Longest refusal, in characters: names in it come from whoever sent the message."""

M = TypeVar("M", bound=messages.Message)


class BadMessage(ValueError):
    """A message that contract v1 does not allow; the text says why."""


def encode(message: messages.Message, most_bytes: int = MAX_PAYLOAD_BYTES) -> bytes:
    """JSON, UTF-8.

    Raises:
        BadMessage: it would be longer than ``most_bytes``.
    """
    data = message.model_dump_json().encode()
    if len(data) > most_bytes:
        raise BadMessage(f"{type(message).__name__} is {len(data)} bytes, at most {most_bytes} go")
    return data


def together(events: Iterable[bytes]) -> Iterator[bytes]:
    """Payloads of ``up/events`` from encoded events, in order, each as full as may be.

    Each event is at most ``EVENT_BYTES_MOST`` long.
    """
    parts: list[bytes] = []
    used_bytes = 0
    for part in events:
        if used_bytes + len(part) > EVENT_BYTES_MOST or len(parts) == messages.EVENTS_MOST:
            yield _EVENTS_HEAD + b",".join(parts) + _EVENTS_TAIL
            parts, used_bytes = [], 0
        parts.append(part)
        used_bytes += len(part) + 1
    if parts:
        yield _EVENTS_HEAD + b",".join(parts) + _EVENTS_TAIL


@dataclass(frozen=True, slots=True)
class OneEvent:
    """One event of a message that does not fit as a whole."""

    event: messages.Event | None
    raw: bytes
    why: str = ""
    """Why it cannot be read, where it cannot."""


def each_event(data: bytes) -> list[OneEvent]:
    """The events of an ``up/events`` that does not fit as a whole, each judged by itself.

    Empty when no list of events is in it, or when it is of another version.
    """
    try:
        found = json.loads(data)
        if not isinstance(found, dict) or found.get("v") != messages.VERSION:
            return []
        listed = found.get("events")
        parts = listed[: messages.EVENTS_MOST] if isinstance(listed, list) else []
        return [_one_event(json.dumps(part).encode()) for part in parts]
    except (ValueError, RecursionError):
        return []


def _one_event(raw: bytes) -> OneEvent:
    try:
        return OneEvent(_read(messages.Event, raw), raw)
    except BadMessage as error:
        return OneEvent(None, raw, str(error))


def payload_type(topic: topics.Topic) -> type[messages.Message] | None:
    """The payload that belongs on ``topic``, None when nothing does."""
    exact = messages.PAYLOADS.get((topic.direction, topic.kind, topic.item))
    if exact is not None or topic.item is None:
        return exact
    return messages.PAYLOADS.get((topic.direction, topic.kind, "*"))


def decode(name: str, data: bytes) -> tuple[topics.Topic | None, messages.Message]:
    """Judge one message. The topic is None for those of the hub's own.

    Raises:
        BadMessage: unknown topic, too long, not JSON, another version, or fields that do not
            fit. The text names the first thing that is wrong.
    """
    if len(data) > MAX_PAYLOAD_BYTES:
        raise BadMessage(f"{len(data)} bytes, at most {MAX_PAYLOAD_BYTES} go")
    topic: topics.Topic | None = None
    model = OF_HUB.get(name)
    if model is None:
        topic = topics.parse(name)
        model = payload_type(topic) if topic is not None else None
    if model is None:
        raise BadMessage("no such topic in contract v1")
    return topic, _read(model, data)


def _read(model: type[M], data: bytes) -> M:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "payload"
        if where == "v":
            version = _version(data)
            said = f"contract version {str(version)[:20]}, this side speaks 1"
            raise BadMessage(said) from error
        raise BadMessage(f"{where}: {first['msg']}"[:TOLD_MOST]) from error


def _version(data: bytes) -> object:
    try:
        return json.loads(data).get("v")
    except (ValueError, AttributeError):
        return None


@dataclass
class Gatekeeper:
    """Decodes, counts what is refused, and logs each kind of trouble once per topic."""

    refused: Counter[str] = field(default_factory=Counter)

    def admit(self, name: str, data: bytes) -> tuple[topics.Topic | None, messages.Message] | None:
        """The message, or None when it may not pass (counted, logged the first time)."""
        try:
            return decode(name, data)
        except BadMessage as error:
            self.refuse(name, str(error))
            return None

    def refuse(self, name: str, reason: str) -> None:
        """Count a message that did not pass, and say why the first time on its topic."""
        shown = name[:120].encode("unicode_escape").decode()
        if not self.refused[shown] and len(self.refused) < 1000:
            log.warning("refused a message on %s: %s", shown, reason)
        if shown in self.refused or len(self.refused) < 1000:
            self.refused[shown] += 1
        else:
            self.refused["(more topics)"] += 1

    @property
    def total_refused(self) -> int:
        """How many did not pass since the start."""
        return sum(self.refused.values())
