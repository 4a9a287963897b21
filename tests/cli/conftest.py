"""Catalogues for the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import Shop, write_model


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty catalogue."""
    return Shop(tmp_path / "data", write_model(tmp_path / "small.onnx"))
