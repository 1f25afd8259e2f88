"""Faces in real pictures by each detector, and what happens without model or with a wrong one.

The pictures lie inside a development dependency (public domain and CC0). The model file is no
part of the project: PHONGHOP_FACE_MODEL names one for these tests.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from edge.camera import faces
from edge.camera.faces import CascadeDetector, Detector, ModelError, best_detector, checked_model
from edge.cli import main

MODEL = os.environ.get("PHONGHOP_FACE_MODEL")
needs_model = pytest.mark.skipif(not MODEL, reason="PHONGHOP_FACE_MODEL names no model file")


def picture(name: str, size: tuple[int, int] = (640, 360)) -> faces.Picture:
    """A picture of scikit-image on a grey canvas, as a camera would give it."""
    found = np.asarray(getattr(skimage.data, name)())
    if found.ndim == 2:
        found = cv2.cvtColor(found, cv2.COLOR_GRAY2RGB)
    height, width = found.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    small = cv2.resize(found, (int(width * scale), int(height * scale)))
    canvas = np.full((size[1], size[0], 3), 127, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small[:, :, ::-1]
    return canvas


@pytest.fixture(params=["cascade", pytest.param("model", marks=needs_model)])
def detector(request: pytest.FixtureRequest) -> Detector:
    """Both that can see."""
    return best_detector(Path(MODEL or "") if request.param == "model" else None)


def test_the_face_is_found_where_it_is(detector: Detector) -> None:
    found = detector.faces(picture("astronaut"))
    assert len(found) == 1
    x, y = found[0].centre
    assert x == pytest.approx(158, abs=12)
    assert y == pytest.approx(82, abs=20)


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket"])
def test_what_is_no_face_is_none(detector: Detector, name: str) -> None:
    assert detector.faces(picture(name)) == []


def test_boxes_are_in_pixels_of_the_picture_as_given(detector: Detector) -> None:
    small, large = picture("astronaut"), picture("astronaut", (1920, 1080))
    (a,), (b,) = detector.faces(small), detector.faces(large)
    assert b.centre[0] == pytest.approx(3 * a.centre[0], rel=0.08)


@needs_model
def test_the_model_finds_a_profile_that_the_cascade_misses() -> None:
    seen = best_detector(Path(MODEL or "")).faces(picture("camera"))
    assert len(seen) == 1
    assert best_detector(None).faces(picture("camera")) == []


@needs_model
def test_the_model_says_so() -> None:
    found = best_detector(Path(MODEL or ""))
    assert (found.mode, found.why) == ("model", "")


def test_without_a_model_the_cascade_is_used_and_says_why() -> None:
    found = best_detector(None)
    assert (found.mode, found.why) == ("cascade", "no model file is configured")
    assert found.wrong_model is None, "nobody asked for a model: no alarm"


@pytest.mark.parametrize(
    ("content", "says"), [(b"another model", "SHA-256"), (None, "cannot be read")]
)
def test_a_wrong_model_is_refused_and_named(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=says):
        checked_model(path)
    found = best_detector(path)
    assert found.mode == "cascade"
    assert found.wrong_model == found.why
    assert says in found.why
    assert str(path) in found.why
    if content is not None:
        assert hashlib.sha256(content).hexdigest() in found.why
        assert faces.MODEL_SHA256 in found.why


def test_an_opencv_without_cascades_still_steers_by_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in OpenCV 5."""
    monkeypatch.delattr(cv2, "CascadeClassifier")
    found = best_detector(None)
    assert found.mode == "geometry"
    assert "brings no cascade" in found.why
    assert found.faces(picture("astronaut")) == []


def test_a_tiny_picture_does_no_harm(detector: Detector) -> None:
    assert detector.faces(np.zeros((3, 5, 3), np.uint8)) == []


def test_the_cascade_has_no_score() -> None:
    (face,) = CascadeDetector(faces.LIVE_PX, "").faces(picture("astronaut"))
    assert face.score is None


# --- the command -------------------------------------------------------------------------------


def test_the_command_prints_boxes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.png"
    cv2.imwrite(str(path), picture("astronaut"))
    assert main(["faces", str(path), "--json", "--data", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["detector"] in ("cascade", "model")
    (image,) = said["images"]
    assert (image["width"], image["height"]) == (640, 360)
    assert {"x", "y", "width", "height", "score"} == image["faces"][0].keys()
    assert main(["faces", str(path), "--data", str(tmp_path)]) == 0
    assert "1 faces" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"not a picture"])
def test_a_bad_picture_is_one_line_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    bad, good = tmp_path / "bad.png", tmp_path / "good.png"
    if content is not None:
        bad.write_bytes(content)
    cv2.imwrite(str(good), picture("astronaut"))
    assert main(["faces", str(bad), str(good), "--json", "--data", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["images"][1]["faces"]) == 1
    assert captured.err.count("\n") == 1
    assert str(bad) in captured.err


class Shelf(http.server.BaseHTTPRequestHandler):
    """A server of one file."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a model")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def shelf() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Shelf) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/model.onnx"
        server.shutdown()
        thread.join()


def test_a_model_is_fetched_and_installed_only_with_the_right_hash(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shelf: str,
) -> None:
    expected, found = faces.MODEL_SHA256, hashlib.sha256(b"a model").hexdigest()
    assert main(["faces", "--install-model", shelf, "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert expected in said
    assert found in said
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(faces, "MODEL_SHA256", found)
    assert main(["faces", "--install-model", shelf, "--data", str(tmp_path)]) == 0
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"a model"]
    monkeypatch.undo()
    assert main(["faces", "--install-model", shelf, "--data", str(tmp_path)]) == 1
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"a model"], "the old one stays"


def test_an_address_that_is_none_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faces", "--install-model", "http://a b/", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_wrong_file_is_not_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "something.onnx"
    source.write_bytes(b"something")
    data = tmp_path / "data"
    assert main(["faces", "--install-model", str(source), "--data", str(data)]) == 1
    assert "not installed" in capsys.readouterr().err
    assert list(data.iterdir()) == []


@needs_model
def test_the_right_file_is_installed_and_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["faces", "--install-model", str(MODEL), "--data", str(tmp_path)]) == 0
    monkeypatch.delenv("PHONGHOP_FACE_MODEL")
    path = tmp_path / "one.png"
    cv2.imwrite(str(path), picture("astronaut"))
    capsys.readouterr()
    assert main(["faces", str(path), "--json", "--data", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["detector"] == "model"
