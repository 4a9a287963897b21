"""Codes in drawn pictures, by OpenCV's detectors."""

import cv2
import numpy as np
import pytest

from edge.picture.frame_types import Frame
from edge.picture.opencv_codes import OpenCvCodes
from tests.edge.kit import grey
from tests.printed_codes import check_digit, desk, ean, put, qr


@pytest.fixture(scope="module")
def codes() -> OpenCvCodes:
    """One detector for all tests, as in the edge."""
    return OpenCvCodes()


@pytest.mark.parametrize(
    ("printed", "kind", "text"),
    [
        ("4006381333931", "ean_13", "4006381333931"),
        ("9780306406157", "ean_13", "9780306406157"),
        ("0012345678905", "upc_a", "012345678905"),  # UPC-A is an EAN-13 that begins with 0
        ("40063812", "ean_8", "40063812"),
    ],
)
def test_a_barcode_is_read_with_its_kind_and_place(
    codes: OpenCvCodes, printed: str, kind: str, text: str
) -> None:
    assert printed[-1] == check_digit(printed[:-1])
    (code,) = codes.read(put(desk(), ean(printed), left=400, top=200))
    assert (code.kind, code.text) == (kind, text)
    left, top, width, height = code.box
    assert 0.3 < left < left + width < 0.6
    assert 0.27 < top < top + height < 0.55


@pytest.mark.parametrize("text", ["https://shop.example/items/mug-7", "머그 7"])
def test_a_qr_code_is_read_beside_a_barcode(codes: OpenCvCodes, text: str) -> None:
    picture = put(put(desk(), ean("4006381333931"), left=200, top=200), qr(text), left=800, top=300)
    found = codes.read(picture)
    assert [(code.kind, code.text) for code in found] == [("ean_13", "4006381333931"), ("qr", text)]
    assert 0.6 < found[1].box[0] < 0.7


@pytest.mark.parametrize("angle", [20, 90, 180])
def test_a_turned_and_blurred_barcode_is_read(codes: OpenCvCodes, angle: float) -> None:
    picture = put(desk(), ean("4006381333931"), left=400, top=300)
    turn = cv2.getRotationMatrix2D((560, 390), angle, 1)
    turned = cv2.GaussianBlur(cv2.warpAffine(picture, turn, (1280, 720)), (0, 0), 1)
    assert [code.text for code in codes.read(turned.astype(np.uint8))] == ["4006381333931"]


def test_wide_bars_with_a_camera_s_noise_are_read(codes: OpenCvCodes) -> None:
    picture = taken(put(desk(), ean("4006381333931", module_px=5), left=60, top=60), blur_px=0.6)
    assert [code.text for code in codes.read(picture)] == ["4006381333931"]


@pytest.mark.parametrize("printed", ["0671535062544", "6136730756147", "4932282628763", "9889297397960"])
def test_a_blurred_barcode_is_not_taken_for_another_one(codes: OpenCvCodes, printed: str) -> None:
    code = ean(printed, module_px=3, height_px=100)
    picture = put(desk(width=480, height=320), code, left=40, top=40)
    # OpenCV reads an EAN-8 in three of these, and another EAN-13 in the last.
    assert codes.read(taken(picture, blur_px=1.7)) == []


def taken(picture: Frame, *, blur_px: float) -> Frame:
    """The picture as a camera takes it: not quite in focus, and with noise."""
    soft = cv2.GaussianBlur(picture, (0, 0), blur_px).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 3, soft.shape)
    return np.asarray(np.clip(soft + noise, 0, 255), np.uint8)


def test_a_wrong_check_digit_is_no_code(codes: OpenCvCodes) -> None:
    assert codes.read(put(desk(), ean("4006381333932"), left=400, top=200)) == []


@pytest.mark.parametrize("picture", [desk(), grey(0), grey(9, height=1, width=1), grey(255, height=3000)])
def test_a_picture_without_codes_has_none(codes: OpenCvCodes, picture: Frame) -> None:
    assert codes.read(picture) == []


def test_a_picture_of_4k_is_read_too(codes: OpenCvCodes) -> None:
    picture = put(desk(width=3840, height=2160), ean("4006381333931", module_px=5), left=1000, top=900)
    assert [code.text for code in codes.read(picture)] == ["4006381333931"]
