"""An editor over fakes, with one item, for the tests of single changes."""

import numpy as np

from services.core.catalogue.cut_outs import Content, GivenPicture
from services.core.catalogue.edits import Editor
from services.core.catalogue.items import Catalogue, Draft
from services.core.catalogue.undo import Undo
from services.core.domain import Item
from tests.core.catalogue.catalogues import decode, shots
from tests.fakes import FakeDescriber, FakeFeaturizer, FakeItems, FakePictures

RED, GREEN, BLUE = b"\x00\x00\xff", b"\x00\xff\x00", b"\xff\x00\x00"


class EditRig:
    """An editor over fakes, with one item of a red picture."""

    def __init__(self, *, store: FakeItems | None = None) -> None:
        self.store, self.pictures, self.featurizer = store or FakeItems(), FakePictures(), FakeFeaturizer()
        self.catalogue = Catalogue(self.store, self.pictures, self.featurizer, decode, shots, FakeDescriber())
        self.editor = Editor(self.catalogue, Undo())
        draft = Draft("A mug", id="mug", link="https://shop.example/mug", metadata={"colour": "red"})
        self.first = self.editor.add(draft, one(RED))

    def item(self, item_id: str = "mug") -> Item | None:
        return self.store.get_many([item_id])[0]

    def mug(self) -> Item:
        item = self.item()
        assert item is not None
        return item

    def key(self, content: bytes) -> str:
        return self.pictures.put(content, suffix=".png")


def one(content: bytes) -> Content:
    """The content of a change: one picture."""
    return lambda: [GivenPicture(content)]


def never() -> list[GivenPicture]:
    raise AssertionError("a picture was fetched in vain")


def assert_same(one: Item, other: Item) -> None:
    assert (one.title, one.link, one.metadata) == (other.title, other.link, other.metadata)
    assert (one.pictures, one.model) == (other.pictures, other.model)
    np.testing.assert_array_equal(one.vectors, other.vectors)
