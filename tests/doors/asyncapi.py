"""The contract's document in the parser of those who wrote AsyncAPI.

Owns asking it. What the document says is tested in ``tests/unit/test_contract_documents.py``.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.doors.seen import head, say

DOCUMENT = Path("docs/contract/asyncapi.json")

SCRIPT = """\
const { Parser } = require("@asyncapi/parser");
new Parser().parse(require("fs").readFileSync(process.argv[1], "utf8")).then(
  ({ document, diagnostics }) => console.log(JSON.stringify({
    parser: require("@asyncapi/parser/package.json").version,
    version: document ? document.version() : null,
    channels: document ? document.channels().all().length : 0,
    operations: document ? document.operations().all().length : 0,
    messages: document ? document.allMessages().all().length : 0,
    said: diagnostics.map(d => [d.severity, String(d.code), d.message, d.path.join(".")]),
  })));
"""
"""Severities are those of editors: 0 error, 1 warning, 2 information, 3 hint."""

NEWER = "asyncapi-latest-version"
"""That there is a newer version is not about the document."""


async def tell(place: Path, folder: Path) -> None:
    """Everything that it says of the document.

    Raises:
        AssertionError: it is not content.
    """
    command = ["node", "-e", SCRIPT, str(DOCUMENT.resolve())]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: ASYNC221  # nothing else runs
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    head(f"AsyncAPI parser {found['parser']}")
    wrong = [each for each in found["said"] if each[1] != NEWER]
    assert wrong == [], wrong
    counts = (f"{found[each]} {each}" for each in ("channels", "operations", "messages"))
    say(f"{DOCUMENT}: AsyncAPI {found['version']}, {', '.join(counts)}; nothing to complain of")
