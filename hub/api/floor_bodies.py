"""What may be asked of the floor: bodies of commands.

Owns their shapes. Must not know what a command leads to. Each sets something; none toggles,
so a command that is sent twice does no harm.
"""

from __future__ import annotations

from pydantic import Field

from edge.contract.messages import FloorSettings, Mode, Registration, SeatName
from hub.api.closed import ClosedBody


class OpenMicrophone(ClosedBody):
    """Give a seat the floor, in or out of order."""

    seat: SeatName


class CloseMicrophone(ClosedBody):
    """End a seat's turn, or its request."""

    seat: SeatName


class NextSpeaker(ClosedBody):
    """The next one gets the floor."""


class EndTurn(ClosedBody):
    """The turn of the delegate who speaks longest ends; nobody is called."""


class Extend(ClosedBody):
    """More speaking time, as much as the settings say."""

    seat: SeatName | None = Field(
        default=None, description="who may speak longer; without it every delegate who speaks"
    )


class AllOff(ClosedBody):
    """Every delegate's turn ends; queue and chairs stay."""


class SetMode(ClosedBody):
    """Other mode and limits of the floor, from now on."""

    mode: Mode
    max_open: int = Field(ge=1, le=25, description="microphones open at once, chairs not counted")
    queue_max: int = Field(ge=0, le=200, description="longest queue")


class SettingsBody(FloorSettings, ClosedBody):
    """Settings of the floor. Times are seconds, 0 is never."""


class SetSettings(ClosedBody):
    """Other settings of the floor, from now on; what is not named stays as it is."""

    settings: SettingsBody


class SetRegistration(ClosedBody):
    """Open, pause or close the queue; it is kept."""

    to: Registration


class ClearQueue(ClosedBody):
    """Every request ends."""


class SetDebate(ClosedBody):
    """Begin or end the debated item: while it runs, replies go before speeches."""

    on: bool


class SetRecess(ClosedBody):
    """Begin or end a recess: delegates are muted, and their clocks stand still."""

    on: bool


class SetMuted(ClosedBody):
    """Emergency mute, on or off: every turn ends, and delegates stay off until it is off."""

    on: bool


class AcknowledgeFire(ClosedBody):
    """The fire alarm has been seen; nothing opens by itself after it."""


class TakePriority(ClosedBody):
    """A chair holds priority: delegates are muted until it is released."""

    seat: SeatName


class ReleasePriority(ClosedBody):
    """The chair lets go of priority."""

    seat: SeatName


FloorBody = (
    OpenMicrophone
    | CloseMicrophone
    | NextSpeaker
    | EndTurn
    | Extend
    | AllOff
    | SetMode
    | SetSettings
    | SetRegistration
    | ClearQueue
    | SetDebate
    | SetRecess
    | SetMuted
    | AcknowledgeFire
    | TakePriority
    | ReleasePriority
)

FLOOR_COMMANDS: dict[str, type[FloorBody]] = {
    "open_microphone": OpenMicrophone,
    "close_microphone": CloseMicrophone,
    "next": NextSpeaker,
    "end_turn": EndTurn,
    "extend": Extend,
    "all_off": AllOff,
    "set_mode": SetMode,
    "set_settings": SetSettings,
    "set_registration": SetRegistration,
    "clear_queue": ClearQueue,
    "set_debate": SetDebate,
    "set_recess": SetRecess,
    "set_muted": SetMuted,
    "acknowledge_fire": AcknowledgeFire,
    "take_priority": TakePriority,
    "release_priority": ReleasePriority,
}
"""Name in the address, and the body that belongs to it."""
