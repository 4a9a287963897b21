"""Pictures of observed frames: from the camera, which keeps the last few, or from its previews."""

from __future__ import annotations

import contextlib

from services.core.cameras.ports import PreviewStore, StatusStore
from services.core.cameras.snapshots import Snapshots
from services.core.errors import ConflictError, MissingError, UnavailableError

WAIT_S = 3.0


class AskedFramePictures:
    """FramePictures of cameras that are asked by command; their previews are smaller, and a second choice."""

    def __init__(self, snapshots: Snapshots, cameras: StatusStore, previews: PreviewStore) -> None:
        self._snapshots, self._cameras, self._previews = snapshots, cameras, previews

    def of(self, thing: str, session: str, seq: int) -> bytes | None:
        """The frame as the camera gives it, else its preview, else None."""
        with contextlib.suppress(ConflictError, MissingError, UnavailableError, TimeoutError):
            camera = self._cameras.get(thing)
            return self._snapshots.frame(thing, camera, session=session, seq=seq, within_s=WAIT_S)
        with contextlib.suppress(UnavailableError):
            preview = self._previews.of(thing, session, seq)
            return None if preview is None else preview.jpeg
        return None
