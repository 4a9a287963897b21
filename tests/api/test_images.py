"""Small pictures over HTTP, and their caching by a browser."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.system.single import add, path, refused
from tests.system.stack import Stack

KEPT = "public, max-age=31536000, immutable"


def _large(colour: str) -> bytes:
    content = io.BytesIO()
    image = Image.new("RGB", (800, 400), colour)
    image.paste("white", (600, 200, 800, 400))
    image.save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def wide(empty: Stack) -> Any:
    """An item with two large pictures."""
    item = add(empty, 330, id="wide", title="Wide")
    for colour in ("red", "blue"):
        empty.client.post(path("wide", "/views"), files={"image": _large(colour)})
    yield empty.get(path("wide"))
    empty.client.delete(path(item["id"]))


@pytest.mark.parametrize(("w", "size"), [(160, (160, 80)), (320, (320, 160)), (640, (640, 320))])
def test_each_picture_comes_small_as_a_jpeg(empty: Stack, wide: dict[str, Any], w: int, size: Any) -> None:
    answer = empty.client.get(f"{wide['pictures'][2]}&w={w}")
    image = Image.open(io.BytesIO(answer.content))
    assert (answer.headers["content-type"], image.format, image.size) == ("image/jpeg", "JPEG", size)
    red, _green, blue = image.getpixel((9, 9))  # type: ignore[misc]
    assert blue > 240 > red
    assert empty.client.get(f"{wide['pictures'][2]}&w={w}").content == answer.content


def test_one_that_is_small_already_keeps_its_size(empty: Stack, wide: dict[str, Any]) -> None:
    image = Image.open(io.BytesIO(empty.client.get(f"{wide['url']}&w=160").content))
    assert image.size == (96, 96)


@pytest.mark.parametrize("more", ["", "&w=160"])
def test_a_picture_that_a_browser_has_is_not_sent_again(
    empty: Stack, wide: dict[str, Any], more: str
) -> None:
    first = empty.client.get(wide["url"] + more)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == KEPT
    for seen in (tag, f"W/{tag}", f'"other", {tag}'):
        again = empty.client.get(wide["url"] + more, headers={"If-None-Match": seen})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (tag, KEPT)
    other = empty.client.get(wide["url"] + more, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_each_size_and_picture_has_a_tag_of_its_own(empty: Stack, wide: dict[str, Any]) -> None:
    addresses = [url + more for url in wide["pictures"] for more in ("", "&w=160", "&w=320")]
    assert len({empty.client.get(address).headers["etag"] for address in addresses}) == 9


@pytest.mark.parametrize("w", ["0", "161", "-160", "x", "160.5", "9" * 5000])
def test_a_strange_width_is_refused_with_those_there_are(empty: Stack, wide: dict[str, Any], w: str) -> None:
    assert "160, 320 or 640" in refused(empty.client.get(f"{wide['url']}&w={w}"), 422)


@pytest.mark.usefixtures("wide")
def test_what_is_not_there_is_not_there_in_small(empty: Stack) -> None:
    assert "and no 3" in refused(empty.client.get(path("wide", "/image?n=3&w=160")), 404)
    assert "no item 'none'" in refused(empty.client.get(path("none", "/image?w=160")), 404)
