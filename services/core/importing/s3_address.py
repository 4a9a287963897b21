"""Addresses of files in S3."""

from __future__ import annotations

from services.core.errors import InputError

S3 = "s3://"


def split_s3(address: str) -> tuple[str, str]:
    """The bucket and key of an address s3://BUCKET/KEY; raises InputError."""
    bucket, _, key = address.removeprefix(S3).partition("/")
    if not address.startswith(S3) or not bucket:
        raise InputError(f"{address[:200]} is not of the form s3://BUCKET/KEY")
    return bucket, key
