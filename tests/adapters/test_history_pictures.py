"""The contract of the history's pictures, on every implementation."""

from pathlib import Path

import pytest

from services.adapters.history_files import HistoryFiles
from services.core.errors import NoSpaceError
from services.core.history.ports import HistoryPictures
from tests.fake_history import FakeHistoryPictures
from tests.full_disk import full


@pytest.fixture(params=["fake", "files"])
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> HistoryPictures:
    """No pictures, in each kind of place."""
    return FakeHistoryPictures() if request.param == "fake" else HistoryFiles(tmp_path / "history")


def test_a_picture_is_kept_replaced_and_deleted(pictures: HistoryPictures) -> None:
    assert pictures.get(1) is None
    pictures.put(1, b"one")
    pictures.put(257, b"two")
    pictures.put(1, b"other")
    assert (pictures.get(1), pictures.get(257)) == (b"other", b"two")
    pictures.delete([1, 2])
    assert (pictures.get(1), pictures.get(257)) == (None, b"two")
    pictures.delete([])


def test_on_a_full_disk_nothing_half_written_is_left(tmp_path: Path) -> None:
    files = HistoryFiles(tmp_path)
    files.put(1, b"one")
    with full(0), pytest.raises(NoSpaceError, match="the history's pictures: File too large"):
        files.put(1, b"other")
    assert [each.read_bytes() for each in tmp_path.rglob("*.*")] == [b"one"]
    files.put(1, b"other")
