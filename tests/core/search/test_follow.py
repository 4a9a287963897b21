"""The index keeps in step with the item store."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.errors import Loading, LoadingError, UnavailableError
from services.core.search.follow import Follower
from services.core.search.following import Following
from tests.fakes import DIM, OTHER_MODEL, FakeIndex, FakeItems, make_item, vectors


def follower(store: FakeItems) -> Follower:
    return Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))


def followed(store: FakeItems) -> Follower:
    following = follower(store)
    following.follow()
    return following


def found(following: Following) -> list[str]:
    """Ids of all items that can be found."""
    assert following.view is not None
    nearest = following.view.index.search(vectors(dim=following.view.dim), k=10_000)[0]
    return sorted(neighbour.item_id for neighbour in nearest)


def items(count: int) -> list[Item]:
    return [make_item(f"item-{number:04}") for number in range(count)]


class HalfDead(FakeItems):
    """A store that fails after `pages` more pages were read."""

    pages_left = 1_000

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        self.pages_left -= 1
        if self.pages_left < 0:
            raise UnavailableError("item store: died")
        return super().page(after=after, limit=limit, text=text, points=points)


def test_nothing_is_read_before_the_first_call() -> None:
    following = follower(FakeItems([make_item()]))
    assert (following.cursor, following.items, following.view) == (None, 0, None)
    assert following.loading == Loading(0, None)


def test_a_whole_store_of_several_pages_is_loaded() -> None:
    store = FakeItems(items(1201))
    following = followed(store)
    assert following.cursor == store.head() == 1201
    assert found(following) == [item.id for item in items(1201)]


def test_an_empty_store_is_read_and_its_first_item_found() -> None:
    store = FakeItems()
    following = followed(store)
    assert (following.cursor, following.items, following.view) == (0, 0, None)
    store.put(make_item("first"))
    assert following.follow() == 1
    assert found(following) == ["first"]


def test_new_items_are_found_and_deleted_ones_are_not() -> None:
    store = FakeItems(items(3))
    following = followed(store)
    store.put(make_item("new"))
    store.delete("item-0001")
    store.put(make_item("gone"))
    store.delete("gone")
    following.follow()
    assert found(following) == ["item-0000", "item-0002", "new"]
    assert following.follow() == 0


def test_more_changes_than_one_page_holds_are_all_followed() -> None:
    store = FakeItems([make_item("first")])
    following = followed(store)
    for item in items(1100):
        store.put(item)
    assert following.follow() == 1100
    assert (following.items, following.cursor) == (1101, store.head())


def test_a_replaced_item_is_found_by_its_new_vector_alone() -> None:
    old, new = vectors(seed=1), vectors(seed=2)
    store = FakeItems([make_item("mug", old)])
    following = followed(store)
    store.put(make_item("mug", new))
    following.follow()
    assert following.view is not None
    (nearest,) = following.view.index.search(new, k=5)[0]
    assert nearest.distance == pytest.approx(0, abs=1e-6)


def test_an_item_of_another_model_stays_out_and_one_that_becomes_so_leaves() -> None:
    store = FakeItems(items(2))
    store.put(make_item("other", model=OTHER_MODEL))
    following = followed(store)
    assert found(following) == ["item-0000", "item-0001"]
    store.put(make_item("item-0000", model=OTHER_MODEL))
    store.put(make_item("late", model=OTHER_MODEL))
    following.follow()
    assert found(following) == ["item-0001"]


def test_a_change_of_model_swaps_to_a_new_index_and_leaves_the_old_one_alone() -> None:
    store = FakeItems(items(3))
    following = followed(store)
    before = following.view
    assert before is not None
    wide = make_item("wide", vectors(dim=16), model=OTHER_MODEL)
    store.put(wide)
    store.set_model(OTHER_MODEL)
    following.follow()
    assert following.view is not None
    assert (following.view.model, following.view.dim, found(following)) == (OTHER_MODEL, 16, ["wide"])
    assert len(before.index) == 3


def test_a_store_that_fails_midway_keeps_the_old_view_until_it_is_back() -> None:
    store = HalfDead(items(2))
    following = followed(store)
    before = following.view
    for item in items(700):
        store.put(make_item(item.id, model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    store.pages_left = 1
    with pytest.raises(UnavailableError):
        following.follow()
    assert following.view is before
    assert found(following) == ["item-0000", "item-0001"]
    store.pages_left = 1_000
    following.follow()
    assert (following.items, following.cursor) == (700, store.head())


@pytest.mark.parametrize("method", ["model", "changes", "get_many"])
def test_after_a_failure_of_the_store_no_change_is_missed(method: str) -> None:
    store = FakeItems(items(2))
    following = followed(store)
    store.put(make_item("new"))
    store.down = {method}
    with pytest.raises(UnavailableError):
        following.follow()
    assert found(following) == ["item-0000", "item-0001"]
    store.down = set()
    following.follow()
    assert found(following) == ["item-0000", "item-0001", "new"]


def test_a_store_whose_last_item_goes_finds_nothing_and_takes_the_next_model() -> None:
    store = FakeItems([make_item("mug")])
    following = followed(store)
    store.delete("mug")
    following.follow()
    assert following.items == 0
    store.put(make_item("wide", vectors(dim=16), model=OTHER_MODEL))
    following.follow()
    assert found(following) == ["wide"]


def test_of_a_new_model_those_that_have_its_vectors_are_found_and_the_others_as_they_get_them() -> None:
    store = FakeItems(items(3))
    following = followed(store)
    wide = [make_item(item.id, vectors(dim=16), model=OTHER_MODEL) for item in items(3)]
    for item in wide[:2]:
        assert store.stage(item)
    following.follow()
    assert (following.view and following.view.dim, len(found(following))) == (DIM, 3)
    store.set_model(OTHER_MODEL)
    following.follow()
    assert found(following) == ["item-0000", "item-0001"]
    assert store.stage(wide[2])
    assert following.follow() == 1
    assert found(following) == [item.id for item in wide]


class Swapping(FakeItems):
    """A store that changes to the other model while its second page is read."""

    pages = 0

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        self.pages += 1
        if self.pages == 2:
            self.set_model(OTHER_MODEL)
            self.prune()
        return super().page(after=after, limit=limit, text=text, points=points)


def test_a_model_that_changes_while_the_store_is_read_gives_no_half_of_an_index() -> None:
    store = Swapping(items(700))
    for item in items(700):
        assert store.stage(make_item(item.id, vectors(dim=16), model=OTHER_MODEL))
    following = follower(store)
    assert (following.follow(), following.view, following.cursor) == (0, None, None)
    assert following.follow() == 700
    assert (following.view and following.view.model, following.items) == (OTHER_MODEL, 700)


class WatchedItems(FakeItems):
    """Notes at each page its follower's loading state."""

    follower: Follower | None = None

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(items)
        self.noted: list[Loading | None] = []

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        assert self.follower is not None
        self.noted.append(self.follower.loading)
        return super().page(after=after, limit=limit, text=text, points=points)


