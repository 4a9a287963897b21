"""The pictures of a request's source: uploaded, behind an address, or what a camera shows or has shown."""

from __future__ import annotations

from fastapi import HTTPException

from services.api.history import history_of
from services.api.item_requests import PictureSource
from services.bootstrap.api import ApiParts
from services.core.cameras.status import CameraStatus
from services.core.catalogue.cut_outs import GivenPicture
from services.core.errors import ConflictError


def given_pictures(parts: ApiParts, source: PictureSource) -> list[GivenPicture]:
    """The pictures of a source, which may take a while."""
    if source.url is not None:
        return [GivenPicture(parts.fetcher.fetch(source.url))]
    if source.thing is not None:
        return [_shown(parts, source.thing, parts.cameras.get(source.thing))]
    if source.showing is not None:
        return [_was_shown(parts, source.showing)]
    return source.cut(parts.cut_outs)


def _was_shown(parts: ApiParts, showing_id: int) -> GivenPicture:
    """The thing of a showing: its picture is cut to it with a taught picture's margin already."""
    history = history_of(parts)
    jpeg = history.picture(showing_id)
    if history.get(showing_id).box is None:
        return parts.cut_outs.found(jpeg)
    return GivenPicture(jpeg, taught=True)


def _shown(parts: ApiParts, thing: str, camera: CameraStatus | None) -> GivenPicture:
    """The thing before a camera, by the box of the camera, which knows the scene before, or of the model."""
    if camera is not None and camera.is_live and camera.model is not None:
        try:
            moment = parts.snapshots.moments(thing, camera)[0]
            return parts.cut_outs.boxed(moment.jpeg, moment.box)
        except (ConflictError, TimeoutError):  # it finds no things, or is of a version that knows no moments
            pass
    try:
        return parts.cut_outs.found(parts.snapshots.take(thing, camera))
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None
