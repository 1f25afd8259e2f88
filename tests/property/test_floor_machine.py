"""Both halves of the floor over a channel that loses, doubles, reorders and delays messages.

The laws are in ``tests.floor_world``. Hypothesis drives the world and finds the shortest story
that breaks one of them; the test with seeds walks further, many accidents deep.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from edge.rules.events import (
    AcknowledgeFire,
    AllOff,
    ClearQueue,
    EndTurn,
    Extend,
    FloorEvent,
    Give,
    Next,
    PriorityHeld,
    PriorityPressed,
    PriorityReleased,
    SeatHeard,
    SeatSilent,
    SetDebate,
    SetMuted,
    SetRecess,
    SetRegistration,
    SetRules,
    Take,
)
from edge.rules.intents import Intent
from edge.rules.settings import Mode, Registration
from tests.floor_world import ROOMS, SEATS, World

TWO_MODES: list[Mode] = ["open", "request"]
ALL_MODES: list[Mode] = [*TWO_MODES, "override", "voice", "push_to_talk", "chair_only"]
REGISTRATIONS: list[Registration] = ["open", "open", "paused", "closed"]
CHAIRS = ["main/1", "sat/3"]
KEYS: list[Intent] = [
    "next",
    "all_off",
    "end_turn",
    "extend",
    "priority_held",
    "priority_released",
    "priority_pressed",
    "recess",
    "resume",
    "mute",
    "unmute",
    "queue_open",
    "fire",
    "fire_over",
    "fire_acknowledged",
]
TROUBLES = ["lose_hub", "lose_room", "restart_room", "reconnect_room"]
SITTINGS: list[tuple[str, ...]] = [(), ("main",), ("main", "sat"), ("sat", "far")]
WAITS_S = [0.1, 1.0, 5.0, 30.0]
SEEDS = 200
STEPS = 120

seats = st.sampled_from(SEATS)
rooms = st.sampled_from(ROOMS)
chance = st.integers(0, 10_000)
orders: st.SearchStrategy[FloorEvent] = st.one_of(
    seats.map(Give),
    seats.map(Take),
    seats.map(Extend),
    seats.map(SeatHeard),
    seats.map(SeatSilent),
    st.sampled_from(CHAIRS).map(PriorityHeld),
    st.sampled_from(CHAIRS).map(PriorityReleased),
    st.sampled_from([Next(), AllOff(), EndTurn(), ClearQueue(), AcknowledgeFire()]),
    st.builds(SetRules, st.sampled_from(ALL_MODES), st.integers(1, 3), st.just(200)),
    st.builds(SetRegistration, st.sampled_from(REGISTRATIONS)),
    st.booleans().map(SetDebate),
    st.booleans().map(SetRecess),
    st.booleans().map(SetMuted),
)


class FloorMachine(RuleBasedStateMachine):
    """The world in the hands of Hypothesis."""

    def __init__(self) -> None:
        """Everybody has just started."""
        super().__init__()
        self.world = World()

    @rule(seat=seats, again=st.booleans())
    def key(self, seat: str, again: bool) -> None:
        """Most of what happens; the second press may follow the first at once."""
        self.world.key(seat)
        if again:
            self.world.let_go(seat)

    @rule(intent=st.sampled_from(KEYS), seat=st.sampled_from(CHAIRS))
    def console(self, intent: Intent, seat: str) -> None:
        """A key of a chair's console."""
        self.world.console(intent, seat)

    @rule(event=orders)
    def page(self, event: FloorEvent) -> None:
        """An order at a page."""
        self.world.page(event)

    @rule(most=st.integers(1, 12))
    def deliver_in_order(self, most: int) -> None:
        """The channel works for a while."""
        for _ in range(most):
            if self.world.air:
                self.world.deliver(0)
                self.world.check()

    @precondition(lambda self: self.world.air)
    @rule(what=st.sampled_from(["deliver", "lose", "double"]), which=chance)
    def disturb(self, what: str, which: int) -> None:
        """It reorders, loses or doubles."""
        getattr(self.world, what)(which % len(self.world.air))

    @rule(seconds=st.sampled_from(WAITS_S))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.wait(seconds)

    @rule(
        what=st.sampled_from(["lose_hub", "lose_room", "restart_room", "reconnect_room"]),
        room=rooms,
    )
    def trouble_of_a_room(self, what: str, room: str) -> None:
        """Its link, its power."""
        getattr(self.world, what)(room)

    @rule(where=st.sampled_from(SITTINGS))
    def sit(self, where: tuple[str, ...]) -> None:
        """The secretary takes rooms in, or leaves them to themselves."""
        self.world.sit(*where)

    @rule(restarted=st.booleans())
    def trouble_of_the_hub(self, restarted: bool) -> None:
        """The same."""
        if restarted:
            self.world.restart_hub()
        else:
            self.world.reconnect_hub()

    @rule()
    def all_is_well_again(self) -> None:
        """Everything heals, and the halves must agree."""
        self.world.settle()

    @invariant()
    def laws(self) -> None:
        """What holds at all times."""
        self.world.check()

    def teardown(self) -> None:
        """However it went, it heals."""
        self.world.settle()


