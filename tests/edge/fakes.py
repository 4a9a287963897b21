"""Fakes of the edge's ports."""

from edge.picture.frame_types import Frame, Shot


class FakeCamera:
    """Gives the frames that it was given, as of one camera at one moment unless it is told otherwise."""

    def __init__(self, *, thing: str = "cam-3", at_s: float = 1_800_000_000.5) -> None:
        self.shots: list[Shot] = []
        self._thing, self._at_s = thing, at_s

    def see(self, *frames: Frame, thing: str | None = None, after_s: float = 0) -> None:
        """Give these frames next."""
        self.shots += [Shot(frame, thing or self._thing, self._at_s + after_s) for frame in frames]

    def take(self, timeout_s: float) -> Shot | None:
        assert timeout_s > 0
        return self.shots.pop(0) if self.shots else None


class FakePublisher:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes) -> bool:
        self.sent.append((topic, payload))
        return True
