"""Signing in over HTTP: cookies, CSRF, foreign pages, rights at the gate, streams that end.

Owns ``hub.api.gate`` and ``hub.api.sign_in`` with the real door, in-process.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from argon2 import PasswordHasher

from hub.access import codes, passwords
from hub.api.gate import CSRF_HEADER, Entrance
from tests.access_hub import GOOD, PEOPLE, Hub, code_of, sign_in
from tests.unit.test_hub_stream import Stream


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with a chair, a secretary and a technician."""
    found = Hub(tmp_path)
    yield found
    found.door.close()


async def test_nobody_gets_anything_without_signing_in(hub: Hub) -> None:
    async with hub.served() as client:
        for path in ("state", "stream", "ballots", "me", "seat-codes"):
            answer = await client.get(f"/api/v1/{path}")
            assert await code_of(answer) == (401, "sign_in_needed"), path
        answer = await client.post("/api/v1/commands/next", json={})
        assert await code_of(answer) == (401, "sign_in_needed")
        for path in ("health", "openapi.json", "sign-in"):
            assert (await client.get(f"/api/v1/{path}")).status == 200
        answer = await client.get("/?room=main", allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"] == "/signin?next=/%3Froom%3Dmain"
        assert (await client.get("/nothing")).status == 404
    assert hub.asked == []


async def test_a_chair_signs_in_commands_and_signs_out(hub: Hub) -> None:
    async with hub.served() as client:
        body = {"name": "chair", "password": GOOD}
        answer = await client.post("/api/v1/sign-in", json=body)
        cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        me = await (await client.get("/api/v1/me")).json()
        assert (me["name"], me["role"], me["home"]) == ("chair", "chair", "/chair")
        assert "next" in me["commands"]
        assert "nudge_camera" not in me["commands"]
        header = {CSRF_HEADER: me["csrf"]}
        answer = await client.post("/api/v1/commands/next", json={}, headers=header)
        assert answer.status == 202
        kept = client.session.cookie_jar.filter_cookies(client.make_url("/"))["phonghop"].value
        answer = await client.post("/api/v1/sign-out", json={}, headers=header)
        assert answer.status == 204
        # Whoever kept a copy of the cookie has nothing.
        replayed = {"Cookie": f"phonghop={kept}", **header}
        answer = await client.post("/api/v1/commands/next", json={}, headers=replayed)
        assert await code_of(answer) == (401, "sign_in_needed")
    assert [name for name, _ in hub.asked] == ["next"]
    assert [what for what, *_ in hub.noted] == ["signed_in", "signed_out"]


async def test_a_delegate_who_calls_a_chairs_command_is_refused_and_recorded(hub: Hub) -> None:
    made = await hub.door.new_seat_codes(["main/2"])
    async with hub.served() as client:
        answer = await client.post("/api/v1/sign-in/seat", json={"code": made["main/2"]})
        me = await answer.json()
        assert (me["name"], me["role"], me["seat"]) == ("An", "delegate", "main/2")
        header = {CSRF_HEADER: me["csrf"]}

        async def give(name: str, **body: Any) -> tuple[int, str]:
            return await code_of(
                await client.post(f"/api/v1/commands/{name}", json=body, headers=header)
            )

        assert await give("all_off") == (403, "not_your_role")
        assert await give("open_ballot") == (403, "not_your_role")  # before its body is looked at
        assert await give("sign_in", seat="main/1", present=True) == (403, "not_your_seat")
        assert await give("sign_in", everybody=True) == (403, "not_your_seat")
        assert hub.asked == []
        body = {"seat": "main/2"}
        answer = await client.post("/api/v1/commands/sign_in", json=body, headers=header)
        assert answer.status == 202
        answer = await client.get("/", allow_redirects=False)
        assert answer.headers["Location"] == "/signin?next=/&why=not_your_role"
        state = await (await client.get("/api/v1/state")).json()
        assert (state["events"], state["commands"]) == ([], {})
    assert [(name, by, reason.value) for name, by, reason in hub.refusals] == [
        ("all_off", "main/2", "not_your_role"),
        ("open_ballot", "main/2", "not_your_role"),
        ("sign_in", "main/2", "not_your_seat"),
        ("sign_in", "main/2", "not_your_seat"),
    ]


async def test_a_post_needs_what_only_our_page_knows(hub: Hub) -> None:
    async with hub.served() as client:
        header = await sign_in(client, "chair")
        for wrong in ({}, {CSRF_HEADER: "x"}, {CSRF_HEADER: ""}):
            answer = await client.post("/api/v1/commands/next", json={}, headers=wrong)
            assert await code_of(answer) == (403, "page_outdated")
            answer = await client.post("/api/v1/sign-out", json={}, headers=wrong)
            assert await code_of(answer) == (403, "page_outdated")
        other = await sign_in(client, "secretary")
        answer = await client.post("/api/v1/commands/next", json={}, headers=header)
        assert await code_of(answer) == (403, "page_outdated")
        answer = await client.post("/api/v1/commands/next", json={}, headers=other)
        assert answer.status == 202
    assert len(hub.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_no_page_of_another_site_reads_or_signs_in(hub: Hub, headers: dict[str, str]) -> None:
    async with hub.served() as client:
        await sign_in(client, "chair")
        for path in ("stream", "state", "me"):
            answer = await client.get(f"/api/v1/{path}", headers=headers)
            assert await code_of(answer) == (403, "foreign_page")
        body = {"name": "chair", "password": GOOD}
        answer = await client.post("/api/v1/sign-in", json=body, headers=headers)
        assert await code_of(answer) == (403, "foreign_page")


async def test_with_https_the_cookie_stays_with_host_and_scheme(tmp_path: Path) -> None:
    hub = Hub(tmp_path, Entrance(frozenset({"hop.example"}), https=True, behind_proxy=True))
    async with hub.served() as client:
        headers = {"Host": "hop.example", "Origin": "https://hop.example"}
        body = {"name": "chair", "password": GOOD}
        answer = await client.post("/api/v1/sign-in", json=body, headers=headers)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-phonghop=")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        headers["Origin"] = "http://hop.example"
        answer = await client.post("/api/v1/sign-in", json=body, headers=headers)
        assert answer.status == 403
    hub.door.close()


async def test_a_wrong_password_says_so_and_how_long_to_wait(tmp_path: Path) -> None:
    hub = Hub(tmp_path, Entrance(frozenset(), https=False, behind_proxy=True))
    body = {"name": "chair", "password": "guess"}
    async with hub.served() as client:

        async def guess(address: str) -> tuple[int, str, int]:
            headers = {"X-Forwarded-For": f"203.0.113.9, {address}"}
            answer = await client.post("/api/v1/sign-in", json=body, headers=headers)
            found = await answer.json()
            return answer.status, found["reason"]["code"], found["wait_s"]

        for _ in range(4):
            assert await guess("192.0.2.1") == (401, "sign_in_wrong", 0)
        assert await guess("192.0.2.1") == (401, "sign_in_wrong", 2)
        assert await guess("192.0.2.1") == (429, "try_later", 2)
        assert await guess("192.0.2.2") == (401, "sign_in_wrong", 0)
        answer = await client.get("/api/v1/me")
        assert answer.status == 401
    assert hub.noted == [("sign_in_refused", "chair", "", "sign_in_wrong")] * 6
    hub.door.close()


async def test_without_a_declared_proxy_its_header_is_anybodys_word(hub: Hub) -> None:
    body = {"name": "chair", "password": "guess"}
    async with hub.served() as client:
        for n in range(5):
            headers = {"X-Forwarded-For": f"192.0.2.{n}"}
            await client.post("/api/v1/sign-in", json=body, headers=headers)
        answer = await client.post("/api/v1/sign-in", json=body)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "2")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("sign-in", {"name": "chair"}, 400),
        ("sign-in", {"name": "chair", "password": 5}, 400),
        ("sign-in", {"name": "x" * 201, "password": GOOD}, 400),
        ("sign-in/seat", {"code": ""}, 400),
        ("sign-in/seat", {"code": "AAAAA-AAAAA"}, 401),
        ("sign-in/set-up", {"code": "A", "name": "eve", "password": GOOD}, 409),
        ("sign-in/simulation", {"role": "chair"}, 403),
        ("sign-in/simulation", {"role": "integration"}, 400),
    ],
)
async def test_what_lets_nobody_in(hub: Hub, path: str, body: Any, status: int) -> None:
    async with hub.served() as client:
        answer = await client.post(f"/api/v1/{path}", json=body)
        assert answer.status == status
        assert "Set-Cookie" not in answer.headers
        text = await answer.text()
        assert GOOD not in text
        answer = await client.post(f"/api/v1/{path}", data=b"{}")
        assert answer.status == 415


