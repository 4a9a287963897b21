"""The contract of an import's writer: on the stores, through a running api, and of the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from services.adapters.file_pictures import FilePictures
from services.adapters.running_api import ApiImportWriter
from services.adapters.sqlite_items import SqliteItems
from services.core.catalogue.items import Draft
from services.core.catalogue.picture_key import picture_key
from services.core.domain import Item
from services.core.errors import UnavailableError
from services.core.importing.import_run import ImportWriter
from services.core.importing.item_maker import Job, Made
from services.core.importing.store_writer import StoreWriter
from services.core.ports import ItemStore, PictureStore
from tests.fake_stores import FakeImportWriter
from tests.fakes import FakeItems, FakePictures, make_item
from tests.servers import free_port
from tests.system import single
from tests.system.pictures import picture
from tests.system.stack import Stack


@dataclass
class Destination:
    """A writer, its destination, and a writer whose destination is away."""

    writer: ImportWriter
    away: ImportWriter
    items: ItemStore
    pictures: PictureStore
    # An item of the catalogue's model.
    pattern: Item
    # Makes an item one that the writer refuses.
    refuse: Callable[[Made], Made]

    def made(self, name: str, *contents: bytes, title: str = "A mug") -> Made:
        """An item ready to be written."""
        keys = [picture_key(content, suffix=".jpg") for content in contents]
        points = self.pattern.points[:1] * len(keys)
        first, *more = keys
        item = replace(
            self.pattern, id=name, title=title, picture=first, more_pictures=tuple(more), points=points
        )
        job = Job(f"line of {name}", Draft(title, name), lambda: list(contents))
        return Made(job, item, dict(zip(keys, contents, strict=True)))

    def kept(self, name: str) -> Item | None:
        return self.items.get_many([name])[0]


def of_fake() -> Destination:
    writer, away = FakeImportWriter(), FakeImportWriter()
    away.down = True

    def refuse(made: Made) -> Made:
        writer.refuses[made.item.id] = "this is an SVG drawing"
        return made

    return Destination(writer, away, writer.items, writer.pictures, make_item(), refuse)


def of_stores(items: SqliteItems, folder: Path) -> Destination:
    """A writer that refuses nothing: the process that made the items also keeps them."""
    pictures, dead = FilePictures(folder), FakeItems()
    dead.down = {"put_many"}
    writer, away = StoreWriter(pictures, items), StoreWriter(FakePictures(), dead)
    return Destination(writer, away, items, pictures, make_item(), lambda made: made)


def of_api(stack: Stack, away: httpx.Client, items: SqliteItems) -> Destination:
    single.add(stack, 900, id="pattern", title="A pattern")
    (pattern,) = items.get_many(["pattern"])
    assert pattern is not None

    def refuse(made: Made) -> Made:
        """An item with a file that is no picture, which the api refuses: it looks at the files itself."""
        content = b"<svg/>"
        key = picture_key(content, suffix=".jpg")
        return replace(made, item=replace(made.item, picture=key), pictures={key: content})

    writer, dead = ApiImportWriter(stack.client), ApiImportWriter(away)
    return Destination(writer, dead, items, FilePictures(stack.data / "pictures"), pattern, refuse)


@pytest.fixture(params=["fake", "stores", "api"])
def destination(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Destination]:
    """Each kind of writer."""
    if request.param == "fake":
        yield of_fake()
    elif request.param == "stores":
        with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as items:
            yield of_stores(items, tmp_path / "pictures")
    else:
        stack: Stack = request.getfixturevalue("empty")
        with (
            closing(SqliteItems(stack.data / "items.sqlite", writable=False)) as items,
            httpx.Client(base_url=f"http://127.0.0.1:{free_port()}") as away,
        ):
            yield of_api(stack, away, items)
            for item in items.page(limit=1000):
                stack.client.delete(single.path(item.id))


def test_what_is_written_is_there_with_its_pictures(destination: Destination) -> None:
    one, two = destination.made("one", picture(1), picture(2)), destination.made("two", picture(3))
    assert destination.writer.write([one, two]).refused == {}
    for made in (one, two):
        kept = destination.kept(made.item.id)
        assert kept is not None
        found = kept.title, kept.pictures, kept.model, kept.recipe
        assert found == ("A mug", made.item.pictures, made.item.model, made.item.recipe)
        np.testing.assert_allclose(kept.vectors, made.item.vectors, atol=1e-3)
        assert [destination.pictures.get(key) for key in kept.pictures] == list(made.pictures.values())


def test_an_item_of_the_same_id_is_replaced(destination: Destination) -> None:
    destination.writer.write([destination.made("one", picture(1))])
    destination.writer.write([destination.made("one", picture(2), title="A cup")])
    kept = destination.kept("one")
    assert kept is not None
    assert (kept.title, kept.picture) == ("A cup", picture_key(picture(2), suffix=".jpg"))


def test_a_picture_of_several_items_is_found_by_each(destination: Destination) -> None:
    made = [destination.made(name, picture(4)) for name in ("one", "two", "three")]
    destination.writer.write(made)
    keys = {item.picture for each in made if (item := destination.kept(each.item.id))}
    assert [destination.pictures.get(key) for key in keys] == [picture(4)]


def test_each_write_gives_the_newest_change_and_all_up_to_it_settles(destination: Destination) -> None:
    first = destination.writer.write([destination.made("one", picture(1))])
    second = destination.writer.write([destination.made(name, picture(2)) for name in ("two", "three")])
    assert (second.change, destination.items.head()) == (first.change + 2, second.change)
    destination.writer.settle(second.change)
    destination.writer.settle(0)


def test_a_destination_that_is_away_is_told(destination: Destination) -> None:
    with pytest.raises(UnavailableError):
        destination.away.write([destination.made("one", picture(1))])
    assert destination.kept("one") is None


@pytest.mark.parametrize("destination", ["fake", "api"], indirect=True)
def test_what_is_refused_is_told_by_its_number_and_the_rest_is_kept(destination: Destination) -> None:
    made = [destination.made(name, picture(5)) for name in ("one", "two", "three")]
    made[1] = destination.refuse(made[1])
    written = destination.writer.write(made)
    assert list(written.refused) == [2]
    assert "an SVG drawing" in written.refused[2]
    assert [destination.kept(each.item.id) is not None for each in made] == [True, False, True]
    assert written.change == destination.items.head()


@pytest.mark.parametrize("destination", ["fake", "api"], indirect=True)
def test_when_all_are_refused_nothing_changes(destination: Destination) -> None:
    head = destination.items.head()
    written = destination.writer.write([destination.refuse(destination.made("one", picture(6)))])
    assert (list(written.refused), written.change, destination.items.head()) == ([1], head, head)


def test_a_change_that_the_search_does_not_read_is_told_and_that_nothing_is_lost(empty: Stack) -> None:
    single.add(empty, 901, id="one", title="One")
    with pytest.raises(UnavailableError, match=r"kept, but the search has read nothing for 0 s"):
        ApiImportWriter(empty.client, within_s=0.3).settle(10**9)
    empty.client.delete(single.path("one"))
