"""The import's writer to the stores, beyond the contract in tests/api/test_import_writer.py."""

from __future__ import annotations

import pytest

from services.core.errors import UnavailableError
from services.core.importing.store_writer import StoreWriter
from tests.core.importing.test_item_maker import job, made, maker
from tests.fakes import FakeItems, FakePictures


def test_what_is_kept_has_its_pictures_before_its_row() -> None:
    store, pictures = FakeItems(), FakePictures()
    found = made(maker(), job("mug", b"abc", b"xyz"), job("bowl", b"abc"))
    writer = StoreWriter(pictures, store)
    store.down = {"put_many"}
    with pytest.raises(UnavailableError):
        writer.write(list(found.values()))
    assert set(pictures.contents) == set(found["mug"].item.pictures)
    store.down = set()
    assert writer.write(list(found.values())).change == 2
    assert {item.id for item in store.page()} == {"mug", "bowl"}
