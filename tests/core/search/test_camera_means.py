"""The means of the cameras that a process answers, and the taught mean that they are."""

import numpy as np

from services.core.camera_mean import CameraMean, first_mean
from services.core.ports import Memory
from services.core.search.camera_means import CameraMeans
from services.core.search.space_fit import SpaceStatistics
from tests.core.search.spaces import DIM, item, shipped
from tests.fakes import MODEL, OTHER_MODEL, vectors


def camera_of(*, scenes: int, model: str = MODEL, seed: int = 1) -> CameraMean:
    """A camera that has shown the same kind of scene."""
    (scene,) = vectors(1, dim=DIM, seed=seed)
    known = first_mean(model, scene)
    return CameraMean(model, scenes * scene, float(scenes), known.last, scene, 1)


def noted(**cameras: CameraMean | None) -> CameraMeans:
    means = CameraMeans()
    means.note({thing: Memory(mean=mean) for thing, mean in cameras.items()})
    return means


def test_the_middle_is_that_of_the_cameras_that_are_known_well_enough() -> None:
    prior = shipped().camera_mean
    one, other = camera_of(scenes=40), camera_of(scenes=40, seed=2)
    means = noted(one=one, other=other, new=camera_of(scenes=2, seed=3), none=None)
    expected = (np.asarray(one.mean(prior)) + np.asarray(other.mean(prior))) / 2
    middle = means.middle(MODEL, prior)
    assert middle is not None
    np.testing.assert_allclose(middle, expected, rtol=1e-5)
    assert means.middle(OTHER_MODEL, prior) is None


def test_a_camera_that_was_forgotten_says_nothing_any_more() -> None:
    means = noted(one=camera_of(scenes=40))
    means.note({"one": Memory()})
    assert means.middle(MODEL, shipped().camera_mean) is None


def test_few_taught_things_have_their_cameras_mean_taken_off_and_not_their_own() -> None:
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(item(number, taught=4 if number < 3 else 0) for number in range(40))
    cameras = camera_of(scenes=40).mean(shipped().camera_mean)
    assert cameras is not None
    space = statistics.fit(cameras)
    assert space.taught_mean is not None
    np.testing.assert_allclose(space.taught_mean, cameras, rtol=1e-5)
    assert not statistics.is_moved_from(space, cameras)
    assert statistics.is_moved_from(space, None)


def test_cameras_do_not_matter_while_nothing_is_taught() -> None:
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(map(item, range(40)))
    cameras = camera_of(scenes=40).mean(shipped().camera_mean)
    assert not statistics.is_moved_from(statistics.fit(), cameras)


def test_the_first_taught_thing_is_placed_by_its_cameras_mean_before_anything_is_read_again() -> None:
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(map(item, range(40)))
    cameras = camera_of(scenes=40).mean(shipped().camera_mean)
    assert cameras is not None
    space = statistics.fit(cameras)
    assert space.taught_mean is not None
    np.testing.assert_allclose(space.taught_mean, cameras, rtol=1e-5)
    statistics.add([item(0, taught=4)])
    assert not statistics.is_moved_from(space, cameras)
