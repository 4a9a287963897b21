"""The passes over a set: frames one by one, frames as a camera sends them, and both after teaching."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.accuracy.answers import ShownAnswer, nearest_of, overlap
from bench.accuracy.labelled_sets import CLIP_FPS, LabelledSet, Showing
from bench.accuracy.live_camera import LiveCamera
from bench.accuracy.presses import pressed
from bench.accuracy.product import Product
from common.wire import Observation
from edge.picture.crop import given_to_model, within
from edge.picture.frame_types import Frame
from services.core.catalogue.cut_outs import GivenPicture
from services.core.records import UPLOAD, MatchRecord

ONE_BY_ONE, CAMERA, AGAIN = "one by one", "camera", "camera, second round"
TAUGHT = ", taught"
FURTHER_VIEWS, NEW_ITEMS = "as further views", "as new items"
TAUGHT_VIEWS = 5
# Of the clip: things taught at once.
THINGS = 3
# A still thing: a second frame, then another thing, long enough after for no vote of the first to count.
_NEXT_FRAME_S, _NEXT_THING_S = 0.1, 4.0
# Time from one round of a camera to its next, longer than any takes.
_ROUND_S = 10_000.0
_K = 10
_ORDER = 0


@dataclass(slots=True)
class Teaching:
    """The camera's answers after things of the clip were taught, without the frames they were taught by."""

    way: str
    taught: list[str]
    answers: list[ShownAnswer]


@dataclass(slots=True)
class SetResult:
    """A set's answers by pass."""

    name: str
    is_film: bool
    passes: dict[str, list[ShownAnswer]] = field(default_factory=dict)
    teachings: list[Teaching] = field(default_factory=list)


def measure(labelled: LabelledSet, product: Product, *, seed: int, taught: bool) -> SetResult:
    """Import the set's catalogue and answer its frames in all ways, after teaching too if the set can."""
    product.import_table(labelled.catalogue)
    result = SetResult(labelled.name, labelled.is_film)
    result.passes[ONE_BY_ONE] = one_by_one(labelled, product)
    result.passes[CAMERA] = as_camera(labelled, product, thing=f"{labelled.name}-{seed}")
    if taught and labelled.train is not None:
        teach_five(labelled, product, seed=seed)
        result.passes[ONE_BY_ONE + TAUGHT] = one_by_one(labelled, product)
        result.passes[CAMERA + TAUGHT] = as_camera(labelled, product, thing=f"{labelled.name}-taught-{seed}")
    if labelled.is_film:
        result.passes[AGAIN] = as_camera(labelled, product, thing=f"{labelled.name}-{seed}", number=1)
    if taught and labelled.is_film:
        result.teachings = list(_teach_film(labelled, product, seed=seed))
    return result


def one_by_one(labelled: LabelledSet, product: Product) -> list[ShownAnswer]:
    """Each frame by itself, as a search by picture answers it."""
    return [_answer(labelled, each, search(product, each.read())) for each in labelled.showings]


def search(product: Product, frame: Frame, *, local: bool = True) -> MatchRecord:
    """A search by picture, with or without what a second look needs."""
    picture, region = given_to_model(frame, finds=product.featurizer.finds)
    vectors, boxes = product.featurizer.look([picture])
    left, top, width, height = box = (*map(float, boxes[0]),)
    seen = Observation(
        thing=UPLOAD,
        vectors=vectors,
        captured_at_s=product.began_s,
        model=product.featurizer.fingerprint,
        box=within((left, top, width, height), region),
        local=product.describer.describe(picture, box) if local else None,
    )
    return product.alone.look(seen, k=_K)


def as_camera(
    labelled: LabelledSet, product: Product, *, thing: str, number: int = 0, together: int = 0
) -> list[ShownAnswer]:
    """The frames as one camera sends them, which learns meanwhile; `number` is that of its round, from 0.

    Those of a film follow each other. Of a photograph, a still scene of two frames, the second answer counts.
    They come in a random order: folders are sorted by item, and of one thing seen again and again its camera
    would learn the mean. With `together` that number of photographs is one scene of a camera of its own, and
    only the answer to the last counts.
    """
    camera, answers, began_s = LiveCamera(product), [], product.began_s + number * _ROUND_S
    showings = list(labelled.showings)
    if not labelled.is_film and not together:
        random.Random(_ORDER).shuffle(showings)
    for place, each in enumerate(showings):
        frame = each.read()
        if labelled.is_film:
            if place % CLIP_FPS == 0:  # a space is fitted again a while after something was taught
                product.follow()
            record = camera.show(frame, thing, at_s=began_s + place / CLIP_FPS)
        elif together:
            record = camera.show(frame, f"{thing}-{place // together}", at_s=began_s + place * _NEXT_FRAME_S)
            if place % together < together - 1 and place < len(showings) - 1:
                continue
        else:
            at_s = began_s + place * _NEXT_THING_S
            camera.show(frame, thing, at_s=at_s)
            record = camera.show(frame, thing, at_s=at_s + _NEXT_FRAME_S)
        answers.append(_answer(labelled, each, record))
    return answers


def teach_five(labelled: LabelledSet, product: Product, *, seed: int) -> None:
    """Give each item five pictures of its folder of further pictures."""
    assert labelled.train is not None
    rng = random.Random(seed)
    for item in product.items():
        folder = labelled.train / item.id
        if folder.is_dir():
            files = sorted(folder.iterdir())
            chosen = rng.sample(files, min(TAUGHT_VIEWS, len(files)))
            product.teach(item.id, [product.cut_outs.found(path.read_bytes()) for path in chosen])
    product.follow()


def _teach_film(labelled: LabelledSet, product: Product, *, seed: int) -> Iterator[Teaching]:
    """Teach three of the film's things by one press each, in each way, and play it again."""
    moments = pressed(labelled, product.featurizer)
    things = random.Random(seed).sample(sorted(moments), THINGS)
    used = {each.frame for thing in things for each in moments[thing]}
    before = {item.id: item for item in product.items() if item.id in things}
    ways: dict[str, Callable[[str, Sequence[GivenPicture]], None]] = {
        FURTHER_VIEWS: product.teach,
        NEW_ITEMS: product.teach_new,
    }
    for number, (way, teach) in enumerate(ways.items(), start=2):
        for thing in things:
            cut = product.cut_outs.given
            teach(thing, [cut(each.moment.jpeg, each.moment.box, taught=True) for each in moments[thing]])
        product.follow()
        answers = as_camera(labelled, product, thing=f"{labelled.name}-{seed}", number=number)
        yield Teaching(way, things, [each for each in answers if each.frame not in used])
        for item in before.values():
            product.catalogue.store.put(item)
        product.follow()


def _answer(labelled: LabelledSet, shown: Showing, record: MatchRecord) -> ShownAnswer:
    box = record.observation.box
    return ShownAnswer(
        of=labelled.name,
        frame=shown.name,
        group=shown.group,
        half=shown.half,
        id=shown.id,
        found=[match.item.id for match in record.matches],
        verdict=record.verdict,
        score=record.matches[0].score if record.matches else 0.0,
        overlap=None if shown.sides is None or box is None else overlap(box, shown.sides),
        nearest=nearest_of(record),
    )
