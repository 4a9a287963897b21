"""The contract of the history's pictures, on every implementation."""

from pathlib import Path
from typing import Any

import pytest

from services.adapters.history_files import HistoryFiles
from services.adapters.s3_history import S3HistoryPictures
from services.core.errors import NoSpaceError, UnavailableError
from services.core.history.ports import HistoryPictures
from tests.fake_history import FakeHistoryPictures
from tests.full_disk import full


@pytest.fixture(params=["fake", "files", "s3"])
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> HistoryPictures:
    """No pictures, in each kind of place."""
    if request.param == "s3":
        bucket = request.getfixturevalue("bucket")
        return S3HistoryPictures(request.getfixturevalue("s3"), bucket, prefix="showings")
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


def test_pictures_are_under_their_prefix_where_the_bucket_lets_them_expire(s3: Any, bucket: str) -> None:
    S3HistoryPictures(s3, bucket, prefix="showings").put(17, b"one")
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["showings/17.jpg"]


def test_an_error_of_the_bucket_is_told_in_words(s3: Any) -> None:
    pictures = S3HistoryPictures(s3, "nowhere-at-all", prefix="showings")
    with pytest.raises(UnavailableError, match=r"^the history's pictures s3://nowhere-at-all: put_object: "):
        pictures.put(1, b"one")
    with pytest.raises(UnavailableError, match="delete_objects: NoSuchBucket"):
        pictures.delete([1])
