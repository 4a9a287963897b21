"""Changes of many items over HTTP, on a running system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.pictures import picture
from tests.system.single import add, path, refused, searched
from tests.system.stack import Stack, eventually

IDS = ["b-1", "b-2", "b-3"]


@pytest.fixture
def shop(empty: Stack) -> Iterator[Stack]:
    """The system with three items of one tag."""
    for seed, item_id in enumerate(IDS, 330):
        add(empty, seed, id=item_id, title=f"Bowl {item_id}", tag="batch", colour="red")
    yield empty
    for item_id in IDS:
        empty.client.delete(path(item_id))


def batch(shop: Stack, **body: Any) -> dict[str, Any]:
    answer = shop.client.post("/items/batch", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def undo(shop: Stack, changed: dict[str, Any]) -> dict[str, Any]:
    answer = shop.client.post("/items/undo", json={"undo": changed["undo"]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def found(shop: Stack, **params: Any) -> list[str]:
    return [item["id"] for item in shop.client.get("/items", params=params).json()["items"]]


def test_what_matches_is_edited_at_once_and_one_undo_takes_it_back(shop: Stack) -> None:
    changed = batch(
        shop, matching={"q": "bowl", "facet": ["tag:batch"]}, set={"shelf": 7, "colour": "blue"}, remove=["x"]
    )
    assert (changed["changed"], changed["refused"]) == (3, [])
    assert found(shop, facet=["shelf:7", "colour:blue"]) == IDS
    eventually(lambda: shop.get("/healthz")["checks"]["index"]["cursor"] >= changed["change"], within_s=5)
    record = shop.client.post("/search", files={"image": picture(331)}).json()
    assert record["matches"][0]["metadata"] == {"tag": "batch", "colour": "blue", "shelf": "7"}
    assert undo(shop, changed)["changed"] == 3
    assert (found(shop, facet="shelf:7"), found(shop, facet=["tag:batch", "colour:red"])) == ([], IDS)


def test_deleted_items_are_found_no_more_and_come_back_with_their_vectors(shop: Stack) -> None:
    changed = batch(shop, ids=[*IDS[:2], "b-9", IDS[0]], delete=True)
    assert (changed["changed"], changed["refused"]) == (
        2,
        [{"id": "b-9", "detail": "there is no item 'b-9'"}],
    )
    assert found(shop, facet="tag:batch") == IDS[2:]
    assert searched(shop, changed["change"], 330) == []
    back = undo(shop, changed)
    assert (back["changed"], back["refused"]) == (2, [])
    assert found(shop, facet="tag:batch", sort="oldest") == IDS
    assert searched(shop, back["change"], 330) == ["b-1"]
    assert "can be undone once" in refused(
        shop.client.post("/items/undo", json={"undo": changed["undo"]}), 404
    )


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"set": {"a": "1"}}, 400, "expected either `ids` or `matching`"),
        ({"ids": [], "matching": {}, "delete": True}, 400, "expected either `ids` or `matching`"),
        ({"ids": ["b-1"]}, 400, "there is nothing to change"),
        ({"ids": ["b-1"], "set": {"a": "1"}, "delete": True}, 400, "expected one of them"),
        ({"ids": ["b-1"], "set": {"title": "x"}}, 400, "`title` can't be changed"),
        ({"ids": [f"i{n}" for n in range(10_001)], "delete": True}, 400, "10,001 items; expected at most"),
        ({"ids": ["b-1"], "delete": "yes"}, 400, "`delete` is 'yes'"),
        ({"ids": ["b-1"], "set": ["a"]}, 400, "`set` is ['a']; expected an object"),
        ({"ids": [7], "delete": True}, 400, "`ids.0` is 7; expected text"),
        ({"matching": {"q": "x" * 10_240}, "delete": True}, 400, "at most 500 characters"),
        ({"matching": {"facet": ["blue"]}, "delete": True}, 400, "expected field:value"),
        ({"matching": {"sort": "title"}, "delete": True}, 400, "unknown field 'sort'"),
        ({"ids": ["x" * 5_000_000], "delete": True}, 413, "more than 4194304 bytes"),
    ],
)
def test_a_change_that_can_not_be_is_refused(
    shop: Stack, body: dict[str, Any], status: int, says: str
) -> None:
    before = shop.get("/items")
    assert says in refused(shop.client.post("/items/batch", json=body), status)
    assert shop.get("/items") == before


def test_nothing_to_do_has_no_undo(shop: Stack) -> None:
    changed = batch(shop, matching={"q": "nothing like it"}, delete=True)
    assert (changed["changed"], changed["refused"], changed["undo"]) == (0, [], None)


def test_the_command_line_finds_edits_deletes_and_exports_many(shop: Stack) -> None:
    def run(*words: str, code: int = 0) -> tuple[str, str]:
        done = shop.cli("items", *words)
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    tag = ("--facet", "tag:batch")
    assert [line.split()[0] for line in run("list", "--search", "bowll", *tag)[0].splitlines()] == IDS
    told = run("edit", *tag, "--set", "shelf=a=b", "--remove", "colour")[1]
    assert told.splitlines()[0] == "3 items changed, 0 refused"
    table = run("export", "--csv", "-", *tag, "--sort", "newest")[0].splitlines()
    assert [line.partition(",")[0] for line in table] == ["id", *IDS[::-1]]
    assert table[0].endswith("tag,shelf")
    assert table[1].endswith("batch,a=b")
    assert "There is no terminal to answer; expected --yes" in run("delete", *tag, code=2)[1]
    told = run("delete", *tag, "--search", "b-1", "--yes")[1]
    assert told.splitlines()[0] == "1 item deleted, 0 refused"
    assert found(shop, facet="tag:batch") == IDS[1:]
    undone = run("undo", told.splitlines()[1].split()[-1])[1]
    assert undone.splitlines()[0] == "1 item put back, 0 refused"
    assert "refused: b-9: there is no item 'b-9'" in run("edit", "b-9", "--set", "a=1", code=1)[1]
    assert "expected field:value" in run("list", "--facet", "blue", code=2)[1]
