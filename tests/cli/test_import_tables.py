"""`lookalike items import` of tables and folders as they come: what was taken, and what was passed over."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from tests.cli.shop import Shop
from tests.system.pictures import picture, write_pictures
from tests.tables import TABLES


def test_a_table_of_another_system_is_taken_and_the_mapping_is_told(shop: Shop, tmp_path: Path) -> None:
    write_pictures(tmp_path / "pics", ["mug.jpg", "side.jpg", unicodedata.normalize("NFD", "café.jpg")])
    lines = (
        "Artikelnr;Bezeichnung;Bild;Bild 2",
        "7;Grüne Gießkanne;pics/MUG.JPG;pics\\side.jpg",
        "8;Café;pics/café.jpg;",
    )
    path = tmp_path / "shop.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    done = shop.items("import", path)
    assert done.stderr.splitlines() == [
        f"{path} was read as cp1252",
        f'{path}: columns taken: title=Bezeichnung,image=Bild,image="Bild 2",id=Artikelnr',
        "2 items imported, 0 refused",
        shop.store_line.strip(),
    ]
    assert {item.id: (item.title, len(item.pictures)) for item in shop.kept().values()} == {
        "7": ("Grüne Gießkanne", 2),
        "8": ("Café", 1),
    }


def test_a_person_names_columns_and_encoding(shop: Shop, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["mug.jpg"])
    path = tmp_path / "shop.csv"
    path.write_bytes("Words,Shot,No\nŻółta filiżanka,mug.jpg,1\n".encode("cp1250"))
    refused = shop.items("import", path)
    unclear = "is not UTF-8 (byte 0xAF), and its encoding is unclear; save it as UTF-8, or name its encoding"
    assert refused.stderr == f"error: {path} line 2 {unclear}\n"
    said = "--encoding", "cp1250", "--map", "title=Words,image=Shot", "--map", "id=No"
    done = shop.items("import", path, *said)
    assert done.returncode == 0, done.stderr
    assert shop.kept()["1"].title == "Żółta filiżanka"


def test_refused_rows_are_written_corrected_and_imported_as_they_are(shop: Shop, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["mug.jpg", "side.jpg", "pot.jpg"])
    path, refused = tmp_path / "shop.csv", tmp_path / "refused.csv"
    path.write_text("Ref,Words,Shot\nm,Mug,mgu.jpg\nm,,side.jpg\np,Pot,pot.jpg\nx,,pot.jpg\n")
    mapped = "--map", "title=Words,pictures=Shot,id=Ref"
    done = shop.items("import", path, *mapped, "--refused", refused)
    assert (done.returncode, set(shop.kept())) == (1, {"p"})
    assert f"refused rows with their reasons: {refused}; correct them and import that file" in done.stderr
    lines = refused.read_text("utf-8-sig").splitlines()
    assert lines[0] == "Ref,Words,Shot,refused row,refused reason"
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["m", "Mug", "mgu.jpg"],
        ["m", "", "side.jpg"],
        ["x", "", "pot.jpg"],
    ]
    refused.write_text("\n".join(lines[:3]).replace("mgu", "mug"))
    done = shop.items("import", refused, *mapped)
    assert done.returncode == 0, done.stderr
    assert len(shop.kept()["m"].pictures) == 2
    assert shop.kept()["m"].metadata == {}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("r.txt", "is no .csv"),
        ("none/r.csv", "there is no folder"),
        ("shop.csv", "is the table itself"),
    ],
)
def test_a_file_of_refused_rows_that_can_not_be_written_ends_the_import_before_it(
    shop: Shop, tmp_path: Path, name: str, says: str
) -> None:
    write_pictures(tmp_path, ["mug.jpg"])
    (tmp_path / "shop.csv").write_text("title,image\nMug,mug.jpg\n")
    done = shop.items("import", tmp_path / "shop.csv", "--refused", tmp_path / name)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert not shop.kept()


def test_a_folder_of_a_network_drive_gives_its_pictures_alone(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "nas"
    for inner in (folder, folder / "@eaDir" / "mug.jpg", folder / ".thumbnails"):
        write_pictures(inner, ["mug.jpg"])
    (folder / "x.heic").write_bytes(b"x")
    os.mkfifo(folder / "pipe.jpg")
    done = shop.items("import", folder)
    assert (done.returncode, done.stderr.splitlines()) == (
        0,
        [
            "passed over: 1 .heic; 2 of the system (.thumbnails, @eaDir); pipe.jpg: a pipe",
            "1 item imported, 0 refused",
            shop.store_line.strip(),
        ],
    )
    assert set(shop.kept()) == {"mug"}


def test_what_holds_no_row_is_an_error(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(picture(1))
    for source, says in {
        tmp_path: "holds no picture; expected .jpg, .jpeg, .png, .webp, .gif; passed over: 1 .heic",
        TABLES / "empty.csv": "holds no row; expected a line of columns' names",
        TABLES / "header-only.csv": "holds no row; expected a line of columns' names",
    }.items():
        done = shop.items("import", source)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_items_of_one_picture_are_named_at_the_end(shop: Shop, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["mug.jpg", "cup.jpg"])
    (tmp_path / "shop.csv").write_text("id,title,image\nm-1,S,mug.jpg\nm-2,L,mug.jpg\nc,Cup,cup.jpg\n")
    done = shop.items("import", tmp_path / "shop.csv")
    assert done.returncode == 0, done.stderr
    assert "  m-2: the same picture as m-1\n" in done.stderr
    assert "1 items look just like another one; a camera names them together:" in done.stderr
