"""Files that are too large for a function's requests and answers, exchanged through S3 with boto3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

from botocore.exceptions import ClientError

from services.adapters.s3_calls import code_of, plain_errors
from services.core.errors import UnavailableError

# The time for which an address may be used, in seconds.
LINK_S = 3600
# S3 takes parts of 5 MiB or more, and 10,000 of them.
_PART_BYTES = 16 * 1024 * 1024
_ABSENT = ("404", "NoSuchKey")


class S3Exchange:
    """Objects under a prefix of a bucket; every call may raise UnavailableError.

    A signed address lets whoever has it read or write one object.
    """

    def __init__(self, client: Any, bucket: str, *, prefix: str = "") -> None:
        """`client` is botocore's for S3, and signs with version 4."""
        self._client, self.bucket = client, bucket
        self.prefix = f"{prefix.strip('/')}/".lstrip("/")

    def address(self, name: str) -> str:
        """The object's address, s3://BUCKET/KEY."""
        return f"s3://{self.bucket}/{self.prefix}{name}"

    def upload_link(self, name: str) -> str:
        """An address that takes the object's content with PUT."""
        return self._signed("put_object", self._place(name))

    def download_link(self, name: str, *, file_name: str | None = None) -> str:
        """An address that gives the object's content, to be kept under a name."""
        kept_as = f'attachment; filename="{file_name}"'
        more = {} if file_name is None else {"ResponseContentDisposition": kept_as}
        return self._signed("get_object", {**self._place(name), **more})

    def put(self, name: str, content: bytes) -> None:
        """Write a small object."""
        with self._plain_errors("put_object"):
            self._client.put_object(**self._place(name), Body=content)

    def put_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write an object of any size, which appears when it is complete."""
        with self._plain_errors("create_multipart_upload"):
            place = self._place(name)
            upload = {**place, "UploadId": self._client.create_multipart_upload(**place)["UploadId"]}
        try:
            parts = [self._put_part(upload, n, part) for n, part in enumerate(_parts(pieces), 1)]
            with self._plain_errors("complete_multipart_upload"):
                self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            with suppress(UnavailableError), self._plain_errors("abort_multipart_upload"):
                self._client.abort_multipart_upload(**upload)
            raise

    def get(self, name: str) -> bytes | None:
        """The content of a small object, None if there is none."""
        with self._plain_errors("get_object"):
            try:
                return bytes(self._client.get_object(**self._place(name))["Body"].read())
            except ClientError as error:
                if code_of(error) not in _ABSENT:
                    raise
                return None

    def put_at_s(self, name: str) -> float | None:
        """When an object was written, in Unix seconds, None if there is none."""
        with self._plain_errors("head_object"):
            try:
                return float(self._client.head_object(**self._place(name))["LastModified"].timestamp())
            except ClientError as error:
                if code_of(error) not in _ABSENT:
                    raise
                return None

    def touch(self, name: str) -> None:
        """Write an object again as it is, of which S3 tells as of a new one."""
        with self._plain_errors("copy_object"):
            self._client.copy_object(
                **self._place(name), CopySource=self._place(name), MetadataDirective="REPLACE"
            )

    def delete(self, name: str) -> None:
        """Remove an object, if it is there."""
        with self._plain_errors("delete_object"):
            self._client.delete_object(**self._place(name))

    def _put_part(self, upload: dict[str, str], number: int, content: bytes) -> dict[str, Any]:
        with self._plain_errors("upload_part"):
            done = self._client.upload_part(**upload, PartNumber=number, Body=content)
        return {"PartNumber": number, "ETag": done["ETag"]}

    def _signed(self, operation: str, params: dict[str, str]) -> str:
        with self._plain_errors(operation):
            return str(self._client.generate_presigned_url(operation, Params=params, ExpiresIn=LINK_S))

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + name}

    def _plain_errors(self, operation: str) -> AbstractContextManager[None]:
        return plain_errors(f"s3://{self.bucket}/{self.prefix}", operation)


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of a size that S3 takes; one, perhaps empty, if there are few."""
    part = bytearray()
    made = False
    for piece in pieces:
        part += piece
        if len(part) >= _PART_BYTES:
            yield bytes(part)
            part.clear()
            made = True
    if part or not made:
        yield bytes(part)
