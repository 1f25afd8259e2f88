"""``phonghop-edge kiosk``: one page full screen on this machine's display, watched.

Theory. A browser that runs is not a page that shows: so the page itself is asked, through the
browser's own control pipe (file descriptors 3 and 4, no port that others could open). *Ready*
is said when it is loaded, *alive* each time its own thread answers. A page that could not be
loaded is asked for again; a browser that ends, ends us, and systemd starts both anew.

Owns the browser's process and pipe. Must not know what the page shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.runtime.notify import notify, watchdog_period_s

log = logging.getLogger(__name__)

BROWSER = (
    "cage", "--", "chromium", "--kiosk", "--ozone-platform=wayland", "--disk-cache-size=1",
    "--no-first-run", "--disable-translate", "--disable-features=Translate",
    "--disable-session-crashed-bubble", "--noerrdialogs", "--overscroll-history-navigation=0",
)  # fmt: skip
"""Debian's compositor for one window, and its browser, as few words as a lone screen needs."""

PROFILE = "profile"
"""Under systemd's state directory: what the hub knows this screen by is kept there, so a screen
is paired once and not after every power cut."""

LOCK = "SingletonLock"
"""What a browser leaves in its profile that was killed; the next start would ask about it."""

UNWATCHED_S = 15.0
"""How often the page is asked when systemd does not watch us."""

START_S = 60.0
"""A Pi 4 with a cold card draws its first window after some 20 s."""

LOOK_AGAIN_S = 1.0

BLANK = "about:blank"


def beat_s() -> float:
    """How often the page is asked, and how long it may need for one word."""
    return watchdog_period_s() or UNWATCHED_S


class KioskError(Exception):
    """The browser cannot be started, ended, or hangs; one line."""


class Browser:
    """A browser and the pipe into it. One question at a time."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        listening: asyncio.ReadTransport,
        out: int,
    ) -> None:
        """``reader`` is what the browser says through ``listening``, ``out`` where it listens."""
        self.process = process
        self._reader = reader
        self._listening = listening
        self._out = out
        self._asked = 0
        self._page: str | None = None

    async def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """One command of the DevTools protocol and its result; who needs a beat for it, hangs.

        Raises:
            KioskError: no answer in time, or the browser is gone.
        """
        self._asked += 1
        question: dict[str, Any] = {"id": self._asked, "method": method, "params": params or {}}
        if self._page is not None:
            question["sessionId"] = self._page
        most_s = beat_s()
        try:
            os.write(self._out, json.dumps(question).encode() + b"\0")
            async with asyncio.timeout(most_s):
                while True:
                    answer = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                    if answer.get("id") == self._asked:
                        break
        except TimeoutError as error:
            raise KioskError(f"the page does not answer within {most_s:g} s") from error
        except (OSError, asyncio.IncompleteReadError) as error:
            raise KioskError("the browser has ended") from error
        if "error" in answer:
            raise KioskError(f"{method}: {answer['error'].get('message', 'refused')}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    async def end(self) -> None:
        """End the browser and close the pipe."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        await self.process.wait()
        self._listening.close()
        os.close(self._out)

    async def attach(self) -> None:
        """From now on questions go to the browser's page.

        Raises:
            KioskError: no page appeared in ``START_S``.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                while True:
                    targets = (await self.ask("Target.getTargets"))["targetInfos"]
                    pages = [t["targetId"] for t in targets if t["type"] == "page"]
                    if pages:
                        whom = {"targetId": pages[0], "flatten": True}
                        found = await self.ask("Target.attachToTarget", whom)
                        self._page = found["sessionId"]
                        return
                    await asyncio.sleep(LOOK_AGAIN_S)
        raise KioskError(f"the browser opened no window in {START_S:g} s")

    async def is_showing(self, url: str) -> bool:
        """The page's own thread answers; where it shows nothing of ``url``, load that.

        Raises:
            KioskError: it does not answer.
        """
        expression = "location.protocol + document.readyState"
        answer = await self.ask("Runtime.evaluate", {"expression": expression})
        said = str(answer.get("result", {}).get("value", ""))
        if not said.startswith("http"):
            await self.ask("Page.navigate", {"url": url})
            return False
        return said.endswith("complete")


async def start_browser(command: Sequence[str]) -> Browser:
    """The browser with an empty page.

    Raises:
        KioskError: it cannot be started.
    """
    (ours_in, theirs_out), (theirs_in, ours_out) = os.pipe(), os.pipe()
    # The browser wants them as 3 and 4, whoever started it in between: a shell says so best.
    script = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
    words = [*command, "--remote-debugging-pipe", BLANK]
    try:
        process = await asyncio.create_subprocess_exec(
            *("/bin/bash", "-c", script, "kiosk", str(theirs_in), str(theirs_out), *words),
            pass_fds=(theirs_in, theirs_out),
            stdin=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise KioskError(f"{command[0]}: {error.strerror}") from error
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    reader = asyncio.StreamReader(limit=1 << 20)
    listening, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours_in, "rb", 0)
    )
    return Browser(process, reader, listening, ours_out)


async def wait_for_page(url: str) -> None:
    """Return when the server answers: a browser's own error page helps nobody."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # http(s), see run_kiosk
                return True
        except urllib.error.HTTPError:
            return True  # it answers: what it says is for the page to show
        except OSError:
            return False

    while not await asyncio.to_thread(answers):
        notify(f"STATUS=waiting for {url}")
        await asyncio.sleep(LOOK_AGAIN_S)


async def kiosk(url: str, command: Sequence[str]) -> None:
    """Show the page until cancelled.

    Raises:
        KioskError: the browser ended or hangs.
    """
    await wait_for_page(url)
    browser = await start_browser(command)
    try:
        await browser.attach()
        while not await browser.is_showing(url):
            await asyncio.sleep(LOOK_AGAIN_S / 4)
        notify(f"READY=1\nSTATUS=showing {url}")
        while True:
            await asyncio.sleep(beat_s())
            is_there = await browser.is_showing(url)
            notify("WATCHDOG=1\nSTATUS=" + (f"showing {url}" if is_there else f"loading {url}"))
    finally:
        notify("STOPPING=1")
        await browser.end()


def browser_words(state: str | None) -> list[str]:
    """The browser's command; without a place for what it must remember, it remembers nothing."""
    if not state:
        return [*BROWSER, "--incognito"]
    profile = Path(state) / PROFILE
    (profile / LOCK).unlink(missing_ok=True)
    return [*BROWSER, f"--user-data-dir={profile}"]


def run_kiosk(url: str, command: Sequence[str] | None) -> int:
    """The command: 1 with one line when the browser gives up."""
    from edge.cli import run_until_stopped

    if not url.startswith(("http://", "https://")):
        sys.stderr.write(f"phonghop-edge kiosk: --url {url}: must begin with http:// or https://\n")
        return 2
    try:
        return run_until_stopped(
            kiosk(url, command or browser_words(os.environ.get("STATE_DIRECTORY")))
        )
    except KioskError as error:
        sys.stderr.write(f"phonghop-edge kiosk: {error}\n")
        return 1
