"""A real room, a real hub and a real kiosk, with the test as their systemd."""

from __future__ import annotations

import http.server
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.core.address import RUN_DIR_VARIABLE
from tests.fake_systemd import Systemd
from tests.ports import free_port
from tests.rig import Process

ROOM = "satellite-1"


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    """A limit of 1 s; nothing here waits for it but a hang."""
    found = Systemd(tmp_path, watchdog_us=1_000_000)
    yield found
    found.close()


def started(name: str, folder: Path, systemd: Systemd, *command: str) -> Process:
    env = {**systemd.env, RUN_DIR_VARIABLE: str(folder), "PATH": "/usr/bin:/bin", "HOME": "/none"}
    process = Process(name, [sys.executable, *command], folder / f"{name}.log", env)
    process.start()
    return process


def test_a_twin_says_ready_and_lives(systemd: Systemd, tmp_path: Path) -> None:
    twin = started("twin", tmp_path, systemd, "-m", "edge.cli", "twin", "run", "--room", ROOM)
    try:
        systemd.until("READY=1")
        systemd.until("WATCHDOG=1")
        assert twin.stop() == 0
        systemd.until("STOPPING=1")
    finally:
        twin.kill()


def test_a_room_whose_loop_hangs_is_silent(systemd: Systemd, tmp_path: Path) -> None:
    """Ready when the units have answered; three limits of the watchdog pass without a beat."""
    plain = Systemd(tmp_path / "..")
    twin = started("twin", tmp_path, plain, "-m", "edge.cli", "twin", "run", "--room", ROOM)
    edge = None
    try:
        plain.until("READY=1")
        words = (str(Path(__file__).parents[1] / "hanging_edge.py"), "run", "--room", ROOM)
        nobody = f"127.0.0.1:{free_port()}"
        edge = started(
            "edge", tmp_path, systemd, *words, "--broker", nobody, "--data", str(tmp_path)
        )
        ready = systemd.until("READY=1")
        assert "no broker: the room leads itself" in ready[-1]
        assert "bus" not in ready[-1]  # every unit has answered before
        systemd.until("WATCHDOG=1")
        edge.send(signal.SIGUSR2)
        systemd.until("X_HUNG=1")
        silence = systemd.until("X_HUNG=over")
        assert [word for word in silence if "X_HUNG" not in word] == []
        systemd.until("WATCHDOG=1")
        assert edge.stop() == 0
        systemd.until("STOPPING=1")
    finally:
        for process in (edge, twin):
            if process is not None:
                process.kill()
        plain.close()
        plain.path.unlink()


PAGE = b"""<!doctype html><title>kiosk</title><script>
fetch("/hang").then(() => { for (;;) { } });
</script>"""


class Server:
    """One page, which hangs itself when it is told to."""

    def __init__(self) -> None:
        hang = self.hang = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/hang":
                    hang.wait()
                body = PAGE if self.path == "/" else b""
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.hang.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.mark.browser
def test_a_kiosk_whose_page_hangs_gives_up(systemd: Systemd, tmp_path: Path, chromium: str) -> None:
    """The browser still runs then: it is the page that is asked."""
    systemd.env["WATCHDOG_USEC"] = "9000000"  # a page that loads may be slow
    server = Server()
    browser = (
        f"{chromium} --headless=new --no-sandbox --disable-gpu --no-first-run "
        f"--disable-background-networking --user-data-dir={tmp_path}/profile"
    )
    words = ("-m", "edge.cli", "kiosk", "--url", server.url, "--browser", browser)
    kiosk = started("kiosk", tmp_path, systemd, *words)
    try:
        assert f"showing {server.url}" in systemd.until("READY=1")[-1]
        systemd.until("WATCHDOG=1")
        server.hang.set()
        assert kiosk.popen is not None
        assert kiosk.popen.wait(50) == 1
        assert "the page does not answer" in kiosk.tail()
    finally:
        kiosk.kill()
        server.close()


def test_a_kiosk_without_browser_says_so(systemd: Systemd, tmp_path: Path) -> None:
    server = Server()
    try:
        words = ("-m", "edge.cli", "kiosk", "--url", server.url, "--browser", "/no/such/browser")
        kiosk = started("kiosk", tmp_path, systemd, *words)
        assert kiosk.popen is not None
        assert kiosk.popen.wait(30) == 1
        assert "the browser has ended" in kiosk.tail()
    finally:
        server.close()
    done = subprocess.run(
        [sys.executable, "-m", "edge.cli", "kiosk", "--url", "file:///etc/passwd"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "must begin with http://" in done.stderr
