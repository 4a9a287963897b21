"""The states of items before their last changes, so that a change can be taken back."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.core.catalogue.kept_items import KeptItems
from services.core.domain import Item, ItemWords
from services.core.errors import MissingError

MAX_CHANGES = 1000
KEPT_S = 3600.0
# Vectors are most of it: an item of one picture takes about 6 KB.
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Past:
    """A change of an item: how it was before (None: there was none), and its revision after it."""

    item_id: str
    before: Item | None
    after: str

    @property
    def size(self) -> int:
        """The approximate size in bytes."""
        before = self.before
        return 0 if before is None else before.vectors.nbytes + sum(map(len, before.points))

    @property
    def pictures(self) -> Sequence[str]:
        """The keys of pictures that it may bring back."""
        return self.before.pictures if self.before else ()


@dataclass(frozen=True, slots=True)
class PastMany:
    """A change of many items: what writes them as they were before.

    `words` are their words before, each for the revision after; `gone` are those that were deleted, and
    `added` the revisions of those that had not been there.
    """

    words: tuple[ItemWords, ...] = ()
    gone: KeptItems | None = None
    added: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The approximate size in bytes, of which `gone` may be on a disk."""
        # An object of Python has some 60 bytes beside its text.
        words = sum(
            500 + sum(len(name) + len(value) + 120 for name, value in each.metadata.items())
            for each in self.words
        )
        return words + 200 * len(self.added) + (self.gone.size if self.gone else 0)

    @property
    def pictures(self) -> Sequence[str]:
        """The keys of pictures that it may bring back."""
        return self.gone.pictures if self.gone else ()


class UndoStore(Protocol):
    """The last changes by token: MAX_CHANGES and MAX_BYTES of them at most, each for an hour.

    Any thread may call it at any time.
    """

    def remember(self, past: Past) -> str:
        """Keep an item's earlier state; gives the token of the change.

        The change was made already: if it can't be kept, that is logged, and the token will not be found.
        """

    def remember_many(self, past: PastMany) -> str | None:
        """Keep the earlier state of many items; None if that is too large to be kept."""

    def find(self, token: str) -> Past | PastMany:
        """The change of a token; raises MissingError for one that is unknown, used or too old.

        It may raise UnavailableError.
        """

    def forget(self, token: str) -> None:
        """Drop the change of this token, which was undone."""

    def pictures(self) -> set[str]:
        """The keys of pictures that an undo may bring back; may raise UnavailableError."""


def missing_change(token: str, *, in_memory: bool = False) -> MissingError:
    """The error for a token without a change; what is in memory ends with its process."""
    # Two whole sentences: the page translates them as they are.
    if in_memory:
        return MissingError(
            f"there is no change to undo under the token {token[:40]!a}: each can be undone once, within "
            f"{KEPT_S / 3600:g} hour, while it is one of the last {MAX_CHANGES}, until the api restarts"
        )
    return MissingError(
        f"there is no change to undo under the token {token[:40]!a}: each can be undone once, within "
        f"{KEPT_S / 3600:g} hour, while it is one of the last {MAX_CHANGES}"
    )


class Undo:
    """The changes of one process, in memory."""

    def __init__(
        self,
        *,
        max_changes: int = MAX_CHANGES,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_changes, self._max_bytes, self._clock = max_changes, max_bytes, clock
        # The latest is at the end, each with the clock's seconds when it was remembered.
        self._pasts: OrderedDict[str, tuple[float, Past | PastMany]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def remember(self, past: Past) -> str:
        """Keep an item's earlier state; gives the token of the change."""
        return self._remember(past)

    def remember_many(self, past: PastMany) -> str | None:
        """Keep the earlier state of many items; None if that is too large to be kept."""
        return self._remember(past) if past.size <= self._max_bytes else None

    def _remember(self, past: Past | PastMany) -> str:
        token = secrets.token_hex(16)
        with self._lock:
            self._pasts[token] = self._clock(), past
            self._bytes += past.size
            while len(self._pasts) > self._max_changes or self._bytes > self._max_bytes:
                self._drop(next(iter(self._pasts)))
        return token

    def find(self, token: str) -> Past | PastMany:
        """The change of a token; raises MissingError for one that is unknown, used or too old."""
        with self._lock:
            self._expire()
            if token in self._pasts:
                return self._pasts[token][1]
        raise missing_change(token, in_memory=True)

    def forget(self, token: str) -> None:
        """Drop the change of this token, which was undone."""
        with self._lock:
            if token in self._pasts:
                self._drop(token)

    def pictures(self) -> set[str]:
        """The keys of pictures that an undo may bring back."""
        with self._lock:
            self._expire()
            pasts = [past for _, past in self._pasts.values()]
        return {key for past in pasts for key in past.pictures}

    def _expire(self) -> None:
        while self._pasts and self._clock() - next(iter(self._pasts.values()))[0] > KEPT_S:
            self._drop(next(iter(self._pasts)))

    def _drop(self, token: str) -> None:
        self._bytes -= self._pasts.pop(token)[1].size
