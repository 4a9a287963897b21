"""S3's promises beyond the port: one upload per content, its type, a prefix, and plain errors."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from services.adapters.s3_pictures import S3Pictures
from services.core.errors import UnavailableError
from tests import aws
from tests.adapters.hooks import hooked
from tests.servers import free_port

FORBIDDEN = b"<Error><Code>AccessDenied</Code><Message>x-amz-security-token:TOKEN</Message></Error>"


class Raw(io.BytesIO):
    """The body of an answer as botocore reads it."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


# Events of requests; a handler's return value, if any, is the answer.
HEAD, GET, PUT = (f"before-send.s3.{name}Object" for name in ("Head", "Get", "Put"))


def forbid(request: Any, **_: Any) -> AWSResponse:
    body = b"" if request.method == "HEAD" else FORBIDDEN
    return AWSResponse(request.url, 403, {}, Raw(body))


@pytest.fixture
def pictures(s3: Any, bucket: str) -> S3Pictures:
    return S3Pictures(s3, bucket)


def names(s3: Any, bucket: str) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]


def test_the_same_content_is_uploaded_once(pictures: S3Pictures, s3: Any, bucket: str) -> None:
    sent = list[str]()
    with hooked(s3, PUT, lambda request, **_: sent.append(request.url)):
        keys = [pictures.put(content, suffix=".jpg") for content in (b"one", b"two", b"one", b"one")]
    assert (len(sent), sorted(set(keys))) == (2, names(s3, bucket))


def test_a_picture_has_its_type_and_may_be_cached(pictures: S3Pictures, s3: Any, bucket: str) -> None:
    told = [
        s3.head_object(Bucket=bucket, Key=pictures.put(b"one", suffix=suffix))
        for suffix in (".jpg", ".png", ".webp", ".gif")
    ]
    assert [each["ContentType"] for each in told] == ["image/jpeg", "image/png", "image/webp", "image/gif"]
    assert {each["CacheControl"] for each in told} == {"public, max-age=31536000, immutable"}


@pytest.mark.parametrize("prefix", ["shop", "/shop/"])
def test_pictures_under_a_prefix_are_apart_from_others(s3: Any, bucket: str, prefix: str) -> None:
    shop, other = S3Pictures(s3, bucket, prefix=prefix), S3Pictures(s3, bucket)
    key = shop.put(b"one", suffix=".jpg")
    assert names(s3, bucket) == [f"shop/{key}"]
    assert (shop.get(key), other.get(key)) == (b"one", None)


def test_one_who_may_not_ask_whether_a_picture_is_there_uploads_it(pictures: S3Pictures, s3: Any) -> None:
    with hooked(s3, HEAD, forbid):
        key = pictures.put(b"one", suffix=".jpg")
    assert pictures.get(key) == b"one"


def test_a_picture_that_may_not_be_read_is_unavailable_not_gone(pictures: S3Pictures, s3: Any) -> None:
    key = pictures.put(b"one", suffix=".jpg")
    with hooked(s3, GET, forbid), pytest.raises(UnavailableError) as caught:
        pictures.get(key)
    assert str(caught.value).endswith(": get_object: AccessDenied")


def test_a_bucket_that_is_not_there_is_unavailable_by_name(s3: Any) -> None:
    pictures = S3Pictures(s3, "absent")
    with pytest.raises(UnavailableError, match="s3://absent: put_object: NoSuchBucket"):
        pictures.put(b"one", suffix=".jpg")
    with pytest.raises(UnavailableError, match="s3://absent: get_object: NoSuchBucket"):
        pictures.get("ab" * 32 + ".jpg")


def test_an_address_where_nothing_listens_is_unavailable() -> None:
    pictures = S3Pictures(aws.client("s3", f"http://127.0.0.1:{free_port()}"), "pictures")
    with pytest.raises(UnavailableError, match="s3://pictures: head_object: EndpointConnectionError"):
        pictures.put(b"one", suffix=".jpg")


def test_pictures_of_more_than_an_answer_names_are_all_kept(pictures: S3Pictures, s3: Any) -> None:
    keys = {pictures.put(bytes([number]), suffix=".jpg") for number in range(5)}

    def two_a_page(params: dict[str, Any], **_: Any) -> None:
        """S3 names 1,000 at most."""
        params["MaxKeys"] = 2

    with hooked(s3, "before-parameter-build.s3.ListObjectsV2", two_a_page):
        assert {key for key, _ in pictures.kept()} == keys
