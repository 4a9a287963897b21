"""`python -m localstack.create`: makes the table of LOOKALIKE_STORE and the bucket of LOOKALIKE_PICTURES."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, EndpointConnectionError

from common.logs import configure_logs
from services.adapters.dynamodb_items.layout import create_table
from services.bootstrap.process import run_service
from services.bootstrap.settings import CatalogueSettings, load
from services.core.errors import InputError, UnavailableError

WAIT_S, POLL_S = 60.0, 0.5

log = logging.getLogger(__name__)


def main() -> int:
    """Make what is missing; region, credentials and endpoint come from AWS_…, as for every AWS tool."""
    settings = load(CatalogueSettings)
    configure_logs(settings.log_level, process="aws-create", form=settings.log_format)
    table = settings.store.removeprefix("dynamodb://")
    bucket = settings.pictures.removeprefix("s3://").partition("/")[0]
    if table == settings.store or bucket == settings.pictures.partition("/")[0]:
        raise InputError(
            "LOOKALIKE_STORE=dynamodb://TABLE and LOOKALIKE_PICTURES=s3://BUCKET are not set: "
            "localstack/compose.env has them for the emulator, with what else is needed"
        )
    try:
        dynamodb, s3 = _client("dynamodb"), _client("s3")
        _wait_for(dynamodb)
        create_table(dynamodb, table)
        create_bucket(s3, bucket)
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(f"AWS: {error}") from None
    log.info("the table %s and the bucket %s are there", table, bucket)
    return 0


def create_bucket(client: Any, name: str) -> None:
    """Create the bucket unless it is ours already; errors are botocore's."""
    region = client.meta.region_name
    # This region, the oldest, must not be named.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        client.create_bucket(Bucket=name, **where)
    except client.exceptions.BucketAlreadyOwnedByYou:
        return


def _client(service: str) -> Any:
    return boto3.client(service, config=Config(connect_timeout=2, read_timeout=10))


def _wait_for(dynamodb: Any) -> None:
    """Return when DynamoDB answers: the emulator may be starting."""
    deadline_s = time.monotonic() + WAIT_S
    while True:
        try:
            dynamodb.list_tables(Limit=1)
            return
        except (EndpointConnectionError, ConnectionError):
            if time.monotonic() > deadline_s:
                raise
            time.sleep(POLL_S)


if __name__ == "__main__":
    sys.exit(run_service(main, process="aws-create"))
