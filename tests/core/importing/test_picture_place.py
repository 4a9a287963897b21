"""Finding the pictures that a table names."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from services.core.errors import InputError
from services.core.importing.picture_place import PicturePlace

NFC, NFD = (unicodedata.normalize(form, "café/größe 꽃병.jpg") for form in ("NFC", "NFD"))


def made(folder: Path, *names: str) -> PicturePlace:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return PicturePlace(folder)


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (NFD, NFC),
        (NFC, NFD),
        ("Pics/Mug.JPG", "pics/mug.jpg"),
        ("pics/mug.jpg", "pics\\mug.jpg"),
        ("pics/mug.jpg", "./pics//x/../mug.jpg"),
        ("STRASSE.jpg", "straße.jpg"),
        ("m/u/mug.jpg", "/m/u/mug.jpg"),
        ("m/u/Mug.jpg", "\\M\\u\\mug.jpg"),
    ],
)
def test_a_picture_is_found_whatever_form_its_name_has(tmp_path: Path, there: str, named: str) -> None:
    found = made(tmp_path, there).find(named)
    assert isinstance(found, Path)
    assert found.read_bytes() == there.encode()


def test_a_name_that_is_there_as_it_is_counts_before_others(tmp_path: Path) -> None:
    place = made(tmp_path, "mug.jpg", "Mug.jpg", "é.jpg", unicodedata.normalize("NFD", "é.jpg"))
    assert place.find("Mug.jpg") == tmp_path / "Mug.jpg"
    assert place.find("é.jpg") == tmp_path / "é.jpg"
    with pytest.raises(InputError, match=r"may be 'Mug\.jpg' or 'mug\.jpg'; expected one of these names"):
        place.find("MUG.jpg")


def test_what_is_not_there_is_left_to_its_reader(tmp_path: Path) -> None:
    assert made(tmp_path, "a/b.jpg").find("a/c.jpg") == tmp_path / "a/c.jpg"


def test_no_form_of_a_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    place = made(tmp_path / "shop", "mug.jpg")
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (tmp_path / "shop" / "Link.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "shop" / "loop.jpg").symlink_to("loop.jpg")
    for named in (
        "../secret.jpg",
        "..\\secret.jpg",
        "/etc/passwd",
        "link.jpg",
        "a/../../secret.jpg",
        "/../secret.jpg",
    ):
        with pytest.raises(InputError, match="lies outside the file's folder"):
            place.find(named)
    with pytest.raises(InputError, match="can't be found"):
        place.find("loop.jpg")


@pytest.mark.parametrize(
    "named",
    [
        "ftp://shop.example/a.jpg",
        "//shop.example/a.jpg",
        "http:/a.jpg",
        "file:///a.jpg",
        "DATA:image/png;base64,A",
    ],
)
def test_an_address_that_is_not_fetched_is_no_path(tmp_path: Path, named: str) -> None:
    with pytest.raises(
        InputError, match="no address that is fetched; expected http:// or https://, or a path"
    ):
        made(tmp_path, "a.jpg").find(named)
