"""The refusal of pictures that show nothing; every plain wall would match such an item."""

from __future__ import annotations

from services.core.errors import InputError
from services.core.ports import Picture

# Levels of 255, in the channel that differs most. What differs less looks like one colour, as WebP and JPEG
# files of one colour do.
_LEAST_LEVELS = 10


def check_visible(picture: Picture) -> None:
    """Raise InputError for a picture of one colour all over, as a wholly transparent one becomes."""
    levels = picture.reshape(-1, picture.shape[2])
    if int((levels.max(axis=0) - levels.min(axis=0)).max()) < _LEAST_LEVELS:
        raise InputError(
            "nothing to see: the picture is transparent, or of one colour all over; expected one of the item"
        )
