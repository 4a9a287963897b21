"""The pictures of showings, from the frames that were judged."""

from dataclasses import replace

import pytest

from common.box import Box
from services.core.errors import UnavailableError
from services.core.history.seen_pictures import SeenPictures
from services.core.history.showing import Showing, showing_of
from tests.fake_history import BEGAN_S, FakeHistory, FakeHistoryPictures, record
from tests.fakes import FakeFramePictures
from tests.servers import until

FRAME = b"the frame"


class Rig:
    def __init__(self) -> None:
        self.frames = FakeFramePictures({("cam-1", "5f3a9c01", 7): FRAME})
        self.store, self.pictures = FakeHistory(), FakeHistoryPictures()
        self.seen = SeenPictures(self.frames, self._cut, self.pictures, self.store, clock=lambda: BEGAN_S + 2)

    def _cut(self, jpeg: bytes, box: Box) -> bytes:
        return jpeg + str(box).encode()

    def show(self, showing: Showing) -> Showing:
        self.store.write([showing], [])
        self.seen.take(showing)
        return self.store.rows[showing.id]


def test_a_picture_is_the_box_of_the_very_frame() -> None:
    rig = Rig()
    assert rig.show(showing_of(record(7, 0))).has_picture
    assert rig.pictures.kept == {7: FRAME + b"(0.25, 0.1, 0.5, 0.8)"}
    assert rig.show(replace(showing_of(record(8, 0, seq=7)), box=None)).has_picture
    assert rig.pictures.kept[8] == FRAME


def test_a_showing_without_a_frame_has_none() -> None:
    rig = Rig()
    assert not rig.show(showing_of(record(9, 0))).has_picture
    assert not rig.show(replace(showing_of(record(10, 0)), session=None, seq=None)).has_picture
    assert rig.pictures.kept == {}


def test_pictures_are_asked_for_at_the_beginning_and_not_long_afterwards() -> None:
    rig = Rig()
    old = replace(showing_of(record(3, -60)), seen_at_s=BEGAN_S - 60)
    rig.seen.on_showing(old, "begun")
    rig.seen.on_showing(showing_of(record(4, 0)), "ended")
    rig.seen.on_showing(showing_of(record(7, 0)), "begun")
    until(lambda: 7 in rig.pictures.kept)
    assert [seq for _thing, _session, seq in rig.frames.asked] == [7]


def test_a_store_that_fails_ends_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    kept = rig.pictures.kept

    class Full(FakeHistoryPictures):
        def put(self, showing_id: int, jpeg: bytes, /) -> None:
            if showing_id != 8:
                raise UnavailableError("the history's pictures: No space left on device")
            kept[showing_id] = jpeg

    seen = SeenPictures(rig.frames, rig._cut, Full(), rig.store, clock=lambda: BEGAN_S)
    for number in (1, 2, 3, 4, 5, 8):
        seen.on_showing(showing_of(record(number, 0, seq=7)), "begun")
    until(lambda: 8 in kept)
    assert "No space left on device" in caplog.text
