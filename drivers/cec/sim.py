"""A stand-in for the program cec-ctl with a display behind it, for tests.

Owns the display's power as CEC tells it, and the program's own words. Must not share code with
what reads them. Source: cec-ctl of v4l-utils 1.22 to 1.30, its text and what it prints.

``python -m drivers.cec.sim STATE.json ARGUMENTS...`` keeps the display in a file between runs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

STATES = {
    "on": (0, "on"),
    "standby": (1, "standby"),
    "warming": (2, "to-on"),
    "cooling": (3, "to-standby"),
}

MESSAGES = {
    "--give-device-power-status": "GIVE_DEVICE_POWER_STATUS (0x8f)",
    "--image-view-on": "IMAGE_VIEW_ON (0x04)",
    "--standby": "STANDBY (0x36)",
    "--active-source": "ACTIVE_SOURCE (0x82):",
}

INFO = """Driver Info:
\tDriver Name                : vc4_hdmi
\tAdapter Name               : vc4-hdmi-0
\tCapabilities               : 0x0000010e
\t\tLogical Addresses
\t\tTransmit
\t\tPassthrough
\tDriver version             : 6.1.21
\tAvailable Logical Addresses: 1
\tPhysical Address           : {address}
\tLogical Address Mask       : {mask}
\tCEC Version                : 2.0
\tVendor ID                  : 0x000c03 (HDMI)
\tOSD Name                   : 'phonghop'
\tLogical Addresses          : 1 (Allow RC Passthrough)
"""

POWER_STATUS = """    Received from TV (0):
    REPORT_POWER_STATUS (0x90):
\tpwr-state: {word} (0x0{code})
"""

ABORT = """    Received from TV (0):
    FEATURE_ABORT (0x00):
\tabort-msg: 143 (0x8f, GIVE_DEVICE_POWER_STATUS)
\treason: unrecognized-op (0x00)
"""

UNCONFIGURED = "\nAdapter is unconfigured, please configure it first.\n"

HANGS_S = 60.0


@dataclass
class CecSim:
    """The display and the adapter.

    Faults: ``deaf`` acknowledges nothing, ``mute`` hears and never answers, ``abort`` knows no
    power status, ``asleep`` takes its EDID away, ``unconfigured`` the adapter forgot its
    address, ``missing`` there is no such device, ``stuck`` hears and does nothing, ``hangs``
    the program never ends.
    """

    power: str = "standby"
    source: str = "none"
    fault: str | None = None
    warm_up_s: float = 6.0
    cool_down_s: float = 3.0
    drops_edid: bool = False
    """In standby it takes its EDID away, as some do."""
    until_s: float = 0.0
    runs: int = 0

    def answer(self, arguments: Sequence[str], now_s: float) -> tuple[str, str]:
        """What the program prints on stdout and stderr."""
        self.runs += 1
        if self.power in ("warming", "cooling") and now_s >= self.until_s:
            self.power = "on" if self.power == "warming" else "standby"
        if self.fault == "missing":
            device = arguments[arguments.index("-d") + 1]
            return "", f"Failed to open {device}: No such file or directory\n"
        out = "" if "--skip-info" in arguments else self._info()
        words = [word for word in arguments if word in MESSAGES]
        if words and (self._sleeps() or self.fault == "unconfigured"):
            return out, UNCONFIGURED
        for word in words:
            out += self._transmit(word, arguments, now_s)
        return out, ""

    def _info(self) -> str:
        if self.fault == "unconfigured":
            self.fault = None  # this run gives it an address
        address, mask = ("f.f.f.f", "0x0000") if self._sleeps() else ("1.0.0.0", "0x0010")
        return INFO.format(address=address, mask=mask)

    def _sleeps(self) -> bool:
        return self.fault == "asleep" or (self.drops_edid and self.power == "standby")

    def _transmit(self, word: str, arguments: Sequence[str], now_s: float) -> str:
        head = f"\nTransmit from Playback Device 1 to TV (4 to 0):\n{MESSAGES[word]}\n"
        stamp = f"\tSequence: {self.runs} Tx Timestamp: {now_s:.6f}s"
        if self.fault == "deaf":
            return f"{head}{stamp}\n\tTx, Not Acknowledged (4), Max Retries\n"
        answered = f"{stamp} Rx Timestamp: {now_s + 0.1:.6f}s\n\tApproximate response time: 18 ms\n"
        if word == "--give-device-power-status":
            if self.fault == "mute":
                return f"{head}{stamp}\n\tTx, OK, Rx, Timeout\n"
            if self.fault == "abort":
                return f"{head}{ABORT}{answered}\tTx, OK, Rx, OK, Feature Abort\n"
            code, state = STATES[self.power]
            return head + POWER_STATUS.format(word=state, code=code) + answered
        if self.fault != "stuck":
            self._obey(word, arguments, now_s)
        return f"{head}{stamp}\n"

    def _obey(self, word: str, arguments: Sequence[str], now_s: float) -> None:
        if word == "--image-view-on" and self.power in ("standby", "cooling"):
            self.power, self.until_s = "warming", now_s + self.warm_up_s
        elif word == "--standby" and self.power in ("on", "warming"):
            self.power, self.until_s = "cooling", now_s + self.cool_down_s
        elif word == "--active-source":
            self.source = arguments[arguments.index(word) + 1].removeprefix("phys-addr=")


def main(arguments: Sequence[str]) -> int:
    """One run, with the display kept in the file of the first argument."""
    path = Path(arguments[0])
    sim = CecSim(**json.loads(path.read_text()))
    if sim.fault == "hangs":
        time.sleep(HANGS_S)
    out, err = sim.answer(arguments[1:], time.monotonic())
    path.write_text(json.dumps(asdict(sim)))
    sys.stdout.write(out)
    sys.stderr.write(err)
    return 1 if sim.fault == "missing" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
