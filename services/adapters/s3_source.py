"""Pictures and files to import from S3, with boto3's client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from services.adapters.s3_calls import code_of
from services.core.errors import InputError
from services.core.importing.s3_address import S3, split_s3

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object's address, and the version of its content."""

    address: str
    version: str


class S3Source:
    """Reads objects by their addresses, s3://BUCKET/KEY; safe to use from several threads."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def objects(self, address: str) -> Iterator[S3Object]:
        """All objects whose address begins with this one, in the order of their keys; raises InputError."""
        bucket, prefix = split_s3(address)
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    yield S3Object(f"{S3}{bucket}/{found['Key']}", found["ETag"])
        except (BotoCoreError, ClientError) as error:
            raise InputError(f"{address} can't be listed: {_told(error)}") from None

    def get(self, address: str, *, limit: int) -> bytes:
        """An object's content of at most `limit` bytes; raises InputError."""
        with self._body(address) as (body, size):
            if size > limit:
                raise InputError(f"{address} has {size} bytes; expected at most {limit}")
            return bytes(body.read())

    def copy(self, address: str, target: IO[bytes]) -> None:
        """Write an object's content, of any size, to a file; raises InputError."""
        with self._body(address) as (body, _size):
            for piece in body.iter_chunks(_PIECE):
                target.write(piece)

    @contextmanager
    def _body(self, address: str) -> Iterator[tuple[Any, int]]:
        bucket, key = split_s3(address)
        try:
            found = self._client.get_object(Bucket=bucket, Key=key)
            with closing(found["Body"]) as body:
                yield body, found["ContentLength"]
        except (BotoCoreError, ClientError) as error:
            raise InputError(f"{address} can't be read: {_told(error)}") from None


def _told(error: BotoCoreError | ClientError) -> str:
    # S3's error may hold the session's token: one about a wrong signature repeats the request's headers.
    return code_of(error) if isinstance(error, ClientError) else str(error)
