"""The writer of an import to the stores themselves."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from services.core.importing.import_run import Written
from services.core.importing.item_maker import Made
from services.core.ports import ItemStore, PictureStore

_THREADS = 8


class StoreWriter:
    """An ImportWriter of the process that writes to the stores."""

    def __init__(self, pictures: PictureStore, store: ItemStore) -> None:
        self._pictures, self._store = pictures, store

    def write(self, made: Sequence[Made]) -> Written:
        """Write items, pictures first; durable on return."""
        files = {key: content for each in made for key, content in each.pictures.items()}
        # Each call waits until the picture is durable.
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(lambda key: self._pictures.put(files[key], suffix=key[64:]), files):
                pass  # raises the error of a failed put
        return Written(self._store.put_many([each.item for each in made]))

    def settle(self, change: int) -> None:
        """Return at once: a search follows the store, or reads it when it starts."""
