"""Moments of a thing: the best different views among a camera's frames of two seconds."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from common.moments import MAX_MOMENTS, MAX_SIDE_PX, Moment, encode_moments
from edge.look.change import Change, thing_box
from edge.look.different_views import different_views
from edge.look.featurizer import FrameFeaturizer
from edge.look.scenes_before import ScenesBefore
from edge.picture.crop import WHOLE, Box, centre_square, cut
from edge.picture.frame_types import Frame, Shot
from edge.picture.picture_requests import REFUSED_OFF, PictureRequest, PictureRequests
from edge.picture.snapshot import MAX_BYTES, full_jpeg

_log = logging.getLogger(__name__)
LOOK_S = 2.0
# The sharpest frame of each quarter of a second is kept, so that memory is bounded.
_SLOT_S = 0.25
# Time for the vectors of the kept frames; a slow device has fewer of them to choose from.
_EMBED_S = 1.5
# A frame of less than this share of the sharpest one's sharpness is blurred; a plain side of a thing is not.
_SHARP = 0.1
# Age of a request from which its answer would come too late: the requester waits for 15 s.
_WORTH_S = 8.0
# Cameras at once, each with up to 22 MB of frames; another one's requests wait.
_MAX_CAMERAS = 4
_REFUSED_NO_MODEL = json.dumps({"refused": "a DeepLens program runs at it, which finds no things"}).encode()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A frame of the two seconds, at most MAX_SIDE_PX wide and high."""

    picture: Frame
    captured_at_s: float
    sharpness: float


@dataclass(slots=True)
class _Looking:
    """The frames of one camera since the first of the two seconds, and who waits for its moments."""

    began_s: float
    requests: list[PictureRequest] = field(default_factory=list)
    slots: dict[int, Candidate] = field(default_factory=dict)

    def is_over(self, at_s: float) -> bool:
        """Whether the two seconds are over, or the clock was set back."""
        return not 0 <= at_s - self.began_s < LOOK_S

    def take(self, picture: Frame, captured_at_s: float) -> None:
        slot = int((captured_at_s - self.began_s) / _SLOT_S)
        candidate = Candidate(picture, captured_at_s, sharpness(picture))
        if slot not in self.slots or candidate.sharpness > self.slots[slot].sharpness:
            self.slots[slot] = candidate


class MomentsSender:
    """Answers each request with moments of the two seconds after it; `ask` may come from another thread."""

    def __init__(
        self,
        publish: Callable[[str, bytes], object],
        *,
        region: Box = WHOLE,
        allowed: bool = True,
        most_bytes: Callable[[], int] = lambda: MAX_BYTES,
    ) -> None:
        """Only the `region` of a frame is shown; if pictures are not `allowed`, the answer says so.

        `most_bytes` gives the largest answer that can be sent.
        """
        self._publish, self._region, self._allowed = publish, region, allowed
        self._most_bytes = most_bytes
        self._requests = PictureRequests(worth_s=_WORTH_S)
        self._looking: dict[str, _Looking] = {}
        self._scenes = ScenesBefore()
        # None until a model is loaded.
        self.featurizer: FrameFeaturizer | None = None

    def ask(self, thing: str, reply: str, max_bytes: int = MAX_BYTES) -> None:
        """Somebody wants moments of what this camera sees from now on, on the topic `reply`.

        The answer has at most `max_bytes`.
        """
        self._requests.add(thing, reply, max_bytes)

    def offer(self, shot: Shot) -> None:
        """Take a frame for the requests that came before it, and answer those whose time is over."""
        picture = cut(shot.frame, self._region)
        if self._allowed:
            self._scenes.take(shot.thing, picture, shot.captured_at_s)
        if not self._requests and not self._looking:
            return
        for thing in [name for name, each in self._looking.items() if each.is_over(shot.captured_at_s)]:
            self._answer(thing, self._looking.pop(thing))
        self._begin(shot)
        looking = self._looking.get(shot.thing)
        if looking is not None:
            looking.take(_at_most(picture, MAX_SIDE_PX), shot.captured_at_s)

    def _begin(self, shot: Shot) -> None:
        """Begin to look for the camera's requests that came before this frame; later ones join."""
        refused = REFUSED_OFF if not self._allowed else _REFUSED_NO_MODEL if self.featurizer is None else None
        has_room = shot.thing in self._looking or len(self._looking) < _MAX_CAMERAS
        for request in self._requests.due(shot, has_room=has_room):
            if refused is not None:
                self._publish(request.reply, refused)
                continue
            looking = self._looking.setdefault(shot.thing, _Looking(shot.captured_at_s))
            looking.requests.append(request)

    def _answer(self, thing: str, looking: _Looking) -> None:
        assert self.featurizer is not None
        chosen = chosen_moments(
            list(looking.slots.values()),
            self.featurizer,
            lambda picture: self._scenes.change(thing, picture),
            max_bytes=min(self._most_bytes(), *(request.max_bytes for request in looking.requests)),
        )
        answer = encode_moments(chosen)
        for request in looking.requests:
            self._publish(request.reply, answer)
            _log.info("sent moments of %d bytes to %s", len(answer), request.reply)


def chosen_moments(
    candidates: Sequence[Candidate],
    featurizer: FrameFeaturizer,
    change: Callable[[Frame], Change | None] = lambda _picture: None,
    *,
    max_bytes: int = MAX_BYTES,
) -> list[Moment]:
    """The moments of different views among sharp candidates, in the order in which they were captured.

    `change` gives what changed in a picture against the scene before it. Encoded they have at most
    `max_bytes`.
    """
    sharpest = sorted(candidates, key=lambda each: each.sharpness, reverse=True)
    sharp = [each for each in sharpest if each.sharpness >= _SHARP * sharpest[0].sharpness]
    until_s = time.monotonic() + _EMBED_S
    looks = []
    for each in sharp:
        looks.append(featurizer.look([each.picture]))
        if time.monotonic() > until_s:
            break
    numbers = different_views(np.concatenate([vectors for vectors, _ in looks]), most=MAX_MOMENTS)
    most_bytes = (max_bytes - 1000) // len(numbers)
    moments = []
    for number in sorted(numbers, key=lambda number: sharp[number].captured_at_s):
        picture, (_vectors, boxes) = sharp[number].picture, looks[number]
        left, top, width, height = (float(share) for share in boxes[0])
        found = (left, top, width, height) if featurizer.finds else centre_square(*picture.shape[1::-1])
        content = full_jpeg(picture, max_bytes=most_bytes)
        moments.append(Moment(content, thing_box(found, change(picture)), sharp[number].captured_at_s))
    return moments


def sharpness(picture: Frame) -> float:
    """The variance of the Laplacian, of a picture of at most 640 pixels a side."""
    grey = cv2.cvtColor(_at_most(picture, 640), cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _at_most(picture: Frame, side_px: int) -> Frame:
    """The picture, smaller if it is larger than this in width or height; never a view of the given one."""
    height, width = picture.shape[:2]
    scale = side_px / max(height, width)
    if scale >= 1:
        return picture.copy()
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
