"""Barcodes and QR codes as pictures, drawn here; and frames that show them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.picture.frame_types import Frame

# The bars of a digit in the left half with odd parity, 1 for black.
_ODD = [f"{bars:07b}" for bars in (0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B)]
_RIGHT = ["".join("10"[int(bar)] for bar in bars) for bars in _ODD]
_EVEN = [bars[::-1] for bars in _RIGHT]
# Which of the six left digits have even parity: it tells the first digit of thirteen.
_EVEN_PLACES = ["", "245", "235", "234", "145", "125", "123", "135", "134", "124"]


def ean(digits: str, *, module_px: int = 3, height_px: int = 150) -> Frame:
    """An EAN-13 or EAN-8 of these digits, the check digit among them, with its quiet zone."""
    half = (len(digits) - 1) // 2 if len(digits) == 13 else 4
    left, right = digits[-2 * half : -half], digits[-half:]
    even = _EVEN_PLACES[int(digits[0])] if len(digits) == 13 else ""
    bars = "".join((_EVEN if str(n) in even else _ODD)[int(digit)] for n, digit in enumerate(left))
    pattern = f"101{bars}01010{''.join(_RIGHT[int(digit)] for digit in right)}101"
    row = np.array([255] * 11 + [0 if bar == "1" else 255 for bar in pattern] + [255] * 11, np.uint8)
    return _bgr(np.repeat(np.repeat(row[None], height_px, 0), module_px, 1), margin_px=6 * module_px)


def qr(text: str, *, module_px: int = 6) -> Frame:
    """A QR code of a text, with its quiet zone."""
    drawn = cv2.QRCodeEncoder.create().encode(text)
    large = np.repeat(np.repeat(drawn, module_px, 0), module_px, 1)
    return _bgr(large.astype(np.uint8), margin_px=4 * module_px)


def check_digit(digits: str) -> str:
    """The last digit of a GTIN that begins with these."""
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def put(frame: Frame, code: Frame, *, left: int, top: int) -> Frame:
    """The frame with a code at a place, a little soft, as through a lens."""
    shown = frame.copy()
    shown[top : top + code.shape[0], left : left + code.shape[1]] = cv2.GaussianBlur(code, (0, 0), 0.7)
    return shown


def desk(*, width: int = 1280, height: int = 720, seed: int = 0) -> Frame:
    """A frame of soft colours and a camera's noise, without any code."""
    made = np.random.default_rng(seed)
    patches = made.integers(60, 200, (height // 40, width // 40, 3), dtype=np.uint8)
    soft = cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(soft + made.normal(0, 5, soft.shape), 0, 255), np.uint8)


def _bgr(grey: NDArray[np.uint8], *, margin_px: int) -> Frame:
    framed = np.pad(grey, margin_px, constant_values=255)
    return np.asarray(np.repeat(framed[..., None], 3, axis=2), np.uint8)
