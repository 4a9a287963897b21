"""Media types with their parameters, as `Content-Type` and `Accept` hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind such as text/csv, and its parameters; all in lower case."""

    kind: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Self:
        """Read one; nothing is refused."""
        kind, *rest = (part.strip().lower() for part in text.split(";"))
        pairs = (part.partition("=") for part in rest)
        return cls(kind, {name.strip(): value.strip().strip('"') for name, _, value in pairs})

    def number(self, name: str) -> int:
        """A parameter that is a whole number from 0 on, 0 without it; raises ValueError."""
        value = self.parameters.get(name, "0")
        if not value.isdecimal():
            raise ValueError(f"{name} is {value[:20]!a}; expected a whole number")
        return int(value)
