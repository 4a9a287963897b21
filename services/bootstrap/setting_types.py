"""Types of settings, each with a check whose error says what was expected."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, SecretStr

from common.mqtt_address import parse_mqtt_address
from common.service_address import decoded, parse_service_address
from services.bootstrap.knn_address import parse_knn
from services.core.acting.rules import Rules
from services.core.errors import InputError

_REDIS_EXPECTED = "expected redis[s]://[[user]:password@]host[:port][/database], or a socket: unix:///path"
_WEB_EXPECTED = "expected http[s]://[user:password@]host[:port][/path]"
_WEB_PORTS = {"http": 80, "https": 443}
_WEBHOOK_EXPECTED = "expected http[s]://[user:password@]host[:port][/path][?query]"
_WEB_PATH = r"(/[^\s?#]*)?"
_Text = TypeVar("_Text", str, SecretStr)


def _store(value: str) -> str:
    if not re.fullmatch(r"(sqlite:///.+|dynamodb://[A-Za-z0-9_.-]{3,255})?", value):
        raise ValueError("expected sqlite:///PATH or dynamodb://TABLE")
    return value


def _table(value: str) -> str:
    if not re.fullmatch(r"(dynamodb://[A-Za-z0-9_.-]{3,255})?", value):
        raise ValueError("expected dynamodb://TABLE")
    return value


def _pictures(value: str) -> str:
    if "://" in value and not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/[^\s]*)?", value):
        raise ValueError("expected a folder, s3://BUCKET or s3://BUCKET/PREFIX")
    return value


def _s3_place(value: str) -> str:
    if value and not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/[^\s]*)?", value):
        raise ValueError("expected s3://BUCKET or s3://BUCKET/PREFIX")
    return value


def _iot_endpoint(value: str) -> str:
    if value and not re.fullmatch(r"(https?://)?[A-Za-z0-9.-]+(:\d{1,5})?", value):
        raise ValueError("expected a host such as a1b2c3-ats.iot.eu-west-1.amazonaws.com")
    return value


def _knn(value: str) -> str:
    parse_knn(value)
    return value


def _proxy(value: str) -> str:
    for each in filter(None, map(str.strip, value.split(","))):
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise ValueError("expected addresses or networks such as 10.0.0.0/8") from None
    return value


def _mqtt(value: str) -> str:
    if value:  # an empty text stands for the default
        parse_mqtt_address(value)
    return value


def _redis(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "unix":
        login, at, path = rest.rpartition("@")
        for part in login.split(":", 1) if at else []:
            decoded(part, expected=_REDIS_EXPECTED)
        if re.fullmatch(r"/[^\s?#]+(\?[^\s#]*)?", path) is None:
            raise ValueError(_REDIS_EXPECTED)
    elif value:
        parse_service_address(
            value, {"redis": 6379, "rediss": 6379}, expected=_REDIS_EXPECTED, rest=r"(/\d*)?(\?[^\s#]*)?"
        )
    return value


def _web(value: str) -> str:
    if value:
        parse_service_address(value, _WEB_PORTS, expected=_WEB_EXPECTED, rest=_WEB_PATH)
    return value


def _public(value: str) -> str:
    expected = "expected http[s]://host[:port][/path], without a password, as everybody is given it"
    if value and parse_service_address(value, _WEB_PORTS, expected=expected, rest=_WEB_PATH).user is not None:
        raise ValueError(expected)
    return value


def _origins(value: str) -> str:
    for each in filter(None, map(str.strip, value.split(","))):
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:(\d{1,5}|\*))?", each):
            raise ValueError(
                f"{each!r} is no origin; expected such as https://shop.example or https://*.shop.example"
            )
    return value


def webhook_address(value: str) -> str:
    """An address that posts can go to, or none; raises ValueError, which does not quote it."""
    if value:
        rest = _WEB_PATH + r"(\?[^\s#]*)?"
        parse_service_address(value, _WEB_PORTS, expected=_WEBHOOK_EXPECTED, rest=rest)
    return value


def _no_webhook(value: _Text) -> _Text:
    if value:
        raise ValueError(
            "functions on AWS deliver to no webhook, because none lives on between calls to try again; unset "
            "it, and let an IoT rule with an HTTP action post what LOOKALIKE_HOME_ASSISTANT=1 publishes "
            "(docs/acting.md)"
        )
    return value


def _acting_rules(value: str) -> str:
    try:
        Rules.parse(value)
    except InputError as error:
        raise ValueError(str(error)) from None
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


UPPER = BeforeValidator(_upper)
LOWER = BeforeValidator(_lower)
Knn = Annotated[str, AfterValidator(_knn)]
Store = Annotated[str, AfterValidator(_store)]
Table = Annotated[str, AfterValidator(_table)]
Pictures = Annotated[str, AfterValidator(_pictures)]
S3Place = Annotated[str, AfterValidator(_s3_place)]
IotEndpoint = Annotated[str, AfterValidator(_iot_endpoint)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Origins = Annotated[str, AfterValidator(_origins)]
# With a login, and without: the address that is published.
Web = Annotated[str, AfterValidator(_web)]
PublicWeb = Annotated[str, AfterValidator(_public)]
WebhookAddress = Annotated[str, AfterValidator(webhook_address)]
NoWebhook = Annotated[str, AfterValidator(_no_webhook)]
NoWebhooks = Annotated[SecretStr, AfterValidator(_no_webhook)]
ActingRules = Annotated[str, AfterValidator(_acting_rules)]
Mqtt = Annotated[str, AfterValidator(_mqtt)]
Redis = Annotated[str, AfterValidator(_redis)]
