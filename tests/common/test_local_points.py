"""The codec of local features: what it keeps, and what it refuses."""

import base64
import random

import numpy as np
import pytest

from common.local_points import (
    LONGEST_PX,
    MAX_POINTS,
    MAX_POINTS_BYTES,
    LocalPoints,
    PointsError,
    decode_points,
    encode_points,
)
from tests.points import random_points


def test_points_come_back_from_their_encoding() -> None:
    sent = random_points(MAX_POINTS, seed=3)
    came = decode_points(encode_points(sent))
    np.testing.assert_allclose(came.places, sent.places, atol=1 / 256)
    np.testing.assert_array_equal(came.descriptors, sent.descriptors)
    assert came.places.dtype == np.float32
    assert came.descriptors.dtype == np.uint8


def test_no_points_are_no_bytes() -> None:
    assert encode_points(random_points(0)) == b""
    assert len(decode_points(b"")) == 0


def test_the_most_points_fit_what_a_message_may_hold_of_them() -> None:
    blob = encode_points(random_points(MAX_POINTS))
    assert len(blob) == MAX_POINTS_BYTES < 16 * 1024
    assert len(base64.b64encode(blob)) <= 14_404


def test_points_at_the_very_corner_are_kept() -> None:
    corner = LocalPoints(np.full((1, 2), LONGEST_PX, np.float32), np.zeros((1, 32), np.uint8))
    np.testing.assert_array_equal(decode_points(encode_points(corner)).places, corner.places)


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        (b"\x01", "1 bytes; expected 1 and 36 for each point"),
        (b"\x01" + bytes(35), "36 bytes; expected 1 and 36 for each point"),
        (b"\x01" + bytes(37), "38 bytes; expected 1 and 36 for each point"),
        (b"\x02" + bytes(36), "version 2; expected 1"),
        (
            b"\x01" + b"\xff\xff" + bytes(34),
            "a point outside the picture; expected places from 0 to 480 pixels",
        ),
        (b"\x01" + bytes(36 * 301), "10837 bytes; expected at most 10801"),
        (bytes(10_000_000), "10000000 bytes; expected at most 10801"),
    ],
)
def test_other_bytes_are_refused_with_what_was_expected(blob: bytes, words: str) -> None:
    with pytest.raises(PointsError, match=words):
        decode_points(blob)


@pytest.mark.parametrize("place", [-0.1, 480.1, np.nan, np.inf])
def test_places_outside_the_picture_are_not_encoded(place: float) -> None:
    wrong = LocalPoints(np.array([[1, place]], np.float32), np.zeros((1, 32), np.uint8))
    with pytest.raises(PointsError, match="outside the picture"):
        encode_points(wrong)


def test_more_points_than_allowed_are_not_encoded() -> None:
    with pytest.raises(PointsError, match="301 points; expected at most 300"):
        encode_points(random_points(301))


def test_any_bytes_are_either_points_within_the_picture_or_refused() -> None:
    chance = random.Random(17)
    good = encode_points(random_points(40))
    read = 0
    for _ in range(2000):
        size = chance.choice([len(good), chance.randrange(len(good)), 1 + 36 * chance.randrange(41)])
        blob = bytearray(good[:size])
        for _ in range(chance.randrange(4)):
            if blob:
                blob[chance.randrange(len(blob))] = chance.randrange(256)
        try:
            found = decode_points(bytes(blob))
        except PointsError:
            continue
        read += 1
        assert found.places.shape == (len(found), 2)
        assert found.descriptors.shape == (len(found), 32)
        assert ((found.places >= 0) & (found.places <= LONGEST_PX)).all()
    assert 100 < read < 2000
