"""Showings of an empty desk and of unknown things in the history: `python -m bench.empty_desk`.

Plays the sample clip three times, and films of things that are laid on a desk one after another, to cameras
of the product (edge loop, messages, search, Redis), and counts the scenes of which a history has a row, with
and without what it knows of the usual scene. Things and drawn grounds are those of ../shared/camera-bench,
and photographs those of ../shared/photos/shop: of these whole photographs of things follow each other, with
one of a shelf between them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.accuracy.available import Sources
from bench.accuracy.labelled_sets import CLIP_FPS, LabelledSet, read_clip
from bench.accuracy.live_camera import LiveCamera
from bench.accuracy.product import Product, running_redis
from bench.accuracy.remembered_vectors import RememberedVectors
from bench.sets.camera_bench import load_maker
from bench.sets.folder import Image
from bench.sets.grounds import photograph_ground
from common.wire import to_iso
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from services.core.history.log import ShowingLog
from services.core.history.showing import Showing

ROOT = Path(__file__).resolve().parents[1]
FPS, WIDTH, HEIGHT = 5, 640, 360
# Frames of a thing, and of a desk at least and at most.
THING, DESK = 20, (4, 20)
KNOWN, UNKNOWN = 14, 10


@dataclass(frozen=True, slots=True)
class Scene:
    """Frames in which one thing, or nothing, is shown; `kind` is item, stranger or empty."""

    kind: str
    frames: list[Image]
    every_s: float = 1 / FPS


def main() -> None:
    """Print the scenes of each kind that have a row of their own, by film."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument(
        "--made", type=Path, default=ROOT / ".cache" / "accuracy", help="for what is made once"
    )
    given = parser.parse_args()
    cv2.setNumThreads(1)
    sources = Sources(given.shared / "photos", given.shared / "camera-bench", given.made)
    model = OnnxFeaturizer(resolve("balanced", build=True), threads=1)
    featurizer = RememberedVectors(model, given.made / "vectors.sqlite")
    films: list[tuple[str, Callable[[int], tuple[Path, Iterator[Scene]]], int]] = [
        ("clip", lambda _seed: clip(), 1),
        ("drawn desks", lambda seed: laid(sources, given.made, seed, photographs=False), 3),
        ("photographed desks", lambda seed: laid(sources, given.made, seed, photographs=True), 3),
        ("photographs", lambda seed: photographs(sources, seed), 3),
    ]
    with tempfile.TemporaryDirectory() as place, running_redis(Path(place) / "redis") as redis_url:
        for name, film, count in films:
            kept: Counter[str] = Counter()
            for seed in range(count):
                catalogue, scenes = film(seed)
                folder = Path(place) / f"{name}-{seed}"
                folder.mkdir()
                product = Product(folder, redis_url, featurizer, model="balanced", index="exact")
                product.import_table(catalogue)
                kept += played(product, scenes, thing=f"film-{name[:5].strip()}-{seed}")
            print(name, dict(sorted(kept.items())), flush=True)


def played(product: Product, scenes: Iterator[Scene], *, thing: str) -> Counter[str]:
    """What a history keeps of a film, with `scene` in its records and without."""
    camera, at_s = LiveCamera(product), product.began_s
    logs = {"without": ShowingLog(), "with": ShowingLog()}
    rows: dict[str, dict[int, Showing]] = {mode: {} for mode in logs}
    spans: list[tuple[str, bool, range]] = []
    number, last = 0, None
    for scene in scenes:
        first, is_known = number + 1, False
        for frame in scene.frames:
            record = camera.show(frame, thing, at_s=at_s)
            if record is not last:
                number, last = number + 1, record
                is_known |= record.verdict == "match"
                whole = {"id": number, **json.loads(record.to_json()), "searched_at": to_iso(at_s)}
                for mode, log in logs.items():
                    told = whole if mode == "with" else {**whole, "scene": None}
                    changes = [showing for showing, _ in log.take(told)]
                    rows[mode].update({each.id: each for each in (*changes, *log.moved())})
            at_s += scene.every_s
        spans.append((scene.kind, is_known, range(first, number + 1)))
    return _counted(rows, spans)


def _counted(rows: dict[str, dict[int, Showing]], spans: Sequence[tuple[str, bool, range]]) -> Counter[str]:
    """The scenes of each kind of which no frame matched, and of these the ones in which a row begins."""
    counts: Counter[str] = Counter()
    for kind, is_known, numbers in spans:
        if is_known:
            continue
        counts[f"{kind}: scenes"] += 1
        for mode, found in rows.items():
            counts[f"{kind}: rows {mode}"] += any(number in found for number in numbers)
    return counts


