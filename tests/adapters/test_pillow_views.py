"""Further pictures of an item, made from its one."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from services.adapters.pillow_views import probes, shots, views
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
    shots(picture)
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
    first, second = shots(with_red_thing()), shots(with_red_thing())
    assert all(equal(first[0], second[0]))
    assert all(equal(first[1], second[1]))
    np.testing.assert_array_equal(first.boxes, second.boxes)


def test_another_picture_gives_other_probes() -> None:
    (one, _), (other, _) = probes(with_red_thing(), count=3), probes(with_red_thing(seed=1), count=3)
    assert not any(equal(one, other))
    # Other grounds, not just another place on the same one: compare a corner that the thing never covers.
    assert not any(equal([probe[:20, :20] for probe in one], [probe[:20, :20] for probe in other]))


def test_probes_are_whole_frames_that_differ_and_show_the_thing() -> None:
    made, _ = probes(with_red_thing(), count=12)
    assert [(probe.shape, probe.dtype) for probe in made] == [((360, 640, 3), np.dtype(np.uint8))] * 12
    assert not any(np.array_equal(made[i], made[j]) for i in range(12) for j in range(i))
    middles = [probe[100:260, 220:420] for probe in made]
    assert sum(redness(middle) > 0.1 for middle in middles) >= 10
    # Not the picture's own ground, which would belong to the item then.
    grounds = np.array([np.median(probe[:, :40], axis=(0, 1)) for probe in made])
    assert grounds.std(axis=0).min() > 15


def test_the_ground_of_the_picture_is_cut_off() -> None:
    """A thing without its ground is a blob; with it, a rectangle of the ground's colour would remain."""
    blue_ground = with_red_thing()
    blue_ground[(blue_ground == GROUND).all(axis=2)] = (255, 60, 0)
    for probe in probes(blue_ground, count=6)[0]:
        bluish = (probe[:, :, 0].astype(int) - probe[:, :, 2] > 120).mean()
        assert bluish < 0.03


def test_of_a_picture_without_plain_ground_all_is_shown() -> None:
    picture = noise(15, 20).repeat(20, axis=0).repeat(20, axis=1)
    picture[:, :, 0] //= 4  # reddish all over
    made, _ = probes(picture, count=6)
    assert [probe.shape for probe in made] == [(360, 640, 3)] * 6
    means = [probe[130:230, 270:370].mean(axis=(0, 1)) for probe in made]
    assert sum(red - blue > 15 for blue, _, red in means) >= 5  # a hand may cover one


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_works(level: int) -> None:
    made_views, made_probes, boxes = shots(np.full((50, 80, 3), level, np.uint8))
    assert (len(made_views), len(made_probes), boxes.shape) == (3, 2, (2, 4))
    assert all((view == level).all() for view in made_views)


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 2), (2, 1), (1, 2000), (2000, 1), (3, 5000), (5000, 3)]
)
def test_a_picture_of_any_size_works(height: int, width: int) -> None:
    made_views, made_probes, boxes = shots(noise(height, width))
    assert (made_views[0].shape <= np.array([height, width, 3])).all()
    assert all(max(view.shape) <= 640 and min(view.shape) >= 1 for view in made_views[1:])
    assert [probe.shape for probe in made_probes] == [(360, 640, 3)] * 2
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] > 0).all()
    assert (boxes[:, :2] + boxes[:, 2:] <= 1 + 1e-6).all()


def test_the_box_of_a_probe_is_about_that_of_the_thing() -> None:
    made, boxes = probes(with_red_thing(), count=12)
    shares = []
    for probe, (left, top, width, height) in zip(made, boxes * [640, 360, 640, 360], strict=True):
        red = probe[:, :, 2].astype(int) - probe[:, :, 0] > 60
        y, x = (slice(int(start), int(start + size)) for start, size in ((top, height), (left, width)))
        shares.append(red[y, x].sum() / max(1, red.sum()))
        assert width * height < 0.9 * 640 * 360
    assert np.mean(shares) > 0.9


def test_a_picture_that_is_no_contiguous_array_is_no_other_picture() -> None:
    picture = with_red_thing()
    turned = picture[::-1, ::-1]
    assert all(equal(shots(turned)[1], shots(turned.copy())[1]))
    assert all(equal(shots(turned)[0], shots(turned.copy())[0]))
