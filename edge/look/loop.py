"""The loop of our own edge, from frames to observations."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from common import wire
from common.codes import Code
from common.picture_stamp import Stamp
from edge.link.port import Publisher
from edge.look.codes import CodeReader
from edge.look.details import DetailsAsks, FrameDescriber
from edge.look.featurizer import FrameFeaturizer
from edge.look.gate import Gate
from edge.picture.crop import WHOLE, Box, given_to_model, within
from edge.picture.frame_types import Camera, Frame, Shot

_MAX_CAMERAS = 256
_NAP_S = 0.2  # the longest sleep, so that the program ends soon
_FRAME_WAIT_S = 0.25


@dataclass(slots=True)
class _Session:
    """The state of one camera; each start is a session of its own."""

    gate: Gate
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    seq: int = 0


class Loop:
    """The loop frame → gate → crop → vector → message, for one camera or several in turn."""

    def __init__(
        self,
        camera: Camera,
        featurizer: FrameFeaturizer,
        publisher: Publisher,
        *,
        max_fps: float,
        heartbeat_s: float,
        region: Box = WHOLE,
        on_shot: Callable[[Shot, Stamp], None] = lambda _shot, _stamp: None,
        describer: FrameDescriber | None = None,
        asks: DetailsAsks | None = None,
        codes: CodeReader | None = None,
        iot_rule: str = "",
    ) -> None:
        """Look only at a region of each frame, and at a still scene every `heartbeat_s` (0: at each frame).

        `on_shot` gets each frame with its stamp before its observation is sent; the stamp of one that is not
        observed has no `seq`. `asks` are the search's for local features, which `describer` computes; without
        one there are none. Without `codes` no barcodes are read. `iot_rule` is the rule of AWS IoT that gets
        observations directly.
        """
        self._camera, self._featurizer, self._publisher = camera, featurizer, publisher
        self._region, self._heartbeat_s, self._on_shot = region, heartbeat_s, on_shot
        self._describer, self._asks = describer, asks or DetailsAsks()
        self._codes = codes
        self._iot_rule = iot_rule
        self._interval_s = 1 / max_fps
        self._sessions: dict[str, _Session] = {}

    def run(self, *, stopping: Callable[[], bool]) -> None:
        """Turn until `stopping`, which is asked before each turn."""
        due_s = time.monotonic()
        while not stopping():
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                time.sleep(min(wait_s, _NAP_S))
            elif self.turn():
                # On a fixed grid of times, as a late frame must not delay all later ones.
                due_s = max(due_s + self._interval_s, time.monotonic() - self._interval_s)

    def turn(self) -> bool:
        """Take one new frame and publish its observation, if it shows anything new; False without a frame."""
        shot = self._camera.take(_FRAME_WAIT_S)
        if shot is None:
            return False
        session = self._session(shot.thing)
        picture, region = given_to_model(shot.frame, self._region, finds=self._featurizer.finds)
        passes = session.gate.passes(picture, at_s=shot.captured_at_s)
        # What was asked for is sent also of a still scene.
        describer = self._describer if self._asks.due(shot.thing) else None
        seq = session.seq if passes or describer else None
        self._on_shot(shot, Stamp(session.id, seq, shot.captured_at_s))
        if passes or describer:
            seen = self._observe(picture, region, shot, session, describer)
            # i8 rounding moves a vector by about 0.01; unlike things are 1 apart.
            payload = wire.encode_observation(seen, encoding="i8")
            self._publisher.publish(self._topic(seen), payload)
            # Counted even if it could not be sent: a gap in seq shows missing messages.
            session.seq += 1
        return True

    def _topic(self, seen: wire.Observation) -> str:
        if seen.local is not None:
            return wire.topic(seen.thing, "details")
        topic = wire.topic(seen.thing, "features")
        return wire.ingested(topic, rule=self._iot_rule) if self._iot_rule else topic

    def _session(self, thing: str) -> _Session:
        if thing not in self._sessions:
            if len(self._sessions) >= _MAX_CAMERAS:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[thing] = _Session(Gate(heartbeat_s=self._heartbeat_s))
        return self._sessions[thing]

    def _observe(
        self,
        picture: Frame,
        region: Box,
        shot: Shot,
        session: _Session,
        describer: FrameDescriber | None,
    ) -> wire.Observation:
        capture_ms = max(0.0, (time.time() - shot.captured_at_s) * 1000)
        started = time.perf_counter()
        vectors, boxes = self._featurizer.look([picture])
        left, top, width, height = box = tuple(float(share) for share in boxes[0])
        local = describer.describe(picture, box) if describer else None
        timings_ms = {"capture": capture_ms, "embed": (time.perf_counter() - started) * 1000}
        codes: tuple[Code, ...] = ()
        if self._codes is not None:
            began = time.perf_counter()
            found = (left, top, width, height)
            codes = self._codes.read(picture, found, thing=shot.thing, at_s=shot.captured_at_s)
            timings_ms["codes"] = (time.perf_counter() - began) * 1000
        return wire.Observation(
            thing=shot.thing,
            vectors=vectors,
            captured_at_s=shot.captured_at_s,
            session=session.id,
            seq=session.seq,
            model=self._featurizer.fingerprint,
            box=within((left, top, width, height), region),
            timings_ms=timings_ms,
            still_s=session.gate.still_s(shot.captured_at_s),
            local=local,
            codes=tuple(replace(code, box=within(code.box, region)) for code in codes),
        )
