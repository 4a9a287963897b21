"""The ports of what is known of cameras."""

from __future__ import annotations

from typing import Protocol

from services.core.cameras.status import CameraStatus


class StatusStore(Protocol):
    """The last status of each camera; safe to use from several threads. Calls may raise UnavailableError.

    A camera that was not heard for LIVE_S is offline, whatever its last status says. Only so many are
    remembered: those that are gone for longest are forgotten first, and none that lives.
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
