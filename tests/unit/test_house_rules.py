"""Rules of the house that no linter knows, checked on the project's own files.

Owns what is true of every file. Must not test behaviour of the product.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("drivers", "edge", "hub", "firmware_config")
LINE_LIMIT = 400

TOP_LEVEL = {
    # the parts of the house
    *PACKAGES, "systemd", "tests", "docs",
    # what every project has
    "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    "Makefile", "pyproject.toml", "requirements.lock", "requirements-demo.lock",
    "requirements-edge.lock", "requirements-hub.lock",
    # hidden ones
    ".ci", ".editorconfig", ".gitignore", ".pre-commit-config.yaml",
}  # fmt: skip

# Written in pieces, so that this file does not break its own rule.
UNFINISHED = re.compile(
    r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"
)
FOREIGN_PLACES = re.compile(
    "|".join(
        (
            r"py" + r"pi\.(?:org|io)",
            r"python" + r"hosted\.",
            r"pi" + r"wheels\.",
            r"npm" + r"js\.(?:org|com)",
            r"(?:deb|security|snapshot|ftp)\.deb" + r"ian\.org",
            r"/wo" + r"rk/",
            r"/ro" + r"ot/",
            r"/op" + r"t/(?:wheels|py)",
            r"/ho" + r"me/(?!phonghop)\w",
        )
    )
)

TIMING = re.compile(
    r"(?:^|_)(?:TIMEOUT|INTERVAL|DELAY|PERIOD|DURATION|DEADLINE|KEEPALIVE|LINGER|GRACE|TTL|AGE|WAIT)(?:_|$)"
)
NOT_ITS_BUSINESS = re.compile(r"\b(?:not|no|never|nothing|only)\b")
TIME_UNITS = ("_S", "_MS", "_US", "_NS", "_MIN", "_H", "_DAYS")


def _files_of_the_project() -> list[Path]:
    """What git tracks or would track; without git, what is not hidden or made by tools."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(
            listing, cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        found = (path for name in TOP_LEVEL for path in [ROOT / name, *(ROOT / name).rglob("*")])
        return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)
    paths = (ROOT / name for name in answer.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


FILES = _files_of_the_project()
PYTHON = [path for path in FILES if path.suffix == ".py"]
PRODUCT = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in PACKAGES]
TESTS = [path for path in PYTHON if path.relative_to(ROOT).parts[0] == "tests"]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), str(path))


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def _texts() -> Iterator[tuple[Path, str]]:
    for path in FILES:
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a font


def _lines_matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{_place(path, number)}: {line.strip()[:80]}"
        for path, text in _texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def _weak_asserts(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        # `assert a == b if c else d` checks `d` alone when c is false; a tuple is always true.
        if isinstance(node, ast.Assert) and isinstance(
            node.test, ast.IfExp | ast.Tuple | ast.Constant
        ):
            yield node.lineno


def _loose_zips(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="zip"), keywords=keywords):
                if "strict" not in {keyword.arg for keyword in keywords}:
                    yield node.lineno


