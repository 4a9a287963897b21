"""What trainings left, as objects of an S3 bucket: two a training, and one that names the newest."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, suppress
from typing import Any

from services.adapters.s3_calls import plain_errors
from services.core.errors import InputError, UnavailableError
from services.core.search.trained import TrainedIndex
from services.core.search.trained_file import decode_trained, encode_trained

NEWEST = "newest.json"


class S3Trained:
    """A TrainedStore in an existing bucket under a prefix; `client` is botocore's for S3."""

    def __init__(self, client: Any, bucket: str, *, prefix: str) -> None:
        self._client, self._bucket = client, bucket
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")
        self._place = f"trainings at s3://{bucket}/{self._prefix}"

    def newest(self) -> str | None:
        """The name of the newest training, None if there is none."""
        content = self._get(NEWEST)
        if content is None:
            return None
        try:
            return str(json.loads(content)["training"])
        except (ValueError, KeyError, TypeError):
            raise self._trouble(f"{NEWEST} names no training") from None

    def load(self, training: str | None = None) -> TrainedIndex | None:
        """What a training left, by default the newest; None if there is none."""
        name = training or self.newest()
        if name is None:
            return None
        facts, numbers = (self._get(f"{name}{suffix}") for suffix in (".json", ".npz"))
        if facts is None or numbers is None:
            return None
        try:
            return decode_trained(facts, numbers)
        except InputError as error:
            raise self._trouble(f"training {name}: {error}") from None

    def save(self, trained: TrainedIndex) -> None:
        """Keep what a training left, durable on return; it is the newest from then on."""
        facts, numbers = encode_trained(trained)
        self._put(f"{trained.training}.json", facts)
        self._put(f"{trained.training}.npz", numbers)
        self._put(NEWEST, json.dumps({"training": trained.training}).encode())

    def remove(self, training: str) -> None:
        """Drop what a training left, if it is there."""
        for suffix in (".json", ".npz"):
            with self._plain_errors("delete_object"):
                self._client.delete_object(**self._at(f"{training}{suffix}"))

    def _get(self, name: str) -> bytes | None:
        with self._plain_errors("get_object"), suppress(self._client.exceptions.NoSuchKey):
            return bytes(self._client.get_object(**self._at(name))["Body"].read())
        return None

    def _put(self, name: str, content: bytes) -> None:
        with self._plain_errors("put_object"):
            self._client.put_object(**self._at(name), Body=content)

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    def _plain_errors(self, operation: str) -> AbstractContextManager[None]:
        return plain_errors(self._place, operation)

    def _trouble(self, why: str) -> UnavailableError:
        return UnavailableError(f"{self._place}: {why}")
