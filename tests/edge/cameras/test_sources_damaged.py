"""Recordings that are cut off, damaged or hostile: what can be seen of them is, else the cause is told."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from edge.cameras.sources.stream import StreamSource
from edge.cameras.sources.video import frames_of
from tests.edge.cameras.sources_kit import failure, source_of
from tests.edge.kit import grey, write_clip
from tests.pace import limit_s

FRAMES = 12


def count(path: Path, wanted: int = 3 * FRAMES) -> int:
    """How many frames a recording gives, up to those of three rounds."""
    frames = source_of(path, fast=True).frames(threading.Event())
    given = len(list(islice(frames, wanted)))
    frames.close()
    return given


def write_noise(path: Path) -> Path:
    """A video whose pictures are larger than its head."""
    rng = np.random.default_rng(1)
    with av.open(path, "w", options={"movflags": "faststart"} if path.suffix == ".mp4" else {}) as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(FRAMES):
            picture = rng.integers(0, 255, (48, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def damaged(path: Path, *, part: int) -> Path:
    """The file with a stretch of some pictures overwritten, at this eighth of it."""
    content = bytearray(path.read_bytes())
    start, length = len(content) * part // 8, len(content) // 8
    content[start : start + length] = bytes(length)
    broken = path.with_name(f"damaged-{part}-{path.name}")
    broken.write_bytes(content)
    return broken


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts"])
def test_what_is_left_of_a_damaged_or_truncated_video_is_played_round_after_round(
    tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = write_noise(tmp_path / f"clip.{suffix}")
    part = tmp_path / f"part.{suffix}"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    assert count(part) == 3 * FRAMES
    for eighth in range(3, 8):
        assert count(damaged(whole, part=eighth)) == 3 * FRAMES
    assert len(caplog.records) <= 6  # one line a file


def test_what_has_no_frame_left_is_told(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "clip.mp4").read_bytes()
    start = whole.index(b"mdat") + 4
    broken = tmp_path / "broken.mp4"
    # All pictures are overwritten; the index is whole.
    end = whole.index(b"moov") - 4
    broken.write_bytes(whole[:start] + bytes(end - start) + whole[end:])
    assert str(failure(source_of(broken))).startswith(f"{broken}: no frame that can be decoded: damaged")
    for size in (0, 1, 100):
        broken.write_bytes(whole[:size])
        assert str(failure(source_of(broken))) == f"{broken}: no video that can be read; is the file whole?"


@pytest.mark.parametrize(
    ("name", "codec", "size", "huge"),
    [
        (
            "huge.mov",
            "png",
            struct.pack(">4sii", b"IHDR", 64, 48),
            struct.pack(">4sii", b"IHDR", 16_000, 16_000),
        ),
        # A height below zero: the rows go from top to bottom.
        ("huge.avi", "rawvideo", struct.pack("<iii", 40, 64, -48), struct.pack("<iii", 40, 16_000, -16_000)),
    ],
)
def test_frames_of_too_many_pixels_are_refused_before_they_are_decoded(
    tmp_path: Path, name: str, codec: str, size: bytes, huge: bytes
) -> None:
    path = tmp_path / name
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=1)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr24" if codec == "rawvideo" else "rgb24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(grey(9), format="bgr24")))
        container.mux(stream.encode(None))
    content = path.read_bytes()
    assert size in content
    path.write_bytes(content.replace(size, huge))
    assert str(failure(source_of(path))).startswith(f"{path}: no frame that can be decoded: damaged, or of")


def test_whatever_a_decoder_raises_costs_one_packet() -> None:
    class Packet:
        def decode(self) -> list[av.VideoFrame]:
            raise MemoryError

    assert frames_of(Packet()) == []  # type: ignore[arg-type]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where everybody is accepted, and nothing is said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_camera_that_accepts_and_says_nothing_is_told(silent_port: int, scheme: str) -> None:
    source = StreamSource(f"{scheme}://127.0.0.1:{silent_port}/x", stall_s=0.5, open_s=0.5)
    started_s = time.monotonic()
    assert str(failure(source)) == f"{source.name}: no answer within 0.5 s"
    assert time.monotonic() - started_s < limit_s(2)
