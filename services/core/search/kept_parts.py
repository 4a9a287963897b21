"""What a training's files and a snapshot's have in common: an item's facts, and a space."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.core.domain import ItemFacts
from services.core.search.space import Space, TaughtScale

_SPACE = ("catalogue_mean", "taught_mean", "metric")


def facts_json(item: ItemFacts) -> list[Any]:
    """An item's facts but its model, which is that of all, in the order of `facts_of`."""
    return [
        item.id,
        item.title,
        item.picture,
        item.views,
        item.link,
        dict(item.metadata),
        item.right,
        item.wrong,
        item.more_pictures,
        item.taught,
    ]


def facts_of(told: list[Any], model: str) -> ItemFacts:
    """The facts of what `facts_json` made."""
    item_id, title, picture, views, link, metadata, right, wrong, more, taught = told
    return ItemFacts(
        id=item_id,
        title=title,
        picture=picture,
        model=model,
        views=views,
        link=link,
        metadata=metadata,
        right=right,
        wrong=wrong,
        more_pictures=tuple(more),
        taught=tuple(taught),
    )


def space_json(space: Space) -> dict[str, Any]:
    """The few numbers of a space; what is shipped with the model is left out."""
    return {
        "scale": [space.scale.gain, space.scale.offset],
        "taught_items": space.taught_items,
        "sharpening_items": space.sharpening_items,
    }


def space_arrays(space: Space) -> dict[str, Any]:
    """Its arrays by name."""
    return {name: getattr(space, name) for name in _SPACE if getattr(space, name) is not None}


def space_of(told: Mapping[str, Any], arrays: Mapping[str, Any]) -> Space:
    """The space of what `space_json` and `space_arrays` made."""
    return Space(
        **{name: arrays.get(name) for name in _SPACE},
        scale=TaughtScale(*told["scale"]),
        taught_items=told["taught_items"],
        sharpening_items=told["sharpening_items"],
    )


def compact(facts: ItemFacts) -> ItemFacts:
    """The same facts, with texts that many items share kept in memory once."""
    metadata = {sys.intern(name): value for name, value in facts.metadata.items()}
    return replace(facts, model=sys.intern(facts.model), metadata=metadata)
