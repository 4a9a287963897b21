"""The model that LOOKALIKE_MODEL names."""

from pathlib import Path

import pytest

from edge.look.featurizer import load_featurizer
from models.errors import ModelError
from tests.edge.deeplens.networks import write_network

CPU = ["CPUExecutionProvider"]


def test_a_model_of_our_form_is_loaded_with_its_fingerprint(model: Path) -> None:
    featurizer = load_featurizer(str(model), threads=1, providers=CPU)
    assert (len(featurizer.fingerprint), featurizer.providers, featurizer.finds) == (12, CPU, False)


def test_a_network_that_is_no_featurizer_is_refused(tmp_path: Path) -> None:
    other = write_network(tmp_path / "other.onnx", ["batch", 3, "height", "width"])
    with pytest.raises(ModelError, match=r"other\.onnx is no featurizer; expected the input `picture`"):
        load_featurizer(str(other), threads=1, providers=CPU)


def test_a_model_that_is_not_there_or_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="unknown model 'lite9'"):
        load_featurizer("lite9", threads=1, providers=CPU)
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        load_featurizer(str(broken), threads=1, providers=CPU)
