"""Making many items at once, and writing them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from common.wire import Vectors
from services.core.catalogue.cut_outs import GivenPicture
from services.core.catalogue.items import Catalogue, Draft
from services.core.catalogue.picture_key import picture_key
from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.errors import InputError, UnavailableError
from services.core.importing.import_rows import BadRow
from services.core.importing.item_maker import Job, Made, Maker
from services.core.ports import Boxes, Picture
from tests.core.catalogue.catalogues import WHITE, decode, shots
from tests.fakes import MODEL, OTHER_MODEL, FakeDescriber, FakeFeaturizer, FakeItems, FakePictures


def suffix(content: bytes) -> str:
    return decode(content)[1]


class Idle:
    """A model that must not run."""

    fingerprint, dim = MODEL, FakeFeaturizer.dim

    def embed(self, pictures: Sequence[Picture], /) -> Vectors:
        raise AssertionError(f"{len(pictures)} pictures were embedded")

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        raise AssertionError(f"{len(pictures)} pictures were looked at, boxes {boxes}")


def maker(**changes: object) -> Maker:
    parts: dict[str, object] = {
        "featurizer": FakeFeaturizer(), "decode": decode, "shots": shots, "suffix": suffix,
        "describer": FakeDescriber(),
    }  # fmt: skip
    return Maker(**{**parts, **changes})  # type: ignore[arg-type]


def job(
    name: str, *contents: bytes, load: Callable[[], list[bytes]] | None = None, packed: Item | None = None
) -> Job:
    draft = Draft(f"A {name}", id=name, link="https://shop.example/1", metadata={"kind": name})
    return Job(f"line of {name}", draft, load or (lambda: list(contents)), f"mark of {name}", packed)


def made(making: Maker, *jobs: Job) -> dict[str, Made]:
    """Made items by id; none may be refused."""
    found = list(making.make_all(jobs))
    assert [each for each in found if isinstance(each, BadRow)] == []
    return {each.item.id: each for each in found if isinstance(each, Made)}


def test_an_item_is_as_the_catalogue_would_have_made_it() -> None:
    pictures = FakePictures()
    catalogue = Catalogue(FakeItems(), pictures, FakeFeaturizer(), decode, shots, FakeDescriber())
    jobs = [job("mug", b"abc"), job("bowl", b"xyz")]
    found = made(maker(), *jobs)
    for each in jobs:
        expected = catalogue.make(each.draft, [GivenPicture(each.load()[0])])
        item = found[each.draft.id or ""].item
        np.testing.assert_array_equal(item.vectors, expected.vectors)
        facts = [(i.id, i.title, i.link, i.metadata, i.pictures, i.model) for i in (item, expected)]
        assert facts[0] == facts[1]
        assert item.points == expected.points != ()
        assert pictures.contents[item.picture] == found[item.id].pictures[item.picture]


def test_several_pictures_make_one_item_in_their_order() -> None:
    both, first, second = (
        made(maker(), job("mug", *contents))["mug"].item
        for contents in ([b"abc", b"xyz"], [b"abc"], [b"xyz"])
    )
    assert both.pictures == (first.picture, second.picture)
    np.testing.assert_array_equal(both.vectors, np.concatenate([first.vectors, second.vectors]))


@pytest.mark.parametrize("kinds", [(False, True), (True, False), (True, True)])
def test_taught_pictures_of_an_archive_are_made_again_as_the_catalogue_made_them(
    kinds: tuple[bool, bool],
) -> None:
    catalogue = Catalogue(FakeItems(), FakePictures(), FakeFeaturizer(), decode, shots, FakeDescriber())
    contents = [b"abc", b"xyz"]
    given = [GivenPicture(*each) for each in zip(contents, kinds, strict=True)]
    expected = catalogue.make(Draft("A mug", id="mug"), given)
    packed = replace(expected, model=OTHER_MODEL)
    item = made(maker(), job("mug", *contents, packed=packed))["mug"].item
    np.testing.assert_array_equal(item.vectors, expected.vectors)
    assert (item.taught, item.points) == (expected.taught, expected.points)


def test_what_can_not_be_made_is_told_with_its_place_and_the_rest_is_made() -> None:
    def gone() -> list[bytes]:
        raise InputError("it is gone")

    found = list(
        maker().make_all([job("a", b"abc"), job("b", b"bomb"), job("c", load=gone), job("d", b"xyz")])
    )
    assert {each for each in found if isinstance(each, BadRow)} == {
        BadRow("line of b", "not a picture that can be read"),
        BadRow("line of c", "it is gone"),
    }
    assert {each.item.id for each in found if isinstance(each, Made)} == {"a", "d"}


def test_a_picture_that_shows_nothing_is_refused_unless_it_was_in_a_catalogue_already() -> None:
    (refused,) = maker().make_all([job("wall", WHITE)])
    assert isinstance(refused, BadRow)
    assert refused.reason.startswith("nothing to see")
    old = replace(made(maker(), job("wall", b"abc"))["wall"].item, model=OTHER_MODEL)
    assert made(maker(), job("wall", WHITE, packed=old))["wall"].made_again


@pytest.mark.parametrize(
    "error",
    [RuntimeError("odd"), RecursionError(), UnicodeError("x"), MemoryError(), OSError(5, "x")],
)
def test_whatever_a_step_raises_refuses_its_item_alone_and_is_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> list[bytes]:
        raise error

    class Failing(FakeFeaturizer):
        def embed(self, _pictures: Sequence[Picture], /) -> Vectors:
            raise error

    found = list(maker().make_all([job("a", load=fail), job("b", b"abc")]))
    assert [each.where for each in found if isinstance(each, BadRow)] == ["line of a"]
    assert [each.item.id for each in found if isinstance(each, Made)] == ["b"]
    (bad,) = maker(featurizer=Failing()).make_all([job("c", b"abc")])
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith(f"a fault of ours: {type(error).__name__}")
    assert [(each.message, each.exc_info is not None) for each in caplog.records] == [
        ("line of a: a fault of ours", True),
        ("line of c: a fault of ours", True),
    ]


def test_a_dependency_that_is_away_ends_all() -> None:
    def away() -> list[bytes]:
        raise UnavailableError("S3 does not answer")

    with pytest.raises(UnavailableError, match="S3 does not answer"):
        list(maker().make_all([job("a", load=away)]))


def test_an_item_of_an_archive_keeps_its_vectors_and_the_model_does_not_run() -> None:
    item = made(maker(), job("mug", b"abc"))["mug"].item
    again = made(maker(featurizer=Idle()), job("mug", b"abc", packed=item))["mug"]
    assert again.item is item
    assert again.pictures == {item.picture: b"abc"}
    assert not again.made_again


def test_an_item_of_an_archive_of_another_model_or_recipe_is_made_again() -> None:
    item = made(maker(), job("mug", b"abc", b"xyz"))["mug"].item
    others = (
        replace(item, model=OTHER_MODEL),
        replace(item, vectors=item.vectors[:, :2]),
        replace(item, recipe=RECIPE + 1, vectors=np.roll(item.vectors, 1, axis=1)),
    )
    for packed in others:
        again = made(maker(), job("mug", b"abc", b"xyz", packed=packed))["mug"]
        assert again.made_again
        found = again.item.model, again.item.recipe, again.item.pictures
        assert found == (MODEL, RECIPE, item.pictures)
        np.testing.assert_array_equal(again.item.vectors, item.vectors)


def test_a_picture_of_an_archive_is_what_its_name_says_or_is_refused() -> None:
    item = made(maker(), job("mug", b"abc"))["mug"].item
    posing = replace(item, picture=picture_key(b"abc", suffix=".jpg"))
    (refused,) = maker(featurizer=Idle()).make_all([job("mug", b"abc", packed=posing)])
    assert isinstance(refused, BadRow)
    assert "is of another kind than its name says" in refused.reason
    (refused,) = maker(featurizer=Idle()).make_all([job("mug", b"<svg/>", packed=item)])
    assert refused == BadRow("line of mug", "not a picture that can be read")


def test_pictures_are_loaded_many_at_once_and_worked_on_few_at_once() -> None:
    loading, at_once, busy, lock = threading.Barrier(8), 0, 0, threading.Lock()

    def load() -> list[bytes]:
        loading.wait(60)  # eight arrive together, or none goes on
        return [b"abc"]

    def slow(content: bytes) -> tuple[Picture, str]:
        nonlocal at_once, busy
        with lock:
            busy += 1
            at_once = max(at_once, busy)
        found = decode(content)
        with lock:
            busy -= 1
        return found

    jobs = [job(str(number), load=load) for number in range(16)]
    assert len(made(maker(decode=slow, workers=2, loaders=8), *jobs)) == 16
    assert 1 <= at_once <= 2
