"""One camera of this process: its source, its connection to the broker, and its status, as one thing."""

from collections.abc import Callable, Mapping, Sequence

from edge.cameras.source_reader import SourceReader
from edge.cameras.sources import open_source
from edge.cameras.sources.reach import Reach
from edge.link import commands
from edge.link.port import OpenLink
from edge.link.status import StatusBoard, encode_status
from edge.picture.frame_types import Shot

_BROKER_WAIT_S = 1.0
# The reason of a camera's end that was taken out in the page.
FORGOTTEN = "forgotten"


class LocalCamera:
    """The camera that LOOKALIKE_SOURCE names, as the loop needs it; `connect` and `start` open it."""

    def __init__(
        self,
        source: str,
        open_link: OpenLink,
        *,
        thing: str,
        stall_s: float,
        fast: bool = False,
        reach: Reach | None = None,
        about: Callable[[], Mapping[str, object]] = dict,
        will: Mapping[str, object] | None = None,
        retained: Sequence[tuple[str, bytes]] = (),
        on_watch: commands.OnWatch,
        on_snapshot: commands.OnSnapshot | None = None,
        on_details: commands.OnDetails = lambda _thing: None,
        on_picture: commands.OnPicture | None = None,
        on_camera: commands.OnCamera | None = None,
    ) -> None:
        """`retained` are topics and payloads for the broker to keep.

        `reach` judges the addresses of a network camera; `about` gives further fields of
        each status, and `will` those of the one that the broker publishes when this process dies.

        `on_watch` is called, in the link's thread, when somebody watches the camera (its name, seconds),
        `on_snapshot` when somebody wants a picture of it (its name, the topic of the answer),
        `on_details` when the search wants local features of it (its name), `on_picture` when somebody wants
        a frame of it that was observed, `on_camera` with a command about the cameras that this edge runs.
        """
        opened = open_source(source, stall_s=stall_s, fast=fast, reach=reach)
        self._about = about
        self._link = open_link(
            thing,
            on_message=commands.receiver(on_watch, on_snapshot, on_details, on_picture, on_camera),
            retained=retained,
            about=will,
        )
        self._source = opened.name if opened else None
        self._board = StatusBoard(self._link.publish_status, source=self._source, about=about)
        self._reader = SourceReader(opened, thing=thing, stall_s=stall_s, on_state=self._board.set_state)

    @property
    def max_message_bytes(self) -> int:
        """The largest message that its link takes."""
        return self._link.max_message_bytes

    def connect(self) -> None:
        """Connect to the broker, in the background."""
        self._link.start(self._board.repeat)

    def wait_wanted(self, stopping: Callable[[], bool]) -> bool:
        """Return True at once: the model is always needed."""
        return not stopping()

    def beat(self) -> None:
        """Do nothing: each frame is counted, or that there is none, and the status repeated with it."""

    def tell_again(self) -> None:
        """Publish the status again, after a change of the camera's facts (`about`)."""
        self._board.repeat()

    def start(self) -> None:
        """Open the source."""
        # A short wait, so that the first observation is not dropped; a broker may also come later.
        self._link.wait_connected(_BROKER_WAIT_S)
        self._reader.start()

    def stop(self, reason: str) -> None:
        """Close the source, and publish that the camera is offline and why.

        One that was forgotten (FORGOTTEN) takes back its status, and nothing tells of it any more.
        """
        self._reader.stop()
        if reason == FORGOTTEN:
            self._link.stop(b"")
            return
        self._link.stop(encode_status("offline", reason, source=self._source, about=self._about()))

    def take(self, timeout_s: float) -> Shot | None:
        """Return the freshest frame that was not taken before, and count it; None after `timeout_s`."""
        shot = self._reader.take(timeout_s)
        self._board.count(shot is not None)
        return shot

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message at most once; False when it was dropped."""
        return self._link.publish(topic, payload)

    def set_model(self, *, provider: str, model: str) -> None:
        """Publish the model's fingerprint and the execution provider that it runs on."""
        self._board.set_model(provider=provider, model=model)

    def set_model_trouble(self, trouble: str | None) -> None:
        """Publish why the model is not the one of the settings; None when it is. Threads may call it."""
        self._board.set_model_trouble(trouble)
