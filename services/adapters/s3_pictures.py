"""Pictures as objects of an S3 bucket, named by their content."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

from botocore.exceptions import ClientError

from services.adapters.s3_calls import code_of, plain_errors
from services.core.catalogue.picture_key import is_picture_key, picture_key
from services.core.ports import OpenPicture

# HeadObject's answers for a missing object: to a client that may list the bucket, and to one that may not.
_ABSENT = ("404", "403")
# An object of less age is not touched again: a copy costs as much as a write.
_FRESH_S = 600.0


class S3Pictures:
    """Keeps pictures in an existing bucket under a prefix; the same content is uploaded once.

    `client` is botocore's for S3. To tell a picture that is gone from one that it may not read, it needs the
    right to list the bucket. Every call may raise UnavailableError.
    """

    def __init__(self, client: Any, bucket: str, *, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")

    def put(self, content: bytes, *, suffix: str) -> str:
        """Keep a picture file, durable on return, and give its key."""
        key = picture_key(content, suffix=suffix)
        if not self._touched(key):
            with self._plain_errors("put_object"):
                self._client.put_object(**self._place(key), Body=content, **_headers(key))
        return key

    def touch(self, key: str) -> None:
        """Let a picture count as just put, if it is there."""
        if is_picture_key(key):
            self._touched(key)

    def kept(self) -> Iterator[tuple[str, float]]:
        """Each picture's key, and when it was put or touched, in Unix seconds."""
        with self._plain_errors("list_objects_v2"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for found in (each for page in pages for each in page.get("Contents", [])):
                key = found["Key"].removeprefix(self._prefix)
                if is_picture_key(key):
                    yield key, found["LastModified"].timestamp()

    def collect(self, key: str, *, before_s: float) -> bool:
        """Delete a picture that nothing names, unless it was touched at `before_s` or later."""
        touched_s = self._touched_s(key)
        if touched_s is None or touched_s >= before_s:
            return False
        with self._plain_errors("delete_object"):
            self._client.delete_object(**self._place(key))
        return True

    def tidy(self, *, before_s: float) -> None:
        """Do nothing: an object appears when it is complete."""

    def get(self, key: str) -> bytes | None:
        """The content, or None for a key that does not exist."""
        if not is_picture_key(key):
            return None
        with self._plain_errors("get_object"), suppress(self._client.exceptions.NoSuchKey):
            return bytes(self._client.get_object(**self._place(key))["Body"].read())
        return None

    def link(self, key: str, *, for_s: int) -> str:
        """An address at which anybody may read this picture for a while."""
        with self._plain_errors("get_object"):
            return str(
                self._client.generate_presigned_url("get_object", Params=self._place(key), ExpiresIn=for_s)
            )

    def check_write(self) -> None:
        """Write an object that is no picture."""
        with self._plain_errors("put_object"):
            self._client.put_object(**self._place("write-check"), Body=b"")

    def open(self, key: str) -> OpenPicture | None:
        """The content in pieces, or None for a key that does not exist."""
        if not is_picture_key(key):
            return None
        with self._plain_errors("get_object"), suppress(self._client.exceptions.NoSuchKey):
            answer = self._client.get_object(**self._place(key))
            return OpenPicture(int(answer["ContentLength"]), _Content(answer["Body"], self._plain_errors))
        return None

    def _touched(self, key: str) -> bool:
        """Let an object count as just put; False if there is none."""
        touched_s = self._touched_s(key)
        if touched_s is None:
            return False
        if time.time() - touched_s > _FRESH_S:  # an object gets a new time as a copy of itself
            with self._plain_errors("copy_object"):
                self._client.copy_object(
                    **self._place(key),
                    CopySource=self._place(key),
                    MetadataDirective="REPLACE",
                    **_headers(key),
                )
        return True

    def _touched_s(self, key: str) -> float | None:
        """When the object was put or touched, None if there is none."""
        with self._plain_errors("head_object"):
            try:
                found = self._client.head_object(**self._place(key))
            except ClientError as error:
                if code_of(error) not in _ABSENT:
                    raise
                return None
        return float(found["LastModified"].timestamp())

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _plain_errors(self, operation: str) -> AbstractContextManager[None]:
        return plain_errors(f"picture store s3://{self._bucket}", operation)


def _headers(key: str) -> dict[str, str]:
    """For direct readers of the bucket: the content of a key never changes."""
    kind = key.rpartition(".")[2].replace("jpg", "jpeg")
    return {"ContentType": f"image/{kind}", "CacheControl": "public, max-age=31536000, immutable"}


class _Content:
    """An object's content as it comes."""

    def __init__(self, body: Any, plain_errors: Callable[[str], AbstractContextManager[None]]) -> None:
        self._body, self._plain_errors = body, plain_errors

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        with self._plain_errors("get_object"):
            return bytes(self._body.read(size))

    def close(self) -> None:
        """Give the connection back."""
        self._body.close()
