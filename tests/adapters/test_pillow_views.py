"""Further pictures of an item, made from its one."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from services.adapters.pillow_views import views
from services.core.ports import Picture

GROUND, RED = (200, 205, 210), (20, 20, 220)  # BGR


def with_red_thing(width: int = 400, height: int = 300, *, seed: int = 0) -> Picture:
    """A plain ground with a red, textured ellipse in the middle, BGR."""
    image = Image.new("RGB", (width, height), GROUND[::-1])
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 4, height // 4, 3 * width // 4, 3 * height // 4), fill=RED[::-1])
    rng = np.random.default_rng(seed)
    for _ in range(20):
        x, y = rng.uniform(0.35, 0.65, 2) * (width, height)
        draw.rectangle((x, y, x + 4, y + 4), fill=(255, int(rng.integers(0, 90)), 0))
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def noise(height: int, width: int) -> Picture:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def redness(picture: Picture) -> float:
    """The share of pixels that are much redder than blue."""
    return float((picture[:, :, 2].astype(int) - picture[:, :, 0] > 60).mean())


def equal(some: list[Picture], others: list[Picture]) -> list[bool]:
    return [np.array_equal(*pair) for pair in zip(some, others, strict=True)]


def shrunk(picture: Picture, size: tuple[int, int]) -> NDArray[np.int16]:
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX)).astype(np.int16)


def test_the_first_view_is_the_thing_of_the_picture_as_large_as_it_is_there() -> None:
    picture = with_red_thing(2000, 1500)
    before = picture.copy()
    first = views(picture)[0]
    # The thing is half as wide and high as the picture; a margin of 4 % of its longer side is around it.
    height, width = first.shape[:2]
    np.testing.assert_allclose([height, width], [1500 * 0.54, 2000 * 0.54], atol=40)
    middle = picture[750 - height // 2 :, 1000 - width // 2 :][:height, :width]
    assert np.abs(shrunk(first, (32, 24)) - shrunk(middle, (32, 24))).mean() < 12
    np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize(("width", "height"), [(400, 300), (2000, 1500), (100, 1000)])
def test_the_other_views_are_cut_to_the_thing_and_not_above_640_px(width: int, height: int) -> None:
    made = views(with_red_thing(width, height))
    assert len(made) == 3
    assert all(max(view.shape) <= 640 for view in made[1:])
    assert {view.dtype for view in made} == {np.dtype(np.uint8)}
    assert all(view.flags.c_contiguous for view in made)
    for view in made:
        red = (view[:, :, 2].astype(int) - view[:, :, 0] > 60).nonzero()
        reach = [(side.max() - side.min() + 1) / size for side, size in zip(red, view.shape[:2], strict=True)]
        assert max(reach) > 0.8


def test_the_other_views_show_the_thing_turned_over_its_own_ground() -> None:
    for view in views(with_red_thing())[1:]:
        assert redness(view) > 0.4
        # Ground reaches all corners, also those that the turn uncovered, and colours keep their order.
        for corner in (view[0, 0], view[0, -1], view[-1, 0], view[-1, -1]):
            np.testing.assert_allclose(corner, GROUND, atol=2)


def test_of_a_picture_without_plain_ground_the_first_view_is_all() -> None:
    np.testing.assert_array_equal(views(noise(300, 400))[0], noise(300, 400))


def test_no_two_views_are_the_same() -> None:
    made = views(with_red_thing())
    assert not any(np.array_equal(made[i], made[j]) for i in range(3) for j in range(i))


def test_views_of_a_turned_square_are_turned_one_left_one_right() -> None:
    upright = np.full((300, 300, 3), 255, np.uint8)
    upright[60:240, 140:160] = 0  # a bar
    _, left, right = views(upright)
    tops = [
        np.argwhere(view[: len(view) // 3].min(axis=2) < 60)[:, 1].mean() / view.shape[1]
        for view in (left, right)
    ]
    assert min(tops) < 0.4
    assert max(tops) > 0.6


def test_the_same_picture_gives_the_same_pictures_again() -> None:
    assert all(equal(views(with_red_thing()), views(with_red_thing())))


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_works(level: int) -> None:
    made = views(np.full((50, 80, 3), level, np.uint8))
    assert len(made) == 3
    assert all((view == level).all() for view in made)


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 2), (2, 1), (1, 2000), (2000, 1), (3, 5000), (5000, 3)]
)
def test_a_picture_of_any_size_works(height: int, width: int) -> None:
    made = views(noise(height, width))
    assert (made[0].shape <= np.array([height, width, 3])).all()
    assert all(max(view.shape) <= 640 and min(view.shape) >= 1 for view in made[1:])


def test_a_picture_that_is_no_contiguous_array_is_no_other_picture() -> None:
    picture = with_red_thing()
    turned = picture[::-1, ::-1]
    assert all(equal(views(turned), views(turned.copy())))
