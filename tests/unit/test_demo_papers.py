"""The demo's papers and its meeting in preparation.

Owns ``hub.demo_papers``.
"""

from __future__ import annotations

import re
from pathlib import Path

from hub.demo_papers import PAPERS, furnish, pdf
from hub.roster import demo_file, load
from tests.meeting_house import house


async def test_the_demo_begins_with_an_agenda_papers_and_a_draft(tmp_path: Path) -> None:
    form = load(demo_file())
    assert form is not None
    for _ in range(2):  # a demo on kept records is furnished once
        await furnish(tmp_path, form)
    async with house(tmp_path, form) as hub:
        agenda = hub.desk.meeting.agenda
        assert [len(item.papers) for item in agenda] == [0, 1, 1, 0, 0]
        states = {each["id"]: each["state"] for each in hub.prepared.part()}
        assert states == {"file": "running", "thang-12": "draft"}
        assert await hub.give("start_meeting", meeting="thang-12") is None


def test_a_page_of_figures_is_a_pdf_whose_table_is_right() -> None:
    for _, _, heading, figures in PAPERS:
        data = pdf(heading, figures)
        start = int(re.findall(rb"startxref\n(\d+)", data)[0])
        assert data[start : start + 4] == b"xref"
        places = [int(p) for p in re.findall(rb"(\d{10}) 00000 n", data)]
        for number, place in enumerate(places, start=1):
            assert data[place:].startswith(b"%d 0 obj" % number)
