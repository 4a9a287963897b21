"""A new item tried before it is saved: on the frames of its camera's last minute, and beside the others."""

from collections.abc import Sequence

import numpy as np
import pytest

from common.wire import Vectors, WireError, unit
from services.core.camera_mean import SeenFrame
from services.core.records import Verdict
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.trial import Trial, Trials
from tests.fakes import MODEL, OTHER_MODEL, FakeIndex, FakeItems, FakeQueue, make_item, make_observation

DIM, NOW_S = 64, 1_000_000_000.0
DESK, THING, OTHER_THING, ITEM = 60, 50, 55, 3
LOOKUP = Lookup(picture_url=lambda item: item.id, k=6, max_age_s=5.0)


def near(*numbers: int, count: int = 1, seed: int = 0) -> Vectors:
    """Vectors between these axes, float32 [count, DIM], each a little off."""
    middle = np.eye(DIM, dtype=np.float32)[list(numbers)].sum(axis=0)
    noise = np.random.default_rng([seed, *numbers]).normal(size=(count, DIM)).astype(np.float32)
    return unit(unit(middle[np.newaxis]) + 0.03 * noise)


def frames(number: int, count: int, verdict: Verdict, best: str | None = None) -> list[SeenFrame]:
    """A run of frames of one scene, not dated yet."""
    return [SeenFrame(0.0, vector, best, verdict, MODEL) for vector in near(number, count=count, seed=1)]


DESK_FIRST, DESK_LAST = frames(DESK, 20, Verdict.NO_MATCH), frames(DESK, 6, Verdict.NO_MATCH)
SHOWN = frames(THING, 12, Verdict.NO_MATCH)
ITEM_SHOWN = frames(ITEM, 10, Verdict.MATCH, "item-3")


class TrialRig:
    """Trials over a catalogue of 40 items, and a camera's last minute."""

    def __init__(self, *runs: Sequence[SeenFrame], items: int = 40) -> None:
        store = FakeItems(
            make_item(f"item-{number}", near(number, count=2), title=f"Item {number}")
            for number in range(items)
        )
        self.follower = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
        self.follower.follow()
        self.queue = LastMinute([frame for run in runs for frame in run])
        self.trials = Trials(self.follower.live, LOOKUP, self.queue, store)

    def run(self, *taught: Vectors, item_id: str | None = None, model: str = MODEL) -> Trial:
        seen = make_observation(np.concatenate(taught), model=model)
        return self.trials.run(seen, item_id=item_id)


class LastMinute(FakeQueue):
    """A match queue in which a camera's frames are, a second apart."""

    def __init__(self, run: Sequence[SeenFrame]) -> None:
        super().__init__()
        self._run = run

    def seen(self, thing: str) -> list[SeenFrame]:
        dated = [
            SeenFrame(NOW_S + at, each.vector, each.best_id, each.verdict, each.model)
            for at, each in enumerate(self._run)
        ]
        return dated[::-1] if thing == "cam-1" else []


def test_a_thing_is_named_while_it_is_shown_and_gives_no_warning() -> None:
    trial = TrialRig(DESK_FIRST, ITEM_SHOWN, SHOWN, DESK_LAST).run(near(THING, count=4))
    assert (trial.frames, trial.named, trial.empty, trial.named_empty) == (48, 12, 26, 0)
    assert (trial.warning, trial.other, len(trial.nearest)) == (None, None, 3)


def test_one_that_carries_the_desk_would_be_named_for_the_empty_desk() -> None:
    trial = TrialRig(DESK_FIRST, SHOWN, DESK_LAST).run(near(THING, DESK, count=4), near(THING, count=1))
    assert trial.named_empty >= 6
    assert trial.warning == "empty_desk"


def test_a_thing_that_is_held_up_all_the_time_is_no_empty_desk() -> None:
    trial = TrialRig(SHOWN, SHOWN, SHOWN).run(near(THING, count=4))
    assert (trial.named, trial.empty, trial.warning) == (36, 0, None)


def test_a_thing_that_is_put_away_before_the_trial_is_told_from_the_desk() -> None:
    trial = TrialRig(SHOWN, DESK_FIRST).run(near(THING, count=4))
    assert (trial.named, trial.named_empty, trial.warning) == (12, 0, None)


def test_pictures_that_are_an_items_already_name_it() -> None:
    trial = TrialRig(DESK_FIRST, SHOWN).run(near(ITEM, count=2, seed=9))
    assert trial.warning == "another_item"
    assert trial.other is not None
    assert (trial.other.id, trial.nearest[0].item.id) == ("item-3", "item-3")
    told = trial.to_json()
    assert (told["other"], told["nearest"][0]["title"]) == ({"id": "item-3", "title": "Item 3"}, "Item 3")


def test_one_that_takes_over_the_frames_of_another_item_names_that() -> None:
    # The camera sees the item from a side that is nearer to the new one's pictures.
    views = near(ITEM, OTHER_THING, OTHER_THING, count=10)
    odd = [SeenFrame(0.0, vector, "item-3", Verdict.MATCH, MODEL) for vector in views]
    trial = TrialRig(odd, SHOWN).run(near(THING), near(OTHER_THING, count=3))
    assert trial.warning == "another_item"
    assert trial.other is not None
    assert trial.other.id == "item-3"


def test_further_pictures_of_an_item_are_no_rival_of_it() -> None:
    trial = TrialRig(DESK_FIRST, ITEM_SHOWN).run(near(ITEM, count=2, seed=9), item_id="item-3")
    assert (trial.warning, trial.named, trial.named_empty) == (None, 10, 0)
    assert "item-3" not in [match.item.id for match in trial.nearest]


def test_without_frames_the_catalogue_alone_is_asked() -> None:
    trial = TrialRig().run(near(THING, count=2))
    assert (trial.frames, trial.warning, len(trial.nearest)) == (0, None, 3)


def test_the_first_item_of_an_empty_catalogue_has_no_rivals() -> None:
    assert TrialRig(DESK_FIRST, items=0).run(near(THING)) == Trial(0, 0, 0, 0, (), None)


def test_frames_of_another_model_are_left_out_and_such_pictures_refused() -> None:
    old = [SeenFrame(0.0, frame.vector, None, Verdict.NO_MATCH, OTHER_MODEL) for frame in SHOWN]
    rig = TrialRig(old)
    assert rig.run(near(THING)).frames == 0
    with pytest.raises(WireError, match=f"vectors of model {OTHER_MODEL}; expected {MODEL}"):
        rig.run(near(THING), model=OTHER_MODEL)


def test_the_answer_is_what_the_contract_says() -> None:
    told = TrialRig(DESK_FIRST, SHOWN).run(near(THING, count=4)).to_json()
    assert list(told) == [
        *("frames", "would_name", "empty_frames", "would_name_empty", "nearest", "warning", "other"),
    ]
    assert (told["frames"], told["would_name"], told["warning"], told["other"]) == (32, 12, None, None)
