"""Our DeepLens program: it knows the camera only through the device modules awscam, mo and greengrasssdk."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import awscam
import greengrasssdk
import mo
import numpy as np

from edge.crop import WHOLE, Box, given_to_model, within
from edge.domain import Frame
from models.files import fingerprint, read_model
from services.core import wire

_INPUT_PX = 224
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
    return LoadedModel(awscam.Model(path, {"GPU": 1}), fingerprint(read_model(Path(path))))


class Loop:
    """Frame → crop → vector → message, again and again; each start is a session of its own."""

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        thing: str,
        max_fps: float,
        region: Box = WHOLE,
        captured_at_s: Callable[[], float] = time.time,
    ) -> None:
        """Look at a region of each frame alone.

        `captured_at_s` tells when the last frame was read (Unix seconds); on a device: right now.
        """
        self._loaded, self._thing, self._captured_at_s = loaded, thing, captured_at_s
        self._region = region
        self._interval_s = 1 / max_fps
        self._client = greengrasssdk.client("iot-data")
        self.session = secrets.token_hex(4)
        self._seq = 0

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
        """Publish the observation of one new frame; False when there was none."""
        got, frame = awscam.getLastFrame()
        if not got or frame is None:
            return False
        payload = wire.encode_observation(self._observe(frame, self._captured_at_s()))
        self._client.publish(
            topic=wire.topic(self._thing, "features"), payload=payload, queueFullPolicy="BestEffort"
        )
        # Counted even when it could not be sent: a gap shows what was missed.
        self._seq += 1
        return True

    def _observe(self, frame: Frame, captured_at_s: float) -> wire.Observation:
        finds = getattr(self._loaded.model, "finds", False)
        picture, region = given_to_model(frame, self._region, finds=finds)
        capture_ms = max(0.0, (time.time() - captured_at_s) * 1000)
        started = time.perf_counter()
        result = self._loaded.model.doInference(picture)
        embed_ms = (time.perf_counter() - started) * 1000
        (vector,) = result.values()
        return wire.Observation(
            thing=self._thing,
            vectors=vector[np.newaxis],
            captured_at_s=captured_at_s,
            session=self.session,
            seq=self._seq,
            model=self._loaded.fingerprint,
            # Only our own device modules tell where the model looked.
            box=within(getattr(result, "box", WHOLE), region),
            timings_ms={"capture": capture_ms, "embed": embed_ms},
        )
