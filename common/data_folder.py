"""The data folder, which every command finds alike, wherever it is called from."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]


def from_checkout(path: Path) -> Path:
    """A relative path from the checkout that this program is part of; from the working folder without one."""
    is_checkout = (_CHECKOUT / "pyproject.toml").exists()
    return (_CHECKOUT if is_checkout else Path.cwd()) / path
