"""The ports of what is known of cameras."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from services.core.cameras.previews import FRESH_S, Preview
from services.core.cameras.status import CameraStatus


class StatusStore(Protocol):
    """The last status of each camera; safe to use from several threads. Calls may raise UnavailableError.

    A camera that was not heard for LIVE_S is offline, whatever its last status says. Their number is
    limited: those that are gone for longest are forgotten first, and none that lives.
    """

    def all(self) -> list[CameraStatus]:
        """The cameras in the order of their names."""

    def get(self, thing: str) -> CameraStatus | None:
        """One camera, None if it never sent a status, or was forgotten."""

    def note(self, thing: str) -> None:
        """A camera has shown in another way that it lives, such as by an answered observation."""

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message of a status topic; anything but a status is logged and changes nothing.

        An empty one, which is how a retained message is removed, forgets the camera.
        """


class PreviewStore(Protocol):
    """The newest previews of each camera that is watched; safe to use from several threads.

    Calls may raise UnavailableError.
    """

    @property
    def look_every_s(self) -> float | None:
        """The time after which who waits for a newer one has to look again, None if `listening` tells it."""

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message of a preview topic; anything but a small JPEG is logged and changes nothing."""

    def newest(self, thing: str, *, within_s: float = FRESH_S) -> Preview | None:
        """The newest preview of a camera, None if it came longer than `within_s` (at most KEPT_S) ago."""

    def of(self, thing: str, session: str, seq: int) -> Preview | None:
        """The preview of an observed frame, None if it never came, or longer ago than KEPT_S."""

    def must_ask(self, thing: str) -> bool:
        """Whether the caller has to tell the camera now that it is watched."""

    def listening(self, thing: str, tell: Callable[[], object]) -> AbstractContextManager[None]:
        """Call `tell` at each new preview of a camera, in another thread, if the store can do that."""


class FramePictures(Protocol):
    """Pictures of the very frames that were observed, for some seconds; safe to use from several threads."""

    def of(self, thing: str, session: str, seq: int) -> bytes | None:
        """The whole frame of that observation as a JPEG, up to 480 px wide; waits 3 s at most.

        None if there is none, whatever the reason: the frame is gone (it is kept for 2 s, a camera's newest
        for 10 s), the camera forbids pictures or does not know of them, or broker or camera is away.
        """
