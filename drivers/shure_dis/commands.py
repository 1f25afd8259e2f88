"""The words of the Shure/DIS external control protocol and the arguments of each.

Owns the tables. Must not know lines or sockets. The same words go to the unit as commands and
come from it as events. Source: Shure DCS 6000 and DIS-CCU user manuals, command strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """How an argument is written."""

    NUMBER = auto()
    SWITCH = auto()
    CHOICE = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name, how it is written, and what it may be.

    Only the last argument of a command may be a TEXT with spaces in it, or optional.
    """

    name: str
    kind: Kind
    range: range = range(0)
    choices: tuple[str, ...] = ()
    optional: bool = False


def _number(name: str, least: int, most: int) -> Argument:
    return Argument(name, Kind.NUMBER, range(least, most + 1))


def _text(name: str, optional: bool = False) -> Argument:
    return Argument(name, Kind.TEXT, optional=optional)


def _choice(name: str, *choices: str) -> Argument:
    return Argument(name, Kind.CHOICE, choices=choices)


MOST_SEATS = 65_535
VOLUME_OFF_DB = -41
"""The volume one step below the quietest, -40 dB, is silence."""
ATTENUATION_OFF_DB = 7
"""The attenuation one step above the strongest, 6 dB, is silence."""

_SEAT = _number("seat", 1, MOST_SEATS)
_VOLUME = _number("value", VOLUME_OFF_DB, 0)
# The manual gives no bounds for line levels; these only catch what is no level at all.
_LEVEL = _number("value", -100, 100)
_ATTENUATION = _number("value", 0, ATTENUATION_OFF_DB)
_CONFIGURATION = _number("configuration", 0, MOST_SEATS)
_RESULT = (_number("button", 1, 9), _number("count", 0, MOST_SEATS), _text("label", True))

COMMANDS: Mapping[str, tuple[Argument, ...]] = {
    "mic_on": (_SEAT,),
    "mic_off": (_SEAT,),
    "mic_request_on": (_SEAT,),
    "mic_request_off": (_SEAT,),
    "mic_reply_on": (_SEAT,),
    "mic_reply_off": (_SEAT,),
    "mic_all_delegates_off": (),
    "mic_all_requests_off": (),
    "mic_next_on": (),
    "mic_mode": (
        _choice("mode", "auto", "fifo", "manual", "vox", "auto+reply", "manual+reply", "vox+reply"),
    ),
    "mic_interrupt": (_choice("mode", "same", "lower", "off"),),
    "mic_priority": (_SEAT, _number("priority", 0, 5)),
    "max_total_speakers": (_number("value", 1, 8),),
    "max_speakers": (_number("value", 1, 8),),
    "max_replies": (_number("value", 0, 250),),
    "mic_status": (),
    "mic_status_done": (),
    # Firmware of the CU 6105 before names sends none.
    "seat_state": (_SEAT, _choice("state", "active", "passive"), _text("name", True)),
    "loudspeaker_volume": (_VOLUME,),
    "line_input_level_1": (_LEVEL,),
    "line_output_level": (_text("output"), _LEVEL),
    "audio_path": (_text("path"), Argument("on", Kind.SWITCH)),
    "mic_attenuation": (_SEAT, _ATTENUATION),
    "mic_speaker_attenuation": (_SEAT, _ATTENUATION),
    "audio_status": (),
    "audio_status_done": (),
    "voting_status": (),
    "voting_status_done": (),
    "voting_configuration": (_CONFIGURATION, _text("label", True)),
    "start_voting": (_CONFIGURATION,),
    "voting_started": (_CONFIGURATION,),
    "stop_voting": (),
    "voting_stopped": (),
    "cancel_voting": (),
    "voting_cancelled": (),
    "interim_voting_result": _RESULT,
    "final_voting_result": _RESULT,
    "start_attendance_check": (),
    "stop_attendance_check": (),
    "cancel_attendance_check": (),
    "attendance_check_started": (),
    "attendance_check_stopped": (),
    "attendance_check_cancelled": (),
    "command_error": (_text("error", True),),
}
