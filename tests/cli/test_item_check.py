"""`lookalike items check` without a running system."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import Shop
from tests.system.pictures import picture


@pytest.fixture
def filled(shop: Shop, tmp_path: Path) -> Shop:
    """A catalogue of two items with one picture, and a third."""
    pictures = tmp_path / "p"
    pictures.mkdir()
    for name, seed in (("a.jpg", 1), ("b.jpg", 1), ("c.jpg", 2)):
        (pictures / name).write_bytes(picture(seed))
    assert shop.items("import", pictures).returncode == 0
    return shop


def test_the_catalogue_s_problems_are_listed_with_what_to_do(filled: Shop) -> None:
    done = filled.items("check")
    assert done.returncode == 0, done.stderr
    same = (
        "Items with the same picture: 1. Give each item a picture of its own, or delete all but one of them."
    )
    assert done.stdout.startswith(f"{same}\n  a, b: 2 items have the very same picture\n")
    assert "  c: the shorter side of picture 1 has 96 pixels\n" in done.stdout
    assert "3 items checked, " in done.stderr


def test_one_kind_and_the_first_of_many_can_be_asked_for(filled: Shop) -> None:
    done = filled.items("check", "--kind", "tiny", "--limit", "1")
    assert done.stdout.splitlines() == [
        "Tiny pictures: 3. Replace the picture by a larger one.",
        "  a: the shorter side of picture 1 has 96 pixels",
        "  and 2 more: --kind tiny --limit 3",
    ]
    assert filled.items("check", "--kind", "ugly").returncode == 2
