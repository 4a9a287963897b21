"""The product without its processes: its import, its search with a Redis of its own, and its teaching."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import redis

from bench.accuracy.remembered_vectors import RememberedVectors
from bench.indexes import make_index
from models.orb_points import OrbDescriber
from services.adapters import pillow_pictures
from services.adapters.opencv_points import OpenCvMatcher
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.importing import build_maker
from services.bootstrap.picture_urls import picture_urls
from services.bootstrap.search import SearchCore, build_search_core
from services.bootstrap.settings import CliSettings, SearchSettings
from services.cli.import_sources import open_source
from services.core.catalogue.cut_outs import CutOuts, GivenPicture
from services.core.catalogue.edits import Editor
from services.core.catalogue.items import Draft
from services.core.catalogue.undo import Undo
from services.core.domain import Item
from services.core.importing.import_run import ImportRun
from services.core.importing.store_writer import StoreWriter
from services.core.records import K
from services.core.search.answer import Answerer
from services.core.search.lookup import Lookup
from services.core.search.point_cache import PointCache
from services.core.search.second_look import SecondLook
from services.run.embedded import EmbeddedRedis
from services.run.ports import reserve

# Frames are dated in the past, so that none is in the future however many there are; no answer is too old.
_PAST_S = 1e6
# Seconds that an answer waits for a second look.
_PATIENCE_S = 10.0


class Product:
    """One catalogue, and what answers for it; the search process' own wiring answers."""

    def __init__(
        self, folder: Path, redis_url: str, featurizer: RememberedVectors, *, model: str, index: str
    ) -> None:
        self.featurizer = featurizer
        self.describer = OrbDescriber()
        self.settings = CliSettings(
            data_dir=folder,
            store=f"sqlite:///{folder}/items.sqlite",
            pictures=f"{folder}/pictures",
            model=model,
            threads=1,
        )
        self.catalogue = replace(open_catalogue(self.settings), featurizer=featurizer)
        self._editor = Editor(self.catalogue, Undo())
        self.cut_outs = CutOuts(pillow_pictures.decode, pillow_pictures.encode, featurizer)
        settings = SearchSettings(store=self.settings.store, redis_url=redis_url, threads=1)
        self._core: SearchCore = build_search_core(
            settings, make_index=lambda _model, dim: make_index(index, dim)
        )
        # A capture time for a first frame, from which others may follow for days.
        self.began_s = time.time() - _PAST_S
        # For searches by picture.
        self.alone = self.answerer(lambda _thing: None, time.monotonic)

    def answerer(self, ask_details: Callable[[str], object], clock: Callable[[], float]) -> Answerer:
        """The search's use case, in the time of the frames: a busy machine makes no second look late."""
        second_look = SecondLook(
            PointCache(self.catalogue.store.points), OpenCvMatcher(), workers=1, deadline_s=_PATIENCE_S
        )
        lookup = Lookup(picture_url=picture_urls(""), k=K, max_age_s=2 * _PAST_S, second_look=second_look)
        return Answerer(
            live=self._core.follower.live,
            lookup=lookup,
            queue=self._core.queue,
            drops=self._core.drops,
            ask_details=ask_details,
            camera_means=self._core.camera_means,
            clock=clock,
        )

    def import_table(self, path: Path) -> None:
        """Import a table of items as `lookalike items import` does, none of which may be refused."""
        maker = build_maker(self.featurizer, threads=1)
        writer = StoreWriter(self.catalogue.pictures, self.catalogue.store)
        with open_source(str(path), self.settings, model=self.featurizer.fingerprint) as source:
            counts = ImportRun(maker, writer).run(source.jobs)
        assert counts.kept == source.total, counts
        self.follow()

    def follow(self) -> None:
        """Let the search read the catalogue's changes and fit its calibration."""
        self._core.follower.follow()

    def items(self) -> list[Item]:
        """The catalogue's items."""
        return self.catalogue.store.page(limit=10**9)

    def teach(self, item_id: str, given: Sequence[GivenPicture]) -> None:
        """Give an item pictures that a camera took."""
        self._editor.add_views(item_id, lambda: given)

    def teach_new(self, item_id: str, given: Sequence[GivenPicture]) -> None:
        """The same as an item's only pictures."""
        self._editor.add(Draft(item_id, item_id), lambda: given)


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """The embedded Redis of `make run`; gives its address."""
    folder.mkdir(parents=True, exist_ok=True)
    server = EmbeddedRedis(folder, port=reserve(1)[0])
    process = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL)
    try:
        with redis.Redis.from_url(server.url) as client:
            _wait_for(client)
        yield server.url
    finally:
        process.terminate()
        process.wait()


def _wait_for(client: redis.Redis, *, within_s: float = 20) -> None:
    end_s = time.monotonic() + within_s
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.05)
        else:
            return
