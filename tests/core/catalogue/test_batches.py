"""Changes of many items at once, and their undo."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.core.catalogue.batches import MOST_ITEMS, BatchChanged, BatchEdit, BatchEditor
from services.core.catalogue.kept_items import FiledItems
from services.core.catalogue.undo import PastMany, Undo
from services.core.domain import Item
from services.core.errors import InputError, MissingError, NoSpaceError
from tests.core.catalogue.edit_rig import RED, EditRig
from tests.fakes import FakeItems, make_item

IDS = ("a", "b", "c")


class BatchRig:
    """A batch editor over fakes, with three items."""

    def __init__(self, folder: Path) -> None:
        self.store, self.undos = MeddledItems(), Undo()
        rig = EditRig(store=self.store)
        rig.editor.delete("mug")
        self.catalogue, self.pictures = rig.catalogue, rig.pictures
        model = rig.featurizer.fingerprint
        key = rig.key(RED)
        self.items = [replace(make_item(each, model=model), picture=key) for each in IDS]
        self.store.put_many(self.items)
        self.editor = BatchEditor(self.catalogue, self.undos, file=lambda: FiledItems(folder))

    def undo(self, changed: BatchChanged) -> BatchChanged:
        assert changed.undo is not None
        past = self.undos.find(changed.undo)
        assert isinstance(past, PastMany)
        return self.editor.undo(changed.undo, past)

    def metadata(self) -> list[object]:
        return [item and dict(item.metadata) for item in self.store.get_many(IDS)]


class MeddledItems(FakeItems):
    """An item store that somebody else writes to just before a change of many items."""

    meddle: Callable[[], object] | None = None

    def _check(self, method: str) -> None:
        super()._check(method)
        if method.endswith("_many") and method not in ("put_many", "get_many") and self.meddle:
            meddle, self.meddle = self.meddle, None
            meddle()


@pytest.fixture
def rig(tmp_path: Path) -> BatchRig:
    return BatchRig(tmp_path)


def test_fields_are_set_and_removed_and_one_undo_takes_all_back(rig: BatchRig) -> None:
    changed = rig.editor.edit(["a", "b", "a"], BatchEdit({" shelf ": " 7 ", "kind": "cup"}, ["note"]))
    assert (changed.changed, dict(changed.refused), changed.change) == (2, {}, rig.store.head())
    assert rig.metadata() == [{"shelf": "7", "kind": "cup"}] * 2 + [{"kind": "mug"}]
    undone = rig.undo(changed)
    assert (undone.changed, dict(undone.refused)) == (2, {})
    assert rig.metadata() == [{"kind": "mug"}] * 3
    assert (rig.undo(undone).changed, rig.metadata()[0]) == (2, {"shelf": "7", "kind": "cup"})
    with pytest.raises(MissingError):
        rig.undo(changed)


def test_an_item_that_is_so_already_is_not_changed(rig: BatchRig) -> None:
    head = rig.store.head()
    changed = rig.editor.edit(IDS, BatchEdit({"kind": "mug"}, ["nothing"]))
    assert (changed.changed, dict(changed.refused), changed.undo) == (0, {}, None)
    assert rig.store.head() == head == changed.change


def test_what_can_not_be_changed_is_refused_with_its_reason_and_the_rest_is_done(rig: BatchRig) -> None:
    rig.store.put(replace(rig.items[1], metadata={f"f{n}": "1" for n in range(50)}))
    rig.store.put(replace(rig.items[0], damage="its link is 7"))
    rig.store.meddle = lambda: rig.store.put(replace(rig.items[2], title="Another"))
    changed = rig.editor.edit(["gone", *IDS], BatchEdit({"shelf": "7"}))
    assert changed.refused == {
        "gone": "there is no item 'gone'",
        "a": "item 'a' is damaged in the item store: its link is 7",
        "b": "51 metadata fields; expected at most 50",
        "c": "item 'c' has changed since it was read",
    }
    assert (changed.changed, changed.undo) == (0, None)


def test_an_undo_leaves_what_has_changed_since(rig: BatchRig) -> None:
    changed = rig.editor.edit(IDS, BatchEdit({"shelf": "7"}))
    rig.store.put(replace(rig.items[0], title="Another"))
    rig.store.delete("b")
    undone = rig.undo(changed)
    assert undone.refused == {
        "a": "item 'a' has changed since it was read",
        "b": "item 'b' is gone",
    }
    assert (undone.changed, rig.metadata()) == (1, [{"kind": "mug"}, None, {"kind": "mug"}])


def test_deleted_items_come_back_as_they_were(rig: BatchRig) -> None:
    rig.store.meddle = lambda: rig.store.put(replace(rig.items[2], title="Another"))
    changed = rig.editor.delete([*IDS, "gone", "a"])
    assert changed.changed == 2
    assert changed.refused == {
        "gone": "there is no item 'gone'",
        "c": "item 'c' has changed since it was read",
    }
    assert rig.undos.pictures() == {rig.items[0].picture}
    assert rig.metadata()[:2] == [None, None]
    rig.store.put(replace(rig.items[1], title="A new one"))
    undone = rig.undo(changed)
    assert (undone.changed, undone.refused) == (1, {"b": "item 'b' exists already"})
    assert_same(rig.store.get_many(["a"])[0], rig.items[0])
    # Its own undo takes away what it brought, unless that has changed.
    again = rig.undo(undone)
    assert (again.changed, rig.metadata()[0], rig.store.get_many(["b"])[0] is None) == (1, None, False)
    back = rig.undo(again)
    rig.store.put(replace(rig.items[0], title="Another"))
    assert rig.undo(back).refused == {"a": "item 'a' has changed since then"}


def assert_same(found: Item | None, expected: Item) -> None:
    assert found is not None
    assert found.facts == expected.facts
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-3)


def test_deleted_items_come_back_with_vectors_of_the_present_model(rig: BatchRig) -> None:
    changed = rig.editor.delete(["a", "b"])
    other = replace(rig.items[2], model="0" * 12)
    rig.store.put(other)
    rig.store.set_model(other.model)
    with pytest.raises(InputError, match="was made with model"):
        rig.undo(changed)
    rig.store.set_model(rig.items[0].model)
    rig.pictures.contents.clear()
    assert rig.undo(changed).changed == 2


@pytest.mark.parametrize(
    ("to_set", "to_remove", "says"),
    [
        ({}, [], "there is nothing to change"),
        ({"title": "x"}, [], "`title` can't be changed of many items"),
        ({}, [" id "], "`id` can't be changed"),
        ({"a": "1"}, ["a "], "`a` is named twice"),
    ],
)
def test_a_change_that_can_not_be_meant_is_refused(
    to_set: dict[str, str], to_remove: list[str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        BatchEdit(to_set, to_remove)


def test_more_items_than_are_taken_at_once_are_refused(rig: BatchRig) -> None:
    ids = [str(n) for n in range(MOST_ITEMS + 1)]
    with pytest.raises(InputError, match="10,001 items; expected at most 10,000"):
        rig.editor.delete(ids)
    with pytest.raises(InputError, match="10,001 items; expected at most 10,000"):
        rig.editor.edit(ids, BatchEdit({"a": "1"}))
    assert rig.editor.edit(["a"] * (MOST_ITEMS + 1), BatchEdit({"x": "1"})).changed == 1


def test_nothing_is_deleted_where_no_undo_has_room(rig: BatchRig, tmp_path: Path) -> None:
    class Full(FiledItems):
        def add(self, item: Item) -> None:
            del item
            raise NoSpaceError.at("the undo of many items", "No space left on device")

    editor = BatchEditor(rig.catalogue, rig.undos, file=lambda: Full(tmp_path))
    with pytest.raises(NoSpaceError):
        editor.delete(IDS)
    assert rig.store.count() == 3
