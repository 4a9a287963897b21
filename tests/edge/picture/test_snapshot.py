"""A snapshot: the next frame at full size, for one request."""

import json
import time

import cv2
import numpy as np
import pytest

from edge.picture.crop import WHOLE, Box
from edge.picture.frame_types import Frame, Shot
from edge.picture.snapshot import MAX_BYTES, SnapshotSender, full_jpeg
from tests.edge.fakes import FakePublisher
from tests.edge.jpegs import shown
from tests.edge.kit import grey
from tests.servers import until

REPLY = "lookalike/cam-1/reply/0123456789abcdef"
OTHER_REPLY = "lookalike/cam-1/reply/ffffffffffffffff"


def noise(height: int, width: int) -> Frame:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


class SnapshotRig:
    """Snapshots of a camera whose frames are captured when a test says so."""

    def __init__(self, *, region: Box = WHOLE, allowed: bool = True, most_bytes: int = MAX_BYTES) -> None:
        self.sending = FakePublisher()
        self.snapshots = SnapshotSender(
            self.sending.publish, region=region, allowed=allowed, most_bytes=lambda: most_bytes
        )

    def offer(self, frame: Frame | None = None, *, thing: str = "cam-1", at_s: float | None = None) -> None:
        captured_at_s = time.time() + 0.001 if at_s is None else at_s
        self.snapshots.offer(Shot(grey(40) if frame is None else frame, thing, captured_at_s))

    @property
    def replies(self) -> list[str]:
        return [topic for topic, _payload in self.sending.sent]


def test_nobody_asks_and_nothing_is_sent() -> None:
    rig = SnapshotRig()
    rig.offer()
    assert rig.replies == []


def test_the_next_frame_alone_is_sent_at_full_size() -> None:
    rig = SnapshotRig()
    rig.snapshots.ask("cam-1", REPLY)
    frame = grey(40, height=1080, width=1920)
    frame[:, 960:] = 200
    rig.offer(frame)
    rig.offer()
    ((topic, payload),) = rig.sending.sent
    assert (topic, shown(payload).shape) == (REPLY, (1080, 1920, 3))
    assert np.abs(shown(payload).astype(int) - frame).max() < 12


def test_who_takes_less_gets_a_smaller_picture() -> None:
    rig = SnapshotRig()
    rig.snapshots.ask("cam-1", REPLY, 20_000)
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8)
    rig.offer(noise)
    ((_topic, payload),) = rig.sending.sent
    assert 10_000 < len(payload) <= 20_000
    assert shown(payload).ndim == 3


def test_no_answer_is_larger_than_the_link_takes() -> None:
    rig = SnapshotRig(most_bytes=7000)
    rig.snapshots.ask("cam-1", REPLY, 20_000)
    rig.offer(noise(480, 640))
    ((_topic, payload),) = rig.sending.sent
    assert 3000 < len(payload) <= 7000


def test_a_frame_from_before_the_request_does_not_answer_it() -> None:
    rig = SnapshotRig()
    before_s = time.time()
    rig.snapshots.ask("cam-1", REPLY)
    rig.offer(at_s=before_s)
    assert rig.replies == []
    rig.offer()
    assert rig.replies == [REPLY]


def test_all_who_wait_for_a_camera_get_the_same_frame_and_another_cameras_wait_on() -> None:
    rig = SnapshotRig()
    for thing, reply in (
        ("cam-1", REPLY),
        ("cam-2", "lookalike/cam-2/reply/00000000"),
        ("cam-1", OTHER_REPLY),
    ):
        rig.snapshots.ask(thing, reply)
    rig.offer()
    assert rig.replies == [REPLY, OTHER_REPLY]
    assert rig.sending.sent[0][1] == rig.sending.sent[1][1]
    rig.offer(thing="cam-2")
    assert rig.replies[2:] == ["lookalike/cam-2/reply/00000000"]


def test_a_request_that_nobody_waits_for_any_more_is_forgotten() -> None:
    rig = SnapshotRig()
    rig.snapshots.ask("cam-1", REPLY)
    asked_s = time.monotonic()
    until(lambda: time.monotonic() - asked_s > 3.01, what="the time that an answer is worth")
    rig.offer()
    assert rig.replies == []


def test_of_very_many_requests_the_latest_are_answered() -> None:
    rig = SnapshotRig()
    for number in range(1000):
        rig.snapshots.ask("cam-1", f"lookalike/cam-1/reply/{number:08x}")
    rig.offer()
    assert rig.replies == [f"lookalike/cam-1/reply/{number:08x}" for number in range(936, 1000)]


def test_only_the_part_that_is_looked_at_is_shown() -> None:
    rig = SnapshotRig(region=(0.5, 0.0, 0.5, 0.5))
    rig.snapshots.ask("cam-1", REPLY)
    frame = grey(0, height=200, width=400)
    frame[:100, 200:] = 200
    rig.offer(frame)
    picture = shown(rig.sending.sent[0][1])
    assert picture.shape == (100, 200, 3)
    assert picture.min() > 190


def test_where_pictures_are_switched_off_the_camera_itself_says_so_at_once() -> None:
    rig = SnapshotRig(allowed=False)
    rig.snapshots.ask("cam-1", REPLY)
    rig.offer(thing="cam-2")  # another thing's frames are known only to its own process
    assert rig.replies == []
    rig.offer()
    ((topic, payload),) = rig.sending.sent
    assert topic == REPLY
    assert "LOOKALIKE_PREVIEW=0" in json.loads(payload)["refused"]


def test_the_quality_is_the_best_that_fits() -> None:
    frame = cv2.GaussianBlur(noise(720, 1280), (0, 0), 1.5).astype(np.uint8)
    best = len(full_jpeg(frame, max_bytes=10**9))
    sizes = [len(full_jpeg(frame, max_bytes=limit)) for limit in (best, best - 1, best // 2)]
    assert best == sizes[0] > sizes[1] > sizes[2]
    assert sizes[2] <= best // 2
    assert shown(full_jpeg(frame, max_bytes=best // 2)).shape == frame.shape


def test_what_fits_at_no_quality_is_made_smaller_in_its_proportions() -> None:
    picture = full_jpeg(noise(2160, 3840))
    assert MAX_BYTES / 2 < len(picture) <= MAX_BYTES
    height, width = shown(picture).shape[:2]
    assert height < 2160
    assert width / height == pytest.approx(16 / 9, rel=0.01)


def test_a_part_of_a_frame_is_encoded_as_the_part_it_is() -> None:
    frame = grey(0, height=60, width=80)
    frame[:, :, 1] = np.linspace(0, 250, 80)
    part = frame[10:50, 20:60]
    assert np.abs(shown(full_jpeg(part)).astype(int) - part).max() < 12
