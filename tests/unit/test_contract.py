"""The contract's gate: what may stand on the wire, and what is refused with its reason."""

from __future__ import annotations

import contextlib
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract import messages, topics
from edge.contract.wire import (
    EVENT_BYTES_MOST,
    MAX_PAYLOAD_BYTES,
    BadMessage,
    Gatekeeper,
    decode,
    each_event,
    encode,
    together,
)


def status(**changes: object) -> bytes:
    """A valid status, changed as asked."""
    base = {"v": 1, "state": "online", "boot": "b", "epoch": "e", "version": "1"}
    return json.dumps({**base, **changes}).encode()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("phonghop/v1/main/up/status", b"{", "payload"),
        ("phonghop/v1/main/up/status", status(v=2), "contract version 2"),
        ("phonghop/v1/main/up/status", status(state="asleep"), "state"),
        ("phonghop/v1/main/up/status", b"x" * (MAX_PAYLOAD_BYTES + 1), "at most"),
        ("phonghop/v1/main/up/nonsense", b"{}", "no such topic"),
        ("phonghop/v1/hub/up/status", status(), "no such topic"),
        ("phonghop/v2/main/up/status", status(), "no such topic"),
        ("phonghop/v1/MAIN/up/status", status(), "no such topic"),
        ("phonghop/v1/main/down/command/", b"{}", "no such topic"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(name: str, data: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        decode(name, data)


def test_unknown_fields_are_ignored() -> None:
    """Changes are additive inside v1: a newer sender must not be refused."""
    topic, message = decode("phonghop/v1/main/up/status", status(news="from the future"))
    assert topic == topics.Topic("main", "up", "status")
    assert isinstance(message, messages.Status)


def test_refusals_are_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gatekeeper()
    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            assert gate.admit("phonghop/v1/main/up/status", b"garbage") is None
    assert gate.total_refused == 50
    assert len(caplog.records) == 1


def test_a_flood_of_topics_does_not_grow_the_memory() -> None:
    gate = Gatekeeper()
    for n in range(5000):
        gate.admit(f"phonghop/v1/main/up/x{n}", b"")
    assert gate.total_refused == 5000
    assert len(gate.refused) <= 1001


@given(st.text(max_size=80), st.binary(max_size=200))
def test_nothing_but_bad_message_leaves_the_gate(name: str, data: bytes) -> None:
    with contextlib.suppress(BadMessage):
        decode(name, data)


def test_every_payload_comes_back_as_it_went() -> None:
    floor = messages.Floor(
        gen=1,
        rev=2,
        for_boot="b",
        mode="open",
        max_open=1,
        queue_max=10,
        speaking=[messages.Turn(seat="main/12", for_ms=5)],
        queue=[],
    )
    assert decode(topics.down("main", "floor"), encode(floor))[1] == floor


def test_too_long_is_refused_at_the_sender() -> None:
    event = messages.Event(
        id="i", source="main", epoch="e", seq=1, boot="b", mono_ms=0, ts=0.0,
        kind="audit", body={"x": "y" * MAX_PAYLOAD_BYTES},
    )  # fmt: skip
    with pytest.raises(BadMessage, match="at most"):
        encode(event)


def event(seq: int, filler: int = 0) -> messages.Event:
    """An event whose body is so long."""
    return messages.Event(
        id=f"i{seq}", source="main", epoch="e", seq=seq, boot="b", mono_ms=0, ts=0.0,
        kind="audit", body={"what": "x", "detail": {"x": "y" * filler}},
    )  # fmt: skip


EVENTS = topics.up("main", "events")


@given(st.lists(st.integers(min_value=0, max_value=9000), min_size=1, max_size=300))
def test_events_go_together_in_order_and_none_is_left_behind(fillers: list[int]) -> None:
    sent = [event(seq, filler) for seq, filler in enumerate(fillers, 1)]
    taken = []
    for data in together(encode(one, EVENT_BYTES_MOST) for one in sent):
        _, message = decode(EVENTS, data)
        assert isinstance(message, messages.Events)
        taken += message.events
    assert taken == sent


def test_the_longest_event_that_may_go_fits_a_message() -> None:
    spare = EVENT_BYTES_MOST - len(encode(event(1)))
    (data,) = together([encode(event(1, spare), EVENT_BYTES_MOST)])
    assert len(data) == MAX_PAYLOAD_BYTES


def test_an_event_that_cannot_be_read_does_not_spoil_the_others() -> None:
    bad = encode(event(2)).replace(b'"audit"', b'"gossip"')
    (data,) = together([encode(event(1)), bad, encode(event(3))])
    with pytest.raises(BadMessage, match="kind"):
        decode(EVENTS, data)
    first, second, third = each_event(data)
    assert [first.event, third.event] == [event(1), event(3)]
    assert second.event is None
    assert "kind" in second.why
    assert json.loads(second.raw)["seq"] == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"v":1}', b'{"v":1,"events":{}}', b'{"v":2,"events":[1]}', b"[" * 5000],
)
def test_without_a_list_of_events_there_is_nothing_to_take_apart(data: bytes) -> None:
    assert each_event(data) == []


def test_a_list_without_end_is_cut() -> None:
    data = b'{"v":1,"events":[%s]}' % b",".join([b"1"] * 5000)
    assert len(each_event(data)) == messages.EVENTS_MOST


@pytest.mark.parametrize("seat", ["main", "main/0", "main/012", "/1", "main/1/2", "Main/1"])
def test_seats_have_one_spelling(seat: str) -> None:
    with pytest.raises(ValueError, match="main/12"):
        topics.split_seat(seat)
    assert topics.split_seat("satellite-1/8") == ("satellite-1", 8)
