"""A real Mosquitto with the very files that are shipped for a site, on a port of its own.

Owns the folder that stands for /etc/mosquitto. Must not change a setting: places alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.broker import Mosquitto
from tests.ports import free_port

SHIPPED = Path(__file__).parents[1] / "firmware_config" / "mosquitto"
PLACE = "/etc/mosquitto/phonghop/"

DEBIAN = """\
pid_file {folder}/mosquitto.pid
persistence true
persistence_location {folder}/
log_dest file {folder}/mosquitto.log
log_type all
include_dir {folder}/conf.d
"""
"""What Debian 12 installs as mosquitto.conf, with a log that tells everything."""


class LockedBroker(Mosquitto):
    """Knows nobody but by certificate. ``identity`` stands for /etc/mosquitto/phonghop."""

    def __init__(self, program: str, folder: Path) -> None:
        super().__init__(program, folder)
        self.identity = folder / "phonghop"
        self.identity.mkdir()
        shutil.copy(SHIPPED / "acl", self.identity)
        main = DEBIAN.format(folder=folder)
        if os.geteuid() == 0:
            main += "user root\n"
        (folder / "mosquitto.conf").write_text(main, encoding="utf-8")
        (folder / "conf.d").mkdir()
        text = (SHIPPED / "phonghop.conf").read_text(encoding="utf-8")
        text = text.replace(PLACE, f"{self.identity}/")
        text = text.replace("listener 8883", f"listener {self.port} 127.0.0.1")
        (folder / "conf.d" / "phonghop.conf").write_text(text, encoding="utf-8")

    def open_door(self, *, tls: bool = False, **passwords: str) -> int:
        """The listener of other systems, with these accounts, from the next start on; its port.

        ``tls``: as for another machine, but for the address.
        """
        port = free_port()
        text = (SHIPPED / "doors.conf").read_text(encoding="utf-8")
        if tls:
            text = re.sub(r"^#(?=\w)", "", text, flags=re.MULTILINE)
        text = text.replace(PLACE, f"{self.identity}/").replace("listener 1883", f"listener {port}")
        (self.identity.parent / "conf.d" / "doors.conf").write_text(text, encoding="utf-8")
        file = self.identity / "passwords"
        file.touch()
        for name, password in passwords.items():
            subprocess.run(["mosquitto_passwd", "-b", str(file), name, password], check=True)
        return port

    def take(self, path: str) -> None:
        """The broker's own certificate and key: ``path`` without ending."""
        for ending in ("crt", "key"):
            shutil.copy(f"{path}.{ending}", self.identity / f"broker.{ending}")
