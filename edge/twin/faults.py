"""Which faults the devices of a twin can have, which they have now, and switching them.

Owns the names under which faults are reached. Must not know what a fault does: the sims do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.console.sim import ConsoleSim
from drivers.core.simulation import WIRE_FAULTS, PtyWire, TcpWire, UdpWire
from drivers.delegate_unit.sim import UNIT_FAULTS, DelegateBusSim
from firmware_config.schema import CONSOLE_ID

if TYPE_CHECKING:
    from edge.twin.video import VideoWire

REBOOT = "reboot"
"""Not a lasting fault: the unit's power fails for a moment."""


@dataclass(frozen=True, slots=True)
class Fallible:
    """What can fail. ``units`` are the bus and the address of each seat, by number."""

    wires: Mapping[str, PtyWire | TcpWire | UdpWire]
    videos: Mapping[str, VideoWire]
    console: ConsoleSim | None
    units: Mapping[str, tuple[DelegateBusSim, int]]

    def known(self) -> dict[str, list[str]]:
        """Faults by device; ``seat-12`` is the unit of seat 12."""
        found = {name: [*WIRE_FAULTS, *wire.sim.faults] for name, wire in self.wires.items()}
        found |= {name: list(video.faults) for name, video in self.videos.items()}
        if self.console is not None:
            found[CONSOLE_ID] = list(self.console.faults)
        return found | {f"seat-{name}": [*UNIT_FAULTS, REBOOT] for name in self.units}

    def standing(self) -> Iterator[tuple[str, str]]:
        """Devices with a fault, and which."""
        for name, wire in self.wires.items():
            fault = wire.wire_fault or wire.sim.fault
            if fault is not None:
                yield name, fault
        for name, video in self.videos.items():
            if video.fault is not None:
                yield name, video.fault
        if self.console is not None and self.console.fault is not None:
            yield CONSOLE_ID, self.console.fault
        for name, (bus, unit) in self.units.items():
            fault = bus.unit(unit).fault
            if fault is not None:
                yield f"seat-{name}", fault

    def switch(self, device: str, fault: str | None) -> None:
        """Switch one on, or with None off.

        Raises:
            LookupError: there is no such device.
            ValueError: it has no such fault.
        """
        number = device.removeprefix("seat-")
        if device.startswith("seat-") and number in self.units:
            _switch_unit(*self.units[number], fault)
        elif device == CONSOLE_ID and self.console is not None:
            self.console.set_fault(fault)
        elif device in self.wires:
            self.wires[device].set_fault(fault)
        elif device in self.videos:
            self.videos[device].set_fault(fault)
        else:
            raise LookupError(device)


def _switch_unit(bus: DelegateBusSim, unit: int, fault: str | None) -> None:
    if fault == REBOOT:
        bus.reboot(unit)
    elif fault is None or fault in UNIT_FAULTS:
        bus.set_unit_fault(unit, fault)
    else:
        raise ValueError(
            f"unknown fault {fault!r}; a unit knows {', '.join((*UNIT_FAULTS, REBOOT))}"
        )
