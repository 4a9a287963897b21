"""Moments of a film's things as the page gets them: one press of T while each is shown."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.accuracy.labelled_sets import CLIP_FPS, LabelledSet
from common.moments import Moment, decode_moments
from edge.look.featurizer import FrameFeaturizer
from edge.look.moments import MomentsSender
from edge.picture.frame_types import Shot

_CAMERA = "film"
# Frames of a shot that are over when the thing has come in, and a person presses.
_SLIDING = 4
# A request is older than the frames that answer it.
_LATER_S = 60.0


@dataclass(frozen=True, slots=True)
class PressedMoment:
    """A moment, and the name of the frame that it is of."""

    moment: Moment
    frame: str


def pressed(labelled: LabelledSet, featurizer: FrameFeaturizer) -> dict[str, list[PressedMoment]]:
    """The edge's moments of each thing by its id, of the film's two seconds after a press."""
    answers: dict[str, bytes] = {}
    sender = MomentsSender(answers.__setitem__)
    sender.featurizer = featurizer
    began_s = time.time() + _LATER_S
    before = ""
    starts: dict[int, str] = {}
    for place, each in enumerate(labelled.showings):
        if each.id and each.id != before:
            starts[place + _SLIDING] = each.id
        before = each.id
        if place in starts:
            sender.ask(_CAMERA, starts[place])
        sender.offer(Shot(each.read(), _CAMERA, began_s + place / CLIP_FPS))
    return {
        thing: [_named(each, began_s) for each in decode_moments(said)] for thing, said in answers.items()
    }


def _named(moment: Moment, began_s: float) -> PressedMoment:
    return PressedMoment(moment, f"{round((moment.captured_at_s - began_s) * CLIP_FPS):03d}")
