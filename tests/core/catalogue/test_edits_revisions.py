"""Changes on condition of a revision, and two editors that share only the store."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from services.core.catalogue.changes import Changed
from services.core.catalogue.cut_outs import GivenPicture
from services.core.catalogue.edits import Edit, Editor
from services.core.catalogue.items import Draft, seen_by
from services.core.catalogue.undo import Undo
from services.core.domain import RevisionError
from services.core.errors import ConflictError, MissingError
from services.core.revision import NO_ITEM
from tests.core.catalogue.edit_rig import BLUE, GREEN, RED, EditRig, never, one
from tests.fakes import MODEL, OTHER_MODEL, FakeFeaturizer

CHANGES: list[Callable[[Editor, str], object]] = [
    lambda editor, revision: editor.add(Draft("x", id="mug"), never, expected=revision),
    lambda editor, revision: editor.edit("mug", Edit(title="x"), expected=revision),
    lambda editor, revision: editor.edit("mug", Edit(title="x"), never, expected=revision),
    lambda editor, revision: editor.add_views("mug", never, expected=revision),
    lambda editor, revision: editor.remove_view("mug", 0, expected=revision),
    lambda editor, revision: editor.delete("mug", expected=revision),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_another_revision_is_refused_with_the_item_and_no_picture_is_fetched(
    change: Callable[[Editor, str], object],
) -> None:
    rig = EditRig()
    read = rig.mug().revision
    rig.editor.edit("mug", Edit(title="Theirs"))
    rig.store.feedback(1, shown="mug", really="mug")
    head = rig.store.head()
    with pytest.raises(RevisionError, match="'mug' has changed since it was read") as refused:
        change(rig.editor, read)
    assert refused.value.current is not None
    assert (refused.value.current.title, refused.value.current.right) == ("Theirs", 1)
    assert rig.store.head() == head


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_an_item_that_is_gone_names_it(change: Callable[[Editor, str], object]) -> None:
    rig = EditRig()
    read = rig.mug().revision
    rig.editor.delete("mug")
    with pytest.raises(MissingError, match="there is no item 'mug'"):
        change(rig.editor, read)


def test_each_change_of_the_revision_that_was_read_is_done_and_tells_the_next_one() -> None:
    rig = EditRig()
    changed = rig.editor.edit("mug", Edit(title="A cup"), expected=rig.mug().revision)
    changes: list[Callable[[str], Changed]] = [
        lambda revision: rig.editor.add_views("mug", one(GREEN), expected=revision),
        lambda revision: rig.editor.edit("mug", Edit(link=""), one(BLUE), expected=revision),
        lambda revision: rig.editor.remove_view("mug", 0, expected=revision),
        lambda revision: rig.editor.add(Draft("New", id="mug"), one(BLUE), expected=revision),
    ]
    for change in changes:
        assert changed.item is not None
        assert changed.item.revision == rig.mug().revision
        changed = change(changed.item.revision)
    assert (rig.mug().title, rig.mug().pictures) == ("New", (rig.key(BLUE),))
    rig.editor.delete("mug", expected=rig.mug().revision)
    assert rig.item() is None


def test_feedback_and_another_models_vectors_refuse_nobodys_change() -> None:
    rig = EditRig()
    read = rig.mug().revision
    rig.store.feedback(1, shown="mug", really="mug")
    rig.store.stage(replace(rig.mug(), model=OTHER_MODEL))
    changed = rig.editor.edit("mug", Edit(title="A cup"), expected=read)
    assert changed.item is not None
    assert (changed.item.title, changed.item.right) == ("A cup", 1)


def test_one_that_must_be_new_replaces_none() -> None:
    rig = EditRig()
    with pytest.raises(RevisionError, match="'mug' exists already") as refused:
        rig.editor.add(Draft("x", id="mug"), never, expected=NO_ITEM)
    assert refused.value.current is not None
    assert refused.value.current.title == "A mug"
    assert rig.editor.add(Draft("x", id="cup"), one(BLUE), expected=NO_ITEM).item_id == "cup"


def test_two_editors_of_one_store_keep_each_others_changes() -> None:
    rig = EditRig()
    other = Editor(rig.catalogue, Undo())

    def meanwhile() -> list[GivenPicture]:
        other.edit("mug", Edit(title="Theirs"))
        other.add_views("mug", one(GREEN))
        return [GivenPicture(BLUE)]

    changed = rig.editor.add_views("mug", meanwhile)
    assert (rig.mug().title, rig.mug().more_pictures) == ("Theirs", (rig.key(GREEN), rig.key(BLUE)))
    assert len(rig.mug().vectors) == 6
    # The undo restores the item as it was at the change, not as it was first read.
    rig.editor.undo(changed.undo)
    assert (rig.mug().title, rig.mug().more_pictures) == ("Theirs", (rig.key(GREEN),))


def test_a_change_of_the_one_hinders_an_undo_of_the_other() -> None:
    rig = EditRig()
    changed = rig.editor.edit("mug", Edit(title="Mine"))
    Editor(rig.catalogue, Undo()).edit("mug", Edit(link=""))
    with pytest.raises(RevisionError, match="'mug' has changed since then") as refused:
        rig.editor.undo(changed.undo)
    assert refused.value.current is not None
    assert (refused.value.current.title, refused.value.current.link) == ("Mine", None)


def test_words_that_are_undone_after_a_rebuild_keep_the_new_models_vectors() -> None:
    rig = EditRig()
    changed = rig.editor.edit("mug", Edit(title="A cup"))
    rig.store.stage(replace(rig.mug(), model=OTHER_MODEL, vectors=np.ones((3, 9), np.float32)))
    rig.store.set_model(OTHER_MODEL)
    rig.editor.undo(changed.undo)
    assert (rig.mug().title, rig.mug().model, rig.mug().vectors.shape) == ("A mug", OTHER_MODEL, (3, 9))


def test_pictures_that_are_undone_after_a_rebuild_are_looked_at_again() -> None:
    rig = EditRig()
    rig.store.set_model(OTHER_MODEL)
    before = replace(rig.catalogue, featurizer=FakeFeaturizer(OTHER_MODEL))
    undo = Undo()
    Editor(before, undo).edit("mug", Edit(), one(RED))
    changed = Editor(before, undo).add_views("mug", one(GREEN))
    rig.store.stage(seen_by(rig.mug(), rig.catalogue.looks_again(rig.mug()), model=MODEL))
    rig.store.set_model(MODEL)
    with pytest.raises(ConflictError, match="start it again with the LOOKALIKE_MODEL"):
        Editor(before, undo).undo(changed.undo)
    Editor(rig.catalogue, undo).undo(changed.undo)
    assert (rig.mug().pictures, rig.mug().model, len(rig.mug().vectors)) == ((rig.key(RED),), MODEL, 2)
