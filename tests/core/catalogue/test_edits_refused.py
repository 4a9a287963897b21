"""Refused changes, and changes overtaken by others."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from services.core.catalogue.edits import Edit, Editor
from services.core.catalogue.items import Draft
from services.core.catalogue.undo import Undo
from services.core.domain import Item
from services.core.errors import ConflictError, InputError, MissingError
from tests.core.catalogue.edit_rig import BLUE, GREEN, EditRig, never, one
from tests.fakes import MODEL, OTHER_MODEL, FakeItems


@pytest.mark.parametrize(
    "change",
    [
        lambda editor: editor.edit("nobody", Edit(title="x")),
        lambda editor: editor.edit("nobody", Edit(title="x"), never),
        lambda editor: editor.add_views("nobody", never),
        lambda editor: editor.remove_view("nobody", 0),
        lambda editor: editor.delete("nobody"),
    ],
)
def test_what_does_not_exist_is_named_and_no_picture_is_fetched_for_it(
    change: Callable[[Editor], object],
) -> None:
    rig = EditRig()
    with pytest.raises(MissingError, match="there is no item 'nobody'"):
        change(rig.editor)
    assert rig.store.head() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda editor: editor.add(Draft(""), never),
        lambda editor: editor.edit("mug", Edit(title=""), never),
        lambda editor: editor.edit("mug", Edit(link="javascript:1")),
        lambda editor: editor.edit("mug", Edit(metadata={"x": "y" * 3000}), never),
        lambda editor: editor.edit("mug", Edit(), one(b"no picture")),
        lambda editor: editor.add_views("mug", one(b"no picture")),
    ],
)
def test_what_is_wrong_changes_nothing_and_words_are_checked_before_a_picture_is_fetched(
    change: Callable[[Editor], object],
) -> None:
    rig = EditRig()
    with pytest.raises(InputError):
        change(rig.editor)
    assert rig.store.head() == 1


def test_a_catalogue_of_another_model_takes_no_picture_but_words() -> None:
    rig = EditRig()
    rig.store.set_model(OTHER_MODEL)
    changes: list[Callable[[], object]] = [
        lambda: rig.editor.add(Draft("x"), never),
        lambda: rig.editor.edit("mug", Edit(), never),
        lambda: rig.editor.add_views("mug", never),
        lambda: rig.editor.remove_view("mug", 0),
    ]
    for change in changes:
        with pytest.raises(ConflictError, match=f"of model {OTHER_MODEL} by now.*runs model {MODEL}"):
            change()
    rig.editor.edit("mug", Edit(title="A cup"))
    assert rig.mug().title == "A cup"


class Meddled(FakeItems):
    """Another client changes the item after each of the next `times` reads."""

    meddle: Callable[[], object] = staticmethod(lambda: None)
    times = 0

    def get_many(self, item_ids: Sequence[str], *, points: bool = True) -> list[Item | None]:
        found = super().get_many(item_ids, points=points)
        if self.times:
            self.times -= 1
            self.meddle()
        return found


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_change_that_another_overtook_is_made_of_what_the_item_then_is(times: int) -> None:
    store = Meddled()
    rig, links = EditRig(store=store), (f"https://shop.example/{number}" for number in range(9))
    item = rig.mug()
    store.meddle, store.times = lambda: store.put(replace(item, link=next(links))), times
    rig.editor.edit("mug", Edit(title="A cup"))
    assert (rig.mug().title, rig.mug().link) == ("A cup", f"https://shop.example/{times - 1}")


def test_of_two_who_take_a_picture_away_each_takes_the_one_that_was_meant() -> None:
    store = Meddled()
    rig = EditRig(store=store)
    for content in (GREEN, BLUE):
        rig.editor.add_views("mug", one(content))
    other = Editor(rig.catalogue, Undo())
    store.meddle, store.times = lambda: other.remove_view("mug", 0), 1
    rig.editor.remove_view("mug", 1)
    assert rig.mug().pictures == (rig.key(BLUE),)
    rig.editor.add_views("mug", one(GREEN))
    store.meddle, store.times = lambda: other.remove_view("mug", 1), 1
    with pytest.raises(MissingError, match="has not got this picture any more"):
        rig.editor.remove_view("mug", 1)
    assert rig.mug().pictures == (rig.key(BLUE),)


def test_a_change_that_is_overtaken_each_time_ends_with_a_conflict() -> None:
    store = Meddled()
    rig, titles = EditRig(store=store), map(str, range(10_000))
    item = rig.mug()
    store.meddle, store.times = lambda: store.put(replace(item, title=next(titles))), 10_000
    with pytest.raises(ConflictError, match="changed by others all the time"):
        rig.editor.edit("mug", Edit(link=""))


def test_views_that_many_give_at_once_are_all_kept() -> None:
    rig = EditRig()
    contents = [bytes([number] * 3) for number in range(1, 13)]
    threads = [
        threading.Thread(target=rig.editor.add_views, args=("mug", one(content))) for content in contents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(rig.mug().more_pictures) == {rig.key(content) for content in contents}
    assert len(rig.mug().vectors) == 2 * 13
