"""Changing, deleting and rebuilding items that are damaged in the store."""

from dataclasses import replace

import numpy as np
import pytest

from services.core.catalogue.edits import Edit
from services.core.catalogue.paging import all_items, sound_facts
from services.core.catalogue.rebuild import rebuild
from services.core.domain import Item
from services.core.errors import InputError
from tests.core.catalogue.catalogues import with_model
from tests.core.catalogue.edit_rig import BLUE, RED, EditRig, assert_same, one
from tests.fakes import OTHER_MODEL


def damage(rig: EditRig, **changed: object) -> Item:
    """Damage the mug in the store; gives it as it was."""
    whole = rig.mug()
    nothing = np.empty((0, 4), np.float32)
    torn = {"vectors": nothing, "damage": "its vectors are gone", **changed}
    rig.store.put(replace(whole, **torn))  # type: ignore[arg-type]
    return whole


def test_new_words_for_a_damaged_item_make_its_vectors_again() -> None:
    rig = EditRig()
    whole = damage(rig)
    rig.editor.edit("mug", Edit(title="A new mug"))
    assert_same(rig.mug(), replace(whole, title="A new mug"))
    assert rig.mug().damage == ""


def test_a_new_picture_mends_an_item_whose_words_are_gone() -> None:
    rig = EditRig()
    damage(rig, title="", picture="")
    with pytest.raises(InputError, match="title has 0 characters"):
        rig.editor.edit("mug", Edit(link=""))
    with pytest.raises(InputError, match=r"damaged in the item store .*is gone; send its picture too"):
        rig.editor.edit("mug", Edit(title="A mug"))
    changed = rig.editor.edit("mug", Edit(title="A mug"), one(BLUE))
    assert changed.item is not None
    assert (rig.mug().damage, rig.mug().picture) == ("", rig.key(BLUE))


def test_a_damaged_item_takes_a_view() -> None:
    rig = EditRig()
    damage(rig)
    rig.editor.add_views("mug", one(BLUE))
    assert (rig.mug().damage, rig.mug().pictures) == ("", (rig.key(RED), rig.key(BLUE)))
    assert len(rig.mug().vectors) == 4


def test_a_damaged_item_is_deleted_and_undone_as_a_whole_one() -> None:
    rig = EditRig()
    whole = damage(rig)
    deleted = rig.editor.delete("mug")
    assert rig.item() is None
    rig.editor.undo(deleted.undo)
    assert_same(rig.mug(), whole)


def test_damaged_items_are_left_out_of_pages_and_exports() -> None:
    rig = EditRig()
    damage(rig)
    for item_id in ("a", "b", "z"):
        rig.store.put(replace(rig.mug(), id=item_id, damage="" if item_id != "b" else "torn"))
    assert [facts.id for facts in sound_facts(rig.store, after="", limit=2)] == ["a", "z"]
    left_out = list[Item]()
    assert [item.id for item in all_items(rig.store, on_damaged=left_out.append)] == ["a", "z"]
    assert [item.id for item in left_out] == ["b", "mug"]


def test_a_rebuild_makes_a_damaged_item_whole_or_names_it() -> None:
    rig = EditRig()
    damage(rig)
    rig.store.put(replace(rig.mug(), id="lost", picture="none"))
    changed, _ = with_model(rig.catalogue, OTHER_MODEL)
    outcomes = {item.id: error and str(error) for item, error in rebuild(changed, changed.store)}
    assert outcomes == {"mug": None, "lost": "item lost: its picture none is gone"}
