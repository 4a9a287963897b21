"""What the running search says of its index and its space, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS = {
    "exact": "exact",
    "means": "approximate, by means of the items' vectors",
    "endpoint": "a SageMaker endpoint",
    "milvus": "Milvus",
}


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


def knn_told(state: Mapping[str, Any]) -> str | None:
    """The index of the search's state, None for an empty catalogue."""
    knn = state.get("knn")
    if not knn:
        return None
    size = f"{knn['items']} items, {knn['vectors']} vectors"
    parts = f"{knn['base']} in its base, {knn['delta']} beside it, {knn['tombstones']} replaced or deleted"
    return f"index: {_KINDS.get(knn['kind'], knn['kind'])}, {size} ({parts}); {_measured(knn)}"


def _measured(knn: Mapping[str, Any]) -> str:
    recall, rate, memory, mapped = (knn[name] for name in ("recall", "rate", "memory", "mapped"))
    told = [
        "its recall is not known" if recall is None else f"recall {recall:.3g}",
        None if rate is None else f"{rate:.0f} queries a second",
        None if memory is None else f"{memory / 2**20:.1f} MiB in memory",
        f"{mapped / 2**20:.1f} MiB mapped" if mapped else None,
    ]
    return ", ".join(filter(None, told))


def _ago(seconds: float) -> str:
    for name, length_s in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {name}"
    return f"{seconds:.0f} seconds"
