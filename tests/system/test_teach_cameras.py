"""Teaching by showing: cameras of all kinds, addresses, and the command line."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from common.moments import Moment, encode_moments
from services.core.catalogue.cut_outs import MARGIN
from tests.system.pictures import picture
from tests.system.shop import ITEMS, Pretender, fill, opened, running_shop
from tests.system.stack import ROOT, Stack, eventually

WITH_MODEL = {"state": "online", "model": "0123456789ab"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with many items, and a camera that sees one thing that is none of them."""
    with running_shop(tmp_path_factory.mktemp("shop")) as started:
        yield started


@pytest.mark.parametrize(
    ("state", "answer", "status", "says"),
    [
        (
            {"state": "no_camera", "reason": "the cable is out"},
            None,
            409,
            "door is no_camera (the cable is out)",
        ),
        ({"state": "offline", "reason": "stopped"}, picture(1), 409, "door is offline (stopped)"),
        ({"state": "stalled", "reason": "no frame for 5 s"}, picture(1), 409, "door is stalled (no frame"),
        ({"state": "online"}, None, 504, "door is online, but sent no picture within 3 s"),
        ({"state": "online"}, b'{"refused":"switched off"}', 409, "door gives no picture: switched off"),
        (WITH_MODEL, b'{"refused":"switched off"}', 409, "door gives no picture: switched off"),
        ({"state": "online"}, b"\xff\xd8\xff damaged", 400, "the picture is damaged"),
    ],
)
def test_a_camera_that_gives_no_picture_is_named_with_the_reason(
    shop: Stack, state: dict[str, str], answer: bytes | None, status: int, says: str
) -> None:
    with Pretender(shop.address("broker"), "door", state, answer):
        eventually(
            lambda: "door" in [camera["thing"] for camera in shop.get("/cameras")["cameras"]], within_s=5
        )
        before = shop.get("/items?text=Nothing")
        refused = shop.client.post("/items", json={"title": "Nothing", "thing": "door"})
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert says in refused.json()["detail"]
    assert shop.get("/items?text=Nothing") == before


def test_the_thing_that_a_camera_boxed_is_learned_and_not_the_desk(shop: Stack) -> None:
    moments = [Moment(picture(seed), (0.25, 0.25, 0.5, 0.25), 1e9 + seed) for seed in (1, 2)]
    with Pretender(shop.address("broker"), "door", WITH_MODEL, encode_moments(moments)):
        eventually(
            lambda: "door" in [camera["thing"] for camera in shop.get("/cameras")["cameras"]], within_s=5
        )
        item = shop.client.post("/items", json={"title": "Boxed", "thing": "door"}).json()
    assert item["taught"] == [0]
    wide, high = (side + 2 * round(MARGIN * side) for side in (48, 24))
    assert opened(shop.client.get(item["url"]).content).size == (wide, high)
    shop.client.delete(f"/items/{item['id']}")


def test_a_camera_that_is_a_browser_teaches_too(shop: Stack) -> None:
    stopping = threading.Event()

    def send() -> None:
        with httpx.Client(base_url=shop.page, timeout=60) as browser:
            while not stopping.wait(0.1):
                browser.post(
                    "/cameras/phone/frames", content=picture(740), headers={"Content-Type": "image/jpeg"}
                )

    sending = threading.Thread(target=send)
    sending.start()
    try:
        eventually(lambda: shop.get("/matches?thing=phone")["records"], within_s=60, why=shop.log)
        item = shop.client.post("/items", json={"title": "By phone", "thing": "phone"})
        assert item.status_code == 201, item.text
        taken = opened(shop.client.get(item.json()["url"]).content)
        assert taken.format == "JPEG"
        assert max(taken.size) <= 96 * 1.24
        moments = shop.client.post("/cameras/phone/moments")
        assert moments.status_code == 200, moments.text
        assert 1 <= len(moments.json()["moments"]) <= 4
    finally:
        stopping.set()
        sending.join()
    shop.client.delete(f"/items/{item.json()['id']}")


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        (b'{"refused":"switched off"}', 409, "door gives no picture: switched off"),
        (None, 504, "door is online, but sent no picture within 15 s"),
    ],
)
def test_a_camera_that_gives_no_moments_is_named_with_the_reason(
    shop: Stack, answer: bytes | None, status: int, says: str
) -> None:
    with Pretender(shop.address("broker"), "door", {"state": "online"}, answer):
        eventually(
            lambda: "door" in [camera["thing"] for camera in shop.get("/cameras")["cameras"]], within_s=5
        )
        refused = shop.client.post("/cameras/door/moments")
    assert (refused.status_code, says in refused.json()["detail"]) == (status, True), refused.text
    assert shop.client.post("/cameras/nobody/moments").status_code == 404


