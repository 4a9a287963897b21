"""The choice of the link."""

import sys
from dataclasses import dataclass

import pytest

from common.mqtt_broker import Broker, describe_broker
from edge.link.greengrass import GreengrassLink
from edge.link.links import SOCKET, TOKEN, LinkError, find_nucleus, open_links
from edge.link.mqtt import MqttLink
from edge.link.nucleus import Nucleus

COMPONENT = {SOCKET: "/run/ipc", TOKEN: "a token"}


@dataclass
class Wanted:
    """Settings of a link."""

    link: str = "auto"
    process: str = "edge"

    @property
    def broker(self) -> Broker:
        return describe_broker("mqtt://127.0.0.1")


def never(_on_lost: object) -> None:
    raise AssertionError("nothing is to be opened")


NUCLEUS = Nucleus(never, where="a nucleus")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("nucleus", "asked", "expected"),
    [
        (None, "auto", MqttLink),
        (None, "mqtt", MqttLink),
        (NUCLEUS, "auto", GreengrassLink),
        (NUCLEUS, "greengrass", GreengrassLink),
        (NUCLEUS, "mqtt", MqttLink),
    ],
)
def test_a_component_has_links_by_ipc_unless_mqtt_is_asked_for(
    nucleus: Nucleus | None, asked: str, expected: type
) -> None:
    assert type(open_links(Wanted(link=asked), nucleus)("cam-1")) is expected


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {SOCKET: "/run/ipc"},
        {TOKEN: "a token"},
        {SOCKET: "", TOKEN: ""},
        COMPONENT | {"LOOKALIKE_LINK": "MQTT"},
    ],
)
def test_outside_a_component_there_is_no_nucleus(environ: dict[str, str]) -> None:
    assert find_nucleus(environ) is None


def test_greengrass_can_be_asked_for_in_a_component_alone() -> None:
    with pytest.raises(LinkError, match=f"LOOKALIKE_LINK is greengrass, but {TOKEN} is not set"):
        find_nucleus({SOCKET: "/run/ipc", "LOOKALIKE_LINK": "greengrass"})


def test_a_component_without_the_sdk_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "edge.link.greengrass_ipc", raising=False)
    for name in ("awscrt", "awsiot"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    with pytest.raises(LinkError, match="awsiotsdk is not installed; expected the packages"):
        find_nucleus(COMPONENT)
