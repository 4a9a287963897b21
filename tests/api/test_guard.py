"""Permissions over HTTP on the running system: reading and writing with and without the key."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.system.pictures import picture
from tests.system.stack import ROOT, Stack, running


def test_the_page_itself_may_write(empty: Stack) -> None:
    headers = {"Origin": empty.page}
    answer = empty.client.post("/items", headers=headers, files={"image": picture(7)}, data={"title": "own"})
    assert answer.status_code == 201


def test_the_page_is_served_with_a_strict_policy(empty: Stack) -> None:
    page = empty.client.get("/")

    assert "text/html" in page.headers["content-type"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for script in (ROOT / "web" / "js").glob("*.js"):
        assert "javascript" in empty.client.get(f"/js/{script.name}").headers["content-type"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "["}, 421),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_strange_page_in_the_same_browser_cannot_write(
    empty: Stack, headers: dict[str, str], status: int
) -> None:
    answer = empty.client.post("/items", headers=headers, files={"image": picture(1)}, data={"title": "a"})

    assert answer.status_code == status


def test_a_key_is_asked_for_where_one_is_set(tmp_path: Path) -> None:
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none", "LOOKALIKE_API_KEY": "s3cret"}
    with running(tmp_path, settings=settings) as closed:
        form = {"files": {"image": picture(1)}, "data": {"title": "a"}}
        without = closed.client.post("/items", **form)  # type: ignore[arg-type]
        address = f"{closed.page}/items"
        wrong, right = (
            httpx.post(address, timeout=60, headers={"Authorization": f"Bearer {key}"}, **form)  # type: ignore[arg-type]
            for key in ("no", "s3cret")
        )

        assert [without.status_code, wrong.status_code, right.status_code] == [401, 401, 201]
        assert closed.client.get("/items").status_code == 200
        archive = f"{closed.page}/items/archive"
        assert httpx.get(archive, timeout=60).status_code == 401
        assert httpx.get(archive, timeout=60, headers={"Authorization": "Bearer s3cret"}).status_code == 200
        assert "s3cret" not in closed.log()


@pytest.mark.parametrize(
    "path", ["/cameras/cam-1/preview%0A", "/cameras/cam-1/preview%0D", "/items/%00", "/%7F"]
)
def test_a_control_character_in_a_path_is_refused(empty: Stack, path: str) -> None:
    answer = empty.client.get(path)

    assert answer.status_code == 400
    assert "control character" in answer.json()["detail"]
