"""The items' pictures over HTTP, as given or small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.api.body_schemas import FILE
from services.api.etags import seen_tags
from services.api.items import DAMAGED_ITEM, NO_ITEM, ItemId, existing
from services.api.rights import SEE_MATCHES
from services.api.stream import PieceStream
from services.bootstrap.api import ApiParts
from services.contract.problem_models import STORE_AWAY, problems
from services.core.errors import MissingError

_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": FILE, "example": "<the bytes>"} for kind in _TYPES.values()}},
    304: {"description": "It is that of If-None-Match."},
    **problems(
        {
            404: [NO_ITEM, "item 'mug-7' has the pictures 0 to 1, and no 2"],
            409: DAMAGED_ITEM,
            422: "`w` is '100'; expected 160, 320 or 640",
            429: "too many small pictures are being made; try again in a few seconds",
            503: STORE_AWAY,
        }
    ),
}


class Width(IntEnum):
    """The sides of small pictures, in pixels; few, so that each is made once for many pages."""

    PX_160 = 160
    PX_320 = 320
    PX_640 = 640


@dataclass(frozen=True, slots=True)
class LargePictures:
    """Pictures that a host can't send itself: those of more bytes are at the address that `link` gives."""

    more_than: int
    link: Callable[[str], str]


def build_router(parts: ApiParts, *, large: LargePictures | None = None) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["items"])

    @router.get(
        "/items/{item_id}/image",
        dependencies=SEE_MATCHES,
        summary="Get a picture of an item",
        response_class=Response,
        responses=_CONTENT,
    )
    def image(
        item_id: ItemId,
        request: Request,
        n: Annotated[int, Query(ge=0, description="The picture's place in `pictures`, from 0.")] = 0,
        w: Annotated[Width | None, Query(description="The highest width and height, in pixels.")] = None,
    ) -> Response:
        """One of an item's pictures, as it was given, or with `w` as a JPEG at most that wide and high.

        It has an ETag, and its address changes with the picture, so that it can be kept for a year.
        """
        item = existing(parts, item_id)
        if n >= len(item.pictures):
            raise MissingError(f"item {item_id!r} has the pictures 0 to {len(item.pictures) - 1}, and no {n}")
        key = item.pictures[n]
        tag = f'"{key}-{w}"' if w else f'"{key}"'
        # The address changes with the picture, so a browser may keep the picture indefinitely.
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": tag}
        if tag in seen_tags(request):
            return Response(status_code=304, headers=headers)
        found = _small(parts, key, headers, side_px=w) if w else _whole(parts, key, headers, large)
        if found is None:
            raise MissingError(f"picture {n} of item {item_id!r} is gone")
        return found

    return router


def _small(parts: ApiParts, key: str, headers: Mapping[str, str], *, side_px: int) -> Response | None:
    content = parts.thumbnails.get(key, side_px=side_px)
    return None if content is None else Response(content, media_type="image/jpeg", headers=headers)


def _whole(
    parts: ApiParts, key: str, headers: Mapping[str, str], large: LargePictures | None
) -> Response | None:
    """A picture from its store in pieces: held in memory for many slow readers, it would fill that."""
    opened = parts.catalogue.pictures.open(key)
    if opened is None:
        return None
    if large is not None and opened.size > large.more_than:
        opened.source.close()
        # The address expires.
        return RedirectResponse(large.link(key), 307, headers={"Cache-Control": "no-store"})
    return PieceStream(
        opened.pieces(),
        media_type=_TYPES[key[key.rindex(".") :]],
        headers={**headers, "Content-Length": str(opened.size)},
        ended=opened.source.close,
    )
