"""Pictures of observed frames: from the camera, else from its previews, else none."""

from __future__ import annotations

import json

import pytest

from common.picture_stamp import Stamp, stamped
from services.core.cameras.frame_pictures import AskedFramePictures
from services.core.cameras.previews import Previews
from services.core.cameras.replies import LocalReplies
from services.core.cameras.snapshots import Snapshots
from services.core.cameras.status import CameraStatuses

JPEG = b"\xff\xd8\xff\xda and so on"
STAMP = Stamp("0123abcd", 42, 1_800_000_000.5)


class AnsweringCamera:
    """A camera that is online, and what it answers to a command at once; the broker may be away."""

    def __init__(self, *answers: bytes, up: bool = True) -> None:
        self.answers, self.up = answers, up
        self.asked: list[dict[str, object]] = []
        self.replies = LocalReplies()
        self.previews = Previews()
        self.statuses = CameraStatuses(most=10)
        self.statuses.receive("lookalike/cam-1/status", b'{"state":"online"}')
        self.snapshots = Snapshots(self.send, self.replies)
        self.frames = AskedFramePictures(self.snapshots, self.statuses, self.previews)

    def send(self, _topic: str, payload: bytes) -> bool:
        command = json.loads(payload)
        self.asked.append(command)
        for answer in self.answers:
            self.replies.receive(command["reply"], answer)
        return self.up

    def of(self, seq: int = 42) -> bytes | None:
        return self.frames.of("cam-1", STAMP.session, seq)


def refusal(**more: object) -> bytes:
    return json.dumps({"refused": "that frame is gone", **more}).encode()


def test_the_camera_is_asked_for_the_frame_by_its_number() -> None:
    camera = AnsweringCamera(stamped(JPEG, STAMP))
    assert camera.of() == stamped(JPEG, STAMP)
    ((command),) = camera.asked
    assert command == {"do": "picture", "reply": command["reply"], "session": "0123abcd", "seq": 42}


def test_answers_about_other_frames_are_not_taken() -> None:
    others = [
        stamped(JPEG, Stamp("0123abcd", 41, 0.0)),
        stamped(JPEG, Stamp("0123abce", 42, 0.0)),
        JPEG,
        refusal(session="0123abcd", seq=41),
    ]
    assert AnsweringCamera(*others, stamped(JPEG, STAMP)).of() == stamped(JPEG, STAMP)


@pytest.mark.parametrize("answer", [refusal(), refusal(session="0123abcd", seq=42)])
def test_what_the_camera_does_not_have_its_previews_may(answer: bytes) -> None:
    camera = AnsweringCamera(answer)
    assert camera.of() is None
    camera.previews.receive("lookalike/cam-1/preview", stamped(JPEG, STAMP))
    assert camera.of() == stamped(JPEG, STAMP)
    assert camera.of(seq=43) is None


def test_without_camera_or_broker_there_is_none() -> None:
    assert AnsweringCamera(up=False).of() is None
    away = AnsweringCamera(stamped(JPEG, STAMP))
    assert away.frames.of("cam-2", STAMP.session, 42) is None
    away.statuses.receive("lookalike/cam-1/status", b'{"state":"offline"}')
    assert away.of() is None
    assert away.asked == []