def watched(store: WatchedItems) -> Follower:
    store.follower = follower(store)
    return store.follower


def test_while_the_store_is_read_for_the_first_time_there_is_no_answer_but_how_far_it_is() -> None:
    store = WatchedItems(items(1201))
    following = watched(store)
    with pytest.raises(LoadingError, match="loading: the item store has not been read yet"):
        following.live()
    following.follow()
    assert store.noted == [Loading(read, 1201) for read in (0, 500, 1000, 1201)]
    assert following.loading is None
    assert following.live() is following.view is not None


def test_how_far_it_is_is_said_in_words() -> None:
    assert str(LoadingError(Loading(500, 1201))) == "the index is loading: 500 of 1201 items read"


def test_a_store_that_dies_while_it_is_read_leaves_the_loading_at_its_place() -> None:
    store = HalfDead(items(1201))
    following = follower(store)
    store.pages_left = 2
    with pytest.raises(UnavailableError):
        following.follow()
    with pytest.raises(LoadingError) as caught:
        following.live()
    assert caught.value.loading == Loading(1000, 1201)
    store.pages_left = 1_000
    following.follow()
    assert following.live() is not None


@pytest.mark.parametrize("method", ["model", "head", "count", "page"])
def test_a_store_that_cannot_be_reached_at_the_start_is_no_empty_one(method: str) -> None:
    store = FakeItems(items(1))
    store.down = {method}
    following = follower(store)
    with pytest.raises(UnavailableError):
        following.follow()
    with pytest.raises(LoadingError):
        following.live()


def test_an_empty_store_that_was_read_is_an_answer_until_its_first_items_are_read() -> None:
    store = WatchedItems()
    following = watched(store)
    following.follow()
    assert (following.loading, following.live()) == (None, None)
    store.put(make_item("first"))
    following.follow()
    assert store.noted == [Loading(0, 1), Loading(1, 1)]
    assert following.live() is not None


class Vanishing(FakeItems):
    """A store that loses its only item while its first page is read."""

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        found = super().page(after=after, limit=limit, text=text, points=points)
        for item in found:
            self.delete(item.id)
        return found


def test_first_items_that_are_deleted_while_they_are_read_leave_an_empty_catalogue() -> None:
    store = Vanishing()
    following = followed(store)
    store.put(make_item("first"))
    assert following.follow() == 0
    following.follow()
    assert following.live() is None


def test_another_models_index_is_built_beside_the_live_one_without_any_loading() -> None:
    store = WatchedItems(items(700))
    following = watched(store)
    following.follow()
    before = following.live()
    for item in items(700):
        assert store.stage(make_item(item.id, vectors(dim=16), model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    store.noted.clear()
    following.follow()
    assert store.noted == [None, None, None]
    assert following.live() is not before


def test_items_of_another_recipe_are_found_and_counted_until_they_are_made_again_or_go() -> None:
    old = [replace(item, recipe=RECIPE + 1) for item in items(3)]
    store = FakeItems([*old, replace(make_item("new"), recipe=RECIPE)])
    following = followed(store)
    assert (following.items, following.other_recipe) == (4, 3)
    assert store.stage(replace(old[0], recipe=RECIPE))
    store.delete(old[1].id)
    following.follow()
    assert (following.items, following.other_recipe) == (3, 1)
    store.put(replace(make_item("new"), recipe=RECIPE + 1))
    following.follow()
    assert following.other_recipe == 2
