"""Taking an archive into a catalogue."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from services.core.catalogue.items import Catalogue, Draft, seen_by
from services.core.catalogue.paging import all_items
from services.core.domain import InputError, UnavailableError
from services.core.importing.archive import Archive, Refusal, write_archive
from services.core.importing.restore import Restored, restore
from tests.core.catalogue.catalogues import decode, shots
from tests.core.importing.test_item_maker import Idle, maker
from tests.fakes import MODEL, OTHER_MODEL, FakeFeaturizer, FakeItems, FakePictures


def catalogue(*, model: str = MODEL, items: int = 20) -> Catalogue:
    """Some items, of which the first has a second picture."""
    made = Catalogue(FakeItems(), FakePictures(), FakeFeaturizer(model), decode, shots)
    for number in range(items):
        made.add(
            Draft(f"Thing {number}", id=f"t{number:02}", metadata={"n": str(number)}), bytes([number, 50, 9])
        )
    if items:
        (first,) = made.store.get_many(["t00"])
        assert first is not None
        looks = [made.look_again(first.picture), made.look(b"\xff\x00\x01")]
        made.store.put(seen_by(first, looks, model=model))
    return made


def archive(of: Catalogue) -> bytes:
    return b"".join(write_archive(all_items(of.store), of.pictures.get, model=of.store.model()))


def taken(
    content: bytes, into: FakeItems, *, pictures: FakePictures | None = None, model: bool = False
) -> Restored:
    making = maker() if model else maker(featurizer=Idle())
    return restore(Archive(io.BytesIO(content)), making, pictures=pictures or FakePictures(), store=into)


def test_the_items_are_what_they_were_and_no_model_has_run() -> None:
    source, store, pictures = catalogue(), FakeItems(), FakePictures()
    done = taken(archive(source), store, pictures=pictures)
    assert (done.items, done.anew, done.refused, done.change) == (20, 0, [], store.head())
    for before, after in zip(source.store.page(), store.page(), strict=True):
        np.testing.assert_allclose(before.vectors, after.vectors, atol=1e-3)
        bare = [replace(item, vectors=before.vectors, probes=before.probes) for item in (before, after)]
        assert bare[0] == bare[1]
        assert [pictures.get(key) for key in after.pictures] == [
            source.pictures.get(key) for key in before.pictures
        ]
    assert store.model() == MODEL


def test_an_archive_of_what_an_archive_made_is_the_same_to_the_byte() -> None:
    store, pictures = FakeItems(), FakePictures()
    first = archive(catalogue())
    taken(first, store, pictures=pictures)
    assert b"".join(write_archive(all_items(store), pictures.get, model=store.model())) == first


def test_items_of_another_model_are_featurised_anew_and_that_is_said() -> None:
    source, store = catalogue(model=OTHER_MODEL, items=3), FakeItems()
    done = taken(archive(source), store, model=True)
    assert (done.items, done.anew, store.model()) == (3, 3, MODEL)
    assert [len(item.vectors) for item in store.page()] == [4, 2, 2]


def test_a_damaged_archive_writes_nothing() -> None:
    whole = archive(catalogue())
    damaged = bytearray(whole)
    damaged[whole.rindex(bytes([19, 50, 9]))] ^= 1  # the last picture
    store, pictures = FakeItems(), FakePictures()
    with pytest.raises(InputError, match="the archive is damaged at pictures/"):
        taken(bytes(damaged), store, pictures=pictures)
    assert (store.page(), pictures.kept) == ([], {})


def test_an_item_that_can_not_be_taken_is_told_by_its_number_and_the_rest_is() -> None:
    source = catalogue(items=3)
    source.store.put(replace(source.store.page()[1], picture=f"{7:064x}.png"))
    store = FakeItems()
    done = taken(archive(source), store)
    assert (done.items, [item.id for item in store.page()]) == (2, ["t00", "t02"])
    assert done.refused == [Refusal(2, f"the picture {7:064x}.png of item 't01' is not in the archive")]


def test_a_store_that_is_down_is_told() -> None:
    store = FakeItems()
    store.down = {"put_many"}
    with pytest.raises(UnavailableError):
        taken(archive(catalogue()), store)
