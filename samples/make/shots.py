"""The clip's storyboard: the time of each shot, and the resulting truth."""

import csv
import tomllib
from dataclasses import dataclass
from typing import Any

from .items import Item, load_items
from .paths import SHOTS, TRUTH

FPS = 10


@dataclass(frozen=True)
class Light:
    """One mood: key light (azimuth, elevation, strength, colour), fill (colour, strength), desk weights."""

    key: tuple[float, float, float, str]
    fill: tuple[str, float]
    desk: tuple[float, float, float]


@dataclass(frozen=True)
class ClipShot:
    """A stretch of the clip; an empty moment has no item."""

    number: int
    from_s: float
    seconds: float
    item: Item | None
    light: Light | None
    plan: dict[str, Any]

    @property
    def kind(self) -> str:
        """The kind of shot in truth.csv."""
        return "empty" if self.item is None else "stranger" if self.item.stranger else "item"


def load_shots() -> list[ClipShot]:
    """The shots in order, each with its start."""
    story = tomllib.loads(SHOTS.read_text("utf-8"))
    items = {item.id: item for item in load_items()}
    lights = {name: Light(**row) for name, row in story["light"].items()}
    shots, now = [], 0.0
    for number, plan in enumerate(story["shot"]):
        item = items[plan["item"]] if "item" in plan else None
        light = lights[plan["light"]] if item else None
        shots.append(ClipShot(number, now, plan["seconds"], item, light, plan))
        now += plan["seconds"]
    return shots


def write_truth() -> None:
    """Writes truth.csv."""
    with TRUTH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["from_s", "to_s", "id", "kind"])
        for shot in load_shots():
            name = shot.item.id if shot.item else ""
            out.writerow([f"{shot.from_s:g}", f"{shot.from_s + shot.seconds:g}", name, shot.kind])
