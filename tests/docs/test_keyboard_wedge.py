"""The keyboard wedge of the examples: what it types of records, and when."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

_PATH = Path(__file__).resolve().parents[2] / "docs" / "examples" / "keyboard_wedge.py"


@pytest.fixture(scope="module")
def wedge() -> Any:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("keyboard_wedge", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("seen", "typed"),
    [
        # Second, item, whether it is live for 5 s more.
        ([(0, "a"), (2.5, "a"), (7, "a")], ["a"]),
        ([(0, "a"), (1, "b"), (2, "a")], ["a", "b", "a"]),
        ([(0, "a"), (1, ""), (2.5, "a"), (7, "a")], ["a"]),
        ([(0, "a"), (1, ""), (2, ""), (3.5, "a")], ["a", "a"]),
        ([(0, "a"), (5.5, "a")], ["a", "a"]),
        ([(0, ""), (1, "")], []),
    ],
)
def test_an_item_is_typed_once_each_time_that_it_is_shown(
    wedge: Any, seen: list[tuple[float, str]], typed: list[str]
) -> None:
    once = wedge.Once()
    assert [item for at_s, item in seen if once.take(item, live_s=5.0, now_s=at_s)] == typed


@pytest.mark.parametrize(
    ("more", "field", "text"),
    [
        ({}, "id", "mug-7"),
        ({}, "sku", "4711"),
        ({}, "ean", ""),
        ({"verdict": "unsure"}, "id", ""),
        ({"equals": ["mug-7", "mug-8"]}, "id", ""),
        ({"frames": 1}, "id", ""),
        ({"matches": [{"id": "a\tb", "metadata": {}}]}, "id", ""),
    ],
)
def test_only_a_sure_match_of_one_item_is_typed(
    wedge: Any, more: dict[str, Any], field: str, text: str
) -> None:
    record = {
        "verdict": "match",
        "frames": 3,
        "matches": [{"id": "mug-7", "metadata": {"sku": "4711"}}],
        **more,
    }
    assert wedge.text_of(record, field) == text
