"""Recordings, the test pattern and webcams, as far as possible without hardware."""

import errno
import os
import threading
import time
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.source_reader import SourceReader
from edge.cameras.sources import EXPECTED, open_source
from edge.cameras.sources.webcam import why_no_device
from tests.edge.cameras.sources_kit import failure, source_of
from tests.edge.kit import CLIP_FPS, LEVEL_STEP, MqttListener, grey, run_edge, write_clip
from tests.pace import limit_s
from tests.servers import until


def first_frames(setting: str | Path, count: int, *, fast: bool = False) -> list[tuple[int, float]]:
    """The grey levels of the first frames, and their times in seconds after the first."""
    frames = source_of(setting, fast=fast).frames(threading.Event())
    seen = [(int(frame[24, 32, 0]), time.monotonic()) for frame in islice(frames, count)]
    frames.close()
    return [(level, at_s - seen[0][1]) for level, at_s in seen]


def test_a_video_plays_at_its_own_pace_over_the_seam(tmp_path: Path) -> None:
    seen = first_frames(write_clip(tmp_path / "clip.mp4", frames=5), 12)
    assert [round(level / LEVEL_STEP) for level, _ in seen] == [0, 1, 2, 3, 4] * 2 + [0, 1]
    for index, (_, at_s) in enumerate(seen):
        assert abs(at_s - index / CLIP_FPS) < limit_s(0.09)


def test_a_video_catches_up_with_the_clock_after_a_pause(tmp_path: Path) -> None:
    frames = source_of(write_clip(tmp_path / "clip.mp4", frames=5)).frames(threading.Event())
    next(frames)
    time.sleep(0.75)  # holds the reader up, as a suspended computer does
    level = int(next(frames)[24, 32, 0])
    frames.close()
    assert round(level / LEVEL_STEP) in (1, 2, 3)  # the 7th or 8th frame of a loop of 5


def test_a_fast_video_loses_no_frame_however_slowly_it_is_taken(tmp_path: Path) -> None:
    source = source_of(write_clip(tmp_path / "clip.mp4", frames=5), fast=True)
    camera = SourceReader(source, thing="cam-1", stall_s=5, on_state=lambda *_: None)
    camera.start()
    levels = []
    started_s = time.monotonic()
    for turn in range(40):
        if turn % 8 == 0:
            time.sleep(0.05)  # the reader is the slower side
        shot = camera.take(5)
        assert shot is not None
        levels.append(round(int(shot.frame[24, 32, 0]) / LEVEL_STEP))
    took_s = time.monotonic() - started_s
    camera.stop()
    assert levels == [0, 1, 2, 3, 4] * 8
    assert took_s < limit_s(40 / CLIP_FPS / 2)


def test_a_folder_shows_each_readable_picture_for_a_second(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, level in [("b.png", 90), ("a.JPG", 30)]:
        cv2.imwrite(str(tmp_path / name), grey(level))
    (tmp_path / "aa.jpg").write_bytes(b"no picture")
    (tmp_path / "ab.jpg").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture either")
    cv2.imwrite(str(tmp_path / "._a.png"), grey(200))
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    old = os.fsdecode(os.fsencode(tmp_path) + b"/ac\xe9.png")  # a name in Latin-1
    (tmp_path / "b.png").rename(old)
    seen = first_frames(tmp_path, 3)
    assert [level for level, _ in seen] == [30, 90, 30]
    assert seen[1][1] == pytest.approx(1, abs=0.2)
    assert seen[2][1] == pytest.approx(2, abs=0.2)
    # Once, in two rounds.
    assert caplog.text.count("aa.jpg is no readable picture") == 1
    assert caplog.text.count("ab.jpg is no readable picture") == 1
    assert "notes" not in caplog.text
    fast = first_frames(tmp_path, 6, fast=True)
    assert [level for level, _ in fast] == [30, 90] * 3
    assert fast[-1][1] < limit_s(1)


def test_the_pattern_moves_25_times_a_second_or_as_fast_as_possible() -> None:
    frames = source_of("test").frames(threading.Event())
    started_s = time.monotonic()
    seen = list(islice(frames, 26))
    # A busy machine is late; the pattern then skips frames and keeps its pace.
    assert 0.9 < time.monotonic() - started_s < limit_s(3)
    assert {(frame.shape, str(frame.dtype)) for frame in seen} == {((480, 640, 3), "uint8")}
    # No two frames are the same, even long after: each shows its number.
    fast = list(islice(source_of("test", fast=True).frames(threading.Event()), 300))
    assert len({frame.tobytes() for frame in fast}) == 300
    left, right = (
        np.flatnonzero((frame[336] == (60, 80, 240)).all(axis=1))[0] for frame in (fast[0], fast[25])
    )
    assert right - left == 100  # the block moves 4 px a frame


def test_what_is_not_there_or_no_video_is_told_by_name(tmp_path: Path) -> None:
    text, sound, empty = tmp_path / "text.mp4", tmp_path / "cut.mp4", tmp_path / "empty"
    text.write_text("no video")
    sound.write_bytes(write_clip(tmp_path / "clip.mp4").read_bytes()[:700])
    empty.mkdir()
    missing = failure(source_of(tmp_path / "no.mp4"))
    assert str(missing) == f"no such file or folder: {tmp_path / 'no.mp4'}"
    assert "no readable picture" in str(failure(source_of(empty)))
    for file in (text, sound):
        assert str(failure(source_of(file))) == f"{file}: no video that can be read; is the file whole?"
    for setting in ("99", "/dev/video99"):
        assert str(failure(source_of(setting))).startswith("no such camera: /dev/video99; there is: ")
    assert str(failure(source_of("/dev/null"))).startswith("/dev/null is busy, or no camera")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EACCES, "no permission for /dev/video0; is this user in the group video?"),
        (errno.EBUSY, "/dev/video0 is busy; does another program use it?"),
        (errno.ENODEV, "/dev/video0 is not connected any more; was it unplugged?"),
        (errno.EIO, "/dev/video0: Input/output error"),
    ],
)
def test_why_a_webcam_does_not_open(number: int, reason: str) -> None:
    assert why_no_device("/dev/video0", OSError(number, os.strerror(number))) == reason


@pytest.mark.parametrize(
    "setting", ["mqtt", "ftp://u:secret@host/x", "rtsp://", "rtsp://u:secret@", "http://h:0/"]
)
def test_what_is_no_source_is_refused_with_what_is_expected(setting: str) -> None:
    with pytest.raises(ValueError, match=r"no (such kind of source|address of a camera): ") as caught:
        open_source(setting, stall_s=5)
    assert "secret" not in str(caught.value)
    assert (
        EXPECTED in str(caught.value)
        or "expected rtsp://" in str(caught.value)
        or "http://" in str(caught.value)
    )


def test_none_is_no_source() -> None:
    assert open_source("none", stall_s=5) is None


def test_a_driver_that_hangs_does_not_hold_up_the_end(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)  # opening it would never return, since nobody writes to it
    url = f"mqtt://127.0.0.1:{broker_port}"
    with run_edge(tmp_path / "log", source=str(pipe), mqtt_url=url, model=str(model)) as edge:
        until(lambda: "opening" in str(listener.statuses()[-1:]), what="the attempt")
        code, took_s = edge.terminate()
    assert (code, listener.statuses()[-1]["state"]) == (0, "offline")
    assert took_s < limit_s(2)
