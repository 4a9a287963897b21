"""All cameras that send their frames over MQTT, as one source of frames, for LOOKALIKE_SOURCE=mqtt."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from common import wire
from common.rate_limited_log import RateLimitedLog
from edge.cameras.decode_ahead import DecodeAhead
from edge.cameras.fair_queue import MAX_THINGS, FairQueue
from edge.cameras.remote_camera import OFFLINE_AFTER_S, RemoteCamera
from edge.link import commands, home_assistant
from edge.link.port import Link, OpenLink
from edge.picture.frame_types import Shot

_LOOK_ROUND_S = 0.5
_WAIT_S = 0.1
_TOO_MANY = "too many"


class RemoteCameras:
    """Gives the freshest frame of each thing in turn, and publishes for each on a link of its own.

    The thread of the link only puts frames aside; another one decodes and watches over the things.
    """

    def __init__(
        self,
        open_link: OpenLink,
        *,
        stall_s: float,
        max_age_s: float,
        on_watch: commands.OnWatch,
        on_snapshot: commands.OnSnapshot | None = None,
        on_details: commands.OnDetails = lambda _thing: None,
        on_picture: commands.OnPicture | None = None,
        home_assistant: bool = False,
        offline_after_s: float = OFFLINE_AFTER_S,
    ) -> None:
        """Prepare to listen; nothing is opened before `connect`.

        `on_watch` gets a thing that is watched and the number of seconds. A thing that is silent for
        `stall_s` is stalled, and `offline_after_s` later it is offline.
        """
        self._open_link, self._max_age_s = open_link, max_age_s
        self._stall_s, self._offline_after_s = stall_s, offline_after_s
        self._on_watch, self._on_snapshot, self._on_details = on_watch, on_snapshot, on_details
        self._on_picture = on_picture
        self._home_assistant = home_assistant
        self._frames = open_link(None, filters=["lookalike/+/frame"], on_message=self.receive)
        self._queue = FairQueue(max_age_s=max_age_s)
        self._ahead = DecodeAhead(self._queue, max_age_s=max_age_s, judge=self._judge)
        self._faults = RateLimitedLog()
        self._lock = threading.Lock()
        self._cameras: dict[str, RemoteCamera] = {}
        self._model: dict[str, str] = {}
        self._model_trouble: str | None = None
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._work, name="frames", daemon=True)

    @property
    def max_message_bytes(self) -> int:
        """The largest message that the links take."""
        return self._frames.max_message_bytes

    def connect(self) -> None:
        """Listen for frames, in the background."""
        self._frames.start()
        self._worker.start()

    def wait_wanted(self, stopping: Callable[[], bool]) -> bool:
        """Wait for a first picture, so that no model is loaded in vain; False when it is time to stop."""
        while not stopping():
            if self._ahead.wait(_WAIT_S):
                return True
        return False

    def start(self) -> None:
        """Do nothing, as everything is open."""

    def stop(self, reason: str) -> None:
        """Publish for each thing that it is offline and why, and end all connections."""
        self._stopping.set()
        if self._worker.is_alive():
            self._worker.join()
        self._frames.stop()
        cameras = self._all()
        # All at once: without a broker each takes nearly a second.
        with ThreadPoolExecutor(len(cameras) or 1) as pool:
            list(pool.map(lambda camera: camera.stop(reason), cameras.values()))

    def take(self, timeout_s: float) -> Shot | None:
        """Return a frame of the thing whose turn it is, and count it; None after `timeout_s`."""
        shot = self._ahead.take(timeout_s)
        for thing, camera in self._all().items():
            camera.board.count(shot is not None and thing == shot.thing)
        return shot

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message on the connection of its topic's thing; False when there is none."""
        # lookalike/<thing>/<kind> or lookalike/<thing>/reply/<token>, of which a rule's begin otherwise.
        parts = topic.split("/")
        if parts[:2] == ["$aws", "rules"]:
            del parts[:3]
        camera = self._all().get(parts[1]) if parts[0] == "lookalike" and len(parts) > 2 else None
        return camera is not None and camera.link.publish(topic, payload)

    def set_model(self, *, provider: str, model: str) -> None:
        """Publish the model and its execution provider for all things, later ones too."""
        with self._lock:
            self._model = {"provider": provider, "model": model}
        for camera in self._all().values():
            camera.board.set_model(provider=provider, model=model)

    def set_model_trouble(self, trouble: str | None) -> None:
        """Publish for all things, later ones too, why the model is not the one of the settings."""
        with self._lock:
            self._model_trouble = trouble
        for camera in self._all().values():
            camera.board.set_model_trouble(trouble)

    def receive(self, topic: str, payload: bytes) -> None:
        """Put a frame aside; a topic that is not a frame's, or one thing too many, is logged."""
        try:
            thing, _kind = wire.parse_topic(topic)
        except wire.WireError as error:
            self._faults.say("topic", f"frame refused: {error}")
            return
        if not self._queue.put(thing, payload):
            self._faults.say(_TOO_MANY, f"frames of {thing} refused: {MAX_THINGS} cameras send already")

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._ahead.work(_LOOK_ROUND_S)
            for thing, camera in self._all().items():
                if camera.silent(self._queue.silent_s(thing)):
                    self._close(thing, camera)

    def _judge(self, thing: str, wrong: str | None) -> None:
        camera = self._all().get(thing) or self._open(thing)
        if wrong is None:
            camera.good()
        else:
            self._faults.say(thing, f"frame of {thing} refused: {wrong}")
            camera.bad(wrong)

    def _open(self, thing: str) -> RemoteCamera:
        camera = RemoteCamera(
            thing, self._link_of(thing), stall_s=self._stall_s, offline_after_s=self._offline_after_s
        )
        with self._lock:
            self._cameras[thing] = camera
            model, trouble = self._model, self._model_trouble
        if model:
            camera.board.set_model(**model)
        camera.board.set_model_trouble(trouble)
        camera.start()
        return camera

    def _close(self, thing: str, camera: RemoteCamera) -> None:
        with self._lock:
            del self._cameras[thing]
        self._queue.forget(thing)
        for subject in (thing, _TOO_MANY):
            self._faults.forget(subject)
        camera.stop()

    def _all(self) -> dict[str, RemoteCamera]:
        with self._lock:
            return dict(self._cameras)

    def _link_of(self, thing: str) -> Link:
        return self._open_link(
            thing,
            on_message=commands.receiver(
                self._on_watch, self._on_snapshot, self._on_details, self._on_picture
            ),
            retained=home_assistant.messages(thing, max_age_s=self._max_age_s)
            if self._home_assistant
            else (),
        )
