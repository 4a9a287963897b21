"""JPEG headers: what is read of them, and which files are refused before they are decoded."""

import io

import pytest
from PIL import Image

from common.jpeg_header import MAX_SCANS, JpegCostError, JpegError, check_frame, read_header
from tests.bombs import many_scans


def saved(width: int = 640, height: int = 480, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), 77 if mode == "L" else None).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "scans", "held_bytes"),
    [
        (saved(), 1, 0),
        (saved(mode="L"), 1, 0),
        (saved(restart_marker_blocks=1), 1, 0),
        (saved(progressive=True), 10, 2 * 640 * 480 * 1.5),
        (saved(progressive=True, subsampling=0), 10, 2 * 640 * 480 * 3),
        (saved(progressive=True, mode="L"), 6, 2 * 640 * 480),
        (many_scans(640, 480, 60), 60, 2 * 640 * 480 * 1.5),
        (many_scans(640, 480, 60, extra=b"\xff\xfe\x00\x06\xff\xda\x00\x00"), 60, 2 * 640 * 480 * 1.5),
    ],
)
def test_size_scans_and_memory_are_read_from_the_header(content: bytes, scans: int, held_bytes: int) -> None:
    header = read_header(content)
    assert (header.width, header.height, header.scans, header.held_bytes) == (640, 480, scans, held_bytes)
    check_frame(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (many_scans(16, 16, MAX_SCANS + 1), "more than 100 scans of 16 x 16 pixels, which take too long"),
        (many_scans(16, 16, 20_000), "more than 100 scans"),
        (many_scans(5000, 4000, 13), "more than 12 scans of 5000 x 4000 pixels"),
        (
            saved(5000, 4900, progressive=True, subsampling=0),
            "4900 pixels, which take 147 MB; expected at most 128",
        ),
    ],
)
def test_a_frame_that_takes_too_much_is_refused_before_it_is_decoded(content: bytes, says: str) -> None:
    with pytest.raises(JpegCostError, match=says):
        check_frame(content)


def test_an_ordinary_progressive_frame_of_a_good_camera_is_taken() -> None:
    check_frame(saved(4000, 3000, progressive=True, quality=20))


@pytest.mark.parametrize("kind", [0xC3, 0xC5, 0xC9, 0xCA, 0xCF])
def test_lossless_hierarchical_and_arithmetic_jpegs_are_refused(kind: int) -> None:
    with pytest.raises(JpegError, match=f"a JPEG of a rare kind .FF {kind:02X}"):
        check_frame(saved().replace(b"\xff\xc0", bytes((0xFF, kind))))


def test_a_second_size_is_refused() -> None:
    content = saved()
    at = content.index(b"\xff\xc0")
    frame = content[at : at + 19]
    with pytest.raises(JpegError, match="two sizes"):
        check_frame(content[:at] + frame + content[at:])


@pytest.mark.parametrize("extra", [b"\xff\xfe\x00\x02", b"\xff\x01", b"\xff\x00"])
def test_a_header_of_very_many_segments_is_refused(extra: bytes) -> None:
    content = saved()
    with pytest.raises(JpegError, match="truncated or damaged"):
        check_frame(content[:20] + extra * 50_000 + content[20:])


def test_filling_and_a_few_bytes_between_segments_are_passed_over() -> None:
    content = saved()
    check_frame(content[:20] + b"\xff" * 400_000 + content[20:])
    check_frame(content[:20] + b"\0\0" + content[20:])


def test_a_scan_of_very_many_segments_is_refused() -> None:
    content = saved()
    with pytest.raises(JpegError, match="more than 2000 segments"):
        check_frame(content[:-2] + b"\xff\xfe\x00\x02" * 100_000 + b"\xff\xd9")
