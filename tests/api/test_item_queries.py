"""Items found by words, facets and orders over HTTP, on a running system."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.single import add, path, refused
from tests.system.stack import Stack

SHELF = "shelf:7"


@pytest.fixture(scope="module")
def shop(empty: Stack) -> Iterator[Stack]:
    """The system with four items on a shelf."""
    items = {
        "q-mug": {"title": "Blue mug", "colour": "blue", "price": "12.50"},
        "q-pot": {"title": "Teapot", "colour": "blue", "price": "EUR 9,90"},
        "q-cup": {"title": "파란 머그컵", "colour": "=1+1"},
        "q-vase": {"title": "Vase, with a mug", "colour": "white", "price": "7"},
    }
    for seed, (item_id, fields) in enumerate(items.items(), 320):
        add(empty, seed, id=item_id, shelf="7", **fields)
    yield empty
    for item_id in items:
        empty.client.delete(path(item_id))


def listed(shop: Stack, **params: Any) -> tuple[list[str], int, str | None]:
    answer = shop.client.get("/items", params={"facet": SHELF, **params})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return [item["id"] for item in found["items"]], found["total"], found["next"]


def test_words_facets_and_orders_choose_items_and_count_them(shop: Stack) -> None:
    assert listed(shop, q="mug blue") == (["q-mug"], 1, None)
    assert listed(shop, q="mugg")[0] == ["q-mug", "q-vase"]
    assert listed(shop, q="머그")[0] == ["q-cup"]
    assert listed(shop, sort="newest")[0] == ["q-vase", "q-cup", "q-pot", "q-mug"]
    assert listed(shop, sort="-price")[0] == ["q-mug", "q-pot", "q-vase", "q-cup"]
    assert listed(shop, facet=[SHELF, "colour:blue", "colour:white"], sort="title")[0] == [
        "q-mug",
        "q-pot",
        "q-vase",
    ]
    whole = shop.get("/items")
    assert (whole["total"], shop.get("/items?text=mug")["total"]) == (len(whole["items"]), None)


def test_a_cursor_leads_through_all_items_of_its_own_list(shop: Stack) -> None:
    first, total, cursor = listed(shop, sort="price", limit=2)
    assert (first, total) == (["q-vase", "q-pot"], 4)
    assert listed(shop, sort="price", limit=2, cursor=cursor) == (["q-mug", "q-cup"], 4, None)
    wrong = {"facet": SHELF, "sort": "title", "cursor": cursor}
    assert "begin again without it" in refused(shop.client.get("/items", params=wrong), 400)


def test_facets_count_what_is_found(shop: Stack) -> None:
    found = shop.client.get("/items/facets", params={"q": "mug", "facet": SHELF}).json()
    assert found["total"] == 2
    colours = next(each for each in found["facets"] if each["field"] == "colour")
    assert colours == {
        "field": "colour",
        "values": [{"value": "blue", "count": 1}, {"value": "white", "count": 1}],
        "more": 0,
    }


def test_what_is_found_is_exported_as_a_table_and_as_json(shop: Stack) -> None:
    asked = {"facet": SHELF, "sort": "oldest"}
    table = shop.client.get("/items/export", params=asked)
    assert "lookalike-items-" in table.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["id"] for row in rows] == ["q-mug", "q-pot", "q-cup", "q-vase"]
    assert (rows[1]["price"], rows[2]["price"], rows[2]["colour"]) == ("EUR 9,90", "", "'=1+1")
    assert rows[0]["url"] == shop.get(path("q-mug"))["url"]
    content = shop.client.get("/items/export", params={**asked, "format": "json"}).json()
    assert content == {"items": [shop.get(path(row["id"])) for row in rows]}


@pytest.mark.parametrize(
    ("params", "status", "says"),
    [
        ({"q": "x" * 10_240}, 422, "at most 500 characters"),
        ({"q": " ".join(map(str, range(100)))}, 400, "100 words; expected at most 20"),
        ({"facet": "blue"}, 400, "expected field:value"),
        ({"facet": ["a:b"] * 51}, 400, "51 facets; expected at most 50"),
        ({"sort": "size"}, 422, "`sort` is 'size'; expected 'newest'"),
        ({"sort": "title", "cursor": "mug-7"}, 400, "expected `next` of the page before"),
        ({"sort": "title", "text": "mug"}, 400, "expected `q` in its place"),
    ],
)
def test_a_query_that_can_not_be_is_refused(
    shop: Stack, params: dict[str, Any], status: int, says: str
) -> None:
    assert says in refused(shop.client.get("/items", params=params), status)


@pytest.mark.parametrize(
    "q", ['"', "mug AND", "words:mug", "-mug", "^mug", "(mug", "mug*", "{a b}", "\0", "'"]
)
def test_what_fts_takes_for_operators_are_letters(shop: Stack, q: str) -> None:
    assert shop.client.get("/items", params={"q": q}).status_code == 200
