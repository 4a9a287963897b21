"""The files of the cameras that an edge was given."""

from pathlib import Path

import pytest

from edge.added.added_camera import AddedCamera
from edge.added.store import AddedCameras

DOOR = AddedCamera("door", "Front door", "rtsp://u:secret@10.0.0.9/s1", (0.25, 0, 0.5, 1))
TILL = AddedCamera("till", "계산대", "0")


def test_cameras_are_kept_over_a_restart_replaced_and_forgotten(tmp_path: Path) -> None:
    store = AddedCameras(tmp_path / "cameras")
    assert store.all() == []
    store.put(TILL)
    store.put(DOOR)
    assert AddedCameras(tmp_path / "cameras").all() == [DOOR, TILL]
    store.put(AddedCamera("door", "Back door", DOOR.source))
    assert AddedCameras(tmp_path / "cameras").all()[0].title == "Back door"
    store.remove("door")
    store.remove("door")
    assert store.all() == [TILL]
    assert "secret" not in "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())


def test_only_the_edges_user_can_read_them_and_the_password_is_in_one_file(tmp_path: Path) -> None:
    store = AddedCameras(tmp_path / "cameras")
    store.put(DOOR)
    files = {path: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert set(files.values()) == {0o600}
    assert (tmp_path / "cameras" / "door").stat().st_mode & 0o777 == 0o700
    assert [path for path in files if "secret" in path.read_text()] == [store.source_file("door")]


def test_a_damaged_one_and_an_unfinished_write_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = AddedCameras(tmp_path)
    store.put(DOOR)
    store.put(TILL)
    (tmp_path / "door" / "camera.json").write_text("{")
    (tmp_path / ".hall.unfinished").mkdir()
    assert store.all() == [TILL]
    assert "door holds no camera that can be read" in caplog.text
    assert "secret" not in caplog.text
    assert not (tmp_path / ".hall.unfinished").exists()
