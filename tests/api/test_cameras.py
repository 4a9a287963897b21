"""Frames over HTTP, on running systems; one has a broker and a camera of the test's own."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import pytest
from PIL import Image

from tests.servers import Server
from tests.system.pictures import picture
from tests.system.played import JPEG, KEY, CommandListener, PlayedCamera, get_preview, post_frame
from tests.system.stack import ROOT, Stack, eventually

LIMIT = 512 * 1024


def _clip_frame(at_s: float) -> bytes:
    """A frame of the sample clip, encoded as a browser does."""
    capture = cv2.VideoCapture(str(ROOT / "samples" / "clip.mp4"))
    capture.set(cv2.CAP_PROP_POS_MSEC, at_s * 1000)
    there, frame = capture.read()
    assert there
    return cv2.imencode(".jpg", cv2.resize(frame, (640, 360), interpolation=cv2.INTER_AREA))[1].tobytes()


def _padded(jpeg: bytes, size: int) -> bytes:
    """The same picture padded with comments to exactly `size` bytes."""
    missing, comments = size - len(jpeg), b""
    while missing > 0:
        length = min(missing, 65_000)
        if 0 < missing - length < 4:
            length -= 4
        comments += b"\xff\xfe" + (length - 2).to_bytes(2, "big") + bytes(length - 4)
        missing -= length
    return jpeg[:2] + comments + jpeg[2:]


def test_frames_that_are_posted_become_matches(samples: Stack) -> None:
    frame, thing = _clip_frame(1.5), "browser-0123"

    def matched() -> dict[str, Any] | None:
        answer = post_frame(samples, thing, frame)
        assert (answer.status_code, answer.json()) == (202, {"thing": thing, "bytes": len(frame)})
        records = samples.get(f"/matches?thing={thing}&limit=1")["records"]
        return records[0] if records and records[0]["verdict"] == "match" else None

    record = eventually(matched, within_s=60, why=samples.log)
    assert record["matches"][0]["id"] == "mug-harbour"
    (camera,) = [each for each in samples.get("/cameras")["cameras"] if each["thing"] == thing]
    assert (camera["state"], camera["source"]) == ("online", "frames over MQTT")
    assert post_frame(samples, thing, frame).status_code == 202

    preview = eventually(lambda: _given(samples, thing, frame), within_s=20, why=samples.log)
    with Image.open(io.BytesIO(preview)) as image:
        assert image.format == "JPEG"
        assert image.width <= 320


def _given(stack: Stack, thing: str, frame: bytes) -> bytes | None:
    """A preview of a camera, which is sent a frame meanwhile."""
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(get_preview, stack, thing)
        while not asked.done():
            post_frame(stack, thing, frame)
        answer = asked.result()
    return answer.content if answer.status_code == 200 else None


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}])
def test_previews_and_frames_ask_for_the_key(keyed: Stack, headers: dict[str, str]) -> None:
    looked = keyed.client.get("/cameras/nobody/preview", headers=headers)
    sent = keyed.client.post("/cameras/x/frames", content=picture(1), headers=JPEG | headers)
    assert [looked.status_code, sent.status_code] == [401, 401]
    assert looked.headers["WWW-Authenticate"] == "Bearer"
    assert keyed.client.get("/cameras", headers=headers).status_code == 200


def test_pages_of_others_get_no_previews_and_send_no_frames(empty: Stack, keyed: Stack) -> None:
    for system in (empty, keyed):
        origin = {"Origin": "https://evil.example"}
        assert get_preview(system, "cam-1", **origin).status_code == 403
        assert post_frame(system, "x", picture(1), **origin).status_code == 403


@pytest.mark.parametrize(
    ("thing", "content", "headers", "status", "says"),
    [
        ("a%20b", picture(1), {}, 400, "'a b' is no camera's name; expected 1 to 128 of the characters"),
        ("x" * 129, picture(1), {}, 400, "is no camera's name"),
        ("cam-8", b"", {}, 400, "0 bytes are no readable JPEG"),
        ("cam-8", b"no JPEG", {}, 400, "7 bytes are no readable JPEG; expected a JPEG of at most 40 meg"),
        ("cam-8", picture(1, kind="PNG"), {}, 400, "are no readable JPEG"),
        ("cam-8", picture(1), {"Content-Type": "image/png"}, 415, "'image/png'; expected image/jpeg"),
        ("cam-8", picture(1), {"Content-Type": ""}, 415, "expected image/jpeg, or multipart with `image`"),
        ("cam-8", _padded(picture(1), LIMIT), {}, 413, "more than 524267 bytes"),
        ("cam-8", picture(1) + bytes(4_000_000), {}, 413, "more than 524267 bytes"),
    ],
)
def test_a_frame_that_cannot_be_one_is_refused_with_what_was_expected(
    keyed: Stack, broker: Server, thing: str, content: bytes, headers: dict[str, str], status: int, says: str
) -> None:
    with CommandListener(broker.url, "lookalike/+/frame") as listener:
        answer = post_frame(keyed, thing, content, **headers)
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert says in answer.json()["detail"]
        assert post_frame(keyed, "cam-9", picture(2)).status_code == 202
        eventually(lambda: listener.of("frame"), within_s=5)
        assert listener.of("frame") == [picture(2)]


def test_a_frame_of_more_pixels_than_the_limit_is_refused(keyed: Stack) -> None:
    huge = io.BytesIO()
    Image.new("L", (8001, 5000)).save(huge, "JPEG", quality=1)
    answer = post_frame(keyed, "cam-8", _padded(huge.getvalue(), len(huge.getvalue())))
    assert answer.status_code in (400, 413)
    assert len(huge.getvalue()) > LIMIT or "8001 x 5000 pixels" in answer.json()["detail"]


def test_the_largest_frame_and_a_form_are_taken_as_they_are(keyed: Stack, broker: Server) -> None:
    largest = _padded(picture(1), LIMIT - len("lookalike/cam-8/frame"))
    with CommandListener(broker.url, "lookalike/cam-8/frame") as listener:
        assert post_frame(keyed, "cam-8", largest).json() == {"thing": "cam-8", "bytes": len(largest)}
        eventually(lambda: listener.of("frame"), within_s=5)
        form = {"image": ("frame.jpg", picture(2), "image/jpeg")}
        answer = keyed.client.post("/cameras/cam-8/frames", files=form, headers=KEY)
        assert (answer.status_code, answer.json()["bytes"]) == (202, len(picture(2)))
        eventually(lambda: len(listener.of("frame")) == 2, within_s=5)
        assert listener.of("frame") == [largest, picture(2)]

    form = {"image": ("frame.jpg", _padded(picture(2), LIMIT), "image/jpeg")}
    assert keyed.client.post("/cameras/cam-8/frames", files=form, headers=KEY).status_code == 413
    form = {"picture": ("frame.jpg", picture(2), "image/jpeg")}
    answer = keyed.client.post("/cameras/cam-8/frames", files=form, headers=KEY)
    assert (answer.status_code, "`image`" in answer.json()["detail"]) == (400, True)


def test_a_frame_under_the_name_of_another_camera_is_refused(keyed: Stack, camera: PlayedCamera) -> None:
    for state in ("online", "stalled", "no_camera"):
        camera.say(state, source="rtsp://host/door")
        answer = post_frame(keyed, camera.thing, picture(1))
        assert answer.status_code == 409
        assert answer.json()["detail"].startswith(
            f"{camera.thing} is the name of another camera (rtsp://host/door)"
        )
    # A camera that is off no longer holds its name.
    camera.say("offline", source="rtsp://host/door")
    assert post_frame(keyed, camera.thing, picture(1)).status_code == 202
    # The sender of that frame may have sent a status by now, so use another thing.
    with PlayedCamera(keyed) as other:
        other.say("stalled", source="frames over MQTT")
        assert post_frame(keyed, other.thing, picture(1)).status_code == 202


def test_while_the_broker_is_away_frames_are_dropped_and_it_is_told(
    keyed: Stack, broker: Server, camera: PlayedCamera
) -> None:
    broker.kill()
    eventually(lambda: not keyed.get("/healthz")["checks"]["broker"]["ok"], within_s=10)
    lost = post_frame(keyed, "cam-8", picture(1))
    assert (lost.status_code, "the broker does not take the frame" in lost.json()["detail"]) == (503, True)
    unseen = get_preview(keyed, camera.thing)
    assert (unseen.status_code, unseen.json()["detail"]) == (503, "the broker is not connected; reconnecting")

    broker.start()
    with CommandListener(broker.url, "lookalike/cam-8/frame") as listener:
        eventually(
            lambda: post_frame(keyed, "cam-8", picture(2)).status_code == 202, within_s=40, why=keyed.log
        )
        eventually(lambda: listener.of("frame"), within_s=5)
        assert listener.of("frame")[0] == picture(2)
