"""Rebuilding the catalogue's vectors for another model."""

from dataclasses import replace

import numpy as np
import pytest

from services.core.catalogue.cut_outs import GivenPicture
from services.core.catalogue.items import Catalogue, Draft
from services.core.catalogue.rebuild import VectorCounts, check_swap, rebuild
from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.errors import InputError
from services.core.search.follow import Follower
from tests.core.catalogue.catalogues import make_catalogue, with_model
from tests.fakes import MODEL, OTHER_MODEL, FakeIndex


def filled(count: int) -> Catalogue:
    catalogue = make_catalogue()
    for number in range(count):
        catalogue.add(Draft(f"Mug {number}", id=f"{number:03}", metadata={"n": str(number)}), b"abc")
    return catalogue


def counts(catalogue: Catalogue) -> VectorCounts:
    return VectorCounts.of(catalogue.store, catalogue.featurizer.fingerprint)


def of_recipe(catalogue: Catalogue, recipe: int, *ids: str) -> None:
    """Put these items back with vectors of another version's recipe."""
    for item in catalogue.store.get_many(ids):
        assert item is not None
        turned = np.roll(item.vectors, 1, axis=1)
        catalogue.store.put(replace(item, recipe=recipe, vectors=turned))


def models(catalogue: Catalogue) -> list[str]:
    return [item.model for item in catalogue.store.page(limit=1000)]


def test_every_item_is_looked_at_again_and_keeps_all_else() -> None:
    catalogue = filled(150)
    (before,) = catalogue.store.get_many(["007"])
    changed, featurizer = with_model(catalogue, OTHER_MODEL)
    assert counts(changed) == VectorCounts(current=0, other_recipe=0, without=150)
    outcomes = list(rebuild(changed, changed.store))
    assert [(item.id, error) for item, error in outcomes] == [(f"{n:03}", None) for n in range(150)]
    assert (models(changed), featurizer.embedded) == ([OTHER_MODEL] * 150, 2 * 150)
    assert before is not None
    assert changed.store.points(["007"]) == {"007": before.points}
    assert all(before.points)
    changed.check_model()
    (after,) = changed.store.get_many(["007"])
    assert before is not None
    assert after is not None
    assert (after.title, after.metadata, after.picture) == (before.title, {"n": "7"}, before.picture)
    assert after.vectors.shape == (2, 4)


def test_after_an_interruption_it_goes_on_where_it_stopped() -> None:
    changed, first = with_model(filled(5), OTHER_MODEL)
    going = rebuild(changed, changed.store)
    next(going)
    next(going)
    del going
    assert (changed.store.model(), first.embedded) == (MODEL, 2 * 2)
    again, second = with_model(changed, OTHER_MODEL)
    assert (counts(again).lacking, counts(again).current) == (3, 2)
    assert len(list(rebuild(again, again.store))) == 3
    assert (set(models(again)), second.embedded) == ({OTHER_MODEL}, 2 * 3)


def test_pictures_that_are_gone_or_corrupt_are_reported_and_the_rest_is_done() -> None:
    catalogue = filled(1)
    corrupt = catalogue.pictures.put(b"corrupt", suffix=".png")
    for name, key in (("corrupt", corrupt), ("gone", "0" * 64 + ".png")):
        catalogue.store.put(Item(name, "x", key, MODEL, np.ones((1, 4), np.float32)))
    changed, _ = with_model(catalogue, OTHER_MODEL)
    outcomes = {item.id: str(error) for item, error in rebuild(changed, changed.store)}
    assert outcomes["000"] == "None"
    assert outcomes["corrupt"] == "item corrupt: not a picture that can be read"
    assert "item gone: its picture" in outcomes["gone"]
    assert models(changed) == [OTHER_MODEL, MODEL, MODEL]


def test_items_of_another_recipe_are_made_again_and_no_other() -> None:
    catalogue = filled(5)
    before = catalogue.store.page()
    of_recipe(catalogue, RECIPE + 1, "001", "003")
    assert counts(catalogue) == VectorCounts(current=3, other_recipe=2, without=0)
    again, featurizer = with_model(catalogue, MODEL)
    assert [(item.id, error) for item, error in rebuild(again, again.store)] == [("001", None), ("003", None)]
    assert (counts(catalogue), featurizer.embedded) == (VectorCounts(5, 0, 0), 2 * 2)
    for old, new in zip(before, catalogue.store.page(), strict=True):
        np.testing.assert_array_equal(old.vectors, new.vectors)
    assert list(rebuild(again, again.store)) == []


