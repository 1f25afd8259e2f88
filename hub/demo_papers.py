"""What the demo's meeting comes with: two small papers, and a meeting in preparation.

Theory. The hub takes the demo's meeting file in by itself; what a file cannot hold is put into the
hub's folder before it starts, as if the secretary had done it.

Owns these. Must not do anything to a folder in which somebody has worked already.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from hub.meeting.agenda import Paper
from hub.meeting_form import MeetingForm
from hub.papers import PaperFolder
from hub.prepared import FILE, as_copy
from hub.store import prepared as rows
from hub.store.prepared import KeptPaper
from hub.store.store import Store

PAGE = (595, 842)
"""A4 in points."""

INK, BAR = "0.10 0.11 0.12 rg", "0.00 0.45 0.70 rg"

Figures = Sequence[tuple[str, int]]

# The letters of Helvetica have no horn and no mark below: these words need none.
PAPERS: tuple[tuple[str, str, str, Figures], ...] = (
    (
        "bao-cao",
        "Báo cáo công tác tháng 11",
        "BÁO CÁO CÔNG TÁC THÁNG 11",
        (("Thông báo", 37), ("Công trình hoàn thành", 12), ("Thanh tra", 9), ("Khen", 21)),
    ),
    (
        "kinh-phi",
        "Kinh phí quý IV",
        "KINH PHÍ QUÝ IV",
        (("Tháng 10", 61), ("Tháng 11", 74), ("Tháng 12", 88)),
    ),
)
"""Item, title, heading on the page, figures with their words."""


async def furnish(folder: Path, form: MeetingForm) -> None:
    """Put papers and a draft into the hub's ``folder``, unless there are meetings in it."""
    store = Store(folder)
    try:
        meetings, _ = await store.work(rows.everything)
        if meetings:
            return
        digest = form.digest()
        await store.work(partial(rows.put, ident=FILE, form=form, rev=None, origin=digest))
        papers = PaperFolder(folder / "papers")
        for item, title, heading, figures in PAPERS:
            data = pdf(heading, figures)
            arrived = await papers.receive(_whole(data), len(data))
            paper = Paper(f"demo-{item}", title, arrived.type, arrived.bytes)
            kept = KeptPaper(paper, FILE, item, arrived.sha256)
            await store.work(partial(rows.put_paper, kept=kept))
        draft = as_copy(form, "Phiên họp thường kỳ tháng 12")
        draft = draft.model_copy(update={"when": "2026-12-28T08:00"})
        await store.work(partial(rows.put, ident="thang-12", form=draft, rev=None))
    finally:
        store.close()


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


def pdf(heading: str, figures: Figures) -> bytes:
    """One page: a heading, and a bar for each figure."""
    lines = [_text(56, 760, 22, heading)]
    most = max(value for _, value in figures)
    for place, (word, value) in enumerate(figures):
        y = 690 - 64 * place
        lines += [
            _text(56, y + 20, 14, word),
            f"{BAR} 56 {y - 6} {380 * value // most} 18 re f",
            _text(456, y - 4, 16, str(value)),
        ]
    content = "\n".join(lines).encode("cp1252")
    width, height = PAGE
    return _file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R "
        "/Resources << /Font << /F 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )


def _text(x: int, y: int, size: int, words: str) -> str:
    safe = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"{INK} BT /F {size} Tf {x} {y} Td ({safe}) Tj ET"


def _file(*objects: bytes) -> bytes:
    """A PDF of these objects, the first one its root."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n" % (len(objects) + 1)
    return bytes(out + b"%d\n%%%%EOF\n" % start)
