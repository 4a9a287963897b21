"""Barcodes and QR codes in a picture, by OpenCV's detectors."""

from __future__ import annotations

import logging
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from common.box import Box
from common.codes import Code, CodeKind
from edge.picture.frame_types import Frame

_log = logging.getLogger(__name__)
# Barcodes need every pixel: a bar is two wide. A QR code's squares are larger, and finding it takes longer.
_BARCODE_PX, _QR_PX = 2560, 1280
_SMALLEST_PX = 40
# Sizes in which a barcode is read again, and the part of its longer side around it that is looked at then.
_AGAIN, _AROUND = (0.8, 0.5, 1.5), 0.5
_KINDS: dict[str, CodeKind] = {"EAN_13": "ean_13", "EAN_8": "ean_8", "UPC_A": "upc_a", "UPC_E": "upc_e"}


class OpenCvCodes:
    """Reads EAN-13, EAN-8, UPC-A and QR codes; for one thread."""

    def __init__(self) -> None:
        self._barcodes = cv2.barcode.BarcodeDetector()
        self._qr = cv2.QRCodeDetectorAruco()

    def read(self, picture: Frame) -> list[Code]:
        """The codes in a picture BGR uint8 [height, width, 3], their boxes as shares of it."""
        if min(picture.shape[:2]) < _SMALLEST_PX:
            return []
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2GRAY)
        return [*self._read_barcodes(grey), *self._read_qr(grey)]

    def _read_barcodes(self, grey: NDArray[Any]) -> list[Code]:
        small = _at_most(grey, _BARCODE_PX)
        # The detector passes over wide bars with a camera's noise on them.
        found = self._decoded(small) or self._decoded(_scaled(small, 0.5))
        return [code for code in found if self._is_read_again(code, small)]

    def _is_read_again(self, code: Code, grey: NDArray[Any]) -> bool:
        """Whether its part of the picture says the same in another size.

        One digit checks the others: of blurred bars one guess in ten is right by it, and the half of an
        EAN-13 is an EAN-8 at times.
        """
        part = _part(code.box, grey)
        for scale in _AGAIN:
            if any(again.text == code.text for again in self._decoded(_scaled(part, scale))):
                return True
        return False

    def _decoded(self, grey: NDArray[Any]) -> list[Code]:
        if not _SMALLEST_PX <= min(grey.shape) <= max(grey.shape) <= _BARCODE_PX:
            return []
        try:
            _, texts, kinds, corners = self._barcodes.detectAndDecodeWithType(grey)
        except cv2.error as error:
            return _none(error)
        found = zip(texts, kinds, _corners(corners, len(texts)), strict=True)
        return [
            Code(_KINDS[kind], text, _box(points, grey))
            for text, kind, points in found
            if text and kind in _KINDS
        ]

    def _read_qr(self, grey: NDArray[Any]) -> list[Code]:
        small = _at_most(grey, _QR_PX)
        try:
            _, texts, corners, _ = self._qr.detectAndDecodeMulti(small)
        except (cv2.error, UnicodeDecodeError) as error:  # a code may hold any bytes
            return _none(error)
        found = zip(texts, _corners(corners, len(texts)), strict=True)
        return [Code("qr", text, _box(points, small)) for text, points in found if text]


def _none(error: Exception) -> list[Code]:
    """A detector that gives up on a picture costs no observation."""
    _log.debug("no codes: %s", error)
    return []


def _at_most(grey: NDArray[Any], longest_px: int) -> NDArray[Any]:
    height, width = grey.shape
    scale = longest_px / max(height, width)
    if scale >= 1:
        return grey
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cast("NDArray[Any]", cv2.resize(grey, size, interpolation=cv2.INTER_AREA))


def _scaled(grey: NDArray[Any], scale: float) -> NDArray[Any]:
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cast("NDArray[Any]", cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way))


def _part(box: Box, grey: NDArray[Any]) -> NDArray[Any]:
    """The part of a picture around a box."""
    size = np.array(grey.shape[::-1])
    low, sides = np.array(box[:2]) * size, np.array(box[2:]) * size
    margin = _AROUND * sides.max()
    left, top = np.clip(low - margin, 0, size).astype(int)
    right, bottom = np.clip(low + sides + margin, 0, size).astype(int)
    return grey[top:bottom, left:right]


def _corners(corners: object, count: int) -> NDArray[Any]:
    """The four corners of each of `count` codes, in pixels."""
    return np.asarray(corners, np.float32).reshape(count, -1, 2) if count else np.empty((0, 4, 2))


def _box(points: NDArray[Any], picture: NDArray[Any]) -> tuple[float, float, float, float]:
    """The upright box around a code's corners, as shares of the picture."""
    height, width = picture.shape
    shares = np.clip(points / (width, height), 0, 1)
    (left, top), (right, bottom) = shares.min(axis=0).tolist(), shares.max(axis=0).tolist()
    return left, top, right - left, bottom - top
