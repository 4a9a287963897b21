"""What a browser says that it has already."""

from __future__ import annotations

from fastapi import Request


def seen_tags(request: Request) -> set[str]:
    """The tags of If-None-Match; a weak one counts as the strong one, as that header wants it."""
    return {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
