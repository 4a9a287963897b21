"""Undoing changes of items."""

from dataclasses import replace

import pytest

from services.core.catalogue.edits import Edit
from services.core.errors import ConflictError, MissingError, UnavailableError
from tests.core.catalogue.edit_rig import EditRig, assert_same
from tests.fakes import OTHER_MODEL


def test_a_deleted_item_comes_back_without_what_was_said_of_it() -> None:
    rig = EditRig()
    rig.store.feedback(1, shown="mug", really="mug")
    before = rig.mug()
    assert before.right == 1
    changed = rig.editor.delete("mug")
    assert (changed.item_id, changed.item, rig.item()) == ("mug", None, None)
    rig.editor.undo(changed.undo)
    assert_same(rig.mug(), before)
    assert rig.mug().right == 0


def test_a_change_is_undone_once_and_the_undo_can_be_undone() -> None:
    rig = EditRig()
    deleted = rig.editor.delete("mug")
    undone = rig.editor.undo(deleted.undo)
    with pytest.raises(MissingError):
        rig.editor.undo(deleted.undo)
    rig.editor.undo(undone.undo)
    assert rig.item() is None


def test_an_item_that_changed_since_is_not_undone_until_that_is_undone() -> None:
    rig = EditRig()
    first = rig.editor.edit("mug", Edit(title="B"))
    second = rig.editor.edit("mug", Edit(title="C"))
    with pytest.raises(ConflictError, match="'mug' has changed since then"):
        rig.editor.undo(first.undo)
    assert rig.mug().title == "C"
    rig.editor.undo(second.undo)
    rig.editor.undo(first.undo)
    assert rig.mug().title == "A mug"
    rig.editor.delete("mug")
    with pytest.raises(ConflictError, match="'mug' is gone since then"):
        rig.editor.undo(rig.first.undo)


def test_feedback_and_another_models_vectors_are_no_change_that_hinders_an_undo() -> None:
    rig = EditRig()
    changed = rig.editor.edit("mug", Edit(title="B"))
    rig.store.feedback(1, shown="mug", really="mug")
    rig.store.stage(replace(rig.mug(), model=OTHER_MODEL))
    rig.editor.undo(changed.undo)
    assert (rig.mug().title, rig.mug().right) == ("A mug", 1)


def test_an_undo_that_the_store_refuses_can_be_tried_again() -> None:
    rig = EditRig()
    changed = rig.editor.delete("mug")
    rig.store.down = {"put"}
    with pytest.raises(UnavailableError):
        rig.editor.undo(changed.undo)
    rig.store.down = set()
    rig.editor.undo(changed.undo)
    assert rig.mug().title == "A mug"
