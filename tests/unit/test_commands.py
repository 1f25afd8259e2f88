"""Commands: once, in time, in order, from the present hub; and alarms that last and clear."""

from __future__ import annotations

from drivers.core.capability import Health, HealthState
from edge.alarms import Alarms, Subject
from edge.commands import CommandGate, HubClock, result
from edge.contract import messages


def command(**changes: object) -> messages.Command:
    base = {
        "id": "c1", "action": "power", "args": {"on": True}, "ttl_ms": 5000,
        "sent_ms": 1000, "gen": 3, "n": 1, "by": "technician",
    }  # fmt: skip
    return messages.Command.model_validate({**base, **changes})


def gate(now_ms: int = 1000) -> CommandGate:
    """A gate that heard the hub's time: hub 1000 is ``now_ms`` here."""
    clock = HubClock()
    clock.hear(3, 1000, now_ms)
    return CommandGate(clock)


def test_the_same_id_acts_once_and_answers_the_same() -> None:
    judge = gate()
    assert judge.judge("d", command(), 1000) is True
    assert judge.judge("d", command(), 1001) is None
    done = result(command(), "done")
    judge.finished(done)
    assert judge.judge("d", command(), 1002) == done


def test_late_and_old_commands_are_refused_with_the_reason() -> None:
    judge = gate()
    late = judge.judge("d", command(), 6001)
    assert isinstance(late, messages.Result)
    assert late.status == "expired"
    assert judge.judge("d", command(id="c2", n=5), 1000) is True
    older = judge.judge("d", command(id="c3", n=4), 1000)
    assert isinstance(older, messages.Result)
    assert older.status == "rejected"
    foreign = judge.judge("d", command(id="c4", gen=2, n=9), 1000)
    assert isinstance(foreign, messages.Result)
    assert foreign.status == "rejected"


def test_a_new_generation_counts_anew() -> None:
    judge = gate()
    assert judge.judge("d", command(n=50), 1000) is True
    assert judge.judge("d", command(id="c2", gen=4, n=0), 1000) is True


def test_without_the_hubs_clock_only_off_passes() -> None:
    judge = CommandGate(HubClock())
    on = judge.judge("d", command(), 1000)
    assert isinstance(on, messages.Result)
    assert on.status == "expired"
    assert judge.judge("d", command(id="c2", n=2, args={"on": False}), 1000) is True


def test_the_quickest_message_gives_the_offset() -> None:
    clock = HubClock()
    for hub_ms, now_ms in ((1000, 1900), (2000, 2005), (3000, 3400)):
        clock.hear(1, hub_ms, now_ms)
    assert clock.hub_ms(10_005) == 10_000
    clock.hear(2, 50, 20_000)
    assert clock.hub_ms(20_000) == 50


def test_an_alarm_needs_a_second_and_clears_by_itself() -> None:
    alarms = Alarms("b")
    subject = Subject("cam", messages.Text(vi="Máy quay", en="Camera"), device="cam")
    bad = {"cam": (subject, Health(HealthState.FAULT, "no answer"))}
    assert alarms.update(bad, 10.0) == {}
    raised = alarms.update(bad, 11.0)["cam"]
    assert raised is not None
    assert raised.evidence == "no answer"
    assert alarms.update(bad, 12.0) == {}
    unconfirmed = {"cam": (subject, Health(HealthState.UNCONFIRMED, "asked again"))}
    assert alarms.update(unconfirmed, 12.5) == {}
    assert alarms.update({"cam": (subject, Health(HealthState.OK))}, 13.0) == {"cam": None}
    assert alarms.raised == frozenset()