async def test_a_token_commands_within_its_scopes_and_needs_no_csrf(hub: Hub) -> None:
    token = codes.new_bearer()
    hub.book.put_token("ha", codes.digest(token), {"read", "floor"})
    headers = {"Authorization": f"Bearer {token}"}
    async with hub.served() as client:
        answer = await client.post("/api/v1/commands/next", json={}, headers=headers)
        assert answer.status == 202
        body = {"room": "main", "display": "d", "on": True}
        answer = await client.post("/api/v1/commands/display_power", json=body, headers=headers)
        assert await code_of(answer) == (403, "not_in_token")
        for wrong in (f"Bearer {token}x", f"Basic {token}", "Bearer", token):
            answer = await client.get("/api/v1/state", headers={"Authorization": wrong})
            assert answer.status == 401
    assert [name for name, _ in hub.asked] == ["next"]


async def test_a_stream_ends_with_its_session(hub: Hub) -> None:
    async with hub.served() as client:
        header = await sign_in(client, "chair")
        answer = await client.get("/api/v1/stream")
        stream = Stream(answer)
        assert (await stream.next())[0] == "snapshot"
        hub.pages.add_line({"n": 1})
        assert (await stream.next())[1] == {"path": ["events"], "append": [{"n": 1}]}
        await client.post("/api/v1/sign-out", json={}, headers=header)
        hub.pages.add_line({"n": 2})
        async with asyncio.timeout(10):
            assert await answer.content.read() == b""


