"""The history as a whole: its rows, its pictures and its keeper."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.core.errors import MissingError
from services.core.history.ports import HistoryPictures, HistoryStore, ShowingKeeper, Wanted
from services.core.history.showing import Showing

DAY_S = 86_400.0
# Rows that are deleted in one step, so that no write waits for long.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class History:
    """The rows and pictures of showings; safe to use from several threads. Calls may raise UnavailableError.

    `days` is the age at which a showing is deleted.
    """

    store: HistoryStore
    pictures: HistoryPictures
    keeper: ShowingKeeper
    days: int

    def newest(self, showing_id: int) -> Showing | None:
        """One showing as it was last written, None without it."""
        return next(iter(self.store.get_many([showing_id])), None)

    def get(self, showing_id: int) -> Showing:
        """One showing; raises MissingError."""
        if (showing := self.newest(showing_id)) is not None:
            return showing
        raise MissingError(f"there is no showing {showing_id} in the history (any more)")

    def picture(self, showing_id: int) -> bytes:
        """A showing's picture, a JPEG; raises MissingError."""
        showing = self.get(showing_id)
        jpeg = self.pictures.get(showing_id) if showing.has_picture else None
        if jpeg is None:
            raise MissingError(f"no picture of showing {showing_id} was kept")
        return jpeg

    def delete(self, ids: Sequence[int]) -> int:
        """Delete showings with their pictures; gives the number of those that there were."""
        # Pictures first: after a crash in between no picture is left that no row names.
        self.pictures.delete(ids)
        return self.store.delete(ids)

    def delete_before(self, before_s: float, *, thing: str | None = None) -> int:
        """Delete a camera's or all showings that began before then and have ended, with their pictures."""
        count = 0
        wanted = Wanted(thing=thing, to_s=before_s, ended=True)
        while page := self.store.page(wanted, limit=_AT_ONCE):
            deleted = self.delete([each.id for each in page])
            count += deleted
            if not deleted:  # another process was faster with all of them
                break
        return count

    def expire(self, clock: Callable[[], float] = time.time) -> int:
        """Delete the showings that are older than `days`."""
        return self.delete_before(clock() - self.days * DAY_S)
