"""Pictures that no item names are deleted once no undo needs them, and no others."""

from collections.abc import Callable
from dataclasses import replace

from services.core.catalogue.edits import Edit, Editor
from services.core.catalogue.undo import KEPT_S, Undo
from services.core.catalogue.unused_pictures import AT_ONCE, UnusedPictures
from services.core.domain import ItemFacts
from tests.core.catalogue.edit_rig import BLUE, GREEN, RED, EditRig, one
from tests.fakes import FakeItems

LATER_S = KEPT_S + 1


class CollectRig(EditRig):
    """An editor with one item of a red picture, and the collector, on one clock."""

    def __init__(self, *, store: FakeItems | None = None, shared: bool = False) -> None:
        super().__init__(store=store)
        self.undo = Undo(clock=lambda: self.pictures.now_s)
        self.editor = Editor(self.catalogue, self.undo)
        self.forgotten: list[str] = []
        self.unused = UnusedPictures(
            self.store,
            self.pictures,
            self.undo,
            forget=self.forgotten.append,
            shared=shared,
            clock=lambda: self.pictures.now_s,
        )

    def later(self, by_s: float = LATER_S) -> None:
        self.pictures.now_s += by_s

    def left(self) -> set[bytes]:
        return set(self.pictures.contents.values())


def test_a_deleted_items_picture_goes_when_undo_has_expired() -> None:
    rig = CollectRig()
    key = rig.mug().picture
    rig.later()
    deleted = rig.editor.delete("mug")
    assert (rig.unused.collect(), rig.left()) == (0, {RED})
    rig.later(KEPT_S - 60)
    assert rig.unused.collect() == 0
    undone = rig.editor.undo(deleted.undo)
    rig.later()
    assert (rig.unused.collect(), rig.left()) == (0, {RED})
    assert undone.item is not None
    rig.editor.delete("mug")
    rig.later()
    assert (rig.unused.collect(), rig.left(), rig.forgotten) == (1, set(), [key])


def test_a_replaced_picture_goes_and_one_that_another_item_shares_stays() -> None:
    rig = CollectRig()
    rig.store.put(replace(rig.mug(), id="twin"))
    rig.editor.add_views("mug", one(GREEN))
    rig.editor.edit("mug", Edit(), one(BLUE))
    rig.later()
    rig.unused.collect()
    assert rig.left() == {RED, GREEN, BLUE}
    rig.store.delete("twin")
    rig.unused.collect()
    assert rig.left() == {GREEN, BLUE}


def test_a_picture_that_is_put_for_an_item_to_come_is_left_alone() -> None:
    rig = CollectRig()
    rig.later()
    rig.key(BLUE)
    assert (rig.unused.collect(), rig.left()) == (0, {RED, BLUE})
    rig.later()
    rig.key(BLUE)  # again, by a second upload
    assert rig.unused.collect() == 0
    rig.later()
    assert (rig.unused.collect(), rig.left()) == (1, {RED})


class Busy(FakeItems):
    """A store in which others work after the last page was read."""

    meanwhile: Callable[[], object] | None = None

    def facts_page(self, *, after: str = "", limit: int = 100, text: str = "") -> list[ItemFacts]:
        page = super().facts_page(after=after, limit=limit, text=text)
        if not page and self.meanwhile is not None:
            work, self.meanwhile = self.meanwhile, None
            work()
        return page


def test_an_item_that_names_the_picture_while_it_is_looked_for_keeps_it() -> None:
    store = Busy()
    rig = CollectRig(store=store)
    red = rig.mug()
    store.delete("mug")
    rig.later()
    store.meanwhile = lambda: store.put(red)
    assert (rig.unused.collect(), rig.left()) == (0, {RED})


def test_a_change_that_is_undone_while_it_is_looked_for_keeps_its_picture() -> None:
    store = Busy()
    rig = CollectRig(store=store)
    rig.later()
    token = rig.editor.edit("mug", Edit(), one(BLUE)).undo
    store.meanwhile = lambda: rig.editor.undo(token)
    rig.later(KEPT_S - 1)
    rig.unused.collect()
    assert RED in rig.left()
    assert rig.mug().picture == rig.key(RED)


def test_nothing_is_collected_while_a_damaged_item_may_name_it() -> None:
    rig = CollectRig()
    rig.key(BLUE)
    rig.store.put(replace(rig.mug(), damage="its list of pictures is torn", picture=""))
    rig.later()
    assert (rig.unused.collect(), rig.left()) == (0, {RED, BLUE})


def test_shared_stores_wait_for_the_undos_of_other_processes() -> None:
    rig = CollectRig(shared=True)
    rig.later()
    rig.store.delete("mug")  # by another process, which can undo it
    assert rig.unused.collect() == 0
    rig.later(KEPT_S - 60)
    assert rig.unused.collect() == 0
    rig.later(61)
    assert rig.unused.collect() == 1


def test_the_work_of_one_call_is_bounded_and_none_is_done_without_a_change() -> None:
    rig = CollectRig()
    for number in range(AT_ONCE + 1):
        rig.key(f"{number:06}".encode())
    rig.later()
    assert [rig.unused.collect() for _ in range(3)] == [AT_ONCE, 1, 0]
    rig.store.down.add("facts_page")
    assert rig.unused.collect() == 0
