"""Values of stored rows: local features, which are no reason to leave an item out."""

import pytest

from services.core.catalogue.stored_values import packed_points, points_of


@pytest.mark.parametrize("points", [(), (b"",), (b"1", b"", b"22" * 9000)])
def test_packed_points_are_read_again(points: tuple[bytes, ...]) -> None:
    assert points_of(packed_points(points), len(points)) == points


@pytest.mark.parametrize(
    "content", [None, 7, "text", b"1", packed_points([b"1"]), packed_points([b"1"] * 3), b"\xff" * 8]
)
def test_points_that_are_damaged_or_of_other_pictures_count_as_none(content: object) -> None:
    assert points_of(content, 2) == ()
