"""The host of the cameras that were added in the page: it keeps them, and runs each as a process."""

import json
import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from edge.added.added_camera import AddedCamera, read_camera, read_region, read_source, read_thing, read_title
from edge.added.child_settings import NoRightError
from edge.added.store import AddedCameras
from edge.process.kept_process import KeptProcess

_log = logging.getLogger(__name__)
_TICK_S = 0.25
# Of models that load at once each would take longer.
_APART_S = 1.0
_STOP_WITHIN_S = 2.0
# A camera's process: the model, the decoder and a few frames.
NEEDS_BYTES = 300 * 2**20
# Of a status, which is small.
_MAX_TROUBLES, _TROUBLE_CHARS = 5, 120
_MAX_MARK = 32
# The longest topic of an answer, and a little more.
_TOPIC_BYTES = 256


class Speaker(Protocol):
    """By what an edge speaks: its own camera, or a connection of its own."""

    @property
    def max_message_bytes(self) -> int:
        """The largest message that it takes, in bytes, topic included."""

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once; False when it was dropped."""

    def tell_again(self) -> None:
        """Publish the status again, after a change of the edge's facts (`about`)."""

    def beat(self) -> None:
        """Called now and then, as a status has to be repeated."""


class TestsCameras(Protocol):
    """Tests a camera's address."""

    def run(self, source: str, *, most_bytes: int) -> bytes | str:
        """A JPEG of at most `most_bytes`, or the reason in words why there is none."""

    def stop(self) -> None:
        """End all tests that run."""


