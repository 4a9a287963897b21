"""What an engine's distances mean is found by vectors whose cosines are known."""

import numpy as np
import pytest

from services.core.errors import InputError
from services.core.search.distances import Distances, euclidean, meaning_of
from tests.fakes import vectors

ROWS, QUERY = vectors(50, dim=32), vectors(seed=1, dim=32)[0]
COSINES = (ROWS @ QUERY).astype(np.float64)
L2 = np.sqrt(2 - 2 * COSINES)
MEASURED = {
    Distances.L2: L2,
    Distances.SQUARED_L2: L2**2,
    Distances.COSINE: COSINES,
    Distances.COSINE_DISTANCE: 1 - COSINES,
    Distances.INNER_PRODUCT: COSINES,
}


@pytest.mark.parametrize("meaning", Distances)
def test_each_meaning_gives_euclidean_distances_and_is_found_again(meaning: Distances) -> None:
    np.testing.assert_allclose(euclidean(MEASURED[meaning], meaning), L2, atol=1e-6)
    found = meaning_of(MEASURED[meaning], COSINES)
    np.testing.assert_array_equal(euclidean(COSINES, found), euclidean(COSINES, meaning))


def test_compressed_rows_are_near_enough() -> None:
    off = np.random.default_rng(0).normal(size=len(L2)) * 0.05
    assert meaning_of(L2**2 + off, COSINES) is Distances.SQUARED_L2


@pytest.mark.parametrize("distances", [L2 + 5, np.full(len(L2), np.nan)])
def test_distances_that_mean_nothing_known_are_refused(distances: np.ndarray) -> None:
    with pytest.raises(InputError, match="expected as of L2"):
        meaning_of(distances, COSINES)
