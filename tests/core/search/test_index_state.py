"""The index's state in that of the search."""

from __future__ import annotations

from services.adapters.faiss_index import FaissIndex
from services.core.search.follow import Follower
from services.core.search.service import index_state
from tests.fakes import DIM, FakeItems, make_item


def following(store: FakeItems) -> Follower:
    follower = Follower(store, make_index=lambda _model, dim: FaissIndex(dim=dim))
    follower.follow()
    return follower


def test_the_searchs_state_has_the_index_with_its_vectors_and_those_that_left() -> None:
    store = FakeItems(make_item(f"item-{number}") for number in range(3))
    follower = following(store)
    views = len(make_item("item-0").vectors)
    knn = index_state(follower)["knn"]
    assert (knn["kind"], knn["recall"], knn["rate"]) == ("exact", 1.0, None)
    assert (knn["items"], knn["vectors"], knn["tombstones"]) == (3, 3 * views, 0)
    assert knn["memory"] >= 3 * views * DIM * 4
    store.delete("item-1")
    follower.follow()
    knn = index_state(follower)["knn"]
    assert (knn["items"], knn["vectors"], knn["tombstones"]) == (2, 2 * views, views)
    assert knn["base"] + knn["delta"] == 3 * views


def test_without_items_there_is_no_index_to_tell_of() -> None:
    assert index_state(following(FakeItems()))["knn"] is None
