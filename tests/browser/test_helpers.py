"""The page's pure modules, run where they live: in the browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.fake_hub import FakeHub
from tests.browser.sample_state import snapshot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Any page of the hub, one for all: modules load from the same place and keep nothing."""
    hub = FakeHub()
    hub.start()
    opened = browser.new_page()
    opened.goto(hub.url)
    yield opened
    opened.close()
    hub.stop()


def run(page: Page, module: str, expression: str, argument: Any = None) -> Any:
    """Value of an expression over the module ``m`` and the argument ``a``."""
    source = f"async (a) => {{ const m = await import('/web/js/{module}'); return {expression}; }}"
    return page.evaluate(source, argument)


@pytest.mark.parametrize(
    ("span_ms", "shown"),
    [(0, "00:00"), (-5000, "00:00"), (59_999, "00:59"), (134_000, "02:14"), (3_723_000, "1:02:03")],
)
def test_clock(page: Page, span_ms: int, shown: str) -> None:
    assert run(page, "format.js", "m.clock(a)", span_ms) == shown


@pytest.mark.parametrize(
    ("age_ms", "shown"),
    [
        (None, "chưa bao giờ"),
        (200, "vừa xong"),
        (2_000, "2 giây trước"),
        (63_000, "1 phút trước"),
        (7_200_000, "2 giờ trước"),
        (200_000_000, "2 ngày trước"),
    ],
)
def test_age(page: Page, age_ms: int | None, shown: str) -> None:
    words = "(await import('/web/js/i18n.js')).translator('vi')"
    assert run(page, "format.js", f"m.age(a, {words})", age_ms) == shown


def test_small_figures(page: Page) -> None:
    assert (
        run(page, "format.js", "m.numberRanges(a)", [9, 1, 4, 3, 5, 12, 13]) == "1, 3–5, 9, 12, 13"
    )
    assert run(page, "format.js", "m.degrees(-0.02, 'vi')") == "0,0"
    assert run(page, "format.js", "m.degrees(null, 'vi')") == "–"
    assert run(page, "format.js", "m.folded(a)", "Đặng Thị Ngọc") == "dang thi ngoc"


def test_labels_are_complete(page: Page) -> None:
    labels = run(page, "labels.js", "m.LABELS")
    for key, pair in labels.items():
        assert len(pair) == 2, key
        assert all(pair), key
        assert [c for c in pair[0] + pair[1] if c == "!"] == [], key


def test_a_stream_in_any_pieces_gives_the_same_messages(page: Page) -> None:
    stream = ': hi\nid: 1\nevent: part\ndata: {"a":\ndata: 1}\n\n\ndata: x\r\n\r\nretry: 5\n\n'
    whole = run(page, "stream.js", "new m.SseParser().feed(a)", stream)
    assert [(e["event"], e["data"]) for e in whole] == [("part", '{"a":\n1}'), ("message", "x")]
    split = "(() => { const p = new m.SseParser(); return [...a].flatMap((c) => p.feed(c)); })()"
    assert run(page, "stream.js", split, stream) == whole


def test_retries_are_spread_and_bounded(page: Page) -> None:
    delays = run(page, "stream.js", "[0, 3, 40].map((n) => m.retryDelayMs(n, () => 0.999))")
    assert delays[0] < 300
    assert delays[1] < 2_400
    assert delays[2] < 5_000


def test_the_reducer_keeps_what_did_not_change(page: Page) -> None:
    outcome = run(
        page,
        "store.js",
        """(() => {
          const before = structuredClone(a);
          const part = { event: "part", data: { path: ["rooms", "main", "seats"], value: {} } };
          const after = m.reduce(a, part);
          const more = { event: "part", data: { path: ["events"], append: [{ n: 1 }, { n: 2 }] } };
          const path = ["rooms", "main", "alerts", "x"];
          const gone = { event: "part", data: { path, value: null } };
          return {
            untouched: JSON.stringify(a) === JSON.stringify(before),
            same: after.rooms.satellite === a.rooms.satellite && after.floor === a.floor,
            seats: after.rooms.main.seats,
            events: m.reduce(a, more).events.length,
            alerts: m.reduce(a, gone).rooms.main.alerts,
            early: m.reduce(m.EMPTY, part),
          };
        })()""",
        snapshot(),
    )
    assert outcome == {
        "untouched": True,
        "same": True,
        "seats": {},
        "events": 10,
        "alerts": {"seat-12": snapshot()["rooms"]["main"]["alerts"]["seat-12"]},
        "early": None,
    }


def test_ages_grow_from_arrival_or_from_when_the_hub_saw_it(page: Page) -> None:
    ages = run(
        page,
        "store.js",
        """(() => {
          let now = 1000;
          const store = new m.Store(() => now);
          store.take({ event: "snapshot", data: a });
          now += 2000;
          const main = store.state.rooms.main;
          const readings = [main.seats["6"], main.cameras["cam-1"], { age_ms: null }, null];
          return [store.hubNowMs(), ...readings.map((reading) => store.ageMs(reading))];
        })()""",
        snapshot(),
    )
    assert ages == [5_002_000, 2040, 2120, None, None]


MICROPHONE = [
    ("speaking", True, True, "ok"),
    ("closing", True, False, "ok"),
    ("opening", False, True, "ok"),
    ("present", False, False, "ok"),
    ("unconfirmed", None, True, "unconfirmed"),
    ("unconfirmed", None, False, "ok"),
    ("fault", True, True, "fault"),
]


