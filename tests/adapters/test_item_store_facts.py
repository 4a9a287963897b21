"""The contract of an item store, on every implementation: items' facts without their vectors."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.adapters.dynamodb_items import DynamoItems
from services.adapters.sqlite_items import SqliteItems
from services.core.ports import ItemStore
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from tests.adapters.hooks import hooked
from tests.fakes import OTHER_MODEL, FakeIndex, make_item, make_observation, vectors

# 640 KB an item.
LARGE = replace(make_item("a"), vectors=vectors(250, dim=1280))


def some(store: ItemStore) -> None:
    """Items of all kinds: with and without link, more pictures, feedback."""
    plain = replace(make_item("plain", vectors(4), title="Größe"), link=None, metadata={})
    store.put_many([make_item("mug"), plain, make_item("ü", more_pictures=("2.jpg",))])
    store.feedback(1, shown="mug", really="ü")


def test_facts_are_those_of_the_items(store: ItemStore) -> None:
    some(store)
    items = store.page()
    assert store.facts_page() == [item.facts for item in items]
    assert [item.views for item in store.facts_page()] == [1, 4, 1]
    assert store.facts(["ü", "none", "mug", "ü"]) == [items[2].facts, None, items[0].facts, items[2].facts]
    assert [(i.right, i.wrong) for i in store.facts_page()] == [(0, 1), (0, 0), (1, 0)]


def test_an_empty_store_has_no_facts(store: ItemStore) -> None:
    assert (store.facts(["x"]), store.facts([]), store.facts_page()) == ([None], [], [])


@pytest.mark.parametrize("text", ["", "GRÖSSE", "mug", "%"])
def test_pages_of_facts_are_those_of_the_items(store: ItemStore, text: str) -> None:
    some(store)
    for after, limit in (("", 1), ("", 2), ("mug", 10), ("ü", 10)):
        page = store.page(after=after, limit=limit, text=text)
        assert store.facts_page(after=after, limit=limit, text=text) == [item.facts for item in page]


def test_facts_say_of_which_model_the_vectors_are_that_are_counted(store: ItemStore) -> None:
    store.put_many([make_item("a"), make_item("b")])
    assert store.stage(make_item("a", vectors(3, dim=16), model=OTHER_MODEL))
    for model in (OTHER_MODEL, make_item().model):
        store.set_model(model)
        assert store.facts_page() == [item.facts for item in store.page()]
        assert store.facts(["a", "b"]) == store.facts_page()


def read_bytes() -> int:
    """Bytes that this process has read from files so far."""
    found = re.search(r"rchar: (\d+)", Path("/proc/self/io").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1])


def test_sqlite_reads_no_vectors_for_facts(tmp_path: Path) -> None:
    with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as writer:
        writer.put_many([replace(LARGE, id=f"{number}") for number in range(10)])
    with closing(SqliteItems(tmp_path / "items.sqlite", writable=False)) as reader:
        before = read_bytes()
        assert [item.views for item in reader.facts_page()] == [250] * 10
        assert [item and item.views for item in reader.facts(["3", "7"])] == [250] * 2
        facts = read_bytes() - before
        assert len(reader.page()) == 10
        assert facts < 300_000 < 6_000_000 < read_bytes() - before - facts


def test_dynamodb_reads_no_vectors_for_facts(dynamo: DynamoItems, dynamodb: Any) -> None:
    dynamo.put_many([replace(LARGE, id=f"{number}") for number in range(10)])
    asked = list[bytes]()

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params["body"])

    with hooked(dynamodb, "before-call.dynamodb", note):
        assert [item.views for item in dynamo.facts_page()] == [250] * 10
        assert [item and item.views for item in dynamo.facts(["3", "7"])] == [250] * 2
        assert len(asked) == 4  # each reads the head, then the items
        assert not any(b"vectors/" in body for body in asked)
        dynamo.get_many(["3"])
    assert b"vectors/" in asked[-1]


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[tuple[SqliteItems, Follower]]:
    """A search's own reader of a file of forty items, and its follower."""
    with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as writer:
        writer.put_many([make_item(f"item-{number}", vectors(seed=number)) for number in range(40)])
        with closing(SqliteItems(tmp_path / "items.sqlite", writable=False)) as reader:
            follower = Follower(reader, make_index=lambda _model, dim: FakeIndex(dim=dim))
            follower.follow()
            yield reader, follower


def test_an_observation_is_answered_without_a_read_of_sqlite(
    followed: tuple[SqliteItems, Follower],
) -> None:
    reader, follower = followed
    reader.close()  # a read after this fails
    lookup = Lookup(picture_url=lambda item: f"{item.id}?{item.picture}", k=6, max_age_s=5.0)
    (record,) = lookup.answer([make_observation(vectors(seed=7))], follower.view)
    best = record.matches[0]
    assert (best.item, best.url) == (
        make_item("item-7", vectors(seed=7)).facts,
        f"item-7?{make_item('item-7').picture}",
    )
    assert len(record.matches) == 6
