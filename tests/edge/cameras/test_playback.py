"""The times at which a recording's frames are shown: their own, whatever the file and the computer do."""

import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from av.stream import Disposition

from edge.cameras.sources.base import Pace
from edge.cameras.sources.playback import RunningTime
from edge.picture.frame_types import Frame
from tests.edge.cameras.sources_kit import failure, source_of
from tests.edge.kit import grey
from tests.pace import limit_s


class Clock(threading.Event):
    """A clock that only moves when something waits for it or takes time; also the event that is waited on."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def wait(self, timeout: float | None = None) -> bool:
        self.now_s += timeout or 0
        return self.is_set()


def shown_of(count: int, *, takes_s: float, clock: Clock, interval_s: float = 0.02) -> list[float]:
    """The times, after the first frame, of the frames that are shown when each takes a while to decode."""
    pace = Pace(interval_s, clock=clock)
    start_s, shown_s = clock.now_s, []
    for index in range(count):
        clock.now_s += takes_s
        if pace.wait(index, clock):
            shown_s.append(clock.now_s - start_s)
    return shown_s


@pytest.mark.parametrize("takes_s", [0.021, 0.03, 0.1, 6.0])
def test_all_that_can_be_decoded_is_shown_however_slowly(takes_s: float) -> None:
    clock = Clock()
    shown_s = shown_of(1000, takes_s=takes_s, clock=clock)
    assert len(shown_s) > 900
    assert max(np.diff(shown_s)) < max(0.15, 2 * takes_s)


def test_what_held_the_reader_up_is_made_good_and_frames_come_meanwhile() -> None:
    clock = Clock()
    pace = Pace(0.02, clock=clock)
    assert pace.wait(0, clock)
    clock.now_s += 3.0
    shown = []
    for index in range(1, 400):
        clock.now_s += 0.005
        if pace.wait(index, clock):
            shown.append((index, clock.now_s - 1000.0))
    index, at_s = shown[-1]
    assert at_s == pytest.approx(index * 0.02)
    assert max(np.diff([at_s for _, at_s in shown])) < 0.15
    assert 200 < len(shown) < 230


def test_what_was_held_up_for_long_goes_on_where_it_was() -> None:
    clock = Clock()
    pace = Pace(0.02, clock=clock)
    assert pace.wait(0, clock)
    clock.now_s += 3600.0
    for index in range(1, 10):
        assert pace.wait(index, clock)
    assert clock.now_s == pytest.approx(1000 + 3600 + 8 * 0.02)


@pytest.mark.parametrize(
    ("stamps_s", "times_s"),
    [
        ([0, 0.1, 0.5, 0.6], [0, 0.1, 0.5, 0.6]),  # a variable rate
        ([7, 8, 9], [0, 1, 2]),  # a time lapse that does not begin at 0
        ([-0.5, -0.3, 0.2], [0, 0.2, 0.7]),
        ([0, 0, 0, 0], [0, 0.04, 0.08, 0.12]),
        ([None, None, None], [0, 0.04, 0.08]),
        ([0, None, 0.3, 0.4], [0, 0.04, 0.08, 0.18]),
        ([0, 0.1, 9999.0, 9999.1], [0, 0.1, 0.2, 0.3]),  # a jump
        ([95443.6, 95443.7, 0.0, 0.1], [0, 0.1, 0.2, 0.3]),  # MPEG's clock starts again
        ([0.3, 0.2, 0.1, 0.2], [0, 0.04, 0.08, 0.18]),
        ([0, 8, 16], [0, 8, 16]),
        ([float("nan"), float("nan")], [0, 0.04]),
    ],
)
def test_time_runs_on_through_odd_stamps(stamps_s: list[float | None], times_s: list[float]) -> None:
    running = RunningTime()
    running.begin(0.04)
    assert [running.of(stamp_s) for stamp_s in stamps_s] == pytest.approx(times_s)
    # And over the seam, by the usual step.
    running.begin(0.04)
    assert running.of(stamps_s[0]) == pytest.approx(times_s[-1] + 0.04)


def test_a_show_of_slides_has_its_time_and_a_wrong_rate_of_the_whole_is_no_matter() -> None:
    slides, jump = RunningTime(), RunningTime()
    slides.begin(20.0)
    assert [slides.of(stamp_s) for stamp_s in (0, 20, 45, 60, 9999)] == [0, 20, 45, 60, 75]
    jump.begin(833.0)  # twelve frames, one of which bears a wrong time
    assert [jump.of(stamp_s) for stamp_s in (0, 0.5, 9999, 9999.5)] == [0, 0.5, 1, 1.5]
    jump.begin(833.0)
    assert jump.of(0) == 2


def test_a_rate_of_no_use_and_a_round_of_one_frame() -> None:
    for usual_s in (0.0, 1e-6, 3600.0, float("nan")):
        running = RunningTime()
        running.begin(usual_s)
        assert [running.of(None), running.of(None)] == pytest.approx([0, 0.04])
    running = RunningTime()
    times_s = []
    for _ in range(3):
        running.begin(0.04)
        times_s.append(running.of(0.0))
    assert times_s == pytest.approx([0, 1.04, 2.08])


def write(path: Path, pictures: list[Frame], stamps_ms: list[int], *, cover: Frame | None = None) -> Path:
    """A video whose frames bear these times, with a cover as its first stream if one is given."""
    with av.open(path, "w") as container:
        if cover is not None:
            first = container.add_stream("mjpeg", rate=1)
            first.height, first.width = cover.shape[:2]
            first.pix_fmt = "yuvj420p"
            first.disposition = Disposition.attached_pic
        stream = container.add_stream("libx264", rate=1000, options={"bf": "0", "crf": "10"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if cover is not None:
            container.mux(first.encode(av.VideoFrame.from_ndarray(cover, format="bgr24")))
            container.mux(first.encode(None))
        for picture, stamp_ms in zip(pictures, stamps_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = stamp_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Played(NamedTuple):
    """A frame of a recording that is played."""

    level: int
    # Since before the recording was opened, and since its first frame came.
    opened_s: float
    first_s: float


def played(path: Path, count: int) -> Iterator[Played]:
    """A recording's first frames, and the times at which they come."""
    opened_s, first_s = time.monotonic(), 0.0
    frames = source_of(path).frames(threading.Event())
    for _ in range(count):
        level = int(next(frames)[0, 0, 0])
        now_s = time.monotonic()
        first_s = first_s or now_s
        yield Played(level, now_s - opened_s, now_s - first_s)
    frames.close()


