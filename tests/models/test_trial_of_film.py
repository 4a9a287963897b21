"""The trial of a new item with the real model, on the beginning of the sample film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from common.box import WHOLE, Box
from common.wire import Observation, Vectors
from models.featurizer import OnnxFeaturizer
from models.space import space_of
from services.core.ports import Picture
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.space import ModelSpace
from services.core.search.trial import Trial, Trials
from tests.fakes import FakeIndex, FakeItems, FakeQueue, make_item, make_observation

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
# The film shows a mug, a box, the empty desk from 6 s on, a ball from 7 s on, a teapot, headphones, the desk
# again from 16 s on, and a tin.
SECONDS, FPS = 20, 10
MUG, BALL = "mug-harbour", "ball-basket"
OTHERS = 30
BALL_S = (7.5, 8.5, 9.5)
# The mug, the ball with some of the hand, and the desk left of the ball.
MUG_BOX: Box = (0.24, 0.2, 0.41, 0.68)
BALL_BOX: Box = (0.49, 0.17, 0.31, 0.71)
DESK_BOX: Box = (0.0, 0.15, 0.5, 0.85)
LOOKUP = Lookup(picture_url=lambda item: item.id, k=6, max_age_s=5)


@dataclass(frozen=True)
class Film:
    """A camera that has shown the film's beginning to a search without the ball, a frame a second."""

    trials: Trials
    model: OnnxFeaturizer
    frames: dict[float, Picture]

    def run(self, box: Box, *at_s: float) -> Trial:
        """The trial of what these moments show in a box."""
        boxes = np.array([box] * len(at_s), np.float32)
        vectors, _boxes = self.model.look([self.frames[at] for at in at_s], boxes)
        return self.trials.run(seen(vectors, self.model, SECONDS))


def seen(vectors: Vectors, model: OnnxFeaturizer, at_s: float) -> Observation:
    return make_observation(vectors, model=model.fingerprint, at_s=1e9 + at_s, seq=int(at_s * FPS))


@pytest.fixture(scope="module")
def film(balanced: OnnxFeaturizer) -> Film:
    names = sorted(path.stem for path in (SAMPLES / "pictures").iterdir())
    names = [MUG, *(name for name in names if name not in (MUG, BALL))][:OTHERS]
    pictures = [cv2.imread(str(SAMPLES / "pictures" / f"{name}.jpg")) for name in names]
    items = FakeItems(
        make_item(name, balanced.embed([np.asarray(picture, np.uint8)]), model=balanced.fingerprint)
        for name, picture in zip(names, pictures, strict=True)
    )
    shipped = space_of(balanced.fingerprint)
    assert shipped is not None
    space = ModelSpace(shipped.camera_mean, shipped.camera_vectors)
    follower = Follower(
        items, make_index=lambda _model, dim: FakeIndex(dim=dim), space_of=lambda _model: space
    )
    follower.follow()
    queue, clip, frames = FakeQueue(), cv2.VideoCapture(str(SAMPLES / "clip.mp4")), dict[float, Picture]()
    for number in range(SECONDS * FPS):
        _there, frame = clip.read()
        if number % FPS == FPS // 2:
            frames[number / FPS] = np.asarray(frame, np.uint8)
    for at_s, frame in frames.items():
        observation = seen(balanced.look([frame])[0], balanced, at_s)
        thing = observation.thing
        queue.push_many(LOOKUP.answer([observation], follower.live(), memories=queue.memories([thing])))
    return Film(Trials(follower.live, LOOKUP, queue, items), balanced, frames)


def test_a_thing_that_was_cut_out_well_is_named_while_it_is_shown(film: Film) -> None:
    trial = film.run(BALL_BOX, *BALL_S)
    assert (trial.warning, trial.named, trial.named_empty) == (None, len(BALL_S), 0)
    assert trial.nearest[0].item.id.startswith("ball-")


@pytest.mark.parametrize("box", [DESK_BOX, WHOLE])
def test_one_with_more_desk_than_thing_would_be_named_for_the_empty_desk(film: Film, box: Box) -> None:
    trial = film.run(box, *BALL_S)
    assert (trial.warning, trial.frames) == ("empty_desk", SECONDS)
    assert trial.named_empty >= 2


def test_a_thing_that_is_an_item_already_is_told(film: Film) -> None:
    trial = film.run(MUG_BOX, 0.5, 1.5, 2.5)
    assert trial.warning == "another_item"
    assert trial.other is not None
    assert trial.other.id == MUG