def clip() -> tuple[Path, Iterator[Scene]]:
    """The sample clip, three times."""
    film = read_clip()
    runs: list[Scene] = []
    name: tuple[str, str] | None = None
    for each in film.showings:
        # A thing that is no item has no name; things follow each other by the three seconds.
        place = int(each.name) // CLIP_FPS
        if name != (each.group, each.id) and not (
            runs and runs[-1].kind == each.group == "stranger" and place % 3
        ):
            runs.append(Scene(each.group, [], 1 / CLIP_FPS))
        name = each.group, each.id
        runs[-1].frames.append(each.read())
    return film.catalogue, iter(runs * 3)


def laid(sources: Sources, made: Path, seed: int, *, photographs: bool) -> tuple[Path, Iterator[Scene]]:
    """Things that slide onto a desk; one in five comes without the desk between."""
    known = sources.open("photo-grounds" if photographs else "camera-bench", 0)
    maker = load_maker(sources.camera_bench / "make.py")
    strangers = {_thing(each.name) for each in known.showings if not each.id}
    stamps = list(maker.items(str(maker.stamps(str(made))), maker.GROUPS))
    rng = np.random.default_rng(seed)
    groups = ([each for each in stamps if (each[0] in strangers) == unknown] for unknown in (False, True))
    chosen = [
        (kind, each[2])
        for kind, count, group in zip(("item", "stranger"), (KNOWN, UNKNOWN), groups, strict=True)
        for each in (group[place] for place in rng.permutation(len(group))[:count])
    ]
    ground = photograph_ground(rng, _shelves(sources)) if photographs else maker.clutter(rng)
    desk = _small(ground)

    def scenes() -> Iterator[Scene]:
        yield Scene("empty", _still(desk, 15, rng))
        for place in rng.permutation(len(chosen)):
            kind, image = chosen[place]
            yield Scene(kind, [_lit(each, rng) for each in _sliding(image, desk, maker.paste, rng)])
            if rng.random() < 0.8:
                yield Scene("empty", _still(desk, int(rng.integers(*DESK)), rng))

    return known.catalogue, scenes()


def photographs(sources: Sources, seed: int) -> tuple[Path, Iterator[Scene]]:
    """Photographs of things, each followed by the same one of a shelf."""
    shop, rng = sources.open("shop", 0), np.random.default_rng(seed)
    desk = _small(photograph_ground(rng, _shelves(sources)))
    groups = ([each for each in shop.showings if bool(each.id) == known] for known in (True, False))
    chosen = [
        (kind, group[place])
        for kind, count, group in zip(("item", "stranger"), (KNOWN, UNKNOWN), groups, strict=True)
        for place in rng.permutation(len(group))[:count]
    ]

    def scenes() -> Iterator[Scene]:
        for place in rng.permutation(len(chosen)):
            yield Scene("empty", _still(desk, int(rng.integers(*DESK)), rng))
            kind, shown = chosen[place]
            yield Scene(kind, _still(_small(shown.read()), THING, rng))

    return shop.catalogue, scenes()


def _shelves(sources: Sources) -> list[Path]:
    shop: LabelledSet = sources.open("shop", 0)
    return sorted({sources.photos / "shop" / each.name for each in shop.showings if each.half == 1})


def _thing(name: str) -> str:
    return Path(name).stem.rsplit("-", 2)[0]


def _sliding(
    image: Image, desk: Image, paste: Callable[..., Image], rng: np.random.Generator
) -> Iterator[Image]:
    height, width = image.shape[:2]
    scale, angle = rng.uniform(0.45, 0.85) * HEIGHT / max(height, width), np.deg2rad(rng.uniform(-20, 20))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    to = ((corners - [width / 2, height / 2]) @ turn.T) * scale + [WIDTH / 2, HEIGHT / 2]
    to = to + rng.uniform(-40, 40, 2) + rng.uniform(-0.06, 0.06, (4, 2)) * max(height, width) * scale
    for number in range(THING):
        here = to + np.array([max(0, 2 - number) * 160, 0]) + rng.normal(0, 1.5, 2)
        matrix = cv2.getPerspectiveTransform(corners, here.astype(np.float32))
        yield paste(image, desk.astype(np.float32), matrix, (WIDTH, HEIGHT))


def _small(picture: Image) -> Image:
    share = WIDTH / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _still(picture: Image, count: int, rng: np.random.Generator) -> list[Image]:
    return [_lit(picture, rng) for _ in range(count)]


def _lit(picture: Image, rng: np.random.Generator) -> Image:
    """In light that flickers, with noise."""
    lit = picture.astype(np.float32) * rng.normal(1, 0.04) + rng.normal(0, 3, picture.shape)
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


if __name__ == "__main__":
    main()