class CameraHost:
    """Carries out commands about cameras; their own work is done in other threads and processes."""

    def __init__(
        self,
        thing: str,
        store: AddedCameras,
        *,
        most: int,
        make_process: Callable[[AddedCamera], KeptProcess],
        trials: TestsCameras,
        free_bytes: Callable[[], int | None],
    ) -> None:
        """`thing` is the edge's own name. `make_process` raises NoRightError."""
        self._thing, self._store, self._most = thing, store, most
        self._make_process, self._trials = make_process, trials
        self._free_bytes = free_bytes
        self._speaker: Speaker | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cameras = {camera.thing: camera for camera in store.all()}
        self._processes: dict[str, KeptProcess] = {}
        self._troubles: dict[str, str] = {}
        self._next_start_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="added cameras", daemon=True)

    def about(self) -> dict[str, object]:
        """The field of the edge's status: how many more cameras it takes, and why some do not run."""
        with self._lock:
            takes = max(0, self._most - len(self._cameras))
            return {"edge": {"takes": takes, "troubles": dict(self._troubles)}}

    def start(self, speaker: Speaker) -> None:
        """Begin to run the cameras that are kept, and to answer by `speaker`, in whose status `about` is."""
        self._speaker = speaker
        self._thread.start()

    def stop(self) -> None:
        """End all cameras' processes, by force after a while."""
        self._stopping.set()
        self._trials.stop()
        if self._thread.is_alive():
            self._thread.join()

    def receive(self, _edge: str, command: dict[str, object], reply: str, max_bytes: int) -> None:
        """Take a command, from any thread; its answer is published on `reply`."""
        if command.get("act") == "test":
            threading.Thread(
                target=self._test, args=(command, reply, max_bytes), name="camera test", daemon=True
            ).start()
        else:
            self._jobs.put(lambda: self._carry_out(command, reply))

    def _test(self, command: dict[str, object], reply: str, max_bytes: int) -> None:
        speaker = self._speaker
        if speaker is None:
            return
        most_bytes = min(max_bytes, speaker.max_message_bytes - _TOPIC_BYTES)
        try:
            found = self._trials.run(read_source(command), most_bytes=most_bytes)
        except ValueError as error:
            found = str(error)
        speaker.publish(reply, found if isinstance(found, bytes) else _answer(command, refused=found))

    def _carry_out(self, command: dict[str, object], reply: str) -> None:
        acts = {"add": self._add, "change": self._change, "forget": self._forget}
        act = command.get("act")
        try:
            if not isinstance(act, str) or act not in acts:
                raise ValueError(f"act is {ascii(act)[:60]}; expected test, add, change or forget")
            acts[act](command)
            answer = _answer(command, done=True)
        except (ValueError, NoRightError) as error:
            answer = _answer(command, refused=str(error))
        except OSError as error:
            _log.error("the cameras can't be kept: %s", error.strerror)
            why = f"the edge cannot write its data folder: {error.strerror}"
            answer = _answer(command, refused=why)
        if self._speaker is not None:
            self._speaker.publish(reply, answer)
            self._speaker.tell_again()

    def _add(self, command: dict[str, object]) -> None:
        camera = read_camera(command)
        known = self._cameras.get(camera.thing)
        if known == camera:  # the same message once more
            return
        if known is not None or camera.thing == self._thing:
            raise ValueError(f"there is a camera {camera.thing} already")
        if len(self._cameras) >= self._most:
            raise ValueError(
                f"this edge runs {self._most} cameras already, which is its limit (LOOKALIKE_EDGE_CAMERAS)"
            )
        free = self._free_bytes()
        if free is not None and free < NEEDS_BYTES:
            raise ValueError(
                f"this edge has {free >> 20} MiB of memory left; a camera needs about {NEEDS_BYTES >> 20} MiB"
            )
        process = self._make_process(camera)
        self._store.put(camera)
        self._take(camera, process)
        _log.info("camera %s was added: %r", camera.thing, camera)

    def _change(self, command: dict[str, object]) -> None:
        before = self._known(command)
        camera = AddedCamera(
            thing=before.thing,
            title=read_title(command) if "title" in command else before.title,
            source=read_source(command) if "source" in command else before.source,
            region=read_region(command) if "region" in command else before.region,
        )
        process = self._make_process(camera)
        self._store.put(camera)
        self._end(camera.thing)
        self._take(camera, process)

    def _forget(self, command: dict[str, object]) -> None:
        thing = self._known(command).thing
        self._store.remove(thing)
        self._end(thing)
        with self._lock:
            del self._cameras[thing]
        _log.info("camera %s was forgotten", thing)

    def _known(self, command: dict[str, object]) -> AddedCamera:
        thing = read_thing(command)
        if thing not in self._cameras:
            raise ValueError(f"this edge runs no camera {thing}")
        return self._cameras[thing]

    def _take(self, camera: AddedCamera, process: KeptProcess) -> None:
        with self._lock:
            self._cameras[camera.thing] = camera
        self._processes[camera.thing] = process
        process.keep()

    def _end(self, thing: str) -> None:
        process = self._processes.pop(thing, None)
        with self._lock:
            self._troubles.pop(thing, None)
        if process is not None:
            process.terminate()
            process.wait(_STOP_WITHIN_S)

    def _work(self) -> None:
        for camera in self._cameras.values():
            try:
                self._processes[camera.thing] = self._make_process(camera)
            except NoRightError as error:
                self._note(camera.thing, str(error))
        while not self._stopping.is_set():
            self._keep()
            if self._speaker is not None:
                self._speaker.beat()
            try:
                job = self._jobs.get(timeout=_TICK_S)
            except queue.Empty:
                continue
            job()
        for process in self._processes.values():
            process.terminate()
        until_s = time.monotonic() + _STOP_WITHIN_S
        for process in self._processes.values():
            process.wait(max(0.0, until_s - time.monotonic()))

    def _keep(self) -> None:
        for thing, process in self._processes.items():
            if process.pid is None and time.monotonic() < self._next_start_s:
                continue
            before = process.pid
            process.keep()
            if process.pid not in (None, before):
                self._next_start_s = time.monotonic() + _APART_S
            self._note(thing, process.trouble)

    def _note(self, thing: str, trouble: str | None) -> None:
        with self._lock:
            if trouble is None:
                is_news = self._troubles.pop(thing, None) is not None
            else:
                is_news = self._troubles.get(thing) != trouble[:_TROUBLE_CHARS]
                is_news = is_news and (thing in self._troubles or len(self._troubles) < _MAX_TROUBLES)
                if is_news:
                    self._troubles[thing] = trouble[:_TROUBLE_CHARS]
        if is_news and self._speaker is not None:
            self._speaker.tell_again()


def _answer(command: dict[str, object], **said: object) -> bytes:
    """An answer, with the command's own mark if it has one: who asks may reuse a topic."""
    asked = command.get("asked")
    mark = {"asked": asked} if isinstance(asked, str) and len(asked) <= _MAX_MARK else {}
    return json.dumps(said | mark).encode()