async def test_a_delegates_stream_has_no_log(hub: Hub) -> None:
    made = await hub.door.new_seat_codes(["main/2"])
    async with hub.served() as client:
        await client.post("/api/v1/sign-in/seat", json={"code": made["main/2"]})
        stream = Stream(await client.get("/api/v1/stream"))
        _, data = await stream.next()
        assert data["events"] == []
        hub.pages.add_line({"n": 1})
        hub.pages.touch("floor")
        assert (await stream.next())[1]["path"] == ["floor"]


async def test_codes_are_told_once_with_a_picture(hub: Hub) -> None:
    async with hub.served() as client:
        header = await sign_in(client, "secretary")
        body = {"seats": ["main/2", "main/12"]}
        answer = await client.post("/api/v1/seat-codes", json=body, headers=header)
        first, second = (await answer.json())["codes"]
        assert (first["seat"], second["name"]) == ("main/2", "<b>Bình</b>")
        assert first["link"].endswith(f"/signin#code={first['code']}")
        assert first["qr"].startswith("data:image/svg+xml")
        listed = await (await client.get("/api/v1/seat-codes")).json()
        assert listed == {"meeting": "", "seats": PEOPLE, "with_code": ["main/12", "main/2"]}
        answer = await client.post(
            "/api/v1/seat-codes/revoke", json={"seats": ["main/2"]}, headers=header
        )
        assert (await answer.json())["with_code"] == ["main/12"]
        answer = await client.post(
            "/api/v1/seat-codes", json={"seats": ["attic/1"]}, headers=header
        )
        assert await code_of(answer) == (409, "seat_unknown")
        answer = await client.post("/api/v1/sign-in/seat", json={"code": first["code"]})
        assert await code_of(answer) == (401, "code_wrong")
        answer = await client.post("/api/v1/sign-in/seat", json={"code": second["code"]})
        assert answer.status == 200
    assert ("codes_made", "secretary", "secretary", "") in hub.noted


