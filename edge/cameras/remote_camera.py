"""One thing that sends its frames over MQTT: its link and its status."""

import logging
import time

from common.wire import FRAMES_OVER_MQTT
from edge.link.port import Link
from edge.link.status import StatusBoard, encode_status
from edge.picture.frame_types import State

_log = logging.getLogger(__name__)
# Silence after a stall with which a camera counts as gone: it is reported, and its link is closed.
OFFLINE_AFTER_S = 60.0


class RemoteCamera:
    """Publishes the state of a thing that sends its frames; all but `board` and `link` is for one thread."""

    def __init__(
        self, thing: str, link: Link, *, stall_s: float, offline_after_s: float = OFFLINE_AFTER_S
    ) -> None:
        """Nothing is connected before `start`."""
        self.link = link
        self.board = StatusBoard(link.publish_status, source=FRAMES_OVER_MQTT)
        self._thing = thing
        self._stall_s, self._offline_s = stall_s, stall_s + offline_after_s
        self._good_s = float("-inf")
        self._state: tuple[State, str | None] | None = None

    def start(self) -> None:
        """Connect."""
        self.link.start(self.board.repeat)

    def good(self) -> None:
        """A good frame came."""
        self._good_s = time.monotonic()
        self._tell("online", None)

    def bad(self, reason: str) -> None:
        """A frame came that is no picture; it is published if no good one came for a while."""
        if time.monotonic() - self._good_s > self._stall_s:
            self._tell("no_camera", reason)

    def silent(self, for_s: float) -> bool:
        """Nothing has come for this time; True when the broker knows that the camera has gone."""
        if for_s > self._offline_s:
            self._tell("offline", self._silence())
            # Without a broker this has to wait, as an earlier state would stay retained.
            return self.link.connected
        if for_s > self._stall_s and self._state == ("online", None):
            self._tell("stalled", f"no frame for {self._stall_s:g} s")
        return False

    def stop(self, reason: str | None = None) -> None:
        """Publish that the camera is offline and disconnect."""
        self.link.stop(encode_status("offline", reason or self._silence(), source=FRAMES_OVER_MQTT))

    def _silence(self) -> str:
        return f"no frame for {self._offline_s:g} s"

    def _tell(self, state: State, reason: str | None) -> None:
        before, self._state = self._state, (state, reason)
        if before == self._state:
            return
        level = logging.INFO if state == "online" else logging.WARNING
        _log.log(level, "camera %s %s%s", self._thing, state, f": {reason}" if reason else "")
        self.board.set_state(state, reason)