def test_items_of_another_recipe_are_found_until_they_are_made_again_one_by_one() -> None:
    catalogue = filled(4)
    of_recipe(catalogue, RECIPE + 1, "000", "001", "002", "003")
    old = {item.id: item.vectors for item in catalogue.store.page()}
    follower = Follower(catalogue.store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    follower.follow()
    seen = []
    for item, _error in rebuild(catalogue, catalogue.store):
        follower.follow()
        assert follower.view is not None
        (new,) = catalogue.store.get_many([item.id])
        assert new is not None
        (nearest,) = follower.view.index.search(new.vectors[:1], k=1)
        rest = [other for other in old if other > item.id]
        found = [follower.view.index.search(old[other][:1], k=1)[0][0].distance for other in rest]
        seen.append((follower.items, round(nearest[0].distance, 5), [round(each, 5) for each in found]))
    assert seen == [(4, 0, [0, 0, 0]), (4, 0, [0, 0]), (4, 0, [0]), (4, 0, [])]


def test_after_an_interruption_items_of_another_recipe_go_on_where_it_stopped() -> None:
    catalogue = filled(5)
    of_recipe(catalogue, RECIPE + 1, "000", "001", "002", "004")
    going = rebuild(catalogue, catalogue.store)
    next(going)
    next(going)
    del going
    again, featurizer = with_model(catalogue, MODEL)
    assert [item.id for item, _ in rebuild(again, again.store)] == ["002", "004"]
    assert featurizer.embedded == 2 * 2


def test_an_item_of_another_recipe_whose_picture_is_gone_keeps_its_vectors() -> None:
    catalogue = filled(1)
    (item,) = catalogue.store.page()
    catalogue.store.put(replace(item, picture="0" * 64 + ".png", recipe=RECIPE + 1))
    (outcome,) = rebuild(catalogue, catalogue.store)
    assert "is gone" in str(outcome[1])
    assert counts(catalogue) == VectorCounts(current=0, other_recipe=1, without=0)
    np.testing.assert_array_equal(catalogue.store.page()[0].vectors, item.vectors)


def test_until_the_swap_the_search_sees_the_old_vectors_alone_and_then_the_new_ones() -> None:
    catalogue = filled(5)
    follower = Follower(catalogue.store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    changed, _ = with_model(catalogue, OTHER_MODEL)
    seen = []
    for _outcome in rebuild(changed, changed.store):
        follower.follow()
        assert follower.view is not None
        seen.append((follower.view.model, follower.items))
    assert seen == [(MODEL, 5)] * 5
    follower.follow()
    assert follower.view is not None
    assert (follower.view.model, follower.items) == (OTHER_MODEL, 5)
    assert counts(catalogue).without == 5  # the old vectors are dropped


def test_what_comes_and_changes_and_goes_meanwhile_is_looked_at_too() -> None:
    catalogue = filled(5)
    changed, _ = with_model(catalogue, OTHER_MODEL)
    going = rebuild(changed, changed.store)
    next(going)
    catalogue.add(Draft("Another picture", id="000"), b"xyz")  # this one was rebuilt already
    catalogue.add(Draft("New", id="new"), b"new")
    catalogue.store.delete("003")
    list(going)
    assert [item.id for item in changed.store.page()] == ["000", "001", "002", "004", "new"]
    assert models(changed) == [OTHER_MODEL] * 5


def test_an_item_that_is_written_in_the_moment_of_the_swap_is_looked_at_after_it() -> None:
    catalogue = filled(1)
    changed, _ = with_model(catalogue, OTHER_MODEL)

    class Late:
        """A store into which somebody writes with the old model at the swap."""

        stage, prune = changed.store.stage, changed.store.prune

        def set_model(self, fingerprint: str) -> None:
            changed.store.set_model(fingerprint)
            catalogue.add(Draft("Late", id="late"), b"abc")

    assert [item.id for item, _ in rebuild(changed, Late())] == ["000", "late"]
    assert models(changed) == [OTHER_MODEL] * 2


def test_all_pictures_of_an_item_are_looked_at() -> None:
    catalogue = filled(1)
    (item,) = catalogue.store.page()
    look = catalogue.look(GivenPicture(b"xyz"))
    both = np.concatenate([item.vectors, look.vectors])
    catalogue.store.put(replace(item, vectors=both, more_pictures=(look.picture,)))
    changed, featurizer = with_model(catalogue, OTHER_MODEL)
    list(rebuild(changed, changed.store))
    (after,) = changed.store.page()
    assert (after.pictures, featurizer.embedded) == ((item.picture, look.picture), 4)
    np.testing.assert_allclose(after.vectors, both, atol=1e-6)


def test_a_swap_to_a_model_that_nothing_has_vectors_of_is_refused() -> None:
    check_swap(make_catalogue().store, OTHER_MODEL)
    store = filled(1).store
    with pytest.raises(InputError, match=f"no item has vectors of model {OTHER_MODEL}"):
        check_swap(store, OTHER_MODEL)
    check_swap(store, MODEL)