async def test_pictures_of_codes_are_drawn_while_the_hub_goes_on(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn_by: list[threading.Thread] = []
    draw = segno.make_qr

    def noted(*args: Any, **options: Any) -> segno.QRCode:
        drawn_by.append(threading.current_thread())
        return draw(*args, **options)

    monkeypatch.setattr(segno, "make_qr", noted)
    async with hub.served() as client:
        header = await sign_in(client, "secretary")
        await client.post("/api/v1/seat-codes", json={"seats": ["main/2"]}, headers=header)
    assert len(drawn_by) == 1
    assert drawn_by[0] is not threading.main_thread(), "2000 codes would stop the hub for 20 s"


async def test_the_first_start_makes_one_account_with_its_code(tmp_path: Path) -> None:
    hub = Hub(tmp_path, accounts=False)
    code = hub.door.set_up_code
    body = {"code": code, "name": "lan", "password": GOOD}
    async with hub.served() as client:
        assert (await (await client.get("/api/v1/sign-in")).json())["set_up"] is True
        for bad, status, reason in (
            ({**body, "code": "AAAAA-AAAAA"}, 401, "code_wrong"),
            ({**body, "password": "short"}, 400, "password_weak"),
            ({**body, "name": "Nguyễn Lan"}, 400, "bad_argument"),
        ):
            answer = await client.post("/api/v1/sign-in/set-up", json=bad)
            assert await code_of(answer) == (status, reason)
        answer = await client.post("/api/v1/sign-in/set-up", json=body)
        assert (await answer.json())["role"] == "technician"
        assert (await (await client.get("/api/v1/sign-in")).json())["set_up"] is False
        answer = await client.post("/api/v1/sign-in/set-up", json={**body, "name": "eve"})
        assert await code_of(answer) == (409, "set_up_done")
        await sign_in(client, "lan")
    hub.door.close()


async def test_in_a_simulation_roles_are_chosen(tmp_path: Path) -> None:
    hub = Hub(tmp_path, accounts=False, simulation=True)
    async with hub.served() as client:
        ways = await (await client.get("/api/v1/sign-in")).json()
        assert ways == {"set_up": False, "simulation": True, "seats": PEOPLE}
        for body, name in (
            ({"role": "delegate", "seat": "main/2"}, "An"),
            ({"role": "display"}, "main"),
            ({"role": "display", "room": "phu"}, "phu"),
            ({"role": "chair"}, "chair"),
        ):
            answer = await client.post("/api/v1/sign-in/simulation", json=body)
            assert (await answer.json())["name"] == name
        answer = await client.post("/api/v1/sign-in/simulation", json={"role": "delegate"})
        assert await code_of(answer) == (409, "seat_unknown")
    hub.door.close()


async def test_who_was_refused_too_often_is_told_to_wait(hub: Hub) -> None:
    async with hub.served() as client:
        header = await sign_in(client, "chair")
        hub.pages_wait_s = 1.5
        answer = await client.post("/api/v1/commands/next", json={}, headers=header)
        assert await code_of(answer) == (429, "too_many_commands")
        assert answer.headers["Retry-After"] == "2"
        hub.pages_wait_s = 0.0
        answer = await client.post("/api/v1/commands/next", json={}, headers=header)
        assert answer.status == 202
    assert hub.refusals[-1][2] == "too_many_commands"
