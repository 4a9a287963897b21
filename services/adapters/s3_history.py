"""The pictures of the history as objects of an S3 bucket, named by the showing's id."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from services.adapters.s3_calls import plain_errors
from services.core.errors import UnavailableError

# Objects that one request deletes.
_AT_ONCE = 1000


class S3HistoryPictures:
    """Keeps pictures in an existing bucket under a prefix; calls may raise UnavailableError.

    `client` is botocore's for S3. To tell a picture that is gone from one that it may not read, it needs the
    right to list the bucket. The bucket deletes what is older than the history, as rows go by themselves.
    """

    def __init__(self, client: Any, bucket: str, *, prefix: str) -> None:
        self._client, self._bucket = client, bucket
        self._place = f"the history's pictures s3://{bucket}"
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")

    def put(self, showing_id: int, jpeg: bytes, /) -> None:
        """Keep a showing's picture, in place of an earlier one."""
        with self._plain_errors("put_object"):
            self._client.put_object(
                Bucket=self._bucket, Key=self._key(showing_id), Body=jpeg, ContentType="image/jpeg"
            )

    def get(self, showing_id: int, /) -> bytes | None:
        """The picture, None without one."""
        with self._plain_errors("get_object"), suppress(self._client.exceptions.NoSuchKey):
            found = self._client.get_object(Bucket=self._bucket, Key=self._key(showing_id))
            return bytes(found["Body"].read())
        return None

    def delete(self, ids: Sequence[int], /) -> None:
        """Delete the pictures of these showings."""
        for start in range(0, len(ids), _AT_ONCE):
            keys = [{"Key": self._key(each)} for each in ids[start : start + _AT_ONCE]]
            with self._plain_errors("delete_objects"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}
                )
            if errors := answer.get("Errors"):
                raise UnavailableError(f"{self._place}: delete_objects: {errors[0].get('Code', '?')}")

    def _key(self, showing_id: int) -> str:
        return f"{self._prefix}{showing_id}.jpg"

    def _plain_errors(self, operation: str) -> AbstractContextManager[None]:
        return plain_errors(self._place, operation)
