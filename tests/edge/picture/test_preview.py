"""Previews: small, only while somebody watches, and never where they are switched off."""

import time

import numpy as np

from common.picture_stamp import Stamp, stamp_of
from edge.picture.frame_types import Frame, Shot
from edge.picture.preview import PreviewSender
from tests.edge.fakes import FakePublisher
from tests.edge.jpegs import shown
from tests.edge.kit import grey
from tests.servers import until


def shot(frame: Frame) -> Shot:
    return Shot(frame, "cam-1", 0.0)


def test_nothing_is_sent_unless_somebody_watches() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish)
    previews.offer(shot(grey(9)))
    previews.watch("cam-2", 30)
    previews.offer(shot(grey(9)))
    assert sending.sent == []


def test_a_watched_frame_is_a_small_jpeg_of_the_whole_frame() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish)
    previews.watch("cam-1", 30)
    frame = grey(40, height=1080, width=1920)
    frame[:, 960:] = 200
    previews.offer(shot(frame))
    ((topic, payload),) = sending.sent
    assert topic == "lookalike/cam-1/preview"
    assert len(payload) < 20_000
    small = shown(payload)
    assert small.shape == (180, 320, 3)
    assert abs(int(small[90, 20, 0]) - 40) < 5
    assert abs(int(small[90, 300, 0]) - 200) < 5


def test_a_small_frame_is_not_enlarged() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish)
    previews.watch("cam-1", 30)
    previews.offer(shot(grey(40)))
    assert shown(sending.sent[0][1]).shape == (48, 64, 3)


def test_it_keeps_to_a_rate_and_ends_with_the_time_that_was_asked_for() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish)
    previews.watch("cam-1", 0.9)
    started_s = time.monotonic()

    def over() -> bool:
        previews.offer(shot(grey(9)))
        return time.monotonic() - started_s > 1.5

    until(over, what="the end of the watch")
    assert 2 <= len(sending.sent) <= 5


def test_each_observed_frame_is_sent_and_says_which_it_is() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish)
    previews.watch("cam-1", 30)
    # At once one after the other: without an observation the second would come too soon.
    stamps = [Stamp("0123abcd", seq, 1_800_000_000.5 + seq) for seq in range(3)]
    for stamp in stamps:
        previews.offer(shot(grey(9)), stamp)
    previews.offer(shot(grey(9)), Stamp("0123abcd", None, 1_800_000_004.0))
    assert [stamp_of(payload) for _, payload in sending.sent] == stamps
    assert shown(sending.sent[0][1]).shape == (48, 64, 3)


def test_where_they_are_switched_off_none_is_sent() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish, allowed=False)
    previews.watch("cam-1", 30)
    previews.offer(shot(grey(9)))
    assert sending.sent == []


def test_a_link_that_takes_small_messages_gets_smaller_pictures() -> None:
    sending = FakePublisher()
    previews = PreviewSender(sending.publish, most_bytes=lambda: 7000)
    previews.watch("cam-1", 30)
    frame = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    previews.offer(shot(frame), Stamp("0123abcd", 2**53, 1_800_000_000.5))
    ((_, payload),) = sending.sent
    assert 2000 < len(payload) <= 7000
    shown(payload)
