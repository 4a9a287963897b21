"""Calls for single items over HTTP, for the tests of the catalogue."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from tests.system.pictures import picture
from tests.system.stack import Stack, eventually

# Below it lies a picture of ours from the item that was made of it, and above it from all others.
SAME = 0.55


def path(item_id: str, more: str = "") -> str:
    return f"/items/{quote(item_id, safe='')}{more}"


def add(stack: Stack, seed: int, **words: str) -> dict[str, Any]:
    answer = stack.client.post("/items", files={"image": picture(seed)}, data=words)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def words(item: dict[str, Any]) -> tuple[Any, Any, Any]:
    return item["title"], item["link"], item["metadata"]


def refused(answer: httpx.Response, status: int) -> str:
    """The fault that a problem document names."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    return str(answer.json()["detail"])


def searched(stack: Stack, change: int, seed: int, *, kind: str = "JPEG") -> list[str]:
    """Ids that a picture finds once the search has read a change."""
    eventually(lambda: stack.get("/healthz")["checks"]["index"].get("cursor", 0) >= change, within_s=5)
    record = stack.client.post("/search", files={"image": picture(seed, kind=kind)}).json()
    return [match["id"] for match in record["matches"] if match["distance"] < SAME]
