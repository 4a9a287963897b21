"""The api's cameras and showings in Prometheus' form."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.core.cameras.status import STATES, CameraStatus
from services.core.history.log import Change
from services.core.history.showing import Showing
from services.core.records import Verdict


class CamerasCollector(Collector):
    """Counts the cameras by their state at each scrape."""

    def __init__(self, cameras: Callable[[], Sequence[CameraStatus]]) -> None:
        self._cameras = cameras

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The family without numbers: registering must ask nobody for cameras."""
        yield _family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The number of cameras of each state, 0 too."""
        counts, family = Tally(camera.state for camera in self._cameras()), _family()
        for state in STATES:
            family.add_metric([state], counts[state])
        yield family


class ShowingCounter:
    """A ShowingListener that counts what the history has written."""

    def __init__(self, registry: CollectorRegistry) -> None:
        ended = Counter(
            "lookalike_api_showings",
            "Showings that have ended and were written to the history, by verdict.",
            ["verdict"],
            registry=registry,
        )
        # With 0 from the start on.
        self._by_verdict = {verdict: ended.labels(verdict) for verdict in Verdict}

    def on_showing(self, showing: Showing, change: Change, /) -> None:
        """A showing was written."""
        if change == "ended":
            self._by_verdict[showing.verdict].inc()


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily("lookalike_api_cameras", "Cameras by their state.", labels=["state"])
