"""What the wiring of several functions shares."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from services.bootstrap.page_settings import PageSettings

if TYPE_CHECKING:
    from services.adapters.s3_exchange import S3Exchange

# The only folder that a function may write to.
FOLDER = Path("/tmp/lookalike")


class CallTime:
    """The time that the present call may take; a function has one call at a time."""

    def __init__(self) -> None:
        self._until_s = 0.0

    def begin(self, *, left_s: float) -> None:
        """A call begins, which may take this long."""
        self._until_s = time.monotonic() + left_s

    def left_s(self) -> float:
        """What is left of it, in seconds."""
        return max(0.0, self._until_s - time.monotonic())


def check_address(settings: PageSettings) -> None:
    """Raise ValueError unless the settings name the page's address, which a function can't know."""
    if not settings.public_url:
        raise ValueError("LOOKALIKE_PUBLIC_URL is required in a function: the address that people use")


def open_exchange(place: str) -> S3Exchange | None:
    """The files that are too large for a function, None without a place for them. Raises InputError."""
    if not place:
        return None
    from services.bootstrap import aws  # late: its clients take 0.2 s to load

    return aws.open_exchange(place)
