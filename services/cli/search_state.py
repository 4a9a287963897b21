"""What the running search says of its space, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def hubs_told(state: Mapping[str, Any]) -> str | None:
    """The hubs of the search's state, None if it has none."""
    hubs = state.get("hubs") or {"count": 0}
    if not hubs["count"]:
        return None
    named = ", ".join(map(ascii, hubs["first"]))
    return f"{hubs['count']} items are like pictures of anything, and damped: {named}"


def space_told(state: Mapping[str, Any]) -> str | None:
    """The space of the search's state, None for a model of which no means are known."""
    space = state.get("space")
    if not space:
        return None
    taught = f"{space['taught_items']} taught items" + ", which sharpen it" * space["is_sharpened"]
    return (
        f"own means: fitted {_ago(space['age_s'])} ago, with {taught}; {space['cameras']} cameras have "
        "means of their own"
    )


def _ago(seconds: float) -> str:
    for name, length_s in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {name}"
    return f"{seconds:.0f} seconds"
