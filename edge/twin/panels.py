"""The simulated displays of a room: which sim stands for which display of the room file.

Owns that choice. Must not know ports.
"""

from __future__ import annotations

from drivers.core.simulation import Sim
from drivers.lg_rs232.sim import LgSim
from drivers.pjlink.sim import PjlinkSim
from drivers.samsung_mdc.sim import SamsungMdcSim
from edge.twin.control import TwinError
from firmware_config.schema import DisplaySection

NETWORK_BAUD = 9600
"""Means nothing on a network, which is all that PJLink knows."""


def make_panel(display: DisplaySection) -> tuple[Sim, int]:
    """The display, and the speed of its line.

    Raises:
        TwinError: nobody has made a sim of it that stands on a port.
    """
    match display.driver:
        case "samsung_mdc":
            return SamsungMdcSim(display.display_id), display.baud
        case "lg_rs232":
            return LgSim(display.set_id), display.baud
        case "pjlink":
            word = display.password
            return PjlinkSim("" if word is None else word.get_secret_value()), NETWORK_BAUD
        case "cec":
            raise TwinError(f"{display.id}: a CEC display stands on no twin's port")
