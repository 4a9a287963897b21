"""Listing of a folder, and sorting of names: pictures, and what is passed over aloud."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from services.core.errors import InputError
from services.core.importing.file_names import is_of_system, sort_names
from services.core.importing.folder import read_folder
from services.core.importing.import_rows import BadRow, read_rows

OF_SYSTEM = [
    ".thumbnails/mug.jpg",
    ".Trash-1000/files/old.jpg",
    ".Trashes/501/a.jpg",
    "@eaDir/mug.jpg/SYNOPHOTO_THUMB_XL.jpg",
    "a/b/@eaDir/c.jpg",
    "__MACOSX/._mug.jpg",
    "._mug.jpg",
    "#recycle/mug.jpg",
    "$RECYCLE.BIN/S-1-5/mug.jpg",
    "System Volume Information/mug.jpg",
    "lost+found/mug.jpg",
    "Thumbs.db",
    "THUMBS.DB",
    "desktop.ini",
    ".DS_Store",
]


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


@pytest.mark.parametrize("name", OF_SYSTEM)
def test_names_of_the_system(name: str) -> None:
    assert is_of_system(name)


@pytest.mark.parametrize(
    "name", ["mug.jpg", "a.b/c.jpg", "./mug.jpg", "../mug.jpg", "eaDir/a.jpg", "recycle/#1"]
)
def test_names_of_a_person(name: str) -> None:
    assert not is_of_system(name)


def test_a_folder_gives_its_pictures_and_counts_the_rest(tmp_path: Path) -> None:
    made(tmp_path, "mug.jpg", "b/c.PNG", "b-a.jpg", *OF_SYSTEM)
    made(tmp_path, "x.heic", "y.HEIC", "z.heic", "n.txt", "b/m.txt", "LICENSE")
    found = read_folder(tmp_path)
    assert found.pictures == ["b/c.PNG", "b-a.jpg", "mug.jpg"]
    assert str(found.passed).startswith("3 .heic, 2 .txt, 1 without a suffix; 15 of the system (#recycle, ")
    assert read_rows(tmp_path).notes == [f"passed over: {found.passed}"]


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path) -> None:
    made(tmp_path, "mug.jpg", "in/pot.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "gone.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "device.jpg").symlink_to("/dev/zero")
    (tmp_path / "in" / "round").symlink_to(tmp_path)
    (tmp_path / "link.jpg").symlink_to("mug.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "s.jpg"))
        found = read_folder(tmp_path)
    assert found.pictures == ["in/pot.jpg", "link.jpg", "mug.jpg"]
    assert found.passed.others == [
        "device.jpg: a device",
        "gone.jpg: No such file or directory",
        "in/round: a link to a folder",
        "loop.jpg: Too many levels of symbolic links",
        "pipe.jpg: a pipe",
        "s.jpg: a socket",
    ]


def test_a_folder_that_can_not_be_listed_is_refused_and_the_rest_goes_in(tmp_path: Path) -> None:
    # A path that is too long to be opened, since the system's owner may list any folder.
    made(tmp_path, "mug.jpg")
    here = os.open(tmp_path, os.O_RDONLY)
    names = ["d" * 250] * 17
    try:
        for name in names:
            os.mkdir(name, dir_fd=here)
            inner = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
    finally:
        os.close(here)
    rows = list(read_rows(tmp_path))
    assert [row.where for row in rows][:1] == [str(tmp_path / "mug.jpg")]
    assert isinstance(rows[1], BadRow)
    assert rows[1].reason == "the folder can't be read: File name too long"


@pytest.mark.parametrize(
    ("names", "passed"),
    [
        ([], "nothing"),
        (["a.heic", "b.heic", "n.txt"], "2 .heic, 1 .txt"),
        ([".a.jpg"], r"1 of the system \(\.a\.jpg\)"),
    ],
)
def test_a_folder_without_a_picture_is_an_error_that_says_what_was_there(
    tmp_path: Path, names: list[str], passed: str
) -> None:
    with pytest.raises(InputError, match=f"holds no picture; expected .*; passed over: {passed}$"):
        read_rows(made(tmp_path, *names))


def test_names_are_sorted_by_the_same_rule() -> None:
    names = ["mug.jpg", "a/b.PNG", "shop.csv", "lines.txt", "x.heic", "@eaDir/mug.jpg"]
    found = sort_names(names, tables=True)
    assert (found.pictures, found.tables) == (["mug.jpg", "a/b.PNG"], ["shop.csv", "lines.txt"])
    assert str(found.passed) == "1 .heic; 1 of the system (@eaDir)"
    assert str(sort_names(names).passed) == "1 .csv, 1 .txt, 1 .heic; 1 of the system (@eaDir)"
