"""Pictures as objects of an S3 bucket, named by their content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.core.catalogue.picture_key import is_picture_key, picture_key
from services.core.errors import UnavailableError

# HeadObject's answers for a missing object: to a client that may list the bucket, and to one that may not.
_ABSENT = ("404", "403")


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
        if not self._is_there(key):
            kind = f"image/{suffix.removeprefix('.').replace('jpg', 'jpeg')}"
            # For direct readers of the bucket: the content of a key never changes.
            told = {"ContentType": kind, "CacheControl": "public, max-age=31536000, immutable"}
            with self._plain_errors("put_object"):
                self._client.put_object(**self._place(key), Body=content, **told)
        return key

    def get(self, key: str) -> bytes | None:
        """The content, or None for a key that does not exist."""
        if not is_picture_key(key):
            return None
        with self._plain_errors("get_object"), suppress(self._client.exceptions.NoSuchKey):
            return bytes(self._client.get_object(**self._place(key))["Body"].read())
        return None

    def check_write(self) -> None:
        """Write an object that is no picture."""
        with self._plain_errors("put_object"):
            self._client.put_object(**self._place("write-check"), Body=b"")

    def _is_there(self, key: str) -> bool:
        with self._plain_errors("head_object"):
            try:
                self._client.head_object(**self._place(key))
            except ClientError as error:
                if error.response["Error"].get("Code") not in _ABSENT:
                    raise
                return False
        return True

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    @contextmanager
    def _plain_errors(self, operation: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            told = error.response["Error"].get("Code", "?")
        except BotoCoreError as error:
            told = type(error).__name__
        else:
            return
        # The error may hold the session's token: one about a wrong signature repeats the request's headers.
        raise UnavailableError(f"picture store s3://{self._bucket}: {operation}: {told}")
