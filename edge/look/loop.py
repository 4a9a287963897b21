"""Our DeepLens program: it knows the camera only through the device modules awscam, mo and greengrasssdk."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import awscam
import greengrasssdk
import mo
import numpy as np

from common import wire
from edge.look.gate import Gate
from edge.picture.crop import WHOLE, Box, given_to_model, within
from edge.picture.frame_types import Frame, Taken
from models.errors import ModelError
from models.files import fingerprint, read_model

_INPUT_PX = 224
_MAX_CAMERAS = 256
_NAP_S = 0.2  # the longest sleep, so that the end of the program is never waited for


class OptimizeError(Exception):
    """mo.optimize failed; it has logged the cause itself, as on a device."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready, with the fingerprint that travels in every message."""

    model: awscam.Model
    fingerprint: str


def load_model(name: str) -> LoadedModel:
    """Find and load a model; OptimizeError when it is not found, ModelError when it does not fit."""
    status, path = mo.optimize(name, _INPUT_PX, _INPUT_PX)
    if status != 0:
        raise OptimizeError(f"model {name!r}: mo.optimize ended with status {status}")
    model = awscam.Model(path, {"GPU": 1})
    if not getattr(model, "is_featurizer", True):  # a device has no such attribute
        raise ModelError(f"{path} is no featurizer; expected the input `picture` and the output `vector`")
    return LoadedModel(model, fingerprint(read_model(Path(path))))


@dataclass(slots=True)
class _Camera:
    """What is remembered of one camera; each start is a session of its own."""

    gate: Gate
    session: str = field(default_factory=lambda: secrets.token_hex(4))
    seq: int = 0


class Loop:
    """Frame → gate → crop → vector → message, again and again, for one camera or several in turn."""

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        taken: Callable[[], Taken],
        max_fps: float,
        heartbeat_s: float,
        region: Box = WHOLE,
        on_frame: Callable[[str, Frame], None] = lambda _thing, _frame: None,
    ) -> None:
        """Look at a region of each frame alone, and at a still scene every `heartbeat_s` (0: at each frame).

        `taken` tells whose the last frame is, and when it was read; `on_frame` gets each, with that name.
        """
        self._loaded, self._taken, self._on_frame = loaded, taken, on_frame
        self._region, self._heartbeat_s = region, heartbeat_s
        self._interval_s = 1 / max_fps
        self._client = greengrasssdk.client("iot-data")
        self._cameras: dict[str, _Camera] = {}

    def run(self, *, stopping: Callable[[], bool], on_turn: Callable[[bool], None]) -> None:
        """Turn until `stopping`; `on_turn` hears after each turn whether there was a frame."""
        due_s = time.monotonic()
        while not stopping():
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                time.sleep(min(wait_s, _NAP_S))
                continue
            seen = self.turn()
            if seen:
                # On a grid, as a frame that came late must not delay all later ones.
                due_s = max(due_s + self._interval_s, time.monotonic() - self._interval_s)
            on_turn(seen)

    def turn(self) -> bool:
        """Take one new frame and publish its observation, if it shows anything new; False without a frame."""
        got, frame = awscam.getLastFrame()
        if not got or frame is None:
            return False
        taken = self._taken()
        self._on_frame(taken.thing, frame)
        camera = self._camera(taken.thing)
        finds = getattr(self._loaded.model, "finds", False)
        picture, region = given_to_model(frame, self._region, finds=finds)
        if camera.gate.passes(picture, at_s=taken.captured_at_s):
            seen = self._observe(picture, region, taken, camera)
            # Its rounding moves a vector by about 0.01, where unlike things are 1 apart.
            payload = wire.encode_observation(seen, encoding="i8")
            self._client.publish(
                topic=wire.topic(taken.thing, "features"), payload=payload, queueFullPolicy="BestEffort"
            )
            # Counted even when it could not be sent: a gap shows what was missed.
            camera.seq += 1
        return True

    def _camera(self, thing: str) -> _Camera:
        if thing not in self._cameras:
            if len(self._cameras) >= _MAX_CAMERAS:
                self._cameras.pop(next(iter(self._cameras)))
            self._cameras[thing] = _Camera(Gate(heartbeat_s=self._heartbeat_s))
        return self._cameras[thing]

    def _observe(self, picture: Frame, region: Box, taken: Taken, camera: _Camera) -> wire.Observation:
        capture_ms = max(0.0, (time.time() - taken.captured_at_s) * 1000)
        started = time.perf_counter()
        result = self._loaded.model.doInference(picture)
        embed_ms = (time.perf_counter() - started) * 1000
        (vector,) = result.values()
        return wire.Observation(
            thing=taken.thing,
            vectors=vector[np.newaxis],
            captured_at_s=taken.captured_at_s,
            session=camera.session,
            seq=camera.seq,
            model=self._loaded.fingerprint,
            # Only our own device modules tell where the model looked.
            box=within(getattr(result, "box", WHOLE), region),
            timings_ms={"capture": capture_ms, "embed": embed_ms},
            still_s=camera.gate.still_s(taken.captured_at_s),
        )
