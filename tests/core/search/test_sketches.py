"""Sketches tell near vectors from others, and are the same everywhere."""

import numpy as np
import pytest

from services.core.search.sketches import SKETCH_DIM, directions_of, sketched
from tests.core.search.test_equals import turned
from tests.fakes import vectors


@pytest.mark.parametrize(("cosine", "most_off"), [(1.0, 0.001), (0.99, 0.01), (0.94, 0.035), (0.5, 0.25)])
def test_cosines_of_sketches_are_nearly_those_of_the_vectors(cosine: float, most_off: float) -> None:
    own = vectors(200, seed=1, dim=64)
    other = np.concatenate([turned(each, cosine, seed=900 + n) for n, each in enumerate(own)])
    near = (directions_of(sketched(own)) * directions_of(sketched(other))).sum(axis=1)
    np.testing.assert_allclose(near, cosine, atol=most_off)


def test_a_sketch_is_the_same_wherever_it_is_made() -> None:
    # Kept beside an endpoint by one machine, and compared with those that another makes.
    row = np.asarray([np.arange(1, 17) / np.linalg.norm(np.arange(1, 17))], np.float32)
    made = sketched(row)
    assert (str(made.dtype), made.shape) == ("int8", (1, SKETCH_DIM))
    np.testing.assert_allclose(made[0, :10], [-60, 6, -21, -60, 24, -109, -64, 6, -45, -42], atol=1)


def test_no_vectors_have_no_sketches() -> None:
    assert sketched(np.empty((0, 16), np.float32)).shape == (0, SKETCH_DIM)
