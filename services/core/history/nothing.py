"""A history that keeps nothing: showings begin and end for those who listen, and no row is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.core.history.ports import Position, Wanted
from services.core.history.showing import Said, Showing


class NoRows:
    """A HistoryStore without rows, and HistoryPictures without pictures."""

    def write(self, begun: Sequence[Showing], moved: Sequence[Showing]) -> None:
        """Keep nothing."""

    def say(self, said: Mapping[int, Said]) -> None:
        """There is no row."""

    def note_pictures(self, ids: Sequence[int]) -> None:
        """There is no row."""

    def get_many(self, ids: Sequence[int]) -> list[Showing]:
        """None of them."""
        del ids
        return []

    def page(self, wanted: Wanted, *, after: Position | None = None, limit: int = 100) -> list[Showing]:
        """An empty page."""
        del wanted, after, limit
        return []

    def opened(self) -> list[Showing]:
        """None."""
        return []

    def with_record(self, thing: str, record_id: int) -> Showing | None:
        """None."""
        del thing, record_id
        return None

    def put(self, showing_id: int, jpeg: bytes, /) -> None:
        """Keep nothing."""

    def get(self, showing_id: int, /) -> bytes | None:
        """None."""
        del showing_id
        return None

    def delete(self, ids: Sequence[int], /) -> int:
        """There is nothing to delete."""
        del ids
        return 0

    def count(self, wanted: Wanted) -> int:
        """No rows."""
        del wanted
        return 0

    def shown(self) -> Mapping[str, int]:
        """No item."""
        return {}

    def check_write(self) -> None:
        """Nothing is written."""
