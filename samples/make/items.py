"""Reads the item definitions, the source of pictures, clip and catalogue.csv."""

import tomllib
from dataclasses import dataclass, field
from typing import Any

from .paths import ITEMS


@dataclass(frozen=True)
class DrawnItem:
    """A thing that can be rendered: `build` names the shape, `form` and `art` fill it in."""

    id: str
    title: str
    category: str
    price: str
    colour: str
    build: str
    form: dict[str, Any] = field(default_factory=dict)
    art: list[dict[str, Any]] = field(default_factory=list)
    stranger: bool = False


def load_items() -> list[DrawnItem]:
    """All items in file order, strangers (which are not for sale and only in the clip) included."""
    items = [DrawnItem(**row) for path in ITEMS for row in tomllib.loads(path.read_text("utf-8"))["item"]]
    ids = [item.id for item in items]
    doubled = {name for name in ids if ids.count(name) > 1}
    if doubled:
        raise ValueError(f"item ids must be unique, these are not: {sorted(doubled)}")
    return items