def _constants(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names in capitals that are given a number, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if isinstance(value, ast.Constant) and type(value.value) in (int, float):
            for target in targets:
                if isinstance(target, ast.Name) and target.id.isupper():
                    yield target.id, node.lineno


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_m3_an_assert_tests_what_it_shows() -> None:
    assert [_place(path, line) for path in TESTS for line in _weak_asserts(_tree(path))] == []


@pytest.mark.parametrize(
    "line", ["assert a == 1 if b else c", "assert (a, 'why')", "assert 'always'"]
)
def test_m3_the_rule_itself_sees(line: str) -> None:
    assert list(_weak_asserts(ast.parse(line))) == [1]


def test_m4_zip_is_strict() -> None:
    assert [_place(path, line) for path in PYTHON for line in _loose_zips(_tree(path))] == []


def test_m4_the_rule_itself_sees() -> None:
    assert list(_loose_zips(ast.parse("zip(a, b)\nzip(a, b, strict=True)"))) == [1]


def test_m7_a_sim_knows_only_the_core_and_itself() -> None:
    wrong = []
    for path in PRODUCT:
        parts = path.relative_to(ROOT).parts
        if parts[0] == "drivers" and parts[1] != "core" and path.name.startswith("sim"):
            allowed = ("drivers.core.", f"drivers.{parts[1]}.sim")
            ours = {name for name in _imports(_tree(path)) if name.split(".")[0] in PACKAGES}
            wrong += [
                f"{path.relative_to(ROOT)}: {name}" for name in ours if not name.startswith(allowed)
            ]
    assert wrong == []


def test_a_file_can_be_read_in_one_sitting() -> None:
    longest = {
        str(path.relative_to(ROOT)): text.count("\n")
        for path, text in _texts()
        if path.suffix in {".py", ".js", ".mjs"} and text.count("\n") > LINE_LIMIT
    }
    assert longest == {}


def test_every_module_says_what_it_owns_and_must_not_do() -> None:
    silent = []
    for path in PRODUCT:
        text = (ast.get_docstring(_tree(path)) or "").lower()
        if path.name == "__init__.py":
            says = bool(text) or path.parent.parent == ROOT
        else:
            says = "owns" in text and NOT_ITS_BUSINESS.search(text) is not None
        if not says:
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_every_test_file_has_a_header() -> None:
    assert [
        str(path.relative_to(ROOT)) for path in TESTS if not ast.get_docstring(_tree(path))
    ] == []


@pytest.mark.parametrize("package", ["drivers", "edge", "hub"])
def test_the_outermost_packages_stay_empty(package: str) -> None:
    assert (ROOT / package / "__init__.py").read_bytes() == b""


def test_nothing_is_left_unfinished() -> None:
    assert _lines_matching(UNFINISHED) == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    assert _lines_matching(FOREIGN_PLACES) == []


def test_a_duration_says_its_unit() -> None:
    nameless = [
        f"{_place(path, line)}: {name}"
        for path in PYTHON
        for name, line in _constants(_tree(path))
        if TIMING.search(name) and not name.endswith(TIME_UNITS)
    ]
    assert nameless == []


def test_the_contract_is_light() -> None:
    heavy = (
        "gpiozero",
        "lgpio",
        "cv2",
        "serial",
        "numpy",
        "sounddevice",
        "aiohttp",
        "aiomqtt",
        "amqtt",
    )
    code = (
        "import sys, pkgutil, importlib, edge.contract, edge.rules\n"
        "for part in (edge.contract, edge.rules):\n"
        "    for module in pkgutil.iter_modules(part.__path__, part.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    assert loaded.strip() == "[]"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-demo.lock"])
def test_a_lock_file_holds_names_versions_and_hashes_only(name: str) -> None:
    requirement = re.compile(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[A-Za-z0-9.+!-]+( ; [^;\\]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# Made by")
    assert [
        line for line in lines[1:] if not requirement.fullmatch(line) and not digest.fullmatch(line)
    ] == []


def test_the_demo_runs_what_the_tests_tested() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line.split()[0] for line in lines if "==" in line}

    assert pins("requirements-demo.lock") - pins("requirements.lock") == set()


def test_the_top_of_the_tree_stays_small() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} - TOP_LEVEL == set()


def test_a_word_of_the_pages_stands_in_one_file_only_and_is_shown() -> None:
    """A key in two of them would silently say the last one's words on every page."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "hub" / "web" / "js").glob("labels*.js")):
        for key in re.findall(r"^  (\w+): \[", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(key, []).append(path.name)
    assert {key: files for key, files in found.items() if len(files) > 1} == {}
    pages = [path for path in (ROOT / "hub" / "web").rglob("*") if path.suffix in (".html", ".js")]
    used = "\n".join(path.read_text() for path in pages if not path.name.startswith("labels"))
    starts = tuple(re.findall(r"`([a-z_]+_)\$\{", used))
    names = {key: key.removesuffix("_hint") for key in found}
    assert [key for key in found if names[key] not in used and not key.startswith(starts)] == []


def test_whatever_devices_count_has_words_on_the_technicians_page() -> None:
    words = (ROOT / "hub/web/js/labels_devices.js").read_text(encoding="utf-8")
    known = set(re.findall(r"^  counter_(\w+): \[", words, re.MULTILINE))
    counted: set[str] = set()
    for path in (ROOT / "drivers").rglob("*.py"):
        counted |= set(_counters_in(path.read_text(encoding="utf-8")))
    assert len(counted) > 20
    assert counted - known == set()


def _counters_in(text: str) -> Iterator[str]:
    """Names of counters in a driver's source: one by one, and where all of them begin."""
    yield from re.findall(r"counters\[\"(\w+)\"\]", text)
    for begun in re.findall(r"counters(?:: [^=]+)? = (?:[^{\n]*)\{([^}]*)\}", text):
        yield from re.findall(r"\"(\w+)\":", begun)


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements-edge.lock", ("edge", "vision", "audio")),
        ("requirements-hub.lock", ("hub",)),
        ("requirements-demo.lock", ("edge", "hub", "vision", "audio")),
    ],
)
def test_what_is_installed_has_every_package_the_project_asks_for(
    lock: str, extras: tuple[str, ...]
) -> None:
    """Else: make lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.M))
    assert {re.split(r"[<>=;\[ ]", line)[0].lower().replace("_", "-") for line in wanted} <= locked
