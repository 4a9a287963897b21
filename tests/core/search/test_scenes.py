"""The threshold of `no_match` that a camera has by how its last scenes ended."""

import pytest

from services.core.scenes import NO_MATCH_AT_MOST, NO_MATCH_BELOW, Scenes


def after(*bests: float) -> Scenes:
    scenes = Scenes()
    for best in bests:
        scenes = scenes.after(best)
    return scenes


def test_a_camera_of_which_nothing_is_known_has_the_lowest_threshold() -> None:
    assert Scenes().no_match_below == NO_MATCH_BELOW


def test_a_camera_that_is_sure_of_what_it_knows_has_the_highest() -> None:
    rising = [after(*[0.97] * count).no_match_below for count in range(0, 40, 4)]
    assert rising == sorted(rising)
    assert rising[-1] == NO_MATCH_AT_MOST > rising[1] > NO_MATCH_BELOW


def test_one_that_is_half_sure_stays_low() -> None:
    assert after(*[0.97, 0.7] * 20).no_match_below == NO_MATCH_BELOW


@pytest.mark.parametrize("best", [0.0, 0.2, 0.49])
def test_empty_moments_and_strangers_change_nothing_however_many_they_are(best: float) -> None:
    scenes = after(*[0.97] * 20)
    assert after(*[0.97] * 20, *[best] * 500) == scenes


def test_scenes_of_long_ago_are_forgotten() -> None:
    assert after(*[0.97] * 100, *[0.7] * 100).no_match_below == NO_MATCH_BELOW
