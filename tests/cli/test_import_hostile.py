"""`lookalike items import` of hostile input: each bad part is refused by itself, the rest is imported."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.printed import items_in_words
from services.core.importing.import_rows import MAX_PICTURE_BYTES
from tests.adapters.picture_files import gif_header, jpeg_header, png_header, webp_header
from tests.cli.shop import Shop, without_twins
from tests.hostile import HostileServer, hostile_server
from tests.system.pictures import picture

GOOD = picture(1)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(GOOD) as started:
        yield started


def imported(shop: Shop, path: Path, *, items: set[str], refused: list[str]) -> None:
    """Import a file: these items go in, and each other row is refused with one of these texts."""
    done = shop.items("import", path)
    lines = [line for line in done.stderr.splitlines() if line.startswith("refused: ")]
    for says in refused:
        assert any(says in line for line in lines), f"{says!r} is not in\n{done.stderr}"
    assert len(lines) == len(refused), done.stderr
    told = without_twins(done.stderr).splitlines()
    assert told[-2] == f"{items_in_words(len(items))} imported, {len(refused)} refused"
    assert len(told) == len(refused) + 2
    assert done.returncode == (1 if refused else 0)
    assert shop.kept().keys() == items


def write_rows(path: Path, rows: list[list[str]], *, header: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_files_that_are_no_sane_pictures(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    contents = {
        "good.jpg": GOOD,
        "really-a-png.jpg": picture(2, kind="PNG"),
        "really-a-gif.webp": picture(3, kind="GIF"),
        "truncated.jpg": GOOD[: len(GOOD) // 2],
        "truncated.png": picture(4, kind="PNG")[:200],
        "empty.gif": b"",
        "text.jpg": b"hello",
        "page.png": b"<html></html>",
        "bomb.png": png_header(30_000, 30_000),
        "bomb.gif": gif_header(65_535, 65_535),
        "bomb.webp": webp_header(16_383, 16_383),
        "bomb.jpg": jpeg_header(65_000, 65_000),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    with (folder / "huge.jpg").open("wb") as file:
        file.truncate(MAX_PICTURE_BYTES + 1)

    refused = [f"{folder / name}: " for name in contents if "good" not in name and "really" not in name]
    refused.append(f"{folder}/huge.jpg: huge.jpg: {MAX_PICTURE_BYTES + 1} bytes; expected at most")
    imported(shop, folder, items={"good", "really-a-png", "really-a-gif"}, refused=refused)


def test_a_pipe_in_the_place_of_a_picture_is_refused(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "good.jpg").write_bytes(GOOD)
    os.mkfifo(tmp_path / "pipe.jpg")
    rows = [["a", "A", "good.jpg"], ["b", "B", "pipe.jpg"]]
    path = write_rows(tmp_path / "shop.csv", rows, header=["id", "title", "image"])
    imported(shop, path, items={"a"}, refused=["pipe.jpg: a pipe or a device; expected a picture file"])


def test_rows_that_lead_elsewhere(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "good.jpg").write_bytes(GOOD)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.jpg").write_bytes(GOOD)
    shop_folder = tmp_path / "list"
    shop_folder.mkdir()
    (shop_folder / "good.jpg").write_bytes(GOOD)
    (shop_folder / "link.jpg").symlink_to(tmp_path / "secret" / "s.jpg")
    rows = [
        ["first", "Good", "good.jpg"],
        ["../../evil", "Bad id", "good.jpg"],
        ["..", "Bad id", "good.jpg"],
        ["/etc/passwd", "Bad id", "good.jpg"],
        ["a\\b", "Bad id", "good.jpg"],
        ["out-1", "Out", "../secret/s.jpg"],
        ["out-2", "Out", str(tmp_path / "secret" / "s.jpg")],
        ["out-3", "Out", "link.jpg"],
        ["out-4", "Out", "file:///etc/passwd"],
        ["out-5", "Out", "absent.jpg"],
        ["out-6", "Out", "."],
        ["first", "The same again", "good.jpg"],
        ["last", "Good", "good.jpg"],
    ]
    path = write_rows(shop_folder / "c.csv", rows, header=["id", "title", "image"])
    imported(
        shop,
        path,
        items={"first", "last"},
        refused=[
            f"{path} line 3: item id '../../evil' is not allowed",
            f"{path} line 4: item id '..' is not allowed",
            f"{path} line 5: item id '/etc/passwd' is not allowed",
            f"{path} line 6: item id 'a\\\\b' is not allowed",
            f"{path} line 7: the picture '../secret/s.jpg' lies outside the file's folder",
            f"{path} line 8: the picture '{tmp_path}/secret/s.jpg' lies outside the file's folder",
            f"{path} line 9: the picture 'link.jpg' lies outside the file's folder",
            f"{path} line 10: the picture 'file:///etc/passwd' is no address that is fetched",
            f"{path} line 11: absent.jpg: can't be read: No such file or directory",
            f"{path} line 12: list: can't be read: Is a directory",
            f"{path} line 13: its id 'first' is that of {path} line 2 already",
        ],
    )
    assert shop.kept()["first"].title == "Good"


def test_ten_thousand_columns(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "good.jpg").write_bytes(GOOD)
    more = [f"c{number}" for number in range(10_000)]
    rows = [
        ["full", "Full", "good.jpg", *more],
        ["sparse", "Sparse", "good.jpg", "x", *[""] * 9_999],
        ["short", "Short", "good.jpg"],
    ]
    path = write_rows(tmp_path / "c.csv", rows, header=["id", "title", "image", *more])
    imported(
        shop,
        path,
        items={"sparse"},
        refused=[
            f"{path} line 2: 10000 metadata fields; expected at most 50",
            f"{path} line 4: 3 columns; expected 10003 as in the first line",
        ],
    )


def test_no_address_leads_into_this_machine_or_its_network(
    shop: Shop, tmp_path: Path, server: HostileServer
) -> None:
    (tmp_path / "good.jpg").write_bytes(GOOD)
    hosts = ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]"]
    addresses = [server.url("/good", host=host) for host in hosts]
    addresses += [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/a.jpg",
        "https://[fd00::1]/a.jpg",
    ]
    rows = [[f"n{number}", "Inside", address] for number, address in enumerate(addresses)]
    path = write_rows(
        tmp_path / "c.csv", [*rows, ["good", "Good", "good.jpg"]], header=["id", "title", "url"]
    )
    refused = [f"{path} line {line}: " for line in range(2, len(rows) + 2)]
    imported(shop, path, items={"good"}, refused=refused)
    assert server.asked == []
    done = shop.items("import", path)
    assert done.stderr.count(" private address") == len(rows)
    assert done.stderr.count("LOOKALIKE_FETCH_PRIVATE=1") == len(rows)


def test_servers_that_misbehave(shop: Shop, tmp_path: Path, server: HostileServer) -> None:
    shop.settings["LOOKALIKE_FETCH_PRIVATE"] = "1"
    ways = {
        "/good": "",
        "/to?to=/good": "",
        "/count?n=5": "",
        "/count?n=6": "redirects more than 5 times",
        "/loop": "redirects in a loop: ",
        "/to?to=file:///etc/passwd": "is not an http or https address",
        "/endless": f"is longer than {MAX_PICTURE_BYTES} bytes",
        "/huge": f"has {2**30} bytes; expected at most {MAX_PICTURE_BYTES}",
        "/good?type=text/html": "is of type 'text/html'; expected image/…",
        "/good?encoding=gzip": "is packed with 'gzip'",
        "/absent": "answers 404; expected a picture",
    }
    rows = [[f"n{number}", "x", server.url(way)] for number, way in enumerate(ways)]
    rows.append(["login", "x", server.url("/absent?token=t0ken", host="anna:s3cret@127.0.0.1")])
    path = write_rows(tmp_path / "c.csv", rows, header=["id", "title", "url"])
    refused = [f"{path} line {line}: " for line, says in enumerate(ways.values(), 2) if says]
    refused.append(f"{path} line {len(rows) + 1}: {server.url('/absent')}?… answers 404")
    imported(shop, path, items={"n0", "n1", "n2"}, refused=refused)
    told = shop.items("import", path).stderr
    for says in ways.values():
        assert says in told
    assert "s3cret" not in told
    assert "t0ken" not in told
