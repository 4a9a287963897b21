"""The ask for local features and its answer over the broker of `make run`, from an edge to the records."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from common.mqtt_broker import describe_broker
from common.wire import ASK_DETAILS, topic
from edge.link import commands
from edge.link.mqtt import mqtt_links
from edge.look.details import DetailsAsks
from edge.look.loop import Loop
from edge.picture.frame_types import Frame, Shot
from models.orb_points import OrbDescriber
from services.adapters.opencv_points import OpenCvMatcher
from services.bootstrap.links import observations_link
from services.bootstrap.settings import SearchSettings
from services.core.records import MatchRecord
from services.core.search.answer import Answerer
from services.core.search.drops import Drops
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup
from services.core.search.point_cache import PointCache
from services.core.search.second_look import SecondLook
from tests.core.search.rig import SearchRig
from tests.fakes import MODEL
from tests.points import printed, tilted
from tests.servers import broker, until

PRINTED = 30


class BetweenTwo:
    """A model to which two items look the same."""

    fingerprint, finds = MODEL, True

    def __init__(self, rig: SearchRig) -> None:
        both = [item.vectors for item in rig.store.get_many(["item-1", "item-2"]) if item is not None]
        self._vector = np.sum(both, axis=0)

    def look(
        self, pictures: Sequence[Frame], boxes: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        assert (len(pictures), boxes) == (1, None)
        return self._vector, np.array([[0.2, 0.1, 0.6, 0.8]], np.float32)


class Showing:
    """A camera that shows one still picture, ten times a second."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def take(self, _timeout_s: float) -> Shot | None:
        time.sleep(0.1)
        return Shot(self._frame, "cam-1", time.time())


class LinkedSearch:
    """A search over a broker: intake, answers, and asks."""

    def __init__(self, url: str) -> None:
        self.rig = SearchRig()
        for number, item in enumerate(self.rig.store.page(limit=100)):
            points = OrbDescriber().describe(printed(PRINTED + number))
            self.rig.store.put(replace(item, points=(points,)))
        self._second_look = SecondLook(
            PointCache(self.rig.store.points), OpenCvMatcher(), workers=1, deadline_s=60.0
        )
        lookup = Lookup(picture_url=lambda item: item.id, k=6, max_age_s=60.0, second_look=self._second_look)
        drops = Drops(self.rig.tally)
        self.asked = 0
        answerer = Answerer(
            live=self.rig.follower.live,
            lookup=lookup,
            queue=self.rig.queue,
            drops=drops,
            ask_details=self._ask,
        )
        self._intake = Intake(answerer, drops)
        self.link = observations_link(SearchSettings(mqtt_url=url))(self._intake.receive)

    def _ask(self, thing: str) -> None:
        self.asked += 1
        self.link.publish(topic(thing, "command"), ASK_DETAILS, qos=1)

    def answer(self) -> list[MatchRecord]:
        """Answer what waits; all records so far."""
        self._intake.answer(timeout_s=0.1)
        return self.rig.tally.records

    def close(self) -> None:
        self.link.stop()
        self._intake.close()
        self._second_look.close()
        self.rig.close()


def test_a_still_scene_that_is_not_clear_gets_one_second_look() -> None:
    with broker() as server:
        search, asks, ending = LinkedSearch(server.url), DetailsAsks(), threading.Event()
        link = mqtt_links(describe_broker(server.url), prefix="test")(
            "cam-1", on_message=commands.receiver(lambda *_: None, on_details=asks.ask)
        )
        loop = Loop(
            Showing(tilted(printed(PRINTED + 2))),
            BetweenTwo(search.rig),
            link,
            max_fps=20,
            heartbeat_s=2.0,
            describer=OrbDescriber(),
            asks=asks,
        )
        turning = threading.Thread(target=loop.run, kwargs={"stopping": ending.is_set})
        try:
            search.link.start()
            until(lambda: search.link.connected)
            link.start()
            assert link.wait_connected(60)
            turning.start()
            until(lambda: any(record.observation.local for record in search.answer()))
            looked = next(record for record in search.rig.tally.records if record.observation.local)
            inliers = {match.item.id: match.neighbour.inliers or 0 for match in looked.matches}
            assert inliers.pop("item-2") > 20
            assert max(inliers.values()) < 8
            until(lambda: search.answer()[-1].observation.still_s > 0.5)
            asked = search.asked
            count = len(search.rig.tally.records)
            until(lambda: len(search.answer()) > count + 2)
            assert search.asked == asked <= 2
            assert not search.rig.tally.drops["local"]
        finally:
            ending.set()
            if turning.is_alive():
                turning.join()
            link.stop(b"{}")
            search.close()
