"""The picture of docs/index-at-scale.md, of what is kept in measured.json: `python -m bench.index.curve`.

`python -m bench.index --items N --keep` measures a size and keeps it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("measured.json")
_PICTURE = Path(__file__).parents[2] / "docs" / "index-curve.svg"
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 400, 70, 130, 24, 48
# The rate that is wanted of a million items.
_WANTED = 500
_ITEMS, _RATES = (1_000, 1_000_000), (10, 10_000)
# Name, and its place below the line's end; the index and its measure, colour.
_LINES = (
    ("ours, 64 at once", -4, "product", "rate_64", "#0b6e4f"),
    ("ours, one", 12, "product", "rate", "#35a77c"),
    ("hnswlib, one", 4, "hnswlib", "rate", "#b3541e"),
    ("usearch, one", 4, "usearch", "rate", "#8a6fb0"),
    ("exact, one", 4, "exact", "rate", "#7a7a7a"),
)


def main() -> None:
    """Write the picture."""
    _PICTURE.write_text(drawn(json.loads(KEPT.read_text(encoding="utf-8"))), encoding="utf-8")


def keep(items: int, measured: dict[str, Any]) -> None:
    """Keep what was measured of a size, beside what was measured of other indexes."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept[str(items)] = kept.get(str(items), {}) | measured
    ordered = {size: kept[size] for size in sorted(kept, key=int)}
    KEPT.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def drawn(kept: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Queries a second by items, both in powers of ten, as SVG."""
    parts = [*_grid()]
    for name, below, kind, measure, colour in _LINES:
        points = [(int(size), measured[kind][measure]) for size, measured in kept.items() if kind in measured]
        if points:
            parts += _line(name, below, points, colour)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
    return head + 'font-family="sans-serif" font-size="12">\n' + "\n".join(parts) + "\n</svg>\n"


def _grid() -> Iterator[str]:
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    for power in range(3, 7):
        x = _x(10**power)
        yield f'<path d="M{x:.0f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#ddd"/>'
        yield f'<text x="{x:.0f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>'
    for power in range(1, 5):
        y = _y(10**power)
        yield f'<path d="M{_LEFT} {y:.0f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{10**power:,}</text>'
    y = _y(_WANTED)
    yield f'<path d="M{_LEFT} {y:.0f}H{_WIDTH - _RIGHT}" stroke="#999" stroke-dasharray="4 4"/>'
    yield f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{_WANTED}</text>'
    yield f'<text x="{_LEFT}" y="{_HEIGHT - 10}">items; queries a second of one core, up</text>'


def _line(name: str, below: int, points: list[tuple[int, float]], colour: str) -> Iterator[str]:
    places = [(_x(items), _y(rate)) for items, rate in points]
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
    x, y = places[-1]
    yield f'<text x="{x + 8:.1f}" y="{y + below:.1f}" fill="{colour}">{name}</text>'


def _x(items: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * _share(items, _ITEMS)


def _y(rate: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * _share(rate, _RATES)


def _share(value: float, limits: tuple[int, int]) -> float:
    return math.log(value / limits[0]) / math.log(limits[1] / limits[0])


if __name__ == "__main__":
    main()
