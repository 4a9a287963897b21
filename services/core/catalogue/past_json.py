"""Changes that can be undone as JSON, for hosts that share them."""

from __future__ import annotations

import json

from services.core.catalogue.kept_items import HeldItems, item_fields, item_of_fields
from services.core.catalogue.undo import Past, PastMany
from services.core.domain import ItemWords


def past_to_json(past: Past) -> str:
    """A change; vectors as float16, as the item store keeps them."""
    before = None if past.before is None else item_fields(past.before)
    return json.dumps({"item_id": past.item_id, "after": past.after, "before": before})


def past_many_to_json(past: PastMany) -> str:
    """A change of many items."""
    words = [
        {
            "id": each.id,
            "expected": each.expected,
            "title": each.title,
            "link": each.link,
            "metadata": dict(each.metadata),
        }
        for each in past.words
    ]
    gone = [item_fields(item) for item in past.gone or ()]
    return json.dumps({"words": words, "gone": gone, "added": dict(past.added)})


def past_from_json(text: str) -> Past | PastMany:
    """The change of `past_to_json` or `past_many_to_json`; raises ValueError for anything else."""
    try:
        fields = json.loads(text)
        if "words" in fields:
            gone = HeldItems(tuple(item_of_fields(each) for each in fields["gone"]))
            return PastMany(tuple(ItemWords(**each) for each in fields["words"]), gone, fields["added"])
        before = None if fields["before"] is None else item_of_fields(fields["before"])
        return Past(fields["item_id"], before, fields["after"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"no change that can be undone: {error!r}") from None
