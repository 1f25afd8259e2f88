"""Stories that once broke a law of the floor's two halves: found by the machine, kept by name."""

from __future__ import annotations

from edge.rules.events import SetRules
from tests.floor_room_half import Down, Event, Message, State, Status
from tests.floor_world import World


def begun(mode: str = "open") -> World:
    """Three rooms that follow the hub; seat 2 of the main room speaks unless it must ask."""
    world = World()
    world.page(SetRules(mode, 1, 200))
    world.settle()
    world.key("main/2")
    world.settle()
    return world


def arrive(world: World, kind: type[Message], room: str, **fields: object) -> None:
    """The last message of this kind arrives before all others."""
    fits = [
        index
        for index, (message, _) in enumerate(world.air)
        if isinstance(message, kind)
        and message.room == room
        and all(getattr(message, name) == value for name, value in fields.items())
    ]
    world.deliver(fits[-1])
    world.check()


def test_a_room_that_restarts_alone_loses_no_request() -> None:
    """It does not know them; its report must not wipe them out."""
    world = begun()
    world.key("sat/1")
    world.settle()
    world.restart_room("sat")
    world.lose_hub("sat")
    world.settle()
    assert world.hub.floor.waits("sat/1")


def test_an_event_that_overtakes_does_not_hide_another() -> None:
    """The first press is still unanswered when the room is left alone, and decides it."""
    world = begun()
    world.key("sat/1")
    world.key("sat/2")
    arrive(world, Event, "sat", seat="sat/2")
    arrive(world, Down, "sat")
    world.rooms["sat"].lose_hub(world.now_s)
    arrive(world, State, "sat")
    world.settle()
    assert world.hub.floor.speaks("sat/1") or world.hub.floor.waits("sat/1")


def test_what_waited_in_the_broker_is_as_old_as_it_is() -> None:
    """A hub that restarts reads the room's retained floor first, with ages of long ago."""
    world = begun("request")
    world.lose_hub("sat")
    world.key("sat/1")
    world.air.clear()
    world.wait(60.0)
    world.key("main/3")
    world.restart_hub()
    while world.air:
        world.deliver(0)
    world.settle()
    waiting = [w.seat for w in world.hub.floor.queue]
    assert waiting.index("sat/1") < waiting.index("main/3")


def test_a_press_that_overtakes_its_rooms_birth_is_not_of_the_past() -> None:
    """It is held until the birth is heard."""
    world = begun()
    world.restart_room("sat")
    world.key("sat/1")
    arrive(world, Event, "sat", seat="sat/1")
    world.settle()
    assert world.hub.floor.waits("sat/1")


def test_a_press_that_changes_nothing_is_answered() -> None:
    """Nobody speaks, all off: the room hears that it was decided."""
    world = World()
    world.settle()
    world.console("all_off", "main/1")
    world.settle()
    assert world.rooms["main"].state.pending == ()


def test_a_request_ends_even_when_the_mode_hides_it_by_then() -> None:
    """And does not come back with the next mode."""
    world = begun("request")
    world.page(SetRules("push_to_talk", 1, 200))
    world.key("main/2")
    world.settle()
    world.page(SetRules("request", 1, 200))
    world.settle()
    assert not world.hub.floor.waits("main/2")


def test_a_turn_taken_back_late_keeps_the_time_of_the_press() -> None:
    """Three presses that were under way for long: ask, leave, ask."""
    world = World()
    world.key("far/2")
    world.key("far/1")
    world.key("far/2")
    world.key("far/2")
    world.wait(5.0)
    world.air.clear()
    world.settle()
    assert [w.asked_s for w in world.hub.floor.queue] == [1000.0]


def test_priority_that_was_let_go_alone_is_let_go() -> None:
    """The hub never noticed that the room was away."""
    world = begun()
    world.console("priority_held", "sat/3")
    world.settle()
    world.lose_hub("sat")
    world.console("priority_released", "sat/3")
    world.settle()
    assert world.hub.floor.hold is None


def test_released_before_held_does_not_hold_for_ever() -> None:
    """Of two presses about the same thing the newer counts."""
    world = begun()
    world.console("priority_held", "sat/3")
    world.console("priority_released", "sat/3")
    arrive(world, Event, "sat", intent="priority_released")
    world.settle()
    assert world.hub.floor.hold is None
    assert world.rooms["main"].wish("main/2", world.now_s).microphone


def test_a_restarted_room_stays_silent() -> None:
    """Whoever spoke there has to be given the floor anew."""
    world = begun()
    world.restart_room("main")
    world.settle()
    assert world.hub.floor.speaking == ()
    world.key("main/2")
    world.settle()
    assert world.rooms["main"].wish("main/2", world.now_s).microphone


def test_a_report_that_waited_at_the_hub_is_as_old_as_it_is() -> None:
    """It was heard while the room counted as lost, and is merged when its birth is heard."""
    world = begun("request")
    world.lose_room("sat")
    arrive(world, Status, "sat", online=False)
    world.rooms["sat"].lose_hub(world.now_s)
    world.key("sat/1")
    while world.air:
        world.deliver(0)
    world.wait(60.0)
    world.reconnect_room("sat")
    arrive(world, Status, "sat", online=True)
    world.settle()
    assert [w.asked_s for w in world.hub.floor.queue if w.seat == "sat/1"] == [1000.0]


def test_a_contact_that_opened_is_not_closed_by_an_older_event() -> None:
    """The hub has heard *over* and not *fire*; a room left alone must not decide *fire*."""
    world = begun()
    world.console("fire", "sat/3")
    world.console("fire_over", "sat/3")
    arrive(world, Event, "sat", intent="fire_over")
    arrive(world, Down, "sat")
    world.console("fire_acknowledged", "sat/3")
    world.rooms["sat"].lose_hub(world.now_s)
    world.settle()
    assert world.hub.floor.fire_rooms == frozenset()


def test_a_place_that_a_restart_frees_goes_to_nobody_before_the_room_has_spoken() -> None:
    """Else the one who waited would have the floor for no time at all, and then nothing."""
    world = World()
    world.key("sat/1")
    world.settle()
    world.key("sat/2")
    world.settle()
    world.restart_room("sat")
    world.lose_hub("sat")
    world.key("sat/1")
    world.settle()
    assert world.hub.floor.speaks("sat/1")
    assert world.hub.floor.waits("sat/2")


def test_an_acknowledgement_that_was_under_way_is_not_of_a_fire_that_came_later() -> None:
    """Two rooms: nobody can have seen what had not begun."""
    world = begun()
    world.console("fire_acknowledged", "sat/3")
    world.wait(1.0)
    world.console("fire", "main/1")
    world.console("fire_over", "main/1")
    arrive(world, Event, "main", intent="fire")
    arrive(world, Event, "main", intent="fire_over")
    world.settle()
    assert world.hub.floor.alarm
    world.wait(1.0)
    world.console("fire_acknowledged", "sat/3")
    world.settle()
    assert not world.hub.floor.alarm
