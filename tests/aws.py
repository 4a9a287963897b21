"""An AWS on this machine (PyPI ministack), with clients for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from tests.servers import Server, running

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDTEST",
    "AWS_SECRET_ACCESS_KEY": "secret-of-tests",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@contextmanager
def emulator(services: str = "dynamodb,s3") -> Iterator[Server]:
    """An empty emulator in memory, with all its services for "".

    Its own starter would listen everywhere, and leave a file behind.
    """
    environ = ["GATEWAY_PORT={port}", "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", f"SERVICES={services}"]
    # Without a worker process, which would outlive a kill and keep the port.
    serve = ["-m", "hypercorn", "ministack.app:app", "--workers", "0", "--bind", "127.0.0.1:{port}"]
    yield from running(Server("http", ["/usr/bin/env", *environ, sys.executable, *serve]))


def client(service: str, url: str, **config: Any) -> Any:
    """A client of the emulator, or of any server there, that makes one attempt."""
    key, secret, region = CREDENTIALS.values()
    retries = {"total_max_attempts": 1}
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries=retries, connect_timeout=2, **config),
    )
