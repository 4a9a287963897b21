"""The wiring of deliveries to a webhook."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from services.adapters.checked_http import SignedWebhook
from services.adapters.prometheus_deliveries import DeliveryCollector
from services.adapters.redis_shared import RedisDeliveryClaims
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.settings import ApiCoreSettings
from services.core.acting.deliveries import Deliveries
from services.core.acting.rules import Rules
from services.core.history.history import History


def open_deliveries(
    settings: ApiCoreSettings, registry: CollectorRegistry, history: History
) -> Deliveries | None:
    """The deliveries of what the history writes, None without a webhook; nothing is connected yet.

    Raises InputError for an address that no post can go to.
    """
    if not settings.webhook_url:
        return None
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    webhook = SignedWebhook(
        settings.webhook_url,
        settings.webhook_secret.get_secret_value(),
        allow_private=settings.webhook_private,
        answer_s=settings.webhook_answer_s,
    )
    claims = RedisDeliveryClaims(client, keys=keys_of(settings))
    deliveries = Deliveries(webhook, claims, Rules.parse(settings.webhook_rules), newest=history.newest)
    registry.register(DeliveryCollector(deliveries.report, waiting=lambda: deliveries.waiting))
    history.keeper.listen(deliveries)
    return deliveries
