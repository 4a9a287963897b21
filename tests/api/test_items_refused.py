"""Refused changes of the catalogue over HTTP, with their reasons."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bombs import flat_png, many_scans
from tests.system.pictures import picture
from tests.system.single import path, refused, words
from tests.system.stack import Stack

_JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"title": "x", "thing": "cam", "titel": "y"}, 400, "unknown field 'titel'; expected id, link"),
        ({"title": "x", "url": "http://a.example/", "thing": "cam"}, 400, "both `url` and `thing`"),
        ({"title": "x"}, 400, "there is no picture; expected the file `image`"),
        ({"title": "x", "url": ""}, 400, "there is no picture"),
        ({"thing": "cam"}, 400, "title has 0 characters"),
        ({"title": 7, "thing": "cam"}, 400, "`title` is 7; expected text"),
        ({"title": "x", "thing": ["cam"]}, 400, "`thing` is ['cam']; expected text"),
        ({"title": "x", "thing": "cam", "metadata": ["a"]}, 400, "`metadata` is ['a']; expected an object"),
        ({"title": "x", "thing": "cam", "id": "a/b"}, 400, "item id 'a/b' is not allowed"),
        (
            {"title": "x", "thing": "cam", "id": "archive"},
            400,
            "is the address of something else",
        ),
        ({"title": "x", "url": "\ud800"}, 400, "`url` is '\\ud800'"),
        ({"title": "x", "url": "file:///etc/passwd"}, 400, "not an http or https address"),
        ({"title": "x", "url": "http://127.0.0.1:1/a.jpg"}, 400, "LOOKALIKE_FETCH_PRIVATE"),
        ({"title": "x", "thing": "nobody"}, 404, "there is no camera 'nobody'"),
        ([1], 400, "a JSON list; expected an object"),
        (b"{", 400, "the body is not JSON"),
        (b"[" * 100_000, 400, "the body is not JSON"),
        (b'{"metadata":' + b'{"a":' * 943 + b"1" + b"}" * 944, 400, "nested deeper than 64"),
        ({"title": "x", "url": "http://xn--/a.jpg"}, 400, "an address that can't be read"),
        (b'"' + b"x" * 1024 * 1024 + b'"', 413, "more than 1048576 bytes"),
    ],
)
def test_a_bad_json_body_is_refused_with_its_reason_and_nothing_changes(
    empty: Stack, body: object, status: int, says: str
) -> None:
    before = empty.get("/items")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert says in refused(empty.client.post("/items", content=content, headers=_JSON), status)
    assert empty.get("/items") == before


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"title": ""}, "title has 0 characters"),
        ({"id": "other"}, "unknown field 'id'; expected link, metadata, showing, thing, title, url"),
        ({"link": "javascript:alert(1)"}, "is not an http or https address"),
        ({"link": "http://a b"}, "is not an http or https address"),
        ({"link": "http://shop.example/a\nb"}, "is not an http or https address"),
        ({"metadata": None}, "`metadata` is None; expected an object"),
    ],
)
def test_a_bad_change_is_refused_with_its_reason(
    empty: Stack, bowl: dict[str, Any], body: dict[str, Any], says: str
) -> None:
    assert says in refused(empty.client.put(path("bowl 1"), json=body), 400)
    assert words(empty.get(path("bowl 1"))) == words(bowl)


@pytest.mark.parametrize(
    ("image", "status", "says"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0heic" + bytes(40), 400, "this is a HEIC picture; expected a JPEG"),
        (flat_png(64, 48, colours=6), 400, "nothing to see: the picture is transparent, or of one colour"),
        (flat_png(8000, 8000, bits=16, colours=0), 413, "8000 x 8000 pixels; expected a PNG picture"),
        (flat_png(1, 64_000_000, bits=1, colours=0), 413, "and 32768 pixels a side"),
        (many_scans(640, 480, 1000), 413, "more than 100 scans of 640 x 480 pixels"),
    ],
    ids=["heic", "transparent", "16 bits", "a line", "scans"],
)
def test_a_picture_that_is_none_to_keep_is_refused_with_its_reason(
    empty: Stack, image: bytes, status: int, says: str
) -> None:
    before = empty.get("/items")
    answer = empty.client.post("/items", data={"title": "x"}, files={"image": image})
    assert says in refused(answer, status)
    assert empty.get("/items") == before


def test_a_plain_frame_may_be_searched_with_and_matches_nothing(empty: Stack) -> None:
    answer = empty.client.post("/search", files={"image": flat_png(64, 48, colours=6)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["verdict"] == "no_match"


def test_forms_with_wrong_fields_are_refused_by_name(empty: Stack, bowl: dict[str, Any]) -> None:
    url, image = path("bowl 1"), {"image": picture(330)}
    assert "unknown field 'id'" in refused(empty.client.put(url, data={"id": "x"}, files=image), 400)
    says = refused(empty.client.post(f"{url}/views", data={"title": "x"}, files=image), 400)
    assert "unknown field 'title'; expected box, image, taught" in says
    assert "expected it in `image`" in refused(empty.client.put(url, files={"picture": picture(330)}), 400)
    assert "holds no file, but text" in refused(empty.client.put(url, data={"image": "x"}), 400)
    assert "there is no picture" in refused(empty.client.post(f"{url}/views", json={}), 400)
    assert "damaged" in refused(empty.client.put(url, files={"image": picture(330)[:300]}), 400)
    says = refused(empty.client.put(url, content=b"<x/>", headers={"Content-Type": "text/xml"}), 415)
    assert "content type 'text/xml'; expected multipart/form-data or application/json" in says
    assert {**empty.get(url), "change": bowl["change"], "undo": bowl["undo"], "same_picture": []} == bowl


@pytest.mark.parametrize("file", ['; filename=""\r\nContent-Type: application/octet-stream', ""])
def test_a_form_of_a_page_with_no_file_chosen_leaves_the_picture(
    empty: Stack, bowl: dict[str, Any], file: str
) -> None:
    field = "--b\r\nContent-Disposition: form-data; name="
    body = f'{field}"title"\r\n\r\nA dish\r\n{field}"image"{file}\r\n\r\n\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    changed = empty.client.put(path("bowl 1"), content=body.encode(), headers=headers).json()
    assert (changed["title"], changed["url"]) == ("A dish", bowl["url"])


@pytest.mark.parametrize("call", ["PUT", "DELETE", "POST views", "DELETE views", "POST undo"])
def test_what_is_not_there_is_named(empty: Stack, call: str) -> None:
    method, _, last = call.partition(" ")
    if last == "undo":
        answer = empty.client.post("/items/undo", json={"undo": "0" * 32})
        assert "until the api restarts" in refused(answer, 404)
        return
    address = path("nobody", {"": "", "views": "/views" if method == "POST" else "/views/0"}[last])
    form: dict[str, Any] = {"files": {"image": picture(1)}} if method != "DELETE" else {}
    assert "there is no item 'nobody'" in refused(empty.client.request(method, address, **form), 404)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "`undo` is missing"),
        ({"undo": 7}, "`undo` is 7"),
        ({"undo": "x", "id": "y"}, "unknown field 'id'"),
    ],
)
def test_a_bad_undo_is_refused_with_its_reason(empty: Stack, body: dict[str, Any], says: str) -> None:
    assert says in refused(empty.client.post("/items/undo", json=body), 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_strange_page_in_the_same_browser_cannot_change_an_item(
    empty: Stack, bowl: dict[str, Any], method: str
) -> None:
    headers = {"Origin": "https://evil.example"}
    assert empty.client.request(method, path("bowl 1"), headers=headers).status_code == 403
    assert empty.get(path("bowl 1"))["title"] == bowl["title"]
