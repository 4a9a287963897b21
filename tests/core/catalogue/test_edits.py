"""Changing single items."""

from dataclasses import replace

import numpy as np
import pytest

from services.core.catalogue.edits import MAX_PICTURES, Edit
from services.core.catalogue.items import Draft
from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.errors import ConflictError, InputError, MissingError
from tests.core.catalogue.catalogues import decode
from tests.core.catalogue.edit_rig import BLUE, GREEN, RED, EditRig, assert_same, never, one
from tests.fakes import MODEL, OTHER_MODEL


def test_an_item_is_added_and_its_undo_removes_it() -> None:
    rig = EditRig()
    assert rig.first.item == rig.mug()
    assert (rig.first.item_id, rig.first.change, rig.mug().title) == ("mug", 1, "A mug")
    undone = rig.editor.undo(rig.first.undo)
    assert (undone.item_id, undone.item, undone.change) == ("mug", None, 2)
    assert rig.item() is None


def test_a_replaced_item_has_nothing_of_the_old_one_and_its_undo_brings_that_back() -> None:
    rig = EditRig()
    rig.editor.add_views("mug", one(GREEN))
    before = rig.mug()
    changed = rig.editor.add(Draft("A cup", id="mug"), one(BLUE))
    after = rig.mug()
    assert (after.title, after.link, after.metadata) == ("A cup", None, {})
    assert (after.pictures, len(after.vectors)) == ((rig.key(BLUE),), 2)
    assert rig.editor.undo(changed.undo).item == rig.mug()
    assert_same(rig.mug(), before)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit(), ("A mug", "https://shop.example/mug", {"colour": "red"})),
        (Edit(title=" A cup "), ("A cup", "https://shop.example/mug", {"colour": "red"})),
        (Edit(link="http://shop.example/2"), ("A mug", "http://shop.example/2", {"colour": "red"})),
        (Edit(link=""), ("A mug", None, {"colour": "red"})),
        (Edit(metadata={"size": "1 l"}), ("A mug", "https://shop.example/mug", {"size": "1 l"})),
        (Edit(metadata={}), ("A mug", "https://shop.example/mug", {})),
        (Edit("A cup", "", {}), ("A cup", None, {})),
    ],
)
def test_what_is_given_changes_and_the_rest_stays_and_nothing_is_looked_at(
    edit: Edit, words: tuple[str, str | None, dict[str, str]]
) -> None:
    rig = EditRig()
    before, looked = rig.mug(), rig.featurizer.embedded
    changed = rig.editor.edit("mug", edit)
    assert changed.item == rig.mug()
    assert (rig.mug().title, rig.mug().link, rig.mug().metadata) == words
    assert (rig.mug().picture, rig.featurizer.embedded) == (before.picture, looked)
    np.testing.assert_array_equal(rig.mug().vectors, before.vectors)
    rig.editor.undo(changed.undo)
    assert_same(rig.mug(), before)


def test_a_new_picture_replaces_the_shown_one_and_its_vectors_alone() -> None:
    rig = EditRig()
    rig.editor.add_views("mug", one(GREEN))
    before = rig.mug()
    changed = rig.editor.edit("mug", Edit(title="A cup"), one(BLUE))
    after = rig.mug()
    assert (after.title, after.pictures) == ("A cup", (rig.key(BLUE), rig.key(GREEN)))
    assert after.vectors.shape == (4, 4)
    np.testing.assert_array_equal(after.vectors[2:], before.vectors[2:])
    np.testing.assert_array_equal(after.vectors[0], rig.featurizer.embed([decode(BLUE)[0]])[0])
    rig.editor.undo(changed.undo)
    assert_same(rig.mug(), before)


def test_a_view_adds_its_vectors_behind_those_there_are_and_only_it_is_looked_at() -> None:
    rig = EditRig()
    before, looked = rig.mug(), rig.featurizer.embedded
    changed = rig.editor.add_views("mug", one(GREEN))
    after = rig.mug()
    assert rig.featurizer.embedded == looked + 2
    assert (after.picture, after.more_pictures) == (before.picture, (rig.key(GREEN),))
    np.testing.assert_array_equal(after.vectors[:2], before.vectors)
    np.testing.assert_array_equal(after.vectors[2], rig.featurizer.embed([decode(GREEN)[0]])[0])
    assert len(after.vectors) == 4
    rig.editor.undo(changed.undo)
    assert_same(rig.mug(), before)


def test_of_another_models_item_all_pictures_are_looked_at_with_the_view() -> None:
    rig = EditRig()
    item = rig.mug()
    rig.store.put(Item("other", "x", "gone.png", MODEL, item.vectors))  # keeps the catalogue's model
    rig.store.put(replace(item, model=OTHER_MODEL, vectors=np.ones((1, 9), np.float32)))
    rig.editor.add_views("mug", one(GREEN))
    assert (rig.mug().model, rig.mug().vectors.shape) == (MODEL, (4, 4))
    np.testing.assert_array_equal(rig.mug().vectors[:2], item.vectors)


def test_of_an_item_of_another_recipe_all_pictures_are_looked_at_with_the_view() -> None:
    rig = EditRig()
    item = rig.mug()
    rig.store.put(replace(item, recipe=RECIPE + 1, vectors=np.roll(item.vectors, 1, axis=1)))
    rig.editor.add_views("mug", one(GREEN))
    assert (rig.mug().recipe, rig.mug().vectors.shape) == (RECIPE, (4, 4))
    np.testing.assert_array_equal(rig.mug().vectors[:2], item.vectors)


def test_an_item_with_all_its_pictures_takes_no_more_and_none_is_fetched() -> None:
    rig = EditRig()
    for number in range(1, MAX_PICTURES):
        rig.editor.add_views("mug", one(bytes([number] * 3)))
    assert len(rig.mug().pictures) == MAX_PICTURES
    with pytest.raises(InputError, match="'mug' has 16 pictures already"):
        rig.editor.add_views("mug", never)


@pytest.mark.parametrize(("number", "left"), [(0, [GREEN, BLUE]), (1, [RED, BLUE]), (2, [RED, GREEN])])
def test_any_picture_can_be_taken_away_and_put_back(number: int, left: list[bytes]) -> None:
    rig = EditRig()
    for content in (GREEN, BLUE):
        rig.editor.add_views("mug", one(content))
    before = rig.mug()
    changed = rig.editor.remove_view("mug", number)
    assert rig.mug().pictures == tuple(rig.key(content) for content in left)
    np.testing.assert_array_equal(
        rig.mug().vectors, np.delete(before.vectors.reshape(3, 2, 4), number, 0).reshape(4, 4)
    )
    rig.editor.undo(changed.undo)
    assert_same(rig.mug(), before)


def test_the_last_picture_is_not_taken_away() -> None:
    rig = EditRig()
    with pytest.raises(ConflictError, match="the only picture of item 'mug'; delete the item instead"):
        rig.editor.remove_view("mug", 0)
    for number in (-1, 1):
        with pytest.raises(MissingError, match=f"the pictures 0 to 0, and no {number}"):
            rig.editor.remove_view("mug", number)
