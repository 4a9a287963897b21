"""Moments: the sharp, different views of two seconds, with the box of the thing in each."""

import json
import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from common.moments import MAX_SIDE_PX, Moment, decode_moments
from edge.look.different_views import different_views
from edge.look.moments import LOOK_S, MomentsSender, sharpness
from edge.picture.crop import WHOLE, Box
from edge.picture.frame_types import Frame, Shot
from edge.picture.snapshot import MAX_BYTES
from tests.edge.fakes import FakePublisher
from tests.edge.jpegs import shown
from tests.edge.kit import grey

REPLY, OTHER_REPLY = "lookalike/cam-1/reply/00000000", "lookalike/cam-1/reply/00000001"
BOX = (0.25, 0.25, 0.5, 0.5)


class FakeFinder:
    """Sees how red, green and blue a picture is, and finds the thing always at one place."""

    fingerprint = "0123456789ab"

    def __init__(self, *, finds: bool = True) -> None:
        self.finds = finds

    def look(
        self, pictures: Sequence[Frame], boxes: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        assert boxes is None
        means = np.array([picture.mean(axis=(0, 1)) for picture in pictures], np.float32)
        box = BOX if self.finds else WHOLE
        return means / np.linalg.norm(means, axis=1, keepdims=True), np.array(
            [box] * len(pictures), np.float32
        )


def view(colour: int, *, blurred: bool = False, height: int = 90, width: int = 160) -> Frame:
    """A ground of one colour channel with grey stripes, whose edges a blurred picture has not."""
    frame = np.zeros((height, width, 3), np.uint8)
    frame[:, ::2] = 65 if blurred else 120
    frame[:, 1::2] = 55 if blurred else 0
    frame[..., colour] += 130
    return frame


class MomentsRig:
    """Moments of cameras whose frames are captured when a test says so."""

    def __init__(
        self,
        *,
        region: Box = WHOLE,
        allowed: bool = True,
        finds: bool = True,
        most_bytes: int = MAX_BYTES,
    ) -> None:
        self.sending = FakePublisher()
        self.sender = MomentsSender(
            self.sending.publish, region=region, allowed=allowed, most_bytes=lambda: most_bytes
        )
        self.sender.featurizer = FakeFinder(finds=finds)

    def see(self, *frames: Frame, thing: str = "cam-1", every_s: float = 0.3) -> None:
        """Two seconds of a camera, beginning now: its frames, and one behind their end."""
        began_s = time.time() + 0.001
        for number, frame in enumerate(frames):
            self.sender.offer(Shot(frame, thing, began_s + every_s * number))
        assert every_s * len(frames) <= LOOK_S
        self.sender.offer(Shot(grey(40), thing, began_s + LOOK_S))

    @property
    def moments(self) -> list[Moment]:
        ((topic, payload),) = self.sending.sent
        assert topic == REPLY
        assert len(payload) <= MAX_BYTES
        return decode_moments(payload)


def colours(moments: Sequence[Moment]) -> list[int]:
    """The colour channel of each moment's picture."""
    return [int(shown(moment.jpeg).mean(axis=(0, 1)).argmax()) for moment in moments]


def test_each_different_view_is_a_moment_in_the_order_of_their_times() -> None:
    rig = MomentsRig()
    rig.sender.ask("cam-1", REPLY)
    rig.see(view(2), view(2), view(0), view(0), view(1))
    assert colours(rig.moments) == [2, 0, 1]
    assert [moment.box for moment in rig.moments] == [BOX] * 3
    times = [moment.captured_at_s for moment in rig.moments]
    assert times == sorted(times)
    assert times[-1] - times[0] < LOOK_S


@pytest.mark.parametrize(("asked", "taken"), [(40_000, MAX_BYTES), (MAX_BYTES, 40_000)])
def test_who_takes_less_gets_smaller_pictures(asked: int, taken: int) -> None:
    rig = MomentsRig(most_bytes=taken)
    rig.sender.ask("cam-1", REPLY, asked)
    large = [view(colour, height=720, width=1280) for colour in range(3)]
    rig.see(*large)
    assert colours(rig.moments) == [0, 1, 2]
    assert len(rig.sending.sent[0][1]) <= 40_000


def test_a_still_scene_is_one_moment() -> None:
    rig = MomentsRig()
    rig.sender.ask("cam-1", REPLY)
    rig.see(*[view(1)] * 6)
    assert colours(rig.moments) == [1]


def test_a_blurred_view_is_no_moment() -> None:
    rig = MomentsRig()
    rig.sender.ask("cam-1", REPLY)
    rig.see(view(0, blurred=True), view(1), view(2))
    assert sharpness(view(0, blurred=True)) < sharpness(view(0)) / 10
    assert colours(rig.moments) == [1, 2]


def test_frames_from_before_the_request_and_after_the_two_seconds_do_not_count() -> None:
    rig = MomentsRig()
    rig.sender.offer(Shot(view(0), "cam-1", time.time()))
    rig.sender.ask("cam-1", REPLY)
    rig.sender.offer(Shot(view(0), "cam-1", time.time() - 1))
    rig.see(view(1))
    rig.see(view(2))
    assert colours(rig.moments) == [1]


def test_another_cameras_frames_do_not_count_but_end_the_two_seconds() -> None:
    rig = MomentsRig()
    rig.sender.ask("cam-1", REPLY)
    began_s = time.time() + 0.001
    rig.sender.offer(Shot(view(1), "cam-1", began_s))
    rig.sender.offer(Shot(view(2), "cam-2", began_s + 1))
    assert rig.sending.sent == []
    rig.sender.offer(Shot(view(2), "cam-2", began_s + LOOK_S))
    assert colours(rig.moments) == [1]


def test_who_asks_meanwhile_gets_the_same_moments() -> None:
    rig = MomentsRig()
    rig.sender.ask("cam-1", REPLY)
    rig.sender.ask("cam-1", OTHER_REPLY)
    rig.see(view(0), view(1))
    first, second = rig.sending.sent
    assert (first[0], second[0], first[1] == second[1]) == (REPLY, OTHER_REPLY, True)


def test_a_large_frame_is_made_smaller_and_all_fit_in_one_message() -> None:
    rig = MomentsRig()
    rig.sender.ask("cam-1", REPLY)
    noise = np.random.default_rng(0).integers(0, 120, (1080, 1920, 3), np.uint8)
    rig.see(*(noise + 130 * (np.arange(3) == colour).astype(np.uint8) for colour in range(3)))
    assert len(rig.moments) == 3
    assert all(max(shown(moment.jpeg).shape) <= MAX_SIDE_PX for moment in rig.moments)


def test_only_the_region_is_shown_and_a_box_is_a_part_of_it() -> None:
    rig = MomentsRig(region=(0.5, 0, 0.5, 1))
    rig.sender.ask("cam-1", REPLY)
    rig.see(view(1))
    (moment,) = rig.moments
    assert (shown(moment.jpeg).shape, moment.box) == ((90, 80, 3), BOX)


def test_where_a_model_finds_nothing_the_box_is_the_middle_square() -> None:
    rig = MomentsRig(finds=False)
    rig.sender.ask("cam-1", REPLY)
    rig.see(view(1))
    assert rig.moments[0].box == pytest.approx((35 / 160, 0, 90 / 160, 1), abs=1e-3)


@pytest.mark.parametrize(
    ("allowed", "says"), [(False, "pictures are switched off"), (True, "a DeepLens program runs at it")]
)
def test_a_camera_that_can_give_none_says_why(allowed: bool, says: str) -> None:
    rig = MomentsRig(allowed=allowed)
    rig.sender.featurizer = None
    rig.sender.ask("cam-1", REPLY)
    rig.see(view(1))
    ((topic, payload),) = rig.sending.sent
    assert topic == REPLY
    assert says in json.loads(payload)["refused"]


def test_nobody_asks_and_nothing_is_kept() -> None:
    rig = MomentsRig()
    rig.see(view(1))
    assert rig.sending.sent == []


def test_the_farthest_views_are_chosen_first() -> None:
    angles = np.deg2rad([0, 40, 90, 3, 150])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert different_views(vectors, most=3) == [0, 4, 2]
    assert different_views(vectors, most=9) == [0, 4, 2, 1]
