"""What the space was made of, for people who ask why items come first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SpaceState:
    """The age of the space, and the number of taught items that it was fitted to; enough of them sharpen it.

    `cameras` is the number of those of which a mean is known now.
    """

    age_s: float
    taught_items: int
    is_sharpened: bool
    cameras: int

    def to_json(self) -> dict[str, Any]:
        """The form of the search's state."""
        return asdict(self) | {"age_s": round(self.age_s, 1)}