@pytest.mark.parametrize(("state", "microphone", "wanted", "health"), MICROPHONE)
def test_a_seat_means_what_its_unit_proved(
    page: Page, state: str, microphone: bool | None, wanted: bool, health: str
) -> None:
    sample = snapshot()
    seat = {"microphone": microphone, "wanted": wanted, "health": health}
    sample["rooms"]["main"]["seats"]["2"].update(seat)
    assert run(page, "meaning.js", "m.seatMeaning(a, 'main', 2, true)", sample)["state"] == state
    lost = run(page, "meaning.js", "m.seatMeaning(a, 'main', 2, false)", sample)
    assert lost["state"] == "unconfirmed"


def test_a_room_names_its_worst_trouble(page: Page) -> None:
    sample = snapshot()
    room = sample["rooms"]["main"]
    room["displays"]["display-1"].update(health="fault", reason="tắt nguồn")
    room["cameras"]["cam-1"].update(health="unconfirmed")
    meaning = run(page, "meaning.js", "m.roomMeaning(a, 'main', true)", sample)
    worst = meaning["worst"]
    assert (meaning["level"], worst["device"]["vi"], meaning["more"]) == (
        "fault",
        "Màn hình chính",
        2,
    )
    room["online"] = False
    assert run(page, "meaning.js", "m.roomMeaning(a, 'main', true).level", sample) == "fault"
    sample["hub"]["broker"] = "lost"
    assert run(page, "meaning.js", "m.roomMeaning(a, 'main', true).level", sample) == "unconfirmed"


def test_the_map_is_never_mirrored(page: Page) -> None:
    """Right of the front wall is right, away from it is up, a turn of a camera is clockwise."""
    fit = "m.fitter([[0, 0], [4, 3]], 500, 400, 40)"
    near, right, away = (
        run(page, "geometry.js", f"{fit}.place({point})") for point in ([0, 0], [4, 0], [0, 3])
    )
    assert right["x"] > near["x"]
    assert away["y"] < near["y"]
    assert right["y"] == near["y"]
    ahead, turned = (run(page, "geometry.js", f"m.bearingVector({deg})") for deg in (0, 90))
    assert (round(ahead["x"]), round(ahead["y"])) == (0, -1)
    assert (round(turned["x"]), round(turned["y"])) == (1, 0)


SHAPES: dict[str, tuple[list[list[float]], int]] = {
    "ring": ([[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]], 8),
    "two rows far apart": ([[x, y] for y in (0, 5) for x in range(4)], 6),
    "two sides of one table": ([[x, y] for y in (0, 1.8) for x in range(4)], 6),
    "classroom": ([[x, 1.5 * y] for y in range(4) for x in range(5)], 16),
    "u with wide corners": (
        [[0, 3], [0, 2], [0, 1], [1, 0], [2, 0], [3, 0], [4, 1], [4, 2], [4, 3]],
        8,
    ),
    "one seat": ([[1, 1]], 0),
    "none": ([], 0),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_tables_join_neighbours_only(page: Page, shape: str) -> None:
    points, count = SHAPES[shape]
    places = json.dumps([{"x": x * 40, "y": y * 40} for x, y in points])
    assert len(run(page, "geometry.js", f"m.neighbours({places})")) == count


def test_seats_of_a_ring_face_its_middle(page: Page) -> None:
    places = json.dumps([{"x": x * 40, "y": y * 40} for x, y in SHAPES["ring"][0]])
    faces = run(page, "geometry.js", f"m.facings({places}, m.neighbours({places}))")
    for face, (x, y) in zip(faces, SHAPES["ring"][0], strict=True):
        assert face["x"] * (1 - x) + face["y"] * (1 - y) > 0


def test_labels_do_not_cover_each_other(page: Page) -> None:
    wishes = [
        {"x": x, "y": 50, "width": 80, "facing": {"x": 0, "y": 1}} for x in (100, 130, 160, 400)
    ]
    places = run(page, "geometry.js", "m.spreadLabels(a, 17)", wishes)
    rows = [place["y"] for place in places]
    assert len(set(rows[:3])) == 3
    assert rows[3] == 50


def test_a_label_that_would_leave_the_map_stands_on_the_other_side(page: Page) -> None:
    down = {"facing": {"x": 0, "y": 1}, "width": 100}
    wishes = [{**down, "x": x, "y": 80} for x in (50, 60, 70)]
    places = run(page, "geometry.js", "m.spreadLabels(a, 20, [], 100)", wishes)
    assert [place["y"] for place in places] == [80, 40, 20]


def test_eighty_seats_are_laid_out_within_their_width(page: Page) -> None:
    seats = [
        {
            "number": n + 1,
            "role": "delegate",
            "position_m": [n % 10, 2 + n // 10, 1.2],
            "device": "b",
        }
        for n in range(80)
    ]
    layout = run(
        page, "views/map_layout.js", "m.layoutRoom(a, 366, 500)", {"seats": seats, "devices": []}
    )
    assert len(layout["seats"]) == 80
    for seat in layout["seats"]:
        assert 0 < seat["x"] < layout["width"]
        assert 0 < seat["y"] < layout["height"]
    assert layout["glyph"] >= 0.5
