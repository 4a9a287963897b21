"""The contract of a picture store, on every implementation; then the promises of files alone."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from services.adapters.file_pictures import FilePictures
from services.adapters.s3_pictures import S3Pictures
from services.core.errors import NoSpaceError, UnavailableError
from services.core.ports import PictureStore
from tests.fakes import FakePictures

KEY = "ab" * 32 + ".jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture(params=["fake", "files", "s3"])
def pictures(request: pytest.FixtureRequest, folder: Path) -> PictureStore:
    """An empty picture store of each kind."""
    if request.param == "fake":
        return FakePictures()
    if request.param == "files":
        return FilePictures(folder)
    return S3Pictures(request.getfixturevalue("s3"), request.getfixturevalue("bucket"))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_comes_back_by_its_key(pictures: PictureStore) -> None:
    contents = [b"one", b"two\0\xff" * 100_000, b""]
    keys = [pictures.put(content, suffix=".jpg") for content in contents]
    assert [pictures.get(key) for key in keys] == contents
    assert len(set(keys)) == 3


def test_a_folder_or_bucket_that_is_gone_fails_its_check(folder: Path, s3: Any) -> None:
    with pytest.raises(UnavailableError, match="No such file or directory"):
        FilePictures(folder).check_write()
    with pytest.raises(UnavailableError, match="NoSuchBucket"):
        S3Pictures(s3, "no-such-bucket").check_write()


def test_a_picture_is_read_in_pieces_up_to_its_end(pictures: PictureStore) -> None:
    for content in (b"one", b"two\0\xff" * 100_000, b""):
        opened = pictures.open(pictures.put(content, suffix=".jpg"))
        assert opened is not None
        pieces = list(opened.pieces())
        assert (b"".join(pieces), opened.size) == (content, len(content))
        assert all(0 < len(piece) <= 65_536 for piece in pieces)
        opened.source.close()


def test_the_same_content_has_the_same_key(pictures: PictureStore) -> None:
    key = pictures.put(b"one", suffix=".png")
    assert key == pictures.put(b"one", suffix=".png")
    assert key.endswith(".png")
    assert pictures.get(key) == b"one"


@pytest.mark.parametrize(
    "key",
    [
        *(
            "",
            ".",
            "..",
            KEY,
            "../secret.txt",
            "/etc/passwd",
            "ab/../../secret.txt",
            "a\0b",
            "x" * 10_000,
            "\ud800",
        ),
        *(KEY.upper(), KEY + "/", KEY + "\n", "../" + KEY, KEY[:-4]),
    ],
)
def test_a_key_that_does_not_exist_gives_nothing_however_hostile(
    pictures: PictureStore, tmp_path: Path, key: str
) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    pictures.put(b"one", suffix=".jpg")
    assert pictures.get(key) is None
    assert pictures.open(key) is None


def test_pictures_are_there_for_another_process(folder: Path) -> None:
    key = FilePictures(folder).put(b"one", suffix=".jpg")
    assert FilePictures(folder).get(key) == b"one"


def test_the_same_content_is_one_file(folder: Path) -> None:
    store = FilePictures(folder)
    for content in (b"one", b"two", b"one", b"one"):
        store.put(content, suffix=".jpg")
    assert len(files(folder)) == 2


def test_no_unfinished_file_stays_after_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    store = FilePictures(folder)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(NoSpaceError, match="No space left"):
            store.put(b"one", suffix=".jpg")
    assert files(folder) == []
    assert store.get(store.put(b"one", suffix=".jpg")) == b"one"


def test_a_picture_is_collected_unless_it_was_touched_since(pictures: PictureStore) -> None:
    began_s = time.time()
    one, two = (pictures.put(content, suffix=".jpg") for content in (b"one", b"two"))
    assert {key for key, _ in pictures.kept()} == {one, two}
    assert all(began_s - 2 < touched_s < time.time() + 2 for _, touched_s in pictures.kept())
    pictures.touch(KEY)  # there is none
    assert not pictures.collect(one, before_s=began_s - 60)
    assert pictures.collect(one, before_s=time.time() + 60)
    assert not pictures.collect(one, before_s=time.time() + 60)
    assert (pictures.get(one), pictures.get(two)) == (None, b"two")
    assert pictures.put(b"one", suffix=".jpg") == one
    pictures.tidy(before_s=time.time() + 60)
    assert {key for key, _ in pictures.kept()} == {one, two}


def age(path: Path, by_s: float) -> None:
    os.utime(path, (time.time() - by_s,) * 2)


def test_a_file_that_is_put_or_touched_again_is_young(folder: Path) -> None:
    store = FilePictures(folder)
    key = store.put(b"one", suffix=".jpg")
    for again in (lambda: store.put(b"one", suffix=".jpg"), lambda: store.touch(key)):
        age(files(folder)[0], 100)
        again()
        assert not store.collect(key, before_s=time.time() - 50)
        assert store.get(key) == b"one"


def test_a_file_that_is_touched_while_it_is_set_aside_comes_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FilePictures(folder)
    key = store.put(b"one", suffix=".jpg")
    age(files(folder)[0], 100)
    rename = Path.rename

    def late(path: Path, target: Path) -> Path:
        store.touch(key)
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", late)
        assert not store.collect(key, before_s=time.time() - 50)
    assert [path.name for path in files(folder)] == [key]


def test_what_a_crash_has_left_is_tidied_up(folder: Path) -> None:
    store = FilePictures(folder)
    aside, twice = (store.put(content, suffix=".jpg") for content in (b"one", b"two"))
    for key in (aside, twice):
        place = folder / key[:2] / key
        place.rename(place.with_name(f".collected-{key}"))
    store.put(b"two", suffix=".jpg")
    old, young = (folder / aside[:2] / f".unfinished-{name}" for name in ("old", "young"))
    for path in (old, young, folder / ".unfinished-check"):
        path.touch()
    age(old, 100)
    age(folder / ".unfinished-check", 100)
    store.tidy(before_s=time.time() - 50)
    assert {path.name for path in files(folder)} == {aside, twice, young.name}
