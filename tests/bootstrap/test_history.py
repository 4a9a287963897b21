"""The history by its settings: for no days, and without pictures."""

import time
from pathlib import Path

from common.wire import to_iso
from services.adapters import pillow_pictures
from services.bootstrap.history import keep_pictures, open_history
from services.bootstrap.settings import ApiCoreSettings
from services.core.catalogue.cut_outs import CutOuts
from services.core.history.history import History
from services.core.history.ports import Wanted
from tests.fake_history import Heard, record
from tests.fakes import FakeFeaturizer, FakeFramePictures, FakeQueue
from tests.servers import until
from tests.system.pictures import picture

FRAMES = {("cam-1", "5f3a9c01", number): picture(number) for number in range(1, 5)}


def opened(folder: Path, *, days: int = 30, pictures: bool = True) -> tuple[History, FakeFramePictures]:
    settings = ApiCoreSettings(data_dir=folder, history_days=days, history_pictures=pictures)
    history, frames = open_history(settings, FakeQueue()), FakeFramePictures(FRAMES)
    keep_pictures(
        history,
        settings,
        frames,
        CutOuts(pillow_pictures.decode, pillow_pictures.encode, FakeFeaturizer()),
    )
    return history, frames


def show(history: History) -> None:
    """Show a thing just now, for half a second and more."""
    began_s = time.time() - 1
    for number in range(1, 5):
        at_s = began_s + number * 0.25
        times = {"captured_at": at_s, "searched_at": at_s, "expires_at": at_s + 5}
        history.keeper.take(record(number, 0, **{name: to_iso(each) for name, each in times.items()}))
    history.keeper.write()


def test_rows_and_pictures_are_in_the_data_folder(tmp_path: Path) -> None:
    history, _frames = opened(tmp_path)
    show(history)
    assert history.store.count(Wanted()) == 1
    assert (tmp_path / "history.sqlite").stat().st_mode & 0o77 == 0


def test_with_no_days_nothing_is_kept_what_was_kept_is_gone_and_who_listens_is_told(tmp_path: Path) -> None:
    before, _frames = opened(tmp_path)
    show(before)
    # Its picture is written in a thread of its own.
    until(lambda: before.store.page(Wanted(), limit=1)[0].has_picture)
    assert (tmp_path / "history").exists()
    history, frames = opened(tmp_path, days=0)
    heard = Heard()
    history.keeper.listen(heard)
    show(history)
    assert [change for _showing, change in heard.told][:1] == ["begun"]
    assert list(tmp_path.glob("history*")) == []
    assert frames.asked == []


def test_without_pictures_no_camera_is_asked_for_one(tmp_path: Path) -> None:
    history, frames = opened(tmp_path / "with")
    show(history)
    until(lambda: frames.asked)
    history, frames = opened(tmp_path / "without", pictures=False)
    show(history)
    assert history.store.count(Wanted()) == 1
    assert frames.asked == []
