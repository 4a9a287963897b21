"""Changes that can be undone as JSON, for hosts that share them."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from services.core.catalogue.stored_values import packed_points, points_of
from services.core.catalogue.undo import Past
from services.core.domain import Item, ItemFacts


def past_to_json(past: Past) -> str:
    """A change; vectors as float16, as the item store keeps them."""
    before = None if past.before is None else _to_fields(past.before)
    return json.dumps({"item_id": past.item_id, "after": past.after, "before": before})


def past_from_json(text: str) -> Past:
    """The change of `past_to_json`; raises ValueError for anything else."""
    try:
        fields = json.loads(text)
        before = None if fields["before"] is None else _from_fields(fields["before"])
        return Past(fields["item_id"], before, fields["after"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"no change that can be undone: {error!r}") from None


def _to_fields(item: Item) -> dict[str, Any]:
    # The metadata may be any mapping, which `asdict` can't copy.
    facts = asdict(item.facts, dict_factory=dict)
    return facts | {
        "metadata": dict(item.metadata),
        "recipe": item.recipe,
        "dim": item.vectors.shape[1],
        "vectors": base64.b64encode(item.vectors.astype("<f2").tobytes()).decode(),
        "points": base64.b64encode(packed_points(item.points)).decode(),
    }


def _from_fields(fields: dict[str, Any]) -> Item:
    content, recipe, dim = (fields.pop(name) for name in ("vectors", "recipe", "dim"))
    points = base64.b64decode(fields.pop("points"))
    fields |= {name: tuple(fields[name]) for name in ("more_pictures", "taught")}
    facts = ItemFacts(**fields)
    vectors = np.frombuffer(base64.b64decode(content), "<f2").astype(np.float32).reshape(-1, dim)
    return Item.of(facts, vectors=vectors, recipe=recipe, points=points_of(points, len(facts.pictures)))
