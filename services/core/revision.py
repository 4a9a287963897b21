"""The revision of an item: a token of what a person can change of it; a write may be conditional on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

# The revision of an id that has no item.
NO_ITEM = ""
_DIGITS = 16


def content_revision(
    *, title: str, link: str | None, metadata: Mapping[str, str], pictures: Sequence[str]
) -> str:
    """A hash of an item's words and of its pictures' keys, 16 hex digits.

    Feedback and vectors are left out, so that neither a press on "right" nor another model's rebuild refuses
    the change that somebody is typing. The order of the metadata is left out too.
    """
    content = [title, link, sorted(metadata.items()), list(pictures)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:_DIGITS]
