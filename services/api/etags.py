"""Entity tags: of content that a client already has, and of the revision that its change is made from."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated

from fastapi import Header, Request

from services.contract.item_models import ItemAnswer
from services.core.errors import InputError
from services.core.revision import NO_ITEM

# The second part covers facts outside the revision, such as feedback; conditions ignore it.
_ITEM_TAG = re.compile(r'"([0-9a-f]{16})(?:-[0-9a-f]{8})?"')


def seen_tags(request: Request) -> set[str]:
    """The tags of If-None-Match; a weak one counts as strong, as that header's rule says."""
    return {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}


def item_tag(item: ItemAnswer) -> str:
    """The tag of an item's JSON: its revision, and a hash of all of it."""
    told = hashlib.sha256(json.dumps(item.model_dump(), sort_keys=True).encode()).hexdigest()[:8]
    return f'"{item.revision}-{told}"'


def expected_revision(
    if_match: Annotated[
        str | None,
        Header(
            description="The `revision` that was read, in quotes, or the ETag: for another one nothing "
            "changes, and the answer is 409.",
            examples=['"0123456789abcdef"'],
        ),
    ] = None,
) -> str | None:
    """The revision that a change is made from, None for any; raises InputError if it is none."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ITEM_TAG.fullmatch(if_match.strip())
    if found is None:
        weak = ", and none that a proxy has made weak (W/)" if if_match.strip().startswith("W/") else ""
        raise InputError(
            f"If-Match is {if_match[:60]!a}; expected one item's `revision` in quotes, or its ETag{weak}"
        )
    return found[1]


def expected_of_new(
    if_match: Annotated[str | None, Header(description="As for PUT, of the item that is replaced.")] = None,
    if_none_match: Annotated[
        str | None, Header(description="`*`: an item of this id is not replaced; the answer is 409 then.")
    ] = None,
) -> str | None:
    """The revision that POST may replace, NO_ITEM for none, None for any; raises InputError."""
    if if_none_match is None:
        return expected_revision(if_match)
    if if_none_match.strip() != "*" or if_match is not None:
        raise InputError(f"If-None-Match is {if_none_match[:60]!a}; expected `*`, and no If-Match beside it")
    return NO_ITEM
