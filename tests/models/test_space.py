"""The space of each level is shipped and fits its model; any other model has none."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.featurizer import OnnxFeaturizer
from models.space import Space, read_space, space_file, space_of, write_space
from models.variants import BACKBONES, LEVELS


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_has_a_space_of_its_own_dimension(
    level: str, featurizers: dict[str, OnnxFeaturizer]
) -> None:
    space = space_of(featurizers[level].fingerprint)
    assert space is not None
    dim = featurizers[level].dim
    assert (space.camera_mean.shape, space.camera_vectors.shape) == ((dim,), (500, dim))
    assert space.camera_mean.dtype == space.camera_vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(space.camera_vectors, axis=1), 1, atol=1e-5)
    # A mean of unit vectors of unlike things, and not one of them.
    assert 0 < np.linalg.norm(space.camera_mean) < 0.9
    assert space_file(level).stat().st_size < 400_000


def test_any_other_model_has_no_space() -> None:
    for fingerprint in ("0123456789ab", "", *(variant.fingerprint for variant in BACKBONES.values())):
        assert space_of(fingerprint) is None


def test_what_is_written_is_read_about_to_the_hundredth(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    write_space(tmp_path / "space.npz", Space(vectors.mean(axis=0), vectors))
    space = read_space(tmp_path / "space.npz")
    np.testing.assert_array_equal(space.camera_mean, vectors.mean(axis=0))
    assert np.linalg.norm(space.camera_vectors - vectors, axis=1).max() < 0.02


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_a_damaged_file_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "space.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"space\.npz cannot be read"):
        read_space(path)
