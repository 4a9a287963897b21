"""The deliveries to webhooks in Prometheus' form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.core.acting.deliveries import Deliveries

# "" is the webhook without a name, for which Prometheus takes the label as absent.
_WEBHOOK = "webhook"


class DeliveryCollector(Collector):
    """Reads the reports at each scrape."""

    def __init__(self, webhooks: Sequence[Deliveries]) -> None:
        self._webhooks = webhooks

    def collect(self) -> Iterator[Metric]:
        """Deliveries by webhook and by how they ended, tries of them, and those that wait."""
        ends = CounterMetricFamily(
            "lookalike_api_webhook_deliveries",
            "Deliveries to webhooks that are over.",
            labels=["end", _WEBHOOK],
        )
        tries = CounterMetricFamily(
            "lookalike_api_webhook_tries", "Tries of deliveries to webhooks.", labels=[_WEBHOOK]
        )
        waiting = GaugeMetricFamily(
            "lookalike_api_webhook_waiting",
            "Deliveries to webhooks that wait or are under way.",
            labels=[_WEBHOOK],
        )
        for each in self._webhooks:
            for end, count in each.report.ends.items():
                ends.add_metric([end, each.name], count)
            tries.add_metric([each.name], each.report.tries)
            waiting.add_metric([each.name], each.waiting)
        yield from (ends, tries, waiting)
