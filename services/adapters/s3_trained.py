"""What trainings left, as objects of an S3 bucket: two a training, and one that names the newest."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.core.errors import InputError, UnavailableError
from services.core.search.trained import TrainedIndex
from services.core.search.trained_file import decode_trained, encode_trained

NEWEST = "newest.json"


class S3Trained:
    """A TrainedStore in an existing bucket under a prefix; `client` is botocore's for S3."""

    def __init__(self, client: Any, bucket: str, *, prefix: str) -> None:
        self._client, self._bucket = client, bucket
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")

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
            self._call("delete_object", f"{training}{suffix}")

    def _get(self, name: str) -> bytes | None:
        try:
            return bytes(self._call("get_object", name)["Body"].read())
        except self._client.exceptions.NoSuchKey:
            return None
        except BotoCoreError as error:
            raise self._trouble(f"get_object: {type(error).__name__}") from None

    def _put(self, name: str, content: bytes) -> None:
        self._call("put_object", name, Body=content)

    def _call(self, operation: str, name: str, **more: Any) -> Any:
        try:
            return getattr(self._client, operation)(Bucket=self._bucket, Key=self._prefix + name, **more)
        except self._client.exceptions.NoSuchKey:
            raise
        except ClientError as error:
            told = error.response["Error"].get("Code", "?")
        except BotoCoreError as error:
            told = type(error).__name__
        # The error may hold the session's token.
        raise self._trouble(f"{operation}: {told}")

    def _trouble(self, why: str) -> UnavailableError:
        return UnavailableError(f"trainings at s3://{self._bucket}/{self._prefix}: {why}")
