"""Types of settings, each with a check whose error says what was expected."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from common.mqtt_address import parse_mqtt_address


def starts(*schemes: str) -> AfterValidator:
    """An address of one of these forms; empty stands for the default."""

    def check(value: str) -> str:
        if value and not any(value.startswith(scheme) and len(value) > len(scheme) for scheme in schemes):
            raise ValueError(f"expected an address that begins with {' or '.join(schemes)}")
        return value

    return AfterValidator(check)


def _store(value: str) -> str:
    if not re.fullmatch(r"(sqlite:///.+|dynamodb://[A-Za-z0-9_.-]{3,255})?", value):
        raise ValueError("expected sqlite:///PATH or dynamodb://TABLE")
    return value


def _pictures(value: str) -> str:
    if "://" in value and not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/[^\s]*)?", value):
        raise ValueError("expected a folder, s3://BUCKET or s3://BUCKET/PREFIX")
    return value


def _knn(value: str) -> str:
    if re.fullmatch(r"sagemaker://\S+", value):
        raise ValueError("sagemaker://ENDPOINT is not in this version; expected faiss")
    if value != "faiss":
        raise ValueError("expected faiss")
    return value


def _proxy(value: str) -> str:
    for each in filter(None, map(str.strip, value.split(","))):
        try:
            ipaddress.ip_network(each)
        except ValueError as error:
            raise ValueError(f"{error}; expected addresses or networks such as 10.0.0.0/8") from None
    return value


def _mqtt(value: str) -> str:
    if value:  # an empty text stands for the default
        parse_mqtt_address(value)
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


UPPER = BeforeValidator(_upper)
LOWER = BeforeValidator(_lower)
Knn = Annotated[str, AfterValidator(_knn)]
Store = Annotated[str, AfterValidator(_store)]
Pictures = Annotated[str, AfterValidator(_pictures)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Web = Annotated[str, starts("http://", "https://")]
Mqtt = Annotated[str, AfterValidator(_mqtt)]
Redis = Annotated[str, starts("redis://", "rediss://", "unix://")]
