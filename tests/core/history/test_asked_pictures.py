"""Pictures of showings that one function asks for, and another takes."""

import json
from dataclasses import replace

from common.box import Box
from common.picture_stamp import Stamp, stamped
from services.core.errors import InputError
from services.core.history.asked_pictures import PictureAsker, PictureTaker
from services.core.history.showing import Showing, showing_of
from tests.fake_history import BEGAN_S, FakeAskedPictures, FakeHistory, FakeHistoryPictures, record

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9)


class Rig:
    def __init__(self) -> None:
        self.asked, self.sent = FakeAskedPictures(), list[tuple[str, bytes]]()
        self.reached = True
        self.store, self.pictures = FakeHistory(), FakeHistoryPictures()
        self.asker = PictureAsker(self.asked, self._send, max_bytes=1000, clock=lambda: BEGAN_S + 2)
        self.taker = PictureTaker(self.asked, self._cut, self.pictures, self.store)

    def _send(self, topic: str, command: bytes) -> bool:
        self.sent.append((topic, command))
        return self.reached

    def _cut(self, jpeg: bytes, box: Box) -> bytes:
        if b"damaged" in jpeg:
            raise InputError("the picture is damaged")
        return b"cut to %.2f" % box[0]

    def begin(self, showing: Showing) -> str:
        """A showing begins; gives the topic of the answer that its camera is asked for."""
        self.store.write([showing], [])
        self.asker.on_showing(showing, "begun")
        return str(json.loads(self.sent[-1][1])["reply"]) if self.sent else ""


def frame(seq: int = 7, *, more: bytes = b"") -> bytes:
    return stamped(JPEG, Stamp("5f3a9c01", seq, BEGAN_S)) + more


def test_the_very_frame_is_asked_for_and_kept_cut_to_its_thing() -> None:
    rig = Rig()
    reply = rig.begin(showing_of(record(7, 0)))
    ((topic, command),) = rig.sent
    assert topic == "lookalike/cam-1/command"
    wanted = {"do": "picture", "reply": reply, "session": "5f3a9c01", "seq": 7, "max_bytes": 1000}
    assert json.loads(command) == wanted
    assert rig.taker.receive(reply, frame())
    assert rig.pictures.kept == {7: b"cut to 0.25"}
    assert rig.store.rows[7].has_picture
    assert not rig.taker.receive(reply, frame())


def test_a_frame_without_a_box_is_kept_as_it_is() -> None:
    rig = Rig()
    assert rig.taker.receive(rig.begin(replace(showing_of(record(7, 0)), box=None)), frame())
    assert rig.pictures.kept == {7: frame()}


def test_a_refusal_another_frame_and_a_damaged_file_are_taken_and_leave_no_picture() -> None:
    rig = Rig()
    for answer in (b'{"refused":"it keeps no frames"}', JPEG, frame(8), frame(more=b"damaged"), b""):
        assert rig.taker.receive(rig.begin(showing_of(record(7, 0))), answer)
    assert rig.pictures.kept == {}
    assert not rig.store.rows[7].has_picture


def test_an_answer_that_the_history_has_not_asked_for_is_somebody_elses() -> None:
    rig = Rig()
    rig.begin(showing_of(record(7, 0)))
    assert not rig.taker.receive(f"lookalike/cam-1/reply/{'0' * 32}", frame())
    assert not rig.taker.receive("lookalike/cam-1/status", b"{}")


def test_nobody_is_asked_for_what_has_ended_is_old_or_has_no_frame() -> None:
    rig = Rig()
    rig.asker.on_showing(showing_of(record(7, 0)), "ended")
    rig.begin(showing_of(record(7, -60)))
    rig.begin(replace(showing_of(record(7, 0)), session=None, seq=None))
    assert rig.sent == []
    rig.reached = False
    rig.begin(showing_of(record(7, 0)))  # a camera that can't be asked: a picture less
    assert len(rig.sent) == 1
