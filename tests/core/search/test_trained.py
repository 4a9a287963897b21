"""A search that starts from a training answers as one that has read all items, and follows the changes."""

from dataclasses import replace

import numpy as np
import pytest

from services.core.domain import IndexChange, Item
from services.core.errors import InputError
from services.core.ports import KnnIndex
from services.core.search.follow import Follower
from services.core.search.gathering import Gathered, gather
from services.core.search.space_fit import SHARPENING_FROM
from tests.core.search.spaces import camera_views, item, shipped
from tests.core.search.test_follow_space import follower, scores, settled
from tests.fakes import MODEL, OTHER_MODEL, FakeClock, FakeIndex, FakeItems, make_item

ITEMS = [item(number, taught=3 if number < SHARPENING_FROM else 0) for number in range(30)]


class CountingItems(FakeItems):
    """A store that counts the pages and the items read by id."""

    pages = 0
    items_read = 0

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        self.pages += 1
        return super().page(after=after, limit=limit, text=text, points=points)

    def get_many(self, item_ids: object, *, points: bool = True) -> list[Item | None]:
        assert isinstance(item_ids, list)
        self.items_read += len(item_ids)
        return super().get_many(item_ids, points=points)


def gathered(store: FakeItems) -> Gathered:
    return gather(store, training="t-1", space_of=lambda _model: shipped())


def index_of(found: Gathered) -> KnnIndex:
    """An index over the gathered rows, as an endpoint has them."""
    index = FakeIndex(dim=found.trained.dim)
    ends = np.cumsum(found.trained.row_counts)[:-1]
    rows = np.split(found.vectors, ends)
    changes = [IndexChange(facts.id, own) for facts, own in zip(found.trained.facts, rows, strict=True)]
    index.apply(changes, cursor=found.trained.cursor)
    return index


def able(store: FakeItems, found: Gathered, *, is_spaced: bool = True) -> Follower:
    """A follower that can start from the training."""
    return Follower(
        store,
        make_index=lambda _model, dim: FakeIndex(dim=dim),
        space_of=lambda _model: shipped() if is_spaced else None,
        clock=FakeClock(),
        open_trained=lambda _trained: index_of(found),
    )


def begun(store: FakeItems, found: Gathered) -> Follower:
    following = able(store, found)
    assert following.start_from(found.trained)
    return following


def test_a_search_that_starts_from_a_training_answers_as_one_that_read_all_items() -> None:
    store = CountingItems(ITEMS)
    found = gathered(store)
    assert found.trained.rows == len(found.vectors) == len(found.trained.item_ids)
    store.pages = 0
    view = settled(begun(store, found))
    assert (store.pages, store.items_read) == (0, 0)
    everything = settled(follower(FakeItems(ITEMS)))
    assert view.space.metric is not None
    assert scores(view) == pytest.approx(scores(everything), abs=1e-4)
    assert dict(view.facts) == dict(everything.facts)


def test_what_changed_since_the_training_counts_at_once() -> None:
    store = CountingItems(ITEMS)
    following = begun(store, gathered(store))
    store.put(item(40))
    store.delete("thing-029")
    store.put(replace(ITEMS[3], title="Renamed"))
    store.pages = 0
    view = settled(following)
    assert (store.pages, store.items_read) == (0, 3)
    assert view.facts["thing-003"].title == "Renamed"
    near = view.compared.search(camera_views(40), k=50)[0]
    assert near[0].item_id == "thing-040"
    assert {each.item_id for each in near} == set(view.facts)
    assert "thing-029" not in view.facts
    assert following.cursor == store.head()


def test_the_space_stays_that_of_the_training_whatever_is_added() -> None:
    store = CountingItems(ITEMS[:2])
    following = begun(store, gathered(store))
    space = settled(following).space
    store.put_many(ITEMS[2:])
    store.pages = 0
    assert settled(following).space is space
    assert store.pages == 0


def test_it_tells_what_the_space_of_the_training_was_made_of() -> None:
    store = FakeItems(ITEMS)
    following = begun(store, gathered(store))
    settled(following)
    assert following.space is not None
    assert (following.space.taught_items, following.space.is_sharpened) == (SHARPENING_FROM, True)


def test_feedback_and_recipes_of_the_training_are_known() -> None:
    store = FakeItems([replace(ITEMS[0], recipe=1), ITEMS[20]])
    store.feedback(1, shown="thing-020", really=None)
    following = begun(store, gathered(store))
    view = settled(following)
    assert following.other_recipe == 1
    assert view.calibration.leaning["thing-020"] < 0


def test_there_is_no_view_before_the_changes_are_read() -> None:
    store = FakeItems(ITEMS)
    following = begun(store, gathered(store))
    assert following.loading is not None
    following.follow()
    assert following.loading is None


@pytest.mark.parametrize("reason", ["another model", "another store", "no space"])
def test_a_training_of_another_catalogue_is_left_out_and_all_items_are_read(reason: str) -> None:
    found = gathered(FakeItems([*ITEMS, *ITEMS]))
    store = FakeItems(ITEMS[:5])
    if reason == "another model":
        store = FakeItems(replace(each, model=OTHER_MODEL) for each in [*ITEMS, *ITEMS])
    if reason == "no space":
        store = FakeItems([*ITEMS, *ITEMS])
    following = able(store, found, is_spaced=reason != "no space")
    assert not following.start_from(found.trained)
    assert len(settled(following).facts) == store.count()


def test_a_catalogue_of_another_model_than_the_training_s_is_read_again() -> None:
    store = FakeItems(ITEMS[:5])
    following = begun(store, gathered(store))
    settled(following)
    for each in ITEMS[:5]:
        store.stage(replace(each, model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    view = settled(following)
    assert (view.model, len(view.facts)) == (OTHER_MODEL, 5)


def test_damaged_items_stay_out_and_are_noted() -> None:
    bad = Item("bad", "Bad", "b.jpg", MODEL, item(0).vectors, damage="its vectors are NaN")
    store = FakeItems([*ITEMS, bad])
    found = gathered(store)
    assert "bad" not in found.trained.item_ids
    assert begun(store, found).damaged.to_json()["count"] == 1


def test_an_empty_catalogue_can_not_be_trained_on() -> None:
    with pytest.raises(InputError, match="no items to train on"):
        gathered(FakeItems())


def test_a_model_of_which_nothing_is_shipped_is_compared_as_it_is() -> None:
    items = [make_item(f"item-{number}") for number in range(3)]
    found = gather(FakeItems(items), training="t-1")
    np.testing.assert_array_equal(found.vectors, np.concatenate([each.vectors for each in items]))
    assert found.trained.standings == {}
