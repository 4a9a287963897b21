"""Files that are exchanged through S3: of any size, at signed addresses, with plain errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from services.adapters import s3_exchange
from services.adapters.s3_exchange import S3Exchange
from services.core.errors import UnavailableError
from tests import aws
from tests.adapters.hooks import hooked
from tests.adapters.test_s3_pictures import forbid
from tests.servers import Server


@pytest.fixture
def exchange(s3: Any, bucket: str) -> S3Exchange:
    return S3Exchange(s3, bucket, prefix="/exchange/")


def test_a_file_is_written_read_written_again_and_removed(exchange: S3Exchange) -> None:
    assert (exchange.get("a"), exchange.put_at_s("a")) == (None, None)
    exchange.put("a", b"one")
    written_s = exchange.put_at_s("a")
    assert exchange.get("a") == b"one"
    exchange.touch("a")
    touched_s = exchange.put_at_s("a")
    assert written_s is not None
    assert touched_s is not None
    assert touched_s >= written_s
    assert exchange.get("a") == b"one"
    exchange.delete("a")
    exchange.delete("a")
    assert exchange.get("a") is None
    assert exchange.address("a") == f"s3://{exchange.bucket}/exchange/a"


@pytest.mark.parametrize("sizes", [[], [10], [6, 6, 6, 6], [13] * 3])
def test_pieces_of_any_number_are_one_file(
    exchange: S3Exchange, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # S3 takes parts of 5 MiB, but for the last; the unit of the sizes is half of one.
    monkeypatch.setattr(s3_exchange, "_PART_BYTES", 12 * 2**19)
    pieces = [bytes([number]) * (size * 2**19) for number, size in enumerate(sizes)]
    exchange.put_pieces("large", pieces)
    assert exchange.get("large") == b"".join(pieces)


def test_a_file_that_is_not_complete_does_not_appear(exchange: S3Exchange, s3: Any) -> None:
    def broken() -> Iterator[bytes]:
        yield b"begun"
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        exchange.put_pieces("large", broken())
    assert exchange.get("large") is None
    assert not s3.list_multipart_uploads(Bucket=exchange.bucket).get("Uploads")


def test_a_signed_address_is_for_one_file_and_one_use(shared_aws: Server, bucket: str) -> None:
    # The emulator knows these keys, and checks what is signed with them.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(aws.CREDENTIALS, "AWS_ACCESS_KEY_ID", "test")
        patch.setitem(aws.CREDENTIALS, "AWS_SECRET_ACCESS_KEY", "test")
        signing = S3Exchange(aws.client("s3", shared_aws.url, signature_version="s3v4"), bucket)
    upload, download = signing.upload_link("a"), signing.download_link("a", file_name="items.zip")
    assert httpx.put(upload, content=b"one").status_code == 200
    answer = httpx.get(download)
    assert answer.content == b"one"
    assert answer.headers["content-disposition"] == 'attachment; filename="items.zip"'
    assert httpx.get(upload).status_code == 403
    assert httpx.put(upload.replace("/a?", "/b?"), content=b"two").status_code == 403


@pytest.mark.parametrize("operation", ["PutObject", "GetObject", "HeadObject", "CreateMultipartUpload"])
def test_a_refusal_is_told_without_secrets(exchange: S3Exchange, s3: Any, operation: str) -> None:
    calls: dict[str, Callable[[], object]] = {
        "PutObject": lambda: exchange.put("a", b"one"),
        "GetObject": lambda: exchange.get("a"),
        "HeadObject": lambda: exchange.put_at_s("a"),
        "CreateMultipartUpload": lambda: exchange.put_pieces("a", []),
    }
    with hooked(s3, f"before-send.s3.{operation}", forbid), pytest.raises(UnavailableError) as error:
        calls[operation]()
    assert "TOKEN" not in str(error.value)
    assert exchange.bucket in str(error.value)