class _QuietPictureHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a web server for a folder."""
    handler = functools.partial(_QuietPictureHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_picture_behind_an_address_is_copied_in(shop: Stack, tmp_path: Path) -> None:
    (tmp_path / "lamp.png").write_bytes(picture(750, kind="PNG"))
    with served(tmp_path) as address:
        item = shop.client.post("/items", json={"title": "Lamp", "url": f"{address}/lamp.png"}).json()
        gone = shop.client.post("/items", json={"title": "Lamp", "url": f"{address}/gone.png"})
        changed = shop.client.put(f"/items/{item['id']}", json={"url": f"{address}/lamp.png"})
    assert (gone.status_code, changed.status_code) == (400, 200)
    assert "gone.png answers 404" in gone.json()["detail"]
    assert shop.client.get(item["url"]).content == picture(750, kind="PNG")
    shop.client.delete(f"/items/{item['id']}")


def test_the_command_line_lists_teaches_deletes_and_undoes(shop: Stack) -> None:
    def run(*words: str, code: int = 0) -> tuple[str, str]:
        done = shop.cli("items", *words)
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    assert len(run("list")[0].splitlines()) >= ITEMS
    taught, how = run("teach", "cam-1", "--title", "From the shell", "--id", "shell")
    assert (taught.split(maxsplit=1), how.splitlines()[-2].split()[-4:-1]) == (
        ["shell", "From the shell\n"],
        ["lookalike", "items", "undo"],
    )
    assert run("list", "--text", "THE SHELL")[0] == taught
    run("teach", "cam-1", "--to", "shell")
    assert len(shop.get("/items/shell")["pictures"]) == 2
    assert "expected it without --title" in run("teach", "cam-1", "--to", "shell", "--title", "x", code=2)[1]
    assert "there is no camera 'nobody'" in run("teach", "nobody", "--title", "x", code=2)[1]
    _, deleted = run("delete", "shell")
    assert run("list", "--text", "the shell")[0] == ""
    assert "there is no item 'shell'" in run("delete", "shell", code=2)[1]
    _, undone = run("undo", deleted.splitlines()[-2].split()[-1])
    assert "shell is as it was before" in undone
    assert "there is no change to undo" in run("undo", "x", code=2)[1]
    assert "shell is gone again" in run("undo", undone.splitlines()[-2].split()[-1])[1]


def test_without_a_system_items_are_listed_and_deleted_and_the_rest_says_what_is_missing(
    tmp_path: Path, shop: Stack
) -> None:
    fill(tmp_path / "data")

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli", "items", *words]
        environ = shop.environ | {"LOOKALIKE_DATA_DIR": str(tmp_path / "data")}
        done = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == code, done.stderr
        return done

    assert run("delete", "made-007").stderr == f"made-007 deleted\nstore: {tmp_path}/data/items.sqlite\n"
    assert "there is no item 'made-007'" in run("delete", "made-007", code=2).stderr
    assert run("list", "--text", "MADE UP 7").stdout.split()[::4][:2] == ["made-070", "made-071"]
    for words in (("teach", "cam-1", "--title", "x"), ("undo", "x")):
        assert "start it with `make run`" in run(*words, code=1).stderr
