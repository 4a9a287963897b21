"""The time for which a source may give no frame before it counts as stalled."""

# A source that is slow by itself, as one whose frames take long to decode, is given more time: up to this.
_MOST_TIMES = 6


class Silence:
    """Watches over one attempt after the other; times are monotonic seconds."""

    def __init__(self, *, stall_s: float, open_s: float) -> None:
        """`stall_s` counts after a frame, `open_s` from the beginning of an attempt to its first one."""
        self._stall_s, self._open_s = stall_s, max(stall_s, open_s)
        self._began_s: float | None = None
        self._frame_s: float | None = None
        self._longest_s = 0.0

    def begin(self, now_s: float) -> None:
        """An attempt begins."""
        self._frame_s, self._longest_s = None, 0.0
        self._began_s = now_s

    def frame(self, now_s: float) -> None:
        """A frame came."""
        if self._frame_s is not None:
            self._longest_s = max(self._longest_s, now_s - self._frame_s)
        self._frame_s = now_s

    def end(self) -> bool:
        """The attempt is over; whether it had a frame."""
        self._began_s = None
        return self._frame_s is not None

    def too_long_s(self, now_s: float) -> float | None:
        """The allowed time, when it has passed without a frame."""
        began_s, frame_s = self._began_s, self._frame_s
        if began_s is None:
            return None
        allowed_s = self._open_s if frame_s is None else self._allowed_s()
        return allowed_s if now_s - (frame_s or began_s) > allowed_s else None

    def _allowed_s(self) -> float:
        return min(max(self._stall_s, 2 * self._longest_s), _MOST_TIMES * self._stall_s)