def test_no_accident_breaks_a_law() -> None:
    """Short stories, searched by Hypothesis."""
    run_state_machine_as_test(
        FloorMachine, settings=settings(max_examples=150, stateful_step_count=30)
    )


def walk(seed: int, world: World) -> None:
    """A long story: mostly presses that arrive, now and then an accident."""
    chosen = random.Random(seed)
    disturbed = chosen.random() * 0.4
    prompt = chosen.random() < 0.5
    """Then no message is late, and requests must have the very time of their press."""
    sits = chosen.choice([0, 0, 3])
    """In a third of the stories the meeting changes its rooms."""

    def page() -> None:
        world.page(_order(chosen))

    def wait() -> None:
        while prompt and world.air:
            world.deliver(0)
        world.wait(chosen.choice(WAITS_S))

    def messages() -> None:
        for _ in range(chosen.randint(1, 6)):
            if world.air:
                world.deliver(0)
                world.check()

    def disturb() -> None:
        if world.air:
            what = chosen.choice([world.deliver, world.deliver, world.lose, world.double])
            what(chosen.randrange(len(world.air)))

    def some(act: Callable[[str], None], of: list[str] | tuple[str, ...]) -> Callable[[], None]:
        return lambda: act(chosen.choice(of))

    acts: dict[Callable[[], None], float] = {
        some(world.key, SEATS): 22,
        some(world.let_go, SEATS): 3,
        page: 7,
        lambda: world.console(chosen.choice(KEYS), chosen.choice(CHAIRS)): 4,
        messages: 36 * (1 - disturbed),
        disturb: 36 * disturbed + 4,
        wait: 7,
        some(world.lose_hub, ROOMS): 4,
        some(world.lose_room, ROOMS): 3,
        some(world.restart_room, ROOMS): 3,
        some(world.reconnect_room, ROOMS): 4,
        world.restart_hub: 2,
        world.reconnect_hub: 1,
        lambda: world.sit(*chosen.choice(SITTINGS)): sits,
        world.settle: 3,
    }
    for act in chosen.choices(list(acts), list(acts.values()), k=STEPS):
        act()
        world.check()
    world.settle()


def _order(chosen: random.Random) -> FloorEvent:
    seat, on = chosen.choice(SEATS), chosen.random() < 0.4
    orders: list[FloorEvent] = [
        Next(),
        AllOff(),
        Give(seat),
        Take(seat),
        Extend(seat),
        SetRules(chosen.choice(TWO_MODES), chosen.randint(1, 3), 200),
        SetRules(chosen.choice(ALL_MODES), chosen.randint(1, 3), 200),
        SetRecess(on),
        SetMuted(on),
        SetDebate(on),
        SetRegistration(chosen.choice(REGISTRATIONS)),
        AcknowledgeFire(),
        ClearQueue(),
        EndTurn(),
        SeatHeard(seat),
        SeatSilent(seat),
        PriorityPressed(chosen.choice(CHAIRS)),
    ]
    return chosen.choice(orders)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_long_story_keeps_the_laws(seed: int) -> None:
    """Deeper than a search of short stories goes."""
    walk(seed, World())
