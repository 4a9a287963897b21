"""Tests of settings start without any."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes the machine's own settings."""
    for name in os.environ:
        if name.startswith("LOOKALIKE_"):
            monkeypatch.delenv(name)
