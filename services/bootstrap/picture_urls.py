"""The addresses of items' pictures."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from services.core.domain import ItemFacts


def picture_urls(page_url: str) -> Callable[[ItemFacts], str]:
    """The absolute address of an item's picture; it changes with the picture, which can thus be cached."""
    return lambda item: f"{page_url}/items/{quote(item.id, safe='')}/image?v={item.picture[:12]}"
