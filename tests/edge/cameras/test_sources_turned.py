"""Videos and pictures that say how they are to be turned and mirrored are seen upright."""

import gc
import itertools
import struct
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.cameras.sources.display_matrix import upright
from edge.cameras.sources.playback import Playback
from edge.cameras.sources.stills import decode_still
from edge.cameras.sources.video import DisplayMatrix
from edge.picture.frame_types import Frame
from tests.edge.cameras.sources_kit import source_of
from tests.servers import Server

SAMPLE_CLIP = Path(__file__).resolve().parents[3] / "samples" / "clip.mp4"
QUARTERS = (0, 90, 180, 270)


def scene() -> Frame:
    """A picture none of whose quarter turns and mirror images looks like another one."""
    picture = np.full((48, 64, 3), 128, np.uint8)
    picture[:24, :32], picture[:24, 32:], picture[24:, :32] = (250, 20, 20), (20, 250, 20), (20, 20, 250)
    return picture


def write_turned(path: Path, *, degrees: int, mirrored: bool) -> Path:
    """A video of three frames of the scene, as a camera writes it that was held turned or mirrors."""
    stored = np.rot90(scene()[:, ::-1] if mirrored else scene(), -degrees // 90)
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.height, stream.width = stored.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.set_display_rotation(degrees, hflip=mirrored)
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def assert_scene(setting: str | Path) -> None:
    """Check that a source's first frame is the scene, but for what compression does to it."""
    frames = source_of(setting, fast=True).frames(threading.Event())
    frame = next(frames)
    frames.close()
    assert frame.shape == scene().shape
    assert np.abs(frame.astype(int) - scene()).mean() < 12


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A web server, and the folder of its files."""
    folder = tmp_path_factory.mktemp("web")
    command = [
        sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", str(folder)
    ]  # fmt: skip
    server = Server("http", command)
    try:
        server.start()
        yield server, folder
    finally:
        server.kill()


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", QUARTERS)
def test_a_video_is_turned_as_it_says(tmp_path: Path, degrees: int, mirrored: bool, suffix: str) -> None:
    assert_scene(write_turned(tmp_path / f"turned.{suffix}", degrees=degrees, mirrored=mirrored))


def test_a_video_over_http_is_turned_too(web: tuple[Server, Path]) -> None:
    server, folder = web
    write_turned(folder / "turned.mkv", degrees=90, mirrored=False)
    assert_scene(f"{server.url}/turned.mkv")


@pytest.mark.parametrize(
    ("aspect", "width", "height"), [(Fraction(16, 11), 64, 33), (Fraction(1, 2), 32, 48)]
)
def test_pixels_that_are_not_square_are_made_so(
    tmp_path: Path, aspect: Fraction, width: int, height: int
) -> None:
    path = tmp_path / "wide.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        container.mux(stream.encode(av.VideoFrame.from_ndarray(scene(), format="bgr24")))
        container.mux(stream.encode(None))
    frames = source_of(path).frames(threading.Event())
    assert next(frames).shape == (height, width, 3)
    frames.close()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_of_a_folder_is_turned_by_its_exif_data(tmp_path: Path, orientation: int) -> None:
    stored = scene()
    if orientation > 4:
        stored = stored.transpose(1, 0, 2)
    if orientation in (2, 3, 7, 8):
        stored = stored[:, ::-1]
    if orientation in (3, 4, 6, 7):
        stored = stored[::-1]
    content = cv2.imencode(".jpg", np.ascontiguousarray(stored))[1].tobytes()
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + bytes(4)
    marked = content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:]
    (tmp_path / "turned.jpg").write_bytes(marked)
    assert_scene(tmp_path)


def test_an_odd_angle_counts_as_the_nearest_quarter_and_a_broken_matrix_as_none() -> None:
    nearly = struct.pack("=9i", 3000, 65400, 0, -65400, 3000, 0, 0, 0, 1 << 30)  # some 87 degrees
    assert (upright(scene(), nearly) == np.rot90(scene(), -1)).all()
    for matrix in (None, b"", b"short", struct.pack("=9i", *[0] * 9)):
        assert (upright(scene(), matrix) == scene()).all()


def test_the_frames_of_a_video_are_not_kept_after_they_were_shown() -> None:
    playback, threads = Playback(fast=True), list[int]()
    gc.disable()  # what is only in a circle stays then
    try:
        with av.open(str(SAMPLE_CLIP)) as container:
            stream = container.streams.video[0]
            playback.begin(stream)
            for frame in itertools.islice(container.decode(stream), 60):
                list(playback.show(frame, stream, threading.Event()))
                threads.append(len(list(Path("/proc/self/task").iterdir())))
    finally:
        gc.enable()
    assert threads[-1] <= threads[10] + 2


def test_still_pictures_are_not_kept_after_they_were_decoded() -> None:
    _, content = cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8))
    matrix, threads = DisplayMatrix(), list[int]()
    gc.disable()  # what is only in a circle stays then
    try:
        for _ in range(12):
            decode_still(content.tobytes(), name="a camera", matrix=matrix)
            threads.append(len(list(Path("/proc/self/task").iterdir())))
    finally:
        gc.enable()
    assert threads[-1] <= threads[1] + 2
