"""The errors of the use cases; each text is for a person."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# The disk is full, the user's quota is, or a file would be larger than the process may write.
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class InputError(Exception):
    """Wrong input of a person or client; the text says what was wrong and what was expected."""


class TooLargeError(InputError):
    """Input that would take more memory or time than one may have; the text says how much was expected."""


class MissingError(Exception):
    """The subject of a request does not exist (any more); the text names it."""


class ConflictError(Exception):
    """A request conflicts with the present state; the text says what that is."""


class UnavailableError(Exception):
    """A dependency (item store, Redis, broker, search) does not answer; the text names it."""


class NoSpaceError(UnavailableError):
    """A disk is full, or its owner's share of it; nothing was written. The text says where and what to do."""

    @classmethod
    def at(cls, place: str, why: str) -> NoSpaceError:
        """The error about what is on that disk."""
        return cls(f"{place}: {why}; make room on its disk, and it goes on by itself")


@contextmanager
def no_space_told(place: str) -> Iterator[None]:
    """Raise NoSpaceError for an OSError that says that a disk is full; `place` names what is on it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise NoSpaceError.at(place, str(error.strerror)) from error


class BusyError(Exception):
    """Too much of the same is under way; the same request may be taken a little later."""


@dataclass(frozen=True, slots=True)
class Loading:
    """Progress of the first reading of the item store, in items; `total` is None until it has begun."""

    read: int = 0
    total: int | None = None

    def __str__(self) -> str:
        if self.total is None:
            return "the item store has not been read yet"
        return f"{self.read} of {self.total} items read"

    def to_json(self) -> dict[str, int | None]:
        """The JSON that HTTP and MQTT carry."""
        return {"read": self.read, "total": self.total}


class LoadingError(UnavailableError):
    """The index has not read the item store yet, so it gives no answer; `loading` is its progress."""

    def __init__(self, loading: Loading) -> None:
        super().__init__(f"the index is loading: {loading}")
        self.loading = loading
