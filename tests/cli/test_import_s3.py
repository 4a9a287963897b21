"""`lookalike items import s3://…` from the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli.printed import items_in_words
from tests import aws
from tests.cli.shop import Shop
from tests.system.pictures import picture

BUCKET = "shop"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with aws.emulator() as server:
        yield server.url


@pytest.fixture
def s3(url: str, shop: Shop) -> Any:
    """A client of an S3 in which the shop's bucket holds two pictures; the shop's commands use it too."""
    shop.settings |= aws.CREDENTIALS | {"AWS_ENDPOINT_URL": url}
    client = aws.client("s3", url)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for seed, name in enumerate(["spring/red-mug.jpg", "spring/sub/bowl.jpg", "autumn/pot.jpg"]):
        client.put_object(Bucket=BUCKET, Key=name, Body=picture(seed))
    client.put_object(Bucket=BUCKET, Key="spring/notes.md", Body=b"no picture")
    client.put_object(Bucket=BUCKET, Key="spring/.thumbnails/bowl.jpg", Body=picture(9))
    client.put_object(Bucket=BUCKET, Key="spring/empty/", Body=b"")
    yield client
    for found in client.list_objects_v2(Bucket=BUCKET)["Contents"]:
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("address", "items"),
    [
        (f"s3://{BUCKET}", {"spring-red-mug", "spring-sub-bowl", "autumn-pot"}),
        (f"s3://{BUCKET}/spring/", {"red-mug", "sub-bowl"}),
        (f"s3://{BUCKET}/spring/re", {"red-mug"}),
        (f"s3://{BUCKET}/autumn/pot.jpg", {"pot"}),
    ],
)
def test_the_pictures_of_a_prefix_are_imported(shop: Shop, address: str, items: set[str]) -> None:
    done = shop.items("import", address)
    passed = "passed over: 1 .md; 1 of the system (.thumbnails)\n" if len(items) > 1 else ""
    assert (done.returncode, done.stderr) == (
        0,
        f"{passed}{items_in_words(len(items))} imported, 0 refused\n{shop.store_line}",
    )
    assert shop.kept().keys() == items


def test_a_list_in_s3_names_pictures_beside_it(shop: Shop, s3: Any) -> None:
    rows = [
        "id,title,image",
        "mug,Red mug,red-mug.jpg",
        "bowl,Bowl,sub/bowl.jpg",
        "out,Out,../autumn/pot.jpg",
    ]
    rows.append("gone,Gone,x.jpg")
    s3.put_object(Bucket=BUCKET, Key="spring/list.csv", Body="\n".join(rows).encode())
    done = shop.items("import", f"s3://{BUCKET}/spring/list.csv")
    assert done.returncode == 1
    assert "/spring/list.csv line 4: the picture '../autumn/pot.jpg' lies outside" in done.stderr
    assert f"list.csv line 5: s3://{BUCKET}/spring/x.jpg can't be read" in done.stderr
    assert {item.id: item.title for item in shop.kept().values()} == {"mug": "Red mug", "bowl": "Bowl"}


def test_an_archive_in_s3_is_restored(shop: Shop, s3: Any, tmp_path: Path) -> None:
    assert shop.items("import", f"s3://{BUCKET}/spring/").returncode == 0
    assert shop.items("export", tmp_path / "backup.zip").returncode == 0
    s3.put_object(Bucket=BUCKET, Key="backup.zip", Body=(tmp_path / "backup.zip").read_bytes())
    other = Shop(tmp_path / "elsewhere", shop.model, shop.settings)
    done = other.items("import", f"s3://{BUCKET}/backup.zip")
    assert (done.returncode, done.stderr) == (0, f"2 items imported, 0 refused\n{other.store_line}")
    assert other.kept().keys() == shop.kept().keys()


@pytest.mark.usefixtures("s3")
def test_what_holds_nothing_is_one_clear_line(shop: Shop) -> None:
    for address, says in {
        f"s3://{BUCKET}/winter/": "holds no picture; expected .jpg",
        f"s3://{BUCKET}/spring/notes.md": "holds no picture; expected .jpg",
        f"s3://{BUCKET}/absent.csv": "can't be read",
        "s3://no-such-bucket/": "can't be listed",
        "s3://": "is not of the form s3://BUCKET/KEY",
    }.items():
        done = shop.items("import", address)
        assert done.returncode == 2
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1
