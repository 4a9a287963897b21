"""The deliveries to the webhook in Prometheus' form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.core.acting.report import DeliveryReport


class DeliveryCollector(Collector):
    """Reads the report at each scrape."""

    def __init__(self, report: DeliveryReport, *, waiting: Callable[[], int]) -> None:
        """`waiting` gives the number of deliveries that wait or are under way."""
        self._report, self._waiting = report, waiting

    def collect(self) -> Iterator[Metric]:
        """Deliveries by how they ended, tries of them, and those that wait."""
        ends = CounterMetricFamily(
            "lookalike_api_webhook_deliveries", "Deliveries to the webhook that are over.", labels=["end"]
        )
        for end, count in self._report.ends.items():
            ends.add_metric([end], count)
        yield ends
        yield CounterMetricFamily(
            "lookalike_api_webhook_tries", "Tries of deliveries to the webhook.", value=self._report.tries
        )
        yield GaugeMetricFamily(
            "lookalike_api_webhook_waiting",
            "Deliveries to the webhook that wait or are under way.",
            value=self._waiting(),
        )
