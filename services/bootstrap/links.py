"""Links of processes with cameras over an MQTT broker; other hosts have other links."""

from __future__ import annotations

from services.adapters.mqtt import MqttClient
from services.bootstrap.settings import ApiSettings, SearchSettings
from services.core.cameras.link import Connect
from services.core.cameras.replies import REPLIES


def observations_link(settings: SearchSettings) -> Connect:
    """The search's link, which receives observations."""
    return lambda on_message: MqttClient(
        settings.mqtt_url,
        filters=_observations(settings),
        qos=0,
        on_message=on_message,
        files=settings.mqtt_files,
    )


def cameras_link(settings: ApiSettings) -> Connect:
    """The api's link, which receives the cameras' statuses, previews and answers."""
    return lambda on_message: MqttClient(
        settings.mqtt_url,
        filters=["lookalike/+/status"],
        qos=1,
        live_filters=["lookalike/+/preview", REPLIES],
        on_message=on_message,
        files=settings.mqtt_files,
    )


def _observations(settings: SearchSettings) -> list[str]:
    # Shared, so that any number of search processes split the cameras' frames among them. Each filter has its
    # own group, because rumqttd serves only one filter of a group.
    filters = [
        "$share/search/lookalike/+/features",
        "$share/search-details/lookalike/+/details",
        "$share/search-infer/lookalike/+/infer",
    ]
    # Not shared: Mosquitto accepts a group on a topic that begins with a $, and never serves it.
    return filters + ["$aws/things/+/infer"] * settings.mqtt_aws_topic
