"""Stores on AWS; imported only where an address asks for one, because boto3 takes 0.2 s to load.

Region, credentials and endpoints are found as by every AWS tool: AWS_… variables, files, roles.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from common.redaction import redact_url
from services.adapters.dynamodb_history import DynamoHistory
from services.adapters.dynamodb_items import DynamoAudit, DynamoItems, DynamoKeys
from services.adapters.iot_data import IotData
from services.adapters.s3_exchange import S3Exchange
from services.adapters.s3_history import S3HistoryPictures
from services.adapters.s3_pictures import S3Pictures
from services.adapters.s3_source import S3Source
from services.adapters.s3_trained import S3Trained
from services.adapters.sagemaker_index import KnnEndpoint, SageMakerIndex
from services.bootstrap.knn_address import EndpointAddress
from services.core.errors import InputError
from services.core.importing.s3_address import S3
from services.core.search.fixed_base import DeltaIndex
from services.core.search.trained import TrainedIndex

log = logging.getLogger(__name__)

DYNAMODB = "dynamodb://"
# Two more tries outlast a lost connection. Without an answer they end in 21 s: the calls of an api behind API
# Gateway are cut off after 30 s, without a word.
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=2,
    read_timeout=6,
    max_pool_connections=32,
)
# A function answers while an observation is fresh: it goes on with the items it has, and asks again soon.
_HURRIED = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=2)
_PATIENCE_S, _HURRIED_PATIENCE_S = 20.0, 1.0
# For addresses that are signed: in older regions boto3 would sign them in a way that S3 no longer takes.
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4"))
# On AWS they are signed for the region's own host. That of all regions sends on to it for a bucket's first
# hours, and a browser that asks whether it may upload follows no such answer.
_REGIONAL = Config(s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"})
_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn")
# A command is worth no long wait: its sender waits for the camera's answer too.
_IOT_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=2)


def open_items(address: str, *, hurried: bool = False) -> DynamoItems:
    """The item store of an address, dynamodb://TABLE; nothing is requested yet. Raises InputError.

    A hurried one gives up after a few seconds.
    """
    client = open_client("dynamodb", config=_HURRIED if hurried else _CONFIG)
    # Without an answer its tries take a while, which would be silent.
    log.info("item store %s at %s", address, redact_url(client.meta.endpoint_url))
    patience_s = _HURRIED_PATIENCE_S if hurried else _PATIENCE_S
    return DynamoItems(client, address.removeprefix(DYNAMODB), patience_s=patience_s)


def open_access(address: str) -> tuple[DynamoKeys, DynamoAudit]:
    """The named keys and the audit of an item store's address; nothing is requested yet."""
    client, table = open_client("dynamodb", config=_CONFIG), address.removeprefix(DYNAMODB)
    return DynamoKeys(client, table), DynamoAudit(client, table)


def open_history(address: str, *, days: int, hurried: bool = False) -> DynamoHistory:
    """The history of an address, dynamodb://TABLE; nothing is requested yet. Raises InputError.

    A hurried one gives up after a few seconds.
    """
    client = open_client("dynamodb", config=_HURRIED if hurried else _CONFIG)
    patience_s = _HURRIED_PATIENCE_S if hurried else _PATIENCE_S
    return DynamoHistory(client, address.removeprefix(DYNAMODB), days=days, patience_s=patience_s)


def open_history_pictures(place: str) -> S3HistoryPictures:
    """The history's pictures under s3://BUCKET/PREFIX; nothing is requested yet. Raises InputError."""
    bucket, _, prefix = place.removeprefix(S3).partition("/")
    return S3HistoryPictures(open_client("s3"), bucket, prefix=prefix)


def open_pictures(address: str) -> S3Pictures:
    """The picture store of an address, s3://BUCKET[/PREFIX]; nothing is requested yet. Raises InputError."""
    bucket, _, prefix = address.removeprefix(S3).partition("/")
    return S3Pictures(_open_signing(), bucket, prefix=prefix)


def open_source() -> S3Source:
    """A reader of files in any bucket; nothing is requested yet. Raises InputError."""
    return S3Source(open_client("s3"))


def open_exchange(place: str) -> S3Exchange:
    """The exchanged files under s3://BUCKET[/PREFIX]; nothing is requested yet. Raises InputError."""
    bucket, _, prefix = place.removeprefix(S3).partition("/")
    return S3Exchange(_open_signing(), bucket, prefix=prefix)


def _open_signing() -> Any:
    """A client of S3 whose signed addresses browsers can use."""
    client = open_client("s3", config=_S3_CONFIG)
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    return open_client("s3", config=_S3_CONFIG.merge(_REGIONAL)) if host.endswith(_AWS_HOSTS) else client


def open_iot(endpoint: str) -> IotData:
    """The way to the cameras over an IoT data endpoint, a host or a URL; raises InputError."""
    url = endpoint if "://" in endpoint else f"https://{endpoint}"
    return IotData(open_client("iot-data", config=_IOT_CONFIG, endpoint_url=url if endpoint else None))


def open_trainings(place: str, endpoint: str) -> S3Trained:
    """The store of what an endpoint's trainings left at s3://BUCKET[/PREFIX]; nothing is requested yet.

    Raises InputError.
    """
    bucket, prefix = index_place(place, endpoint)
    return S3Trained(open_client("s3"), bucket, prefix=prefix)


def index_place(place: str, endpoint: str) -> tuple[str, str]:
    """The bucket of s3://BUCKET[/PREFIX], and the endpoint's own prefix in it, with a slash at its end."""
    bucket, _, prefix = place.removeprefix(S3).partition("/")
    return bucket, f"{prefix.strip('/')}/{endpoint}/".lstrip("/")


def open_trained(address: EndpointAddress) -> Callable[[TrainedIndex, DeltaIndex], SageMakerIndex]:
    """What gives the index of a training and an empty one beside it; nothing is requested yet.

    Raises InputError.
    """
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 2},
        connect_timeout=min(1.0, address.timeout_s),
        read_timeout=address.timeout_s,
        max_pool_connections=16,
    )
    endpoint = KnnEndpoint(open_client("sagemaker-runtime", config=config), address.name, batch=address.batch)
    return lambda trained, delta: SageMakerIndex(endpoint, trained, delta, distances=address.distances)


@lru_cache(maxsize=1)
def _session(_environment: frozenset[tuple[str, str]]) -> Any:
    """The session of all clients: each of its own would read boto3's files again, for a third of a second."""
    return boto3.Session()


def _environment() -> frozenset[tuple[str, str]]:
    """What a session reads once."""
    return frozenset((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))


def open_client(service: str, *, config: Config = _CONFIG, endpoint_url: str | None = None) -> Any:
    """botocore's client of a service; nothing is requested yet. Raises InputError."""
    try:
        return _session(_environment()).client(service, config=config, endpoint_url=endpoint_url)
    except (BotoCoreError, ValueError) as error:
        # Such as no region, or an endpoint that is no URL, which may hold a password.
        told = type(error).__name__
        raise InputError(
            f"no client for AWS {service} ({told}); expected a region in AWS_DEFAULT_REGION, and endpoints "
            "that are addresses"
        ) from None