def test_frames_of_a_variable_rate_come_at_their_own_times_and_a_still_one_again(tmp_path: Path) -> None:
    pictures = [grey(level) for level in (0, 40, 80, 120)]
    path = write(tmp_path / "variable.mkv", pictures, [0, 100, 150, 1700])
    seen = list(played(path, 5))
    assert [round(frame.level / 40) for frame in seen] == [0, 1, 2, 2, 3]
    for frame, due_s in zip(seen, (0, 0.1, 0.15, 1.15, 1.7), strict=True):
        # Since its opening, as the first frame may be heard of late.
        assert due_s < frame.opened_s
        assert frame.first_s < due_s + 0.1 * limit_s(1)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "avi", "nut"])
def test_a_cover_is_passed_over_even_if_it_comes_first_and_is_larger(tmp_path: Path, suffix: str) -> None:
    cover = grey(250, height=240, width=320)
    path = write(tmp_path / f"cover.{suffix}", [grey(40), grey(80)], [0, 100], cover=cover)
    assert [round(frame.level / 40) for frame in played(path, 4)] == [1, 2, 1, 2]


def test_of_two_videos_the_larger_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "two.nut"
    with av.open(path, "w") as container:
        sizes = [(64, 48, 200), (128, 96, 80)]
        streams = [container.add_stream("libx264", rate=10) for _ in sizes]
        for stream, (width, height, _) in zip(streams, sizes, strict=True):
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for stream, (width, height, level) in zip(streams, sizes, strict=True):
            picture = grey(level, height=height, width=width)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            container.mux(stream.encode(None))
    (frame,) = played(path, 1)
    assert abs(frame.level - 80) < 9


def test_sound_alone_is_told_even_with_a_cover(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with av.open(path, "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=16_000)
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        heard = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), format="fltp", layout="mono")
        heard.sample_rate = 16_000
        picture = av.VideoFrame.from_ndarray(grey(9), format="bgr24")
        container.mux(
            [*sound.encode(heard), *cover.encode(picture), *sound.encode(None), *cover.encode(None)]
        )
    assert str(failure(source_of(path))) == f"{path}: no video in it, only a cover picture and audio"
