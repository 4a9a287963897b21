"""Reading an import from S3, against the emulator."""

from __future__ import annotations

import io
import traceback
from typing import Any

import pytest
from botocore.stub import Stubber

from services.adapters.s3_source import S3Source
from services.core.errors import InputError
from tests import aws
from tests.servers import free_port


@pytest.fixture
def source(s3: Any) -> S3Source:
    return S3Source(s3)


def test_all_objects_of_a_prefix_are_listed_over_all_pages(s3: Any, bucket: str, source: S3Source) -> None:
    for number in range(1005):
        s3.put_object(Bucket=bucket, Key=f"p/{number:04}.jpg", Body=b"x")
    s3.put_object(Bucket=bucket, Key="q/other.jpg", Body=b"x")
    found = [each.address for each in source.objects(f"s3://{bucket}/p/")]
    assert found == [f"s3://{bucket}/p/{number:04}.jpg" for number in range(1005)]
    assert len(list(source.objects(f"s3://{bucket}"))) == 1006


def test_another_content_is_another_version(s3: Any, bucket: str, source: S3Source) -> None:
    versions = []
    for content in (b"a", b"b", b"a"):
        s3.put_object(Bucket=bucket, Key="1.jpg", Body=content)
        (found,) = source.objects(f"s3://{bucket}/")
        versions.append(found.version)
    assert versions[0] == versions[2] != versions[1]


def test_an_object_is_read_up_to_the_limit(s3: Any, bucket: str, source: S3Source) -> None:
    s3.put_object(Bucket=bucket, Key="a b/ü.jpg", Body=b"12345")
    address = f"s3://{bucket}/a b/ü.jpg"
    assert source.get(address, limit=5) == b"12345"
    with pytest.raises(InputError, match="has 5 bytes; expected at most 4"):
        source.get(address, limit=4)
    copy = io.BytesIO()
    source.copy(address, copy)
    assert copy.getvalue() == b"12345"


def test_what_is_not_there_is_refused_by_its_address(bucket: str, source: S3Source) -> None:
    with pytest.raises(InputError, match=f"s3://{bucket}/absent.jpg can't be read: .*NoSuchKey"):
        source.get(f"s3://{bucket}/absent.jpg", limit=5)
    with pytest.raises(InputError, match=r"s3://no-such-bucket/ can't be listed: .*NoSuchBucket"):
        list(source.objects("s3://no-such-bucket/"))


def test_an_s3_that_does_not_answer_is_refused_too() -> None:
    source = S3Source(aws.client("s3", f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(InputError, match=r"s3://shop/a\.jpg can't be read: Could not connect"):
        source.get("s3://shop/a.jpg", limit=5)


def test_what_s3_says_of_a_wrong_signature_is_not_repeated(bucket: str, s3: Any) -> None:
    secret = "x-amz-security-token:AQoDYXdz"
    error = {"Code": "SignatureDoesNotMatch", "Message": f"The string to sign was {secret}"}
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", error["Code"], error["Message"])
        stub.add_client_error("list_objects_v2", error["Code"], error["Message"])
        source = S3Source(s3)
        for ask in (
            lambda: source.get(f"s3://{bucket}/a.jpg", limit=5),
            lambda: list(source.objects(f"s3://{bucket}/")),
        ):
            with pytest.raises(InputError, match="SignatureDoesNotMatch") as caught:
                ask()
            assert secret not in "".join(traceback.format_exception(caught.value))
