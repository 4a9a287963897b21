"""The choice of the link, by where the edge runs: Greengrass IPC in a component, else MQTT."""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from common.mqtt_broker import Broker
from edge.link.greengrass import greengrass_links
from edge.link.mqtt import mqtt_links
from edge.link.nucleus import Nucleus
from edge.link.port import OpenLink

# What a nucleus sets for its components.
SOCKET, TOKEN = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT", "SVCUID"
_LINK = "LOOKALIKE_LINK"


class LinkError(Exception):
    """The link that is asked for can't be had here; the text says why."""


class LinkSettings(Protocol):
    """What the choice depends on, and what MQTT needs."""

    @property
    def link(self) -> str:
        """`auto`, `mqtt` or `greengrass`."""

    @property
    def broker(self) -> Broker:
        """The broker of MQTT."""

    @property
    def process(self) -> str:
        """The name of this process."""


def find_nucleus(environ: Mapping[str, str]) -> Nucleus | None:
    """The nucleus whose component this process is, not yet connected; LinkError if it can't be used.

    None outside Greengrass, or where LOOKALIKE_LINK is mqtt.
    """
    asked = environ.get(_LINK, "").lower()
    missing = [name for name in (SOCKET, TOKEN) if not environ.get(name)]
    if asked == "mqtt" or (missing and asked != "greengrass"):
        return None
    if missing:
        raise LinkError(
            f"{_LINK} is greengrass, but {' and '.join(missing)} is not set, as a Greengrass nucleus does "
            "for its components"
        )
    try:
        from edge.link.greengrass_ipc import connect  # a package that only components have
    except ImportError:
        raise LinkError(
            "this is a Greengrass component, but the package awsiotsdk is not installed; expected the "
            "packages of edge/greengrass/requirements.lock, or LOOKALIKE_LINK=mqtt"
        ) from None
    return Nucleus(partial(connect, environ[SOCKET], environ[TOKEN]), where=f"Greengrass ({environ[SOCKET]})")


def open_links(settings: LinkSettings, nucleus: Nucleus | None = None) -> OpenLink:
    """Links by the nucleus of this component, or by MQTT: with mutual TLS where there is a certificate."""
    if nucleus is not None and settings.link != "mqtt":
        return greengrass_links(nucleus)
    return mqtt_links(settings.broker, prefix=settings.process)
