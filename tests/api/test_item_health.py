"""The health of the catalogue over HTTP, on a running system."""

from __future__ import annotations

from typing import Any

from tests.system.pictures import picture
from tests.system.single import add, path, refused
from tests.system.stack import Stack, eventually


def checked(stack: Stack, **params: Any) -> dict[str, Any]:
    """The report of the catalogue as it is."""

    def report() -> dict[str, Any] | None:
        answer = stack.client.get("/items/health", params=params)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told if told["checked_at"] and not told["checking"] else None

    return eventually(report, within_s=60, why=stack.log)


def test_two_items_with_one_picture_are_named_with_what_to_do(empty: Stack) -> None:
    for item_id in ("h-one", "h-two"):
        add(empty, 340, id=item_id, title=item_id.upper())
    try:
        told = checked(empty, kind="same_picture")
        (problem,) = [each for each in told["problems"] if {"h-one", "h-two"} == ids(each)]
        assert problem["detail"] == "2 items have the very same picture"
        assert problem["advice"] == "Give each item a picture of its own, or delete all but one of them."
        assert told["counts"]["same_picture"] >= 1
        # The pictures of these tests have 96 pixels.
        tiny = checked(empty, kind="tiny", limit=500)["problems"]
        assert {"h-one", "h-two"} <= {name for each in tiny for name in ids(each)}
        assert checked(empty, kind="tiny", offset=10**6)["problems"] == []
        image = next(item["url"] for each in tiny for item in each["items"] if item["id"] == "h-one")
        assert empty.client.get(image).content == picture(340)
    finally:
        for item_id in ("h-one", "h-two"):
            empty.client.delete(path(item_id))
    later = empty.client.get("/items/health", params={"kind": "same_picture", "limit": 500}).json()
    assert not any({"h-one", "h-two"} & ids(each) for each in later["problems"])


def test_a_wish_that_can_not_be_is_refused(empty: Stack) -> None:
    refused(empty.client.get("/items/health", params={"kind": "ugly"}), 422)
    refused(empty.client.get("/items/health", params={"limit": 501}), 422)


def ids(problem: dict[str, Any]) -> set[str]:
    return {item["id"] for item in problem["items"]}
