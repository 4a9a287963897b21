"""Queries for items in a request's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from services.core.catalogue.item_search import ItemQuery, Sort

# Letters of a cursor at most: it holds the beginning of a title.
CURSOR = 1000
BAD_FACET = "`facet` is 'blue'; expected field:value, such as colour:blue"
BAD_CURSOR = "`cursor` is of a list with other words, facets or order; begin again without it"
LOADING = "the index is loading: 4000 of 10000 items read"
Words = Annotated[
    str,
    Query(
        max_length=500,
        description="Words in any order, each a part of a word or with a typo.",
        examples=["blue mug"],
    ),
]
Facets = Annotated[
    Sequence[str],
    Query(description="Metadata that they have, `field:value`; may be repeated.", examples=["colour:blue"]),
]


def item_query(q: str, facet: Sequence[str], sort: Sort | None = None) -> ItemQuery:
    """The items that a request asks for; raises InputError."""
    return ItemQuery(q, tuple(facet), sort)
