"""Fakes of what the device modules stand on."""

from edge.picture.frame_types import Frame, Taken


class FakeCamera:
    """Gives the frames that it was given."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.taken = Taken("cam-3", 1_800_000_000.5)

    def take(self, timeout_s: float) -> Frame | None:
        assert timeout_s > 0
        return self.frames.pop(0) if self.frames else None


class FakeTransport:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes) -> bool:
        self.sent.append((topic, payload))
        return True
